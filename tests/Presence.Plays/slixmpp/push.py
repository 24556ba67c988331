"""Push (XEP-0357): a phone that is gone is woken by what deserves it, once, and not after it has disabled push.

Carol's phone is the measure of time: a push to it tells that one to alice, sent before, would have come too.
"""
from play import Client, account, element, emit, run
from raw import Raw, push_enable


async def asleep(name, node):
    phone = await Raw(name, "phone").login()
    emit("enable", answer=(await phone.iq("set", push_enable(node))).get("type"))
    return phone


async def play():
    alice = await asleep("alice", f"node-of-{account('alice')}")
    carol = await asleep("carol", f"node-of-{account('carol')}")
    bob = await Client("bob", "desk").login()

    async def tell(recipient, body):
        bob.make_message(mto=account(recipient), mbody=body, mtype="chat").send()
        await bob.ping()

    # In the foreground there is nothing to push.
    await tell("alice", "seen at once")
    await alice.take_bodies(1)
    alice.send_ack()

    alice.cut()
    for name, namespace in (("composing", "http://jabber.org/protocol/chatstates"), ("received", "urn:xmpp:receipts"),
                            ("reactions", "urn:xmpp:reactions:0")):
        quiet = bob.make_message(mto=account("alice"), mtype="chat")
        quiet.append(element(name, namespace, id="m1"))
        quiet.send()
    await tell("alice", "wake up")
    emit("sleeping", node=f"node-of-{account('alice')}")

    await alice.connect()
    emit("resumed", answer=(await alice.resume()).tag.split("}")[1], bodies=await alice.take_bodies(1))
    alice.send_ack()
    emit("disable", answer=(await alice.iq("set", "<disable xmlns='urn:xmpp:push:0' jid='push.example'/>")).get("type"))
    alice.cut()
    await tell("alice", "sleep on")
    carol.cut()
    await tell("carol", "wake up, carol")
    emit("measure", node=f"node-of-{account('carol')}")


run(play)
