"""What the server says about itself: discovery, version, caps, ping, and how it refuses what it does not know."""
from play import Client, account, element, emit, run

INFO = "http://jabber.org/protocol/disco#info"
ITEMS = "http://jabber.org/protocol/disco#items"


def described(query):
    return {"identities": sorted([i.get("category"), i.get("type")] for i in query.findall(f"{{{INFO}}}identity")),
            "features": sorted(f.get("var") for f in query.findall(f"{{{INFO}}}feature"))}


async def play():
    caps = []

    def note_caps(stanza):
        if stanza.name == "features":
            caps.extend(c.attrib for c in stanza.xml.findall("{http://jabber.org/protocol/caps}c"))
        return stanza

    alice = Client("alice", "desk")
    alice.add_filter("in", note_caps)
    await alice.login()
    _, info = await alice.ask("get", element("query", INFO), to="localhost")
    emit("server", **described(info))
    _, info = await alice.ask("get", element("query", INFO), to=account("alice"))
    emit("account", **described(info))
    kind, _ = await alice.ask("get", element("query", ITEMS), to="localhost")
    emit("items", answer=kind)
    if caps:
        node = f"{caps[-1]['node']}#{caps[-1]['ver']}"
        _, info = await alice.ask("get", element("query", INFO, node=node), to="localhost")
        emit("caps", hash=caps[-1]["hash"], ver=caps[-1]["ver"], **described(info))

    _, version = await alice.ask("get", element("query", "jabber:iq:version"), to="localhost")
    emit("version", name=version.findtext("{jabber:iq:version}name"), version=version.findtext("{jabber:iq:version}version"))
    emit("ping", server=await alice.ping("localhost"), own=await alice.ping(account("alice")), nothing=await alice.ping())
    emit("unknown", server=await alice.ask("get", element("query", "urn:example:unknown"), to="localhost"),
         account=await alice.ask("set", element("query", "urn:example:unknown")))
    emit("stranger", answer=await alice.ask("get", element("ping", "urn:xmpp:ping"), to="no-such-account@localhost/x"))


run(play)
