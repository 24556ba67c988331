"""Lets a contact in before it asks (RFC 6121 §3.4)."""
from play import Client, NS, account, element, emit, run


async def item(client, contact):
    _, roster = await client.ask("get", element("query", NS["roster"]))
    return next((i for i in roster if i.get("jid") == contact), None)


async def play():
    offered = []

    def note(stanza):
        if stanza.name == "features":
            offered.extend(stanza.xml.findall("{urn:xmpp:features:pre-approval}sub"))
        return stanza

    bob = Client("bob", "desk")
    bob.add_filter("in", note)
    await bob.login()
    emit("feature", offered=bool(offered))
    bob.send_presence(pto=account("alice"), ptype="subscribed")
    await bob.ping()
    emit("approved", flag=(await item(bob, account("alice"))).get("approved"))

    alice = await Client("alice", "desk").login()
    alice.send_presence(pto=account("bob"), ptype="subscribe")
    await alice.take_presence(account("bob"), "subscribed")
    await alice.take_presence(bob.boundjid.full, "available")
    await bob.ping()
    emit("subscribed", alice=(await item(alice, account("bob"))).get("subscription"), bob=(await item(bob, account("alice"))).get("subscription"),
         asked=any(p["type"] == "subscribe" for p in bob.kept("presence")))


run(play)
