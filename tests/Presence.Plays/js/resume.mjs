// The npm client's own stream management over a cut socket: it reconnects, resumes and resends by itself.
import { account, emit, login, person, run, within } from "./play.mjs";

const happens = (emitter, event) => new Promise((resolve) => emitter.once(event, resolve));

run(async () => {
  const alice = person("alice", "npm");
  alice.reconnect.delay = 100;
  const bob = await login(person("bob", "npm"));
  await login(alice);
  const address = alice.jid.toString();
  emit("enabled", { id: Boolean(alice.streamManagement.id) });

  for (let round = 0; round < 3; round++) {
    const resumed = happens(alice.streamManagement, "resumed");
    const gone = happens(alice, "disconnect");
    // Half of what is said before the cut may not have reached the server: the client sends it again.
    for (let n = 0; n < 5; n++) await alice.say(account("bob"), `from the cut ${round}.${n}`);
    alice.socket.socket?.destroy() ?? alice.socket.destroy();
    await within(gone, "disconnect");
    for (let n = 0; n < 5; n++) await bob.say(account("alice"), `while cut ${round}.${n}`);
    await within(resumed, "resumption");
    const got = [], seen = [];
    for (let n = 0; n < 5; n++) got.push((await alice.takeMessage()).getChildText("body"));
    for (let n = 0; n < 5; n++) seen.push((await bob.takeMessage()).getChildText("body"));
    emit("round", { round, got, seen, sameAddress: alice.jid.toString() === address });
  }

  await alice.say(account("bob"), "last");
  await bob.takeMessage("last");
  await bob.say(account("alice"), "last");
  await alice.takeMessage("last");
  const left = (xmpp) => xmpp.received.filter((s) => s.is("message")).map(String);
  emit("left over", { alice: left(alice), bob: left(bob) });
  await alice.stop();
  await bob.stop();
});
