"""Somebody whose account came from another server logs in with the old password and finds what was there."""
import sys

from mam import bodies, page
from play import NS, Client, element, emit, run


async def play():
    name, password = sys.argv[1:3]
    client = await Client(name, "desk", password=password, plugins=()).login(presence=False)
    _, roster = await client.ask("get", element("query", NS["roster"]))
    items = sorted([i.get("jid"), i.get("name") or "", i.get("subscription"), i.get("ask") or ""] for i in roster)
    _, vcard = await client.ask("get", element("vCard", "vcard-temp"))
    _, kept = await client.ask("get", element("query", "jabber:iq:private", children=[element("notes", "example:notes")]))
    _, blocked = await client.ask("get", element("blocklist", "urn:xmpp:blocking"))
    client.send_presence()
    await client.take_presence(client.boundjid.bare)
    await client.ping()
    unread = [m["body"] for m in client.kept("message")]
    requests = [p["from"].bare for p in client.kept("presence") if p["type"] == "subscribe"]
    everything, _ = await page(client)
    emit("found", name=vcard.findtext("{vcard-temp}FN") if hasattr(vcard, "findtext") else None, notes=kept[0].text,
         mechanism=client.plugin["feature_mechanisms"].mech.name, roster=items, blocked=[i.get("jid") for i in blocked],
         unread=unread, requests=requests, archive=bodies(everything),
         ids=[result[0] for result in everything])


run(play)
