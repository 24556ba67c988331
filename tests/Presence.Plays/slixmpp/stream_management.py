"""The corners of stream management that no library shows: counters, refusals, and a connection that only seems alive."""
from play import Client, account, emit, run
from raw import SM, Raw


def described(answer):
    return {"answer": answer.tag.split("}")[1], "h": answer.get("h"), "conditions": [c.tag.split("}")[1] for c in answer]}


async def play():
    bob = await Client("bob", "desk").login()

    # A resume takes the session from a connection that is still open (half-open TCP is the usual case).
    alice = await Raw("alice", "phone").login()
    await alice.take(lambda e: e.tag.endswith("presence"))
    bob.make_message(mto=account("alice"), mbody="not acknowledged", mtype="chat").send()
    await alice.take_bodies(1)
    taker = await Raw("alice", "phone").connect()
    emit("taken over", **described(await taker.resume(alice.sm_id, h=alice.handled - 1)), again=await taker.take_bodies(1))
    emit("old connection", condition=await alice.ended())
    emit("still bound", ping=await taker.ping())

    # Client and server count alike.
    before = await taker.request_ack()
    for number in range(7):
        taker.message(account("bob"), f"counted {number}")
    emit("counted", difference=await taker.request_ack() - before)
    taker.write(f"<r xmlns='{SM}'/>" * 3)
    answers = [int((await taker.take(lambda e: e.tag == f"{{{SM}}}a")).get("h")) for _ in range(3)]
    emit("every request answered", same=answers == [before + 7] * 3)

    # Nobody gets a session by guessing, nor with someone else's id.
    stranger = await Raw("carol", "desk").connect()
    emit("unknown id", **described(await stranger.resume("no-such-session", h=0)))
    emit("other account's id", **described(await stranger.resume(alice.sm_id, h=0)))
    emit("binds all the same", bare=(await stranger.bind()).split("/")[0], own=account("carol"))
    emit("owner undisturbed", ping=await taker.ping())

    # Enabling twice is refused, and costs nothing.
    again = await taker.request(f"<enable xmlns='{SM}' resume='true'/>", f"{{{SM}}}failed")
    emit("enabled twice", **described(again), ping=await taker.ping())

    # Whoever acknowledges more than was sent is told so.
    taker.send_ack(100_000)
    emit("too high", condition=await taker.ended())

    # After a clean end there is nothing to resume; h may still tell what arrived.
    leaver = await Raw("alice", "tablet").login()
    leaver.message(account("bob"), "goodbye")
    leaver.write("</stream:stream>")
    await leaver.ended()
    await leaver.connect()
    emit("after goodbye", **described(await leaver.resume(h=0)))


run(play)
