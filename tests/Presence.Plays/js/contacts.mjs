// Contacts with the npm client: subscription both ways, client state, received carbons, blocking, offline messages.
import { account, emit, login, person, run, xml } from "./play.mjs";

const BLOCKING = "urn:xmpp:blocking";
const CARBONS = "urn:xmpp:carbons:2";

const presenceOf = (xmpp, name, type) => xmpp.take(
  (s) => s.is("presence") && s.attrs.from.split("/")[0] === account(name) && s.attrs.type === type, `presence ${type} of ${name}`);
const ping = (xmpp) => xmpp.ask("get", xml("ping", "urn:xmpp:ping"));

async function subscribe(from, fromName, to, toName) {
  await from.send(xml("presence", { to: account(toName), type: "subscribe" }));
  await presenceOf(to, fromName, "subscribe");
  await to.send(xml("presence", { to: account(fromName), type: "subscribed" }));
  await presenceOf(from, toName, "subscribed");
  return (await presenceOf(from, toName)).attrs.from;
}

run(async () => {
  const alice = await login(person("alice", "phone"));
  const desk = await login(person("alice", "desk"));
  const bob = await login(person("bob", "desk"));
  // Only a device that asked for the roster is told of approvals (RFC 6121 §3.1.6).
  for (const xmpp of [alice, bob]) await xmpp.ask("get", xml("query", "jabber:iq:roster"));
  emit("subscribed", { alice: await subscribe(alice, "alice", bob, "bob"), bob: await subscribe(bob, "bob", alice, "alice") });

  await alice.send(xml("inactive", "urn:xmpp:csi:0"));
  await ping(alice);
  alice.received.length = 0;
  for (const show of ["away", "xa", "dnd"]) await bob.send(xml("presence", {}, xml("show", {}, show)));
  await ping(bob);
  const shows = () => alice.received.filter((s) => s.is("presence")).map((s) => s.getChildText("show"));
  await bob.say(account("alice"), "this matters");
  await alice.takeMessage("this matters");
  emit("inactive", { shows: shows() });
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
