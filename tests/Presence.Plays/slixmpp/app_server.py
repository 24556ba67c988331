"""An app server of XEP-0357 behind the node: the phone enables push at it, sleeps, and is published to.

argv[1] says what the app server does: "take" (answers every publish), "refuse" (item-not-found), "absent" (is not connected until it is told
to be by a line on standard input; the node may die meanwhile), "serve" (takes publishes for phones of other scripts until it is told to go). Prints
every publish; ends with that for alice when it was absent, else with the measure: that for carol, whose message was sent last.
"""
import asyncio
import sys

import slixmpp
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

from play import CONFIG, HOST, LIMIT, Client, account, emit, run
from raw import Raw, push_enable

PUSH = "push.localhost"
ITEM = "{http://jabber.org/protocol/pubsub}item"
PUBSUB = "{http://jabber.org/protocol/pubsub}"
FIELD = "{jabber:x:data}field"
VALUE = "{jabber:x:data}value"


class AppServer(slixmpp.ComponentXMPP):
    """Answers publishes as a push service does; nodes of refused users get item-not-found."""

    def __init__(self, refused=()):
        super().__init__(PUSH, CONFIG["componentSecrets"][PUSH], HOST, CONFIG["component"])
        self.refused = refused
        self.published = asyncio.Queue()
        # What clients ask before they trust it with their pushes (XEP-0357 §3).
        self.register_plugin("xep_0030")
        self["xep_0030"].add_identity(category="pubsub", itype="push", jid=PUSH)
        self["xep_0030"].add_feature("urn:xmpp:push:0", jid=PUSH)
        self.register_handler(Callback("publish", MatchXPath(f"{{jabber:component:accept}}iq/{PUBSUB}pubsub"), self.publish))

    async def begin(self):
        started = asyncio.ensure_future(self.wait_until("session_start", timeout=LIMIT))
        await asyncio.sleep(0)
        self.connect()
        await started
        return self

    def publish(self, iq):
        publish = iq.xml.find(f"{PUBSUB}pubsub/{PUBSUB}publish")
        item = publish.find(ITEM)
        form = item.find("{urn:xmpp:push:0}notification/{jabber:x:data}x")
        options = iq.xml.find(f"{PUBSUB}pubsub/{PUBSUB}publish-options/{{jabber:x:data}}x")
        node = publish.get("node")
        emit("publish", node=node, sender=iq["from"].full, to=iq["to"].full, item=item.get("id"), form=form.get("type"), fields=fields(form), options=fields(options))
        if node in self.refused:
            reply = iq.reply()
            reply["type"] = "error"
            reply["error"]["type"] = "cancel"
            reply["error"]["condition"] = "item-not-found"
            reply.send()
        else:
            iq.reply().send()
        self.published.put_nowait(node)

    async def pushed(self, node, limit=30):
        while await asyncio.wait_for(self.published.get(), limit) != node:
            pass


def fields(form):
    return {f.get("var"): f.findtext(VALUE) for f in form.iter(FIELD)} if form is not None else {}


def node_of(name):
    return f"node-of-{account(name)}"


async def asleep(name):
    phone = await Raw(name, "phone").login()
    emit("enable", answer=(await phone.iq("set", push_enable(node_of(name), PUSH))).get("type"))
    phone.cut()


async def tell(bob, name, body):
    bob.make_message(mto=account(name), mbody=body, mtype="chat").send()
    await bob.ping()


async def told():
    await asyncio.get_event_loop().run_in_executor(None, sys.stdin.readline)


async def play():
    does = sys.argv[1]
    emit("nodes", alice=node_of("alice"), carol=node_of("carol"))
    app = AppServer(refused=[node_of("alice")] if does == "refuse" else [])
    if does != "absent":
        await app.begin()
    if does == "serve":
        emit("connected")
        return await told()
    await asleep("alice")
    await asleep("carol")
    bob = await Client("bob", "desk").login()
    await tell(bob, "alice", "the secret body")
    if does == "absent":
        emit("sent")
        await told()
        await app.begin()
        emit("connected")
    await app.pushed(node_of("alice"))
    if does == "absent":
        return
    if does == "refuse":
        # Disabled: of this one the app server hears nothing, though carol's comes after it.
        await tell(bob, "alice", "another secret body")
    await tell(bob, "carol", "measure")
    await app.pushed(node_of("carol"))


run(play)
