// Direct TLS, carbons and the archive through the npm client's IQ caller.
import { account, emit, login, person, run, xml } from "./play.mjs";

const DATA = "jabber:x:data";
const MAM = "urn:xmpp:mam:2";
const RSM = "http://jabber.org/protocol/rsm";

run(async () => {
  const [desk, phone] = [await login(person("alice", "desk", { directTls: true })), await login(person("alice", "phone"))];
  const bob = await login(person("bob", "desk"));
  await phone.ask("set", xml("enable", "urn:xmpp:carbons:2"));

  for (let n = 0; n < 3; n++) {
    await desk.say(account("bob"), `to bob ${n}`);
    await bob.takeMessage(`to bob ${n}`);
    const carbon = await phone.take((s) => s.getChild("sent", "urn:xmpp:carbons:2"), "carbon");
    const inner = carbon.getChild("sent").getChild("forwarded", "urn:xmpp:forward:0").getChild("message");
    emit("carbon", { body: inner.getChildText("body"), from: inner.attrs.from, outer: carbon.attrs.from });
  }

  const pages = [];
  let after, complete = false;
  while (!complete) {
    const set = xml("set", RSM, xml("max", {}, "2"), ...(after ? [xml("after", {}, after)] : []));
    const form = xml("x", { xmlns: DATA, type: "submit" },
      xml("field", { var: "FORM_TYPE", type: "hidden" }, xml("value", {}, MAM)),
      xml("field", { var: "with" }, xml("value", {}, account("bob"))));
    const answer = await phone.ask("set", xml("query", { xmlns: MAM, queryid: `q${pages.length}` }, form, set));
    const results = phone.received.filter((s) => s.getChild("result", MAM)?.attrs.queryid === `q${pages.length}`);
    pages.push(results.map((s) => s.getChild("result").getChild("forwarded", "urn:xmpp:forward:0").getChild("message").getChildText("body")));
    const fin = answer.getChild("fin", MAM);
    complete = fin.attrs.complete === "true";
    after = fin.getChild("set", RSM).getChildText("last");
  }
  emit("archive", { pages });
  for (const xmpp of [desk, phone, bob]) await xmpp.stop();
});
