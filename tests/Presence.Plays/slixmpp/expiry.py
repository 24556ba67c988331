"""A session without push that nobody resumes in time ends: contacts see it go, what it had not read is kept for the next one.

The node runs with a short Sessions:LifeWithoutPush.
"""
from play import Client, account, befriend, emit, run
from raw import Raw


async def play():
    bob = await Client("bob", "desk").login()
    friend = await Client("alice", "first").login()
    await befriend(bob, friend)
    await friend.logout()
    await bob.take_presence(friend.boundjid.full, "unavailable")

    alice = await Raw("alice", "phone").login()
    await bob.take_presence(alice.full, "available")
    for number in range(2):
        alice.message(account("bob"), f"before {number}")
    sent = 3  # with the presence
    emit("handled", h=await alice.request_ack(), sent=sent)
    alice.cut()
    for number in range(3):
        bob.make_message(mto=account("alice"), mbody=f"unread {number}", mtype="chat").send()
    await bob.take_presence(alice.full, "unavailable")
    emit("expired")

    await alice.connect()
    answer = await alice.resume()
    emit("too late", answer=answer.tag.split("}")[1], h=answer.get("h"), sent=str(sent),
         conditions=[c.tag.split("}")[1] for c in answer])
    await alice.bind()
    alice.write("<presence/>")
    emit("next session", bodies=await alice.take_bodies(3))
    await alice.ping()
    emit("left over", bodies=[e.findtext("{jabber:client}body") for e in alice.taken_later if e.tag.endswith("}message")])


run(play)
