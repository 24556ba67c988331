"""Reads the archive page by page (XEP-0313 with XEP-0059)."""
import asyncio
import datetime

from mam import bodies, page
from play import NS, Client, account, element, emit, run

async def say(sender, recipient, body):
    """Sends and waits for the arrival, so that the order in the archive is known."""
    sender.make_message(mto=recipient.boundjid.bare, mbody=body, mtype="chat").send()
    return await recipient.take_message(body)


async def next_millisecond():
    """A time of the clock with which the node also reads its own, after everything so far and before all that follows."""
    def now():
        return datetime.datetime.utcnow().isoformat(timespec="milliseconds") + "Z"
    before = now()
    while now() <= before:
        await asyncio.sleep(0.001)
    middle = now()
    while now() <= middle:
        await asyncio.sleep(0.001)
    return middle


async def play():
    alice, bob, carol = [await Client(name, "desk").login() for name in ("alice", "bob", "carol")]
    for number in range(5):
        await say(alice, bob, f"to bob {number}")
        await say(bob, alice, f"from bob {number}")
    middle = await next_millisecond()
    await say(carol, alice, "from carol")
    await say(alice, carol, "to carol")

    everything, fin = await page(alice)
    emit("everything", bodies=bodies(everything), complete=fin["complete"], distinct_ids=len({r[0] for r in everything}),
         first_from=everything[0][1], first_to=everything[0][2])

    pages, last = [], None
    while True:
        results, fin = await page(alice, page_size=5, after=last)
        pages.append(bodies(results))
        if fin["complete"]:
            break
        last = fin["last"]
    emit("forwards", pages=pages)

    pages, first = [], ""
    while True:
        results, fin = await page(alice, page_size=5, before=first)
        pages.append(bodies(results))
        if fin["complete"]:
            break
        first = fin["first"]
    emit("backwards", pages=pages)

    emit("with bob", bodies=bodies((await page(alice, with_=account("bob")))[0]))
    emit("with carol", bodies=bodies((await page(alice, with_=carol.boundjid.bare))[0]))
    emit("with her desk", bodies=bodies((await page(alice, with_=carol.boundjid.full))[0]))
    emit("with nobody", bodies=bodies((await page(alice, with_="nobody@localhost"))[0]))

    until, _ = await page(alice, end=middle)
    since, _ = await page(alice, start=middle)
    emit("time", until=bodies(until), since=bodies(since))
    tomorrow = (datetime.datetime.utcnow() + datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    emit("future", bodies=bodies((await page(alice, start=tomorrow))[0]))

    emit("unknown id", answer=(await page(alice, after="no-such-id"))[1])
    kind, _ = await bob.ask("set", element("query", NS["mam"]), to=account("alice"))
    emit("someone else's archive", answer=kind)

    got = await say(bob, alice, "known by its id")
    stamped = next(s.get("id") for s in got.xml.findall("sid:stanza-id", NS) if s.get("by") == account("alice"))
    newest = (await page(alice, page_size=1, before=""))[0][0]
    emit("same id", archive=newest[0], message=stamped)


run(play)
