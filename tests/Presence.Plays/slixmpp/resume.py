"""Stream management (XEP-0198) as slixmpp does it: the connection is lost, the session is not."""
from play import Client, account, emit, run


async def take_all(client, count):
    return [(await client.take_message())["body"] for _ in range(count)]


async def play():
    alice = Client("alice", "phone", plugins=["xep_0198"])
    await alice.login()
    sm = alice["xep_0198"]
    bob = await Client("bob", "desk").login()
    bound = alice.boundjid.full
    emit("enabled", resumable=bool(sm.sm_id))

    sent = 0
    for length in (3, 1, 20):
        await alice.cut()
        expected = [f"while cut {sent + n}" for n in range(length)]
        for body in expected:
            bob.make_message(mto=account("alice"), mbody=body, mtype="chat").send()
        await bob.ping()
        sent += length
        resumed = await alice.resume()
        emit("resumed", resumed=resumed, same_address=alice.boundjid.full == bound, expected=expected,
             got=await take_all(alice, length))
        bob.make_message(mto=alice.boundjid.full, mbody="live again", mtype="chat").send()
        emit("live", got=(await alice.take_message())["body"])

    # Both directions work over the cuts, and nothing comes twice.
    alice.make_message(mto=account("bob"), mbody="from the resumed one", mtype="chat").send()
    emit("bob got", body=(await bob.take_message("from the resumed one"))["body"])
    await alice.ping()
    emit("left over", messages=[message["body"] for message in alice.kept("message")])


run(play)
