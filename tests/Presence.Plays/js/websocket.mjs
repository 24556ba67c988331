// The npm client over a WebSocket: it chats with a client on TCP, its socket is cut, it resumes by itself.
import { account, emit, login, person, run, within, xml } from "./play.mjs";
import WebSocket from "ws";

// Node 18, which Debian 12 has, does not offer this by itself.
globalThis.WebSocket ??= WebSocket;

const happens = (emitter, event) => new Promise((resolve) => emitter.once(event, resolve));

run(async () => {
  const alice = person("alice", "web", { web: true });
  alice.reconnect.delay = 100;
  let mechanism;
  alice.on("send", (element) => { mechanism ??= element.is("auth") ? element.attrs.mechanism : undefined; });
  const bob = await login(person("bob", "tcp"));
  await login(alice);
  const address = alice.jid.toString();
  emit("logged in", { mechanism, resumable: Boolean(alice.streamManagement.id) });

  for (const text of ["hello", "<&> \"'", "日本語 👋🏽", "x".repeat(100_000)]) {
    await alice.say(account("bob"), text);
    const heard = (await bob.takeMessage()).getChildText("body");
    await bob.say(account("alice"), text);
    const answered = await alice.takeMessage();
    emit("both ways", { same: heard === text && answered.getChildText("body") === text, namespace: answered.attrs.xmlns });
  }

  const resumed = happens(alice.streamManagement, "resumed");
  const gone = happens(alice, "disconnect");
  for (let n = 0; n < 5; n++) await alice.say(account("bob"), `from the cut ${n}`);
  alice.socket.socket.terminate();
  await within(gone, "disconnect");
  for (let n = 0; n < 5; n++) await bob.say(account("alice"), `while cut ${n}`);
  await within(resumed, "resumption");
  const got = [], seen = [];
  for (let n = 0; n < 5; n++) got.push((await alice.takeMessage()).getChildText("body"));
  for (let n = 0; n < 5; n++) seen.push((await bob.takeMessage()).getChildText("body"));
  await bob.say(account("alice"), "last");
  await alice.takeMessage("last");
  emit("resumed", { got, seen, sameAddress: alice.jid.toString() === address, left: alice.received.filter((s) => s.is("message")).length });

  const lists = await alice.ask("get", xml("query", "jabber:iq:roster"));
  emit("asked", { namespace: lists.attrs.xmlns });
  await alice.stop();
  await bob.stop();
});
