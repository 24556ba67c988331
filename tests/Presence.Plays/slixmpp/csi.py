"""An inactive client is left in peace until something matters (XEP-0352)."""
from play import Client, account, befriend, element, emit, run


async def play():
    alice = Client("alice", "phone", plugins=["xep_0352"])
    await alice.login()
    bob = await Client("bob", "desk").login()
    await befriend(alice, bob)
    emit("feature", offered=alice["xep_0352"].enabled)

    alice["xep_0352"].send_inactive()
    await alice.ping()
    alice.received.clear()
    for show in ("away", "xa", "dnd"):
        bob.send_presence(pshow=show)
        await bob.ping()
    composing = bob.make_message(mto=account("alice"), mtype="chat")
    composing.append(element("composing", "http://jabber.org/protocol/chatstates"))
    composing.send()
    bob.make_message(mto=account("alice"), mbody="this matters", mtype="chat").send()
    await alice.take_message("this matters")
    emit("inactive", presences=[p["type"] for p in alice.kept("presence")])

    bob.send_presence(pshow="chat")
    await bob.ping()
    alice["xep_0352"].send_active()
    seen = await alice.take_presence(account("bob"), "chat")
    emit("active again", show=seen["show"])

    bob.send_presence(pshow="away")
    emit("active", show=(await alice.take_presence(account("bob"), "away"))["show"])


run(play)
