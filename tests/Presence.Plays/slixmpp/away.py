"""A phone with push that loses its connection becomes Away for its contacts, and itself again when it comes back.

The node runs with a short Sessions:AwayAfter. Who said dnd stays dnd, and who has no push stays as it was.
"""
from play import Client, account, befriend, emit, run
from raw import Raw, push_enable


async def play():
    bob = await Client("bob", "desk").login()
    for name in ("alice", "carol"):
        friend = await Client(name, "first").login()
        await befriend(bob, friend)
        await friend.logout()
        await bob.take_presence(friend.boundjid.full, "unavailable")

    alice = await Raw("alice", "phone").login()
    await alice.iq("set", push_enable("away-alice"))
    emit("online", show=(await bob.take_presence(alice.full))["type"])

    alice.cut()
    emit("gone", show=(await bob.take_presence(alice.full))["type"])
    await alice.connect()
    answer = await alice.resume()
    emit("back", answer=answer.tag.split("}")[1], show=(await bob.take_presence(alice.full))["type"])

    # Neither of these two changes; carol's phone, cut after them, does.
    alice.write("<presence><show>dnd</show></presence>")
    await bob.take_presence(alice.full, "dnd")
    plain = await Raw("alice", "no-push").login()
    await bob.take_presence(plain.full, "available")
    carol = await Raw("carol", "phone").login()
    await carol.iq("set", push_enable("away-carol"))
    await bob.take_presence(carol.full, "available")
    for phone in (alice, plain, carol):
        phone.cut()
    emit("carol", show=(await bob.take_presence(carol.full))["type"])
    await bob.ping()
    emit("unchanged", seen=[[p["from"].resource, p["type"]] for p in bob.kept("presence") if p["from"].bare == account("alice")])


run(play)
