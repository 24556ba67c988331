"""The other devices see both sides of a conversation (XEP-0280)."""
from play import NS, Client, account, element, emit, run


def carbon(message, direction):
    inner = message.xml.find(f"carbons:{direction}/forward:forwarded/c:message", NS)
    if inner is None:
        return None
    return {"outer_from": message["from"].full, "outer_to": message["to"].full, "from": inner.get("from"),
            "to": inner.get("to"), "body": inner.findtext("c:body", None, NS)}


async def take_carbon(client, direction):
    return carbon(await client.take(lambda s: s.name == "message" and carbon(s, direction)), direction)


async def play():
    desk, phone, plain = [await Client("alice", r).login() for r in ("desk", "phone", "plain")]
    bob = await Client("bob", "desk").login()
    for client in (desk, phone):
        emit("enable", answer=(await client.ask("set", element("enable", NS["carbons"])))[0])

    desk.make_message(mto=bob.boundjid.full, mbody="from the desk", mtype="chat").send()
    got = await bob.take_message()
    emit("bob got", body=got["body"], sender=got["from"].full)
    emit("sent carbon", **await take_carbon(phone, "sent"))

    bob.make_message(mto=desk.boundjid.full, mbody="to the desk", mtype="chat").send()
    emit("desk got", body=(await desk.take_message())["body"])
    emit("received carbon", **await take_carbon(phone, "received"))

    private = bob.make_message(mto=desk.boundjid.full, mbody="for one device only", mtype="chat")
    private.append(element("private", NS["carbons"]))
    private.append(element("no-copy", "urn:xmpp:hints"))
    private.send()
    got = await desk.take_message()
    emit("private", body=got["body"], marked=got.xml.find("carbons:private", NS) is not None)

    emit("disable", answer=(await phone.ask("set", element("disable", NS["carbons"])))[0])
    bob.make_message(mto=desk.boundjid.full, mbody="after disable", mtype="chat").send()
    await desk.take_message("after disable")

    # Everything before has gone out by the time that each of them has had this.
    for client in (desk, phone, plain):
        bob.make_message(mto=client.boundjid.full, mbody="last", mtype="headline").send()
        await client.take_message("last")
        await client.ping()
        emit("unexpected", device=client.boundjid.resource, messages=[str(m) for m in client.kept("message")])


run(play)
