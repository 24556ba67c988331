"""Somebody who writes without pause while the node is backed up and killed; and, afterwards, what the restored node knows of it."""
import asyncio
import sys

from mam import bodies, page
from play import Client, account, emit, run
from raw import Ended, Raw


async def everything(client):
    """The whole archive, page by page."""
    found, more = await page(client, 100)
    while not more["complete"]:
        results, more = await page(client, 100, after=found[-1][0])
        found += results
    return bodies(found)


async def chat():
    bob = await Raw("bob", "desk").login()
    alice = await Raw("alice", "desk").login()
    acknowledged = 0

    async def mark():
        await asyncio.get_event_loop().run_in_executor(None, sys.stdin.readline)
        emit("marked", acknowledged=acknowledged)

    marking = asyncio.ensure_future(mark())
    try:
        while True:
            alice.message(account("bob"), str(acknowledged + 1))
            await alice.request_ack()
            acknowledged += 1
            if acknowledged == 20:
                emit("chatting")
    except (Ended, OSError, asyncio.IncompleteReadError):
        await marking
        emit("cut", acknowledged=acknowledged, id=alice.sm_id, handled=alice.handled)
    bob.cut()


async def after():
    alice = await Raw("alice", "phone").connect()
    answer = await alice.resume(sys.argv[2], int(sys.argv[3]))
    emit("resume", answer=answer.tag.split("}")[1], h=answer.get("h"), conditions=[c.tag.split("}")[1] for c in answer])
    bob = await Client("bob", "phone").login()
    alice = await Client("alice", "tablet").login()
    emit("archives", alice=await everything(alice), bob=await everything(bob))
    alice.make_message(mto=account("bob"), mbody="goes on", mtype="chat").send()
    emit("goes on", body=(await bob.take_message("goes on"))["body"])


run(chat if sys.argv[1] == "chat" else after)
