"""The roster: items, pushes to the other device, and versions that save a download (RFC 6121 §2)."""
from play import NS, Client, account, element, emit, run


def items(query):
    return sorted(
        [item.get("jid"), item.get("name"), item.get("subscription"), sorted(g.text for g in item.findall("roster:group", NS))]
        for item in query.findall("roster:item", NS))


async def fetch(client, version):
    kind, query = await client.ask("get", element("query", NS["roster"], ver=version))
    return None if kind == "result" and query is None else query


async def change(client, **item):
    groups = [element("group", NS["roster"], text) for text in item.pop("groups", ())]
    return await client.ask("set", element("query", NS["roster"], children=[element("item", NS["roster"], children=groups, **item)]))


async def pushed(client):
    push = await client.take(lambda s: s.name == "iq" and s["type"] == "set" and s.xml.find("roster:query", NS) is not None)
    return push.xml.find("roster:query", NS)


async def play():
    desk = await Client("alice", "desk").login()
    phone = await Client("alice", "phone").login()
    empty = await fetch(desk, "")
    await fetch(phone, "")
    emit("empty", items=items(empty), versioned=bool(empty.get("ver")), feature="rosterver" in desk.features)

    await change(desk, jid=account("bob"), name="Bob", groups=["Friends", "Work & play"])
    push = await pushed(phone)
    emit("push to phone", items=items(push), versioned=bool(push.get("ver")))
    known = (await pushed(desk)).get("ver")
    emit("list", items=items(await fetch(phone, "")))

    unchanged = await fetch(desk, known)
    emit("unchanged", empty=unchanged is None)

    await change(desk, jid=account("carol"), name="Carol")
    await pushed(phone)
    late = await Client("alice", "late").login(presence=False)
    answer = await fetch(late, known)
    if answer is None:
        # The server may send what changed as pushes instead of the whole roster.
        changed = items(await pushed(late))
    else:
        changed = [item for item in items(answer) if item[0] == account("carol")]
    emit("changed since", items=changed)

    await change(desk, jid=account("bob"), subscription="remove")
    emit("removed", items=items(await pushed(phone)))
    emit("left", items=items(await fetch(phone, "")))
    emit("remove what is not there", answer=await change(desk, jid="stranger@localhost", subscription="remove"))


run(play)
