"""Two people exchange subscriptions and see each other come and go (RFC 6121 §3, §4)."""
from play import NS, Client, account, element, emit, run


async def state(client, contact):
    _, query = await client.ask("get", element("query", NS["roster"]))
    for item in query.findall("roster:item", NS):
        if item.get("jid") == contact:
            return [item.get("subscription"), item.get("ask")]
    return None


async def play():
    alice_jid, bob_jid = account("alice"), account("bob")
    alice, bob = Client("alice", "desk"), Client("bob", "phone")
    await alice.login()
    await bob.login()

    alice.send_presence(pto=bob_jid, ptype="subscribe")
    request = await bob.take_presence(alice_jid, "subscribe")
    emit("request", sender=str(request["from"]), alice=await state(alice, bob_jid), bob=await state(bob, alice_jid))

    bob.send_presence(pto=alice_jid, ptype="subscribed")
    approval = await alice.take_presence(bob_jid, "subscribed")
    seen = await alice.take_presence(bob_jid, "available")
    emit("approved", sender=str(approval["from"]), seen=seen["from"].full,
         alice=await state(alice, bob_jid), bob=await state(bob, alice_jid))

    bob.send_presence(pto=alice_jid, ptype="subscribe")
    await alice.take_presence(bob_jid, "subscribe")
    alice.send_presence(pto=bob_jid, ptype="subscribed")
    await bob.take_presence(alice_jid, "subscribed")
    seen = await bob.take_presence(alice_jid, "available")
    emit("mutual", seen=seen["from"].full, alice=await state(alice, bob_jid), bob=await state(bob, alice_jid))

    bob.send_presence(pshow="dnd", pstatus="in a meeting", ppriority=5)
    seen = await alice.take_presence(bob_jid, "dnd")
    emit("broadcast", show=seen["show"], status=seen["status"], priority=seen["priority"])

    # Who comes later is told the present state by a probe.
    tablet = await Client("alice", "tablet").login()
    seen = await tablet.take_presence(bob.boundjid.full)
    emit("probed", sender=seen["from"].full, show=seen["show"])

    await bob.logout()
    seen = await alice.take_presence(bob.boundjid.full, "unavailable")
    emit("gone", sender=seen["from"].full)

    bob = await Client("bob", "laptop").login()
    await alice.take_presence(bob.boundjid.full, "available")
    alice.send_presence(pto=bob_jid, ptype="unsubscribe")
    await bob.take_presence(alice_jid, "unsubscribe")
    seen = await alice.take_presence(bob.boundjid.full, "unavailable")
    emit("unsubscribed", sender=seen["from"].bare, alice=await state(alice, bob_jid), bob=await state(bob, alice_jid))


run(play)
