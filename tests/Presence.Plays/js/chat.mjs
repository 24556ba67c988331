// Chats with a slixmpp client that runs beside (slixmpp/echo.py), and asks for the roster.
import { account, emit, login, person, run, xml } from "./play.mjs";

run(async () => {
  const alice = person("alice", "npm");
  let mechanism;
  alice.on("send", (element) => { mechanism ??= element.is("auth") ? element.attrs.mechanism : undefined; });
  await login(alice);
  emit("logged in", { jid: alice.jid.toString(), mechanism, secure: alice.isSecure() });

  for (const text of ["hello from npm", "<&> \"'", "日本語 👋🏽"]) {
    await alice.say(account("bob"), text);
    const answer = await alice.takeMessage();
    emit("answer", { sent: text, body: answer.getChildText("body"), from: answer.attrs.from });
  }
  await alice.say(account("bob"), "goodbye");

  // Only a device that asked for the roster is told of its changes.
  await alice.ask("get", xml("query", "jabber:iq:roster"));
  await alice.ask("set", xml("query", "jabber:iq:roster", xml("item", { jid: account("bob"), name: "Bob" })));
  const push = await alice.take((s) => s.is("iq") && s.attrs.type === "set" && s.getChild("query", "jabber:iq:roster"), "roster push");
  emit("pushed", push.getChild("query").getChild("item").attrs);
  const roster = await alice.ask("get", xml("query", "jabber:iq:roster"));
  emit("roster", { items: roster.getChild("query").getChildren("item").map((item) => item.attrs) });
  await alice.stop();
});
