"""The own account by XEP-0077 while stream management counts: the form, changes that fail, a new password, and the end of the account."""
import asyncio

from slixmpp.exceptions import IqError

from play import HOST, PASSWORD, PORT, Client, account, emit, run


async def outcome(request):
    try:
        return ["result", (await request)["id"] != ""]
    except IqError as error:
        return ["error", error.condition]


async def refused(password):
    """Whether this password no longer logs in."""
    client = Client("alice", "other", password=password)
    failed = asyncio.ensure_future(client.happens("failed_auth"))
    await asyncio.sleep(0)
    client.connect((HOST, PORT))
    condition = (await failed)["condition"]
    client.abort()
    return condition


async def play():
    alice = await Client("alice", "phone", plugins=("xep_0077", "xep_0198")).login()
    sm, register = alice["xep_0198"], alice["xep_0077"]
    assert sm.enabled_in and sm.enabled_out

    form = (await register.get_registration())["register"]
    emit("form", fields=sorted(form["fields"]), registered=form["registered"], username=form["username"], own=account("alice").split("@")[0])

    emit("failed", empty=await outcome(register.change_password("")), forbidden=await outcome(register.change_password("a\tb")))
    client = await Client("alice", "desk").login()
    emit("unchanged", ping=await client.ping())

    emit("changed", answer=await outcome(register.change_password("second", jid="localhost")), old=await refused(PASSWORD))

    # Both sides still count alike: the session goes on, with the new password, and nothing comes twice.
    alice.password = "second"
    await alice.cut()
    bob = await Client("bob", "desk").login()
    bob.make_message(mto=account("alice"), mbody="while cut", mtype="chat").send()
    resumed = await alice.resume()
    body = (await alice.take_message())["body"]
    emit("resumed", resumed=resumed, got=body, ping=await alice.ping(), more=len(alice.kept("message")))
    emit("again", answer=await outcome(register.change_password("third", jid="localhost")))

    ends = [asyncio.ensure_future(one.happens("stream_error")) for one in (alice, client)]
    await asyncio.sleep(0)
    answer = await outcome(register.cancel_registration())
    emit("cancelled", answer=answer, ends=[(await end)["condition"] for end in ends], third=await refused("third"))


run(play)
