// Contacts with the npm client: subscription both ways, client state, received carbons, blocking, offline messages.
import { account, emit, login, person, run, within, xml } from "./play.mjs";

const BLOCKING = "urn:xmpp:blocking";
const CARBONS = "urn:xmpp:carbons:2";
const CHAT_STATES = "http://jabber.org/protocol/chatstates";
const MANAGEMENT = "urn:xmpp:sm:3";

const presenceOf = (xmpp, name, type) => xmpp.take(
  (s) => s.is("presence") && s.attrs.from.split("/")[0] === account(name) && s.attrs.type === type, `presence ${type} of ${name}`);
const ping = (xmpp) => xmpp.ask("get", xml("ping", "urn:xmpp:ping"));

/** A round trip that is no stanza: what the server has sent on this stream is there, and nothing that it holds was let go. */
async function settle(xmpp) {
  const answered = new Promise((resolve) => xmpp.on("nonza", (element) => element.is("a", MANAGEMENT) && resolve()));
  await xmpp.send(xml("r", MANAGEMENT));
  await within(answered, "acknowledgement");
}

/** Subscribes to a contact and returns where its devices are. */
async function subscribe(from, fromName, to, toName, devices) {
  await from.send(xml("presence", { to: account(toName), type: "subscribe" }));
  await presenceOf(to, fromName, "subscribe");
  await to.send(xml("presence", { to: account(fromName), type: "subscribed" }));
  await presenceOf(from, toName, "subscribed");
  const seen = [];
  while (seen.length < devices) seen.push((await presenceOf(from, toName)).attrs.from);
  return seen.sort();
}

run(async () => {
  const alice = person("alice", "phone");
  // Its own requests would be answered among those of settle().
  Object.assign(alice.streamManagement, { requestAckDebounce: 60_000, requestAckInterval: 0 });
  await login(alice);
  const desk = await login(person("alice", "desk"));
  const bob = await login(person("bob", "desk"));
  // Only a device that asked for the roster is told of approvals (RFC 6121 §3.1.6).
  for (const xmpp of [alice, bob]) await xmpp.ask("get", xml("query", "jabber:iq:roster"));
  emit("subscribed", { alice: await subscribe(alice, "alice", bob, "bob", 1), bob: await subscribe(bob, "bob", alice, "alice", 2) });

  await alice.send(xml("inactive", "urn:xmpp:csi:0"));
  await settle(alice);
  const arrived = [];
  alice.on("stanza", (s) => arrived.push(s.getChildText("show") ?? s.getChildText("body") ?? s.getChild("composing", CHAT_STATES)?.name ?? s.toString()));
  for (const show of ["away", "xa", "dnd"]) await bob.send(xml("presence", {}, xml("show", {}, show)));
  await bob.send(xml("message", { to: account("alice"), type: "chat" }, xml("composing", CHAT_STATES)));
  // What the other device has, the server has decided on for both.
  await desk.take((s) => s.getChildText("show") === "dnd", "presence of an active device");
  await desk.take((s) => s.getChild("composing", CHAT_STATES), "chat state of an active device");
  await settle(alice);
  emit("held", { arrived: [...arrived] });
  await bob.say(account("alice"), "this matters");
  await alice.takeMessage("this matters");
  emit("inactive", { arrived: [...arrived] });
  await alice.send(xml("active", "urn:xmpp:csi:0"));
  await bob.send(xml("presence", {}, xml("show", {}, "chat")));
  await alice.take((s) => s.is("presence") && s.getChildText("show") === "chat", "presence once active");

  await desk.ask("set", xml("enable", CARBONS));
  await bob.say(alice.jid.toString(), "to the phone");
  const carbon = await desk.take((s) => s.getChild("received", CARBONS), "received carbon");
  const inner = carbon.getChild("received").getChild("forwarded", "urn:xmpp:forward:0").getChild("message");
  emit("carbon", { body: inner.getChildText("body"), to: inner.attrs.to === alice.jid.toString(), outer: carbon.attrs.from === account("alice") });
  await alice.takeMessage("to the phone");

  await alice.ask("set", xml("block", BLOCKING, xml("item", { jid: account("bob") })));
  await bob.say(account("alice"), "let me in");
  const refused = await bob.take((s) => s.is("message") && s.attrs.type === "error", "refusal");
  emit("refused", { unavailable: Boolean(refused.getChild("error").getChild("service-unavailable")) });
  await alice.ask("set", xml("unblock", BLOCKING, xml("item", { jid: account("bob") })));
  await bob.say(account("alice"), "and now");
  await alice.takeMessage("and now");
  emit("blocked", { arrived: alice.received.filter((s) => s.getChildText("body") === "let me in").length });

  for (const xmpp of [alice, desk]) await xmpp.stop();
  for (let n = 0; n < 2; n++) await bob.say(account("carol"), `while away ${n}`);
  await ping(bob);
  const carol = await login(person("carol", "phone"));
  const waited = [];
  for (let n = 0; n < 2; n++) waited.push(await carol.takeMessage());
  emit("offline", { bodies: waited.map((m) => m.getChildText("body")), delayed: waited.every((m) => m.getChild("delay", "urn:xmpp:delay")) });
  for (const xmpp of [bob, carol]) await xmpp.stop();
});
