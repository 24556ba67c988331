"""Keeps private XML (XEP-0049), a vCard with a photo (XEP-0054, XEP-0153); asks for time (XEP-0202) and external services (XEP-0215)."""
import asyncio
import base64
import hashlib

from slixmpp.plugins.xep_0048 import Bookmarks

from play import Client, account, befriend, element, emit, run

PLUGINS = ("xep_0048", "xep_0049", "xep_0054", "xep_0202")
PHOTO = bytes(range(256)) * 8


def photo_in(presence):
    found = presence.xml.find("{vcard-temp:x:update}x/{vcard-temp:x:update}photo")
    return None if found is None else found.text or ""


async def bookmarks(desk, phone):
    marks = Bookmarks()
    marks.add_conference("tea@rooms.example", "alice", autojoin=True, name="Tea & talk")
    await desk["xep_0048"].set_bookmarks(marks, method="xep_0049")
    stored = await phone["xep_0048"].get_bookmarks(method="xep_0049")
    emit("bookmarks", rooms=[[str(c["jid"]), c["name"], c["nick"], c["autojoin"]] for c in stored["private"]["bookmarks"]["conferences"]])


async def vcard(alice, bob, carol):
    card = alice["xep_0054"].make_vcard()
    card["FN"] = "Alice & Co"
    card["PHOTO"]["TYPE"] = "image/png"
    card["PHOTO"]["BINVAL"] = PHOTO
    updated = asyncio.ensure_future(bob.happens("vcard_avatar_update"))
    await asyncio.sleep(0)
    await alice["xep_0054"].publish_vcard(vcard=card)
    expected = hashlib.sha1(PHOTO).hexdigest()
    shown = await bob.take(lambda s: s.name == "presence" and s["from"] == alice.boundjid and photo_in(s))
    emit("shown", same=photo_in(shown) == expected, noticed=(await updated)["vcard_temp_update"]["photo"] == expected)

    await alice.logout()
    await bob.take_presence(alice.boundjid.full, "unavailable")
    got = (await carol["xep_0054"].get_vcard(account("alice")))["vcard_temp"]
    emit("vcard", name=got["FN"], photo=base64.b64decode(got["PHOTO"].xml.findtext("{vcard-temp}BINVAL")) == PHOTO)
    emit("none", answer=await carol.ask("get", element("vCard", "vcard-temp"), to=account("bob")),
         nobody=await carol.ask("get", element("vCard", "vcard-temp"), to="no-such-account@localhost"),
         own=await carol.ask("get", element("vCard", "vcard-temp")),
         others=await carol.ask("set", element("vCard", "vcard-temp"), to=account("bob")))


async def play():
    desk = await Client("alice", "desk", plugins=PLUGINS).login()
    phone = await Client("alice", "phone", plugins=PLUGINS).login()
    await bookmarks(desk, phone)
    await phone.logout()

    bob = await Client("bob", "desk", plugins=(*PLUGINS, "xep_0153")).login()
    carol = await Client("carol", "desk", plugins=PLUGINS).login()
    await befriend(desk, bob)
    await vcard(desk, bob, carol)

    # Not slixmpp's own reading of the time: it adds a second Z.
    time = (await bob["xep_0202"].get_entity_time("localhost"))["entity_time"].xml
    emit("time", utc=time.findtext("{urn:xmpp:time}utc"), offset=time.findtext("{urn:xmpp:time}tzo"))
    _, services = await bob.ask("get", element("services", "urn:xmpp:extdisco:2"), to="localhost")
    emit("services", list=[[s.get("type"), s.get("host"), s.get("port"), s.get("username") is not None, s.get("expires")] for s in services])


run(play)
