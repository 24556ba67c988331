"""Messages to someone who has no device online wait for the next log-in (XEP-0160), with their time (XEP-0203)."""
from play import NS, Client, account, emit, run, stanza_id


def seen(message):
    delay = message.xml.find("delay:delay", NS)
    return {"body": message["body"], "sender": message["from"].full, "stamp": delay is not None and delay.get("stamp"),
            "stanza_id": stanza_id(message, account("bob"))}


async def play():
    alice = await Client("alice", "desk").login()
    for number in range(3):
        alice.make_message(mto=account("bob"), mbody=f"while you were away {number}", mtype="chat").send()
    await alice.ping()

    bob = Client("bob", "phone")
    await bob.login(presence=False)
    await bob.ping()
    emit("before presence", messages=len(bob.kept("message")))
    bob.send_presence()
    for _ in range(3):
        emit("waited", **seen(await bob.take_message()))
    await bob.logout()

    again = await Client("bob", "phone").login()
    alice.make_message(mto=account("bob"), mbody="live", mtype="chat").send()
    live = await again.take_message("live")
    emit("live", again=[m["body"] for m in again.kept("message")], stamp=seen(live)["stamp"])


run(play)
