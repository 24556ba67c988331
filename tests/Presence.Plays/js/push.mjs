// A phone with the npm client: enables push (XEP-0357), loses its socket, is written to, comes back.
import { randomUUID } from "node:crypto";
import { account, emit, login, person, run, within, xml } from "./play.mjs";

const happens = (emitter, event) => new Promise((resolve) => emitter.once(event, resolve));

run(async () => {
  const node = randomUUID();
  const alice = person("alice", "phone");
  // Long enough that the message finds the phone asleep.
  alice.reconnect.delay = 2000;
  const bob = await login(person("bob", "desk"));
  await login(alice);
  const answer = await alice.iqCaller.request(
    xml("iq", { type: "set" }, xml("enable", { xmlns: "urn:xmpp:push:0", jid: `push.${account("alice").split("@")[1]}`, node })));
  emit("enabled", { node, answer: answer.attrs.type });

  const resumed = happens(alice.streamManagement, "resumed");
  const gone = happens(alice, "disconnect");
  alice.socket.socket?.destroy() ?? alice.socket.destroy();
  await within(gone, "disconnect");
  await bob.say(account("alice"), "wake up");
  await within(resumed, "resumption");
  emit("awake", { body: (await alice.takeMessage()).getChildText("body") });
  await alice.stop();
  await bob.stop();
});
