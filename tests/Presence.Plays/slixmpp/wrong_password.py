"""A wrong password and an unknown account are refused in the same words."""
import asyncio

from play import CONFIG, Client, account, emit, run


async def refused(name, who, password, mechanism):
    client = Client(who, "desk", password=password, mechanism=mechanism)
    failed = asyncio.ensure_future(client.happens("failed_auth"))
    await asyncio.sleep(0)
    started = []
    client.add_event_handler("session_start", lambda _: started.append(True))
    client.connect((CONFIG["host"], CONFIG["port"]))
    failure = await failed
    emit("refused", what=name, mechanism=mechanism, condition=failure["condition"], started=bool(started))
    client.abort()


async def play():
    CONFIG["accounts"]["nobody"] = "nobody-" + account("alice")
    for mechanism in ("SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN"):
        await refused("wrong password", "alice", "not-the-password", mechanism)
        await refused("unknown account", "nobody", "secret", mechanism)


run(play)
