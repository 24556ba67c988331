"""An administrator adds, changes and deletes users by ad-hoc commands (XEP-0050, XEP-0133); nobody else may."""
import asyncio

from play import CONFIG, LIMIT, Client, account, element, emit, run

ADMIN = "http://jabber.org/protocol/admin"
COMMANDS = "http://jabber.org/protocol/commands"
PLUGINS = ("xep_0004", "xep_0050", "xep_0133")


def fields_of(iq):
    return {f.get("var"): "".join(v.text for v in f) for f in iq.xml.iter("{jabber:x:data}field")}


async def order(client, name, **fields):
    """Runs a command as slixmpp's users do: ask for the form if there is one, fill it in, wait for the end."""
    ended = asyncio.get_event_loop().create_future()

    def fill(iq, session):
        form = client["xep_0004"].make_form(ftype="submit")
        form.add_field(var="FORM_TYPE", ftype="hidden", value=ADMIN)
        for var, value in fields.items():
            form.add_field(var=var.replace("_", "-"), value=value)
        session.update(payload=form, next=end)
        client["xep_0050"].complete_command(session)

    def end(iq, _):
        ended.set_result(iq)

    getattr(client["xep_0133"], name)(session={"next": fill if fields else end, "error": end})
    return await asyncio.wait_for(ended, LIMIT)


async def refused(who, password):
    client = Client(who, "desk", password=password)
    failed = asyncio.ensure_future(client.happens("failed_auth"))
    await asyncio.sleep(0)
    client.connect((CONFIG["host"], CONFIG["port"]))
    await failed
    client.abort()
    return True


async def command(client, name):
    return await client.ask("set", element("command", COMMANDS, node=f"{ADMIN}#{name}"), to="localhost")


async def play():
    admin = await Client("admin", "desk", plugins=PLUGINS).login()
    listed = await admin["xep_0133"].get_commands()
    emit("commands", names=sorted(node.split("#")[1] for _, node, _ in listed["disco_items"]["items"]))

    dora = account("dora")
    before = fields_of(await order(admin, "get_registered_users_num"))["registeredusersnum"]
    added = await order(admin, "add_user", accountjid=dora, password="first", password_verify="first")
    after = fields_of(await order(admin, "get_registered_users_num"))["registeredusersnum"]
    emit("added", status=added["command"]["status"], more=int(after) - int(before))
    form = [element("field", "jabber:x:data", var=var, children=[element("value", "jabber:x:data", value)])
            for var, value in (("FORM_TYPE", ADMIN), ("accountjid", dora), ("password", "x"), ("password-verify", "x"))]
    again = element("command", COMMANDS, node=f"{ADMIN}#add-user", children=[element("x", "jabber:x:data", type="submit", children=form)])
    emit("again", answer=await admin.ask("set", again, to="localhost"))

    client = await Client("dora", "phone", password="first").login()
    online = fields_of(await order(admin, "get_online_users_num"))["onlineusersnum"]
    stats = fields_of(await order(admin, "user_stats", accountjid=dora))
    emit("online", users=int(online), resources=stats["onlineresources"], roster=stats["rostersize"], address=stats["ipaddresses"])
    emit("not an administrator", items=await client.ask("get", element("query", "http://jabber.org/protocol/disco#items", node=COMMANDS), to="localhost"),
         count=await command(client, "get-online-users-num"), add=await command(client, "add-user"))

    gone = asyncio.ensure_future(client.happens("disconnected"))
    await asyncio.sleep(0)
    client.end_session_on_disconnect = True
    await order(admin, "change_user_password", accountjid=dora, password="second")
    await order(admin, "end_user_session", accountjids=[client.boundjid.full])
    await gone
    emit("changed", refused=await refused("dora", "first"))
    client = await Client("dora", "phone", password="second").login()
    emit("in again", ping=await client.ping())
    client.end_session_on_disconnect = True
    gone = asyncio.ensure_future(client.happens("disconnected"))
    await asyncio.sleep(0)
    deleted = await order(admin, "delete_user", accountjids=[dora])
    await gone
    emit("deleted", status=deleted["command"]["status"], refused=await refused("dora", "second"))


run(play)
