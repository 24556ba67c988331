"""An external component (XEP-0114) that slixmpp runs, and a user who talks to it: messages, requests, presence, discovery.

The component echoes messages, answers pings and lets everybody subscribe, as a gateway does.
"""
import asyncio

import slixmpp

from play import CONFIG, HOST, LIMIT, NS, Client, account, element, emit, run

GATE = "gate.localhost"


class Gateway(slixmpp.ComponentXMPP):
    def __init__(self):
        super().__init__(GATE, CONFIG["componentSecrets"][GATE], HOST, CONFIG["component"])
        self.auto_authorize = None
        self.register_plugin("xep_0030")
        self.register_plugin("xep_0199")
        self.seen = asyncio.Queue()
        self.add_event_handler("message", self.echo)
        self.add_event_handler("presence_subscribe", self.subscribed)
        for kind in ("subscribe", "subscribed", "probe", "available", "unavailable"):
            self.add_event_handler(f"presence_{kind}", lambda p: self.seen.put_nowait((p.xml.get("type", "available"), p["from"].full, p["to"].full)))

    def echo(self, message):
        if message["type"] == "chat" and message["body"]:
            self.send_message(mto=message["from"], mfrom=message["to"], mbody=message["body"][::-1], mtype="chat")

    def subscribed(self, presence):
        self.send_presence(pfrom=presence["to"].bare, pto=presence["from"].bare, ptype="subscribed")
        self.send_presence(pfrom=presence["to"].bare, pto=presence["from"].bare, ptype="subscribe")
        self.send_presence(pfrom=f"{presence['to'].bare}/here", pto=presence["from"].bare)

    async def saw(self, kind, sender):
        while True:
            seen = await asyncio.wait_for(self.seen.get(), LIMIT)
            if seen[0] == kind and seen[1] == sender:
                return seen


async def play():
    alice = await Client("alice", "desk", plugins=("xep_0199",)).login()
    own = account("alice")

    # Nobody is there yet.
    kind, condition = await alice.ask("get", element("ping", "urn:xmpp:ping"), GATE)
    emit("absent", kind=kind, condition=condition)

    gateway = Gateway()
    started = asyncio.ensure_future(gateway.wait_until("session_start", timeout=LIMIT))
    await asyncio.sleep(0)
    gateway.connect()
    await started

    _, items = await alice.ask("get", element("query", "http://jabber.org/protocol/disco#items"), "localhost")
    emit("items", jids=[item.get("jid") for item in items])
    emit("pings", there=await alice.ping(GATE), server=await pinged(gateway, "localhost"), client=await pinged(gateway, alice.boundjid.full))

    friend = f"friend@{GATE}"
    alice.make_message(mto=friend, mbody="drawer", mtype="chat").send()
    echo = await alice.take_message("reward")
    emit("echo", sender=echo["from"].full, archived=any(e.get("by") == own for e in echo.xml.findall("sid:stanza-id", NS)))

    alice.send_presence(pto=friend, ptype="subscribe")
    await alice.take_presence(friend, "subscribed")
    await alice.take_presence(friend, "subscribe")
    here = await alice.take_presence(f"{friend}/here", "available")
    alice.send_presence(pto=friend, ptype="subscribed")
    await gateway.saw("subscribed", own)
    alice.send_presence(pstatus="busy")
    seen = await gateway.saw("available", alice.boundjid.full)
    emit("presence", friend=here["from"].full, gateway=seen[1], to=seen[2])
    await alice.logout()
    emit("gone", sender=(await gateway.saw("unavailable", alice.boundjid.full))[1])


async def pinged(gateway, address):
    iq = gateway.Iq(stype="get", sto=address, sfrom=GATE)
    iq.append(element("ping", "urn:xmpp:ping"))
    return (await iq.send(timeout=LIMIT))["type"]


run(play)
