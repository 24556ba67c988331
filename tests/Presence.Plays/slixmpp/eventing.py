"""Publishes, reads and is told (XEP-0060, XEP-0163): avatars (XEP-0084) and their conversion (XEP-0398), bookmarks (XEP-0402)."""
import asyncio
import hashlib

from slixmpp.exceptions import IqError

from play import Client, account, befriend, element, emit, run

BOOKMARKS = "urn:xmpp:bookmarks:1"
METADATA = "urn:xmpp:avatar:metadata"
IMAGE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
OTHER = b"\x89PNG\r\n\x1a\n" + bytes(range(255)) * 8
PLUGINS = ("xep_0030", "xep_0054", "xep_0060", "xep_0084", "xep_0115", "xep_0153", "xep_0163")
PRIVATE = {"persist_items": "true", "max_items": "max", "send_last_published_item": "never", "access_model": "whitelist"}


def options(client, **fields):
    form = client["xep_0004"].make_form(ftype="submit")
    form.add_field(var="FORM_TYPE", ftype="hidden", value="http://jabber.org/protocol/pubsub#publish-options")
    for name, value in fields.items():
        form.add_field(var=f"pubsub#{name}", value=value)
    return form


class Watcher(Client):
    """A client that wants to be told of avatars and bookmarks, and says so by its capabilities."""

    def __init__(self, name, resource):
        super().__init__(name, resource, plugins=PLUGINS)
        self.add_event_handler("session_bind", self.interested)

    async def interested(self, _):
        self["xep_0163"].add_interest(BOOKMARKS)

    async def told(self, node):
        """Takes the next event of a node; returns the message."""
        items = "{http://jabber.org/protocol/pubsub#event}event/{http://jabber.org/protocol/pubsub#event}items"
        return await self.take(lambda s: s.name == "message" and s.xml.find(items) is not None and s.xml.find(items).get("node") == node)


def first(message):
    return message.xml.find("{http://jabber.org/protocol/pubsub#event}event")[0][0]


async def condition(answer):
    try:
        await answer
    except IqError as error:
        return error.condition
    return "none"


async def comes(name, resource):
    """Logs in as clients with capabilities do: with the presence that names them."""
    client = Watcher(name, resource)
    await client.login(presence=False)
    await client.ask("get", element("query", "jabber:iq:roster"))
    await client["xep_0115"].update_caps()
    await client.take_presence(client.boundjid.bare)
    # The server asks what the capabilities mean; when its question has come, the answer is on its way before whatever is asked next.
    await client.ping()
    return client


async def publish_avatar(client, image):
    await client["xep_0084"].publish_avatar(image, options=options(client, access_model="open"))
    item = {"id": hashlib.sha1(image).hexdigest(), "type": "image/png", "bytes": str(len(image))}
    await client["xep_0084"].publish_avatar_metadata(item, options=options(client, access_model="open"))
    return item["id"]


def photo_in(presence):
    return presence.xml.findtext("{vcard-temp:x:update}x/{vcard-temp:x:update}photo")


async def avatars(desk, phone, bob, carol):
    image = await publish_avatar(desk, IMAGE)
    contact, own = await bob.told(METADATA), await phone.told(METADATA)
    emit("told", type=contact["type"], same=first(contact).get("id") == first(own).get("id") == image)
    got = await bob["xep_0084"].retrieve_avatar(account("alice"), image)
    emit("image", same=got["pubsub"]["items"]["item"]["avatar_data"]["value"] == IMAGE)
    shown = await bob.take(lambda s: s.name == "presence" and s["from"] == desk.boundjid and photo_in(s) == image)
    card = (await carol["xep_0054"].get_vcard(account("alice")))["vcard_temp"]
    emit("photo", vcard=card["PHOTO"]["BINVAL"] == IMAGE, presence=shown is not None)
    late = await comes("bob", "tablet")
    emit("late", same=first(await late.told(METADATA)).get("id") == image)
    await late.logout()

    card = desk["xep_0054"].make_vcard()
    card["PHOTO"]["TYPE"], card["PHOTO"]["BINVAL"] = "image/png", OTHER
    await desk["xep_0054"].publish_vcard(vcard=card)
    other = hashlib.sha1(OTHER).hexdigest()
    told = await bob.told(METADATA)
    got = await bob["xep_0084"].retrieve_avatar(account("alice"), other)
    emit("from vcard", told=first(told).get("id") == other, same=got["pubsub"]["items"]["item"]["avatar_data"]["value"] == OTHER)


async def bookmarks(desk, phone, bob):
    pubsub = desk["xep_0060"]
    for room in ("tea@rooms.example", "coffee@rooms.example"):
        payload = element("conference", BOOKMARKS, name=room, autojoin="true")
        await pubsub.publish(account("alice"), BOOKMARKS, id=room, payload=payload, options=options(desk, **PRIVATE))
    rooms = (await phone["xep_0060"].get_items(account("alice"), BOOKMARKS))["pubsub"]["items"]
    emit("bookmarks", rooms=sorted(item["id"] for item in rooms))
    await phone.told(BOOKMARKS)
    emit("bookmark told", room=first(await phone.told(BOOKMARKS)).get("id"))
    await pubsub.retract(account("alice"), BOOKMARKS, "tea@rooms.example", notify=True)
    emit("bookmark gone", room=first(await phone.told(BOOKMARKS)).get("id"))
    emit("bookmarks of another", condition=await condition(bob["xep_0060"].get_items(account("alice"), BOOKMARKS)))
    emit("conditions", condition=await condition(pubsub.publish(
        account("alice"), BOOKMARKS, id="x", payload=element("conference", BOOKMARKS), options=options(desk, access_model="open"))))
    form = (await pubsub.get_node_config(account("alice"), BOOKMARKS))["pubsub_owner"]["configure"]["form"]
    emit("configuration", access=form.get_values()["pubsub#access_model"])


async def play():
    desk, phone, bob = await comes("alice", "desk"), await comes("alice", "phone"), await comes("bob", "desk")
    carol = await Client("carol", "desk", plugins=PLUGINS).login()
    await befriend(desk, bob)
    info = (await desk["xep_0030"].get_info(jid=account("alice")))["disco_info"]
    emit("account", identities=sorted([i[0], i[1]] for i in info["identities"]),
         features={"http://jabber.org/protocol/pubsub#publish-options", "urn:xmpp:pep-vcard-conversion:0"} <= set(info["features"]))
    await avatars(desk, phone, bob, carol)
    await bookmarks(desk, phone, bob)
    emit("stranger", condition=await condition(carol["xep_0060"].get_items(account("alice"), BOOKMARKS)))
    seen = (await bob["xep_0030"].get_items(jid=account("alice")))["disco_items"]["items"]
    emit("nodes", seen=sorted(node for _, node, _ in seen))


run(play)
