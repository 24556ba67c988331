"""Receipts, markers and chat states (XEP-0184, 0333, 0085) reach the device they are for, in order with the messages."""
from play import Client, account, element, emit, run

KINDS = (("received", "urn:xmpp:receipts"), ("displayed", "urn:xmpp:chat-markers:0"),
         ("composing", "http://jabber.org/protocol/chatstates"))


async def play():
    alice = await Client("alice", "desk").login()
    bob = await Client("bob", "phone").login()
    for name, namespace in KINDS:
        message = bob.make_message(mto=alice.boundjid.full, mtype="chat")
        message.append(element(name, namespace, id="some-id"))
        message.send()
        got = await alice.take(lambda s: s.name == "message" and s.xml.find(f"{{{namespace}}}{name}") is not None)
        emit("got", kind=name, sender=got["from"].full, id=got.xml.find(f"{{{namespace}}}{name}").get("id"))

    # A chat state for someone who is away is not worth keeping; the message behind it is.
    await alice.logout()
    for name, namespace in KINDS[2:]:
        message = bob.make_message(mto=account("alice"), mtype="chat")
        message.append(element(name, namespace))
        message.send()
    bob.make_message(mto=account("alice"), mbody="kept", mtype="chat").send()
    await bob.ping()
    alice = await Client("alice", "desk").login()
    await alice.take_message("kept")
    await alice.ping()
    emit("after log-in", states=sum(m.xml.find(f"{{{KINDS[2][1]}}}composing") is not None for m in alice.kept("message")))

    # To oneself: for the other devices; the one that wrote it does not get it back.
    other = await Client("alice", "phone").login()
    alice.make_message(mto=account("alice"), mbody="note to self", mtype="chat").send()
    await other.take_message("note to self")
    await alice.ping()
    emit("to oneself", more=sum(m["body"] == "note to self" for m in alice.kept("message")))


run(play)
