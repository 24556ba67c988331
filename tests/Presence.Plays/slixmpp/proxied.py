"""Logs in both ways through whatever stands at the ports given, tells from which address, and stays until told to go on."""
import asyncio
import sys

from play import Client, emit, run


async def play():
    alice = Client("alice", "desk")
    await alice.login()
    bob = Client("bob", "phone")
    await bob.login(direct_tls=True)
    bob.send_message(alice.boundjid.full, "through the proxy", mtype="chat")
    got = await alice.take_message()
    for client in (alice, bob):
        # The outer end of TLS, which is the one the proxy sees.
        local, port = client.transport.get_extra_info("socket").getsockname()
        emit("logged in", jid=client.boundjid.bare, local=f"{local}:{port}")
    emit("got", body=got["body"])
    await asyncio.get_event_loop().run_in_executor(None, sys.stdin.readline)


run(play)
