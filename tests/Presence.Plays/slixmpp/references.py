"""A correction, a reaction, a reply and two retractions (XEP-0308, 0444, 0461, 0424) arrive and are archived; archive preferences and metadata (XEP-0441, 0313)."""
from mam import page
from play import LIMIT, NS, Client, account, element, emit, run

PLUGINS = ("xep_0308", "xep_0313", "xep_0424", "xep_0441", "xep_0444", "xep_0461")
RETRACT = "urn:xmpp:message-retract:1"


def local(node):
    return node.tag.split("}")[1]


def children(message):
    """What a message says, without what servers and slixmpp add to every one."""
    return sorted(local(c) for c in message if local(c) not in ("stanza-id", "origin-id", "fallback", "store", "delay"))


async def take(client, name):
    return await client.take(lambda s: s.name == "message" and any(local(c) == name for c in s.xml))


async def archived(client):
    """The archive once the retractions have had their effect, which follows them."""
    for _ in range(100):
        results, _ = await page(client)
        kinds = [children(r[5]) for r in results]
        if kinds.count(["retracted"]) == 3:
            break
    return [[kind, result[3]] for kind, result in zip(kinds, results)]


async def write(sender, recipient, body):
    message = sender.make_message(mto=recipient.boundjid.bare, mbody=body, mtype="chat")
    message.send()
    await recipient.take_message(body)
    return message["id"]


async def play():
    alice = await Client("alice", "desk", plugins=PLUGINS).login()
    bob = await Client("bob", "phone", plugins=PLUGINS).login()
    first = await write(alice, bob, "wrong wrods")
    second = await write(alice, bob, "wrong window")

    correction = alice.make_message(mto=bob.boundjid.bare, mbody="right words", mtype="chat")
    correction["replace"]["id"] = first
    correction.send()
    emit("correction", of=(await take(bob, "replace"))["replace"]["id"] == first)

    bob["xep_0444"].send_reactions(alice.boundjid.bare, first, ["\U0001F44B"])
    got = await take(alice, "reactions")
    emit("reaction", of=got["reactions"]["id"] == first, values=[r["value"] for r in got["reactions"]])

    bob["xep_0461"].send_reply(alice.boundjid.full, first, mto=alice.boundjid.bare, mbody="good", mtype="chat")
    emit("reply", of=(await take(alice, "reply"))["reply"]["id"] == first)

    # slixmpp sends the form of before version 0.4; newer clients send the other.
    alice["xep_0424"].send_retraction(bob.boundjid.bare, first)
    await take(bob, "apply-to")
    retraction = alice.make_message(mto=bob.boundjid.bare, mtype="chat")
    retraction.append(element("retract", RETRACT, id=second))
    retraction.send()
    emit("retraction", of=(await take(bob, "retract")).xml.find(f"{{{RETRACT}}}retract").get("id") == second)

    # The correction goes with what it corrects.
    for client in (alice, bob):
        emit("archive", of=client.name, rows=await archived(client))

    ids = [result[0] for result in (await page(alice))[0]]
    ends = (await alice["xep_0313"].get_archive_metadata(timeout=LIMIT))["mam_metadata"]
    emit("metadata", start=ends["start"]["id"] == ids[0], end=ends["end"]["id"] == ids[-1])

    await alice["xep_0441"].set_preferences("always", never=[bob.boundjid.bare], timeout=LIMIT)
    default, always, never = await alice["xep_0441"].get_preferences(timeout=LIMIT)
    emit("preferences", default=default, always=[str(j) for j in always], never=[str(j) == account("bob") for j in never])
    await write(bob, alice, "not to be kept")
    emit("kept", alice=(await page(alice, before=""))[0][-1][3] == "not to be kept", bob=(await page(bob, before=""))[0][-1][3] == "not to be kept")


run(play)
