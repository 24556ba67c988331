"""Blocks a contact (XEP-0191): nothing comes through, the other devices know, unblocking undoes it."""
from play import Client, account, element, emit, run

BLOCKING = "urn:xmpp:blocking"


async def blocked(client):
    _, answer = await client.ask("get", element("blocklist", BLOCKING))
    return sorted(item.get("jid") for item in answer)


async def change(client, name, *jids):
    items = [element("item", BLOCKING, jid=jid) for jid in jids]
    return (await client.ask("set", element(name, BLOCKING, children=items)))[0]


async def pushed(client, name):
    push = await client.take(
        lambda s: s.name == "iq" and s["type"] == "set" and s.xml.find(f"{{{BLOCKING}}}{name}") is not None)
    return [item.get("jid") for item in push.xml.find(f"{{{BLOCKING}}}{name}")]


async def play():
    desk = await Client("alice", "desk").login()
    phone = await Client("alice", "phone").login()
    bob = await Client("bob", "desk").login()
    emit("empty", list=await blocked(desk), phone=await blocked(phone))

    emit("block", answer=await change(desk, "block", account("bob")))
    emit("push", jids=await pushed(phone, "block"))
    emit("list", list=await blocked(phone))

    bob.make_message(mto=account("alice"), mbody="let me in", mtype="chat").send()
    error = await bob.take(lambda s: s.name == "message" and s["type"] == "error")
    emit("refused", condition=error["error"]["condition"], sender=error["from"].bare)
    emit("iq refused", answer=await bob.ask("get", element("ping", "urn:xmpp:ping"), to=desk.boundjid.full))

    desk.make_message(mto=account("bob"), mbody="to one I blocked", mtype="chat").send()
    error = await desk.take(lambda s: s.name == "message" and s["type"] == "error")
    emit("outbound refused", condition=error["error"]["condition"],
         told=error["error"].xml.find("{urn:xmpp:blocking:errors}blocked") is not None)

    emit("unblock", answer=await change(desk, "unblock", account("bob")))
    emit("unblock push", jids=await pushed(phone, "unblock"))
    emit("list after", list=await blocked(desk))
    bob.make_message(mto=account("alice"), mbody="and now", mtype="chat").send()
    emit("through", body=(await desk.take_message())["body"])

    await change(desk, "block", account("bob"), account("carol"))
    emit("unblock all", answer=await change(desk, "unblock"), list=await blocked(desk))


run(play)
