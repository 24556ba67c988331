"""The same resource a second time ends the first session with a conflict; other resources live on."""
import asyncio

from play import Client, account, emit, run


async def play():
    old = Client("alice", "desk")
    old.end_session_on_disconnect = True
    error = asyncio.ensure_future(old.happens("stream_error"))
    gone = asyncio.ensure_future(old.happens("disconnected"))
    await old.login()
    other = await Client("alice", "phone").login()
    new = await Client("alice", "desk").login()
    emit("old ended", condition=(await error)["condition"])
    await gone
    emit("new", jid=new.boundjid.full, ping=await new.ping(), other=await other.ping())

    bob = await Client("bob").login()
    emit("server's choice", resource=bob.boundjid.resource, bare=bob.boundjid.bare, ping=await bob.ping())
    bob.make_message(mto=new.boundjid.full, mbody="for the new one", mtype="chat").send()
    emit("new got", body=(await new.take_message())["body"], sender=(bob.boundjid.bare == account("bob")))


run(play)
