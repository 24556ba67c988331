"""A few slixmpp clients that write numbered messages to each other while the node is killed and started again.

Two senders, one listener, and one sleeper that is cut off after it has enabled push. On a line on standard input the
writing ends; when all is acknowledged and the sleeper is back, the program prints what was acknowledged and what arrived.
"""
import asyncio
import os
import sys
from collections import defaultdict

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "Presence.Plays", "slixmpp"))

from play import CONFIG, HOST, PORT, Client, account, element, emit, run  # noqa: E402
from slixmpp.plugins import register_plugin  # noqa: E402
from slixmpp.plugins.xep_0198 import stanza as sm_stanza  # noqa: E402
from slixmpp.plugins.xep_0198.stream_management import XEP_0198  # noqa: E402

CONFIG["limit"] = 240


class Keeping(XEP_0198):
    """Keeps what is unacknowledged until the session ends.

    slixmpp 1.8.3 forgets it when it asks for resumption, and never keeps what is written between the loss of the connection
    and its return: neither could be sent again, and what nobody sent would look lost on the way.
    """

    def disconnected(self, event):
        keeping = self.enabled_out
        super().disconnected(event)
        self.enabled_out = keeping

    def _handle_outgoing(self, stanza):
        if isinstance(stanza, sm_stanza.Resume):
            self.enabled_out = True
            return stanza
        return super()._handle_outgoing(stanza)


# Under the name of the original, which it replaces.
register_plugin(Keeping)


class Survivor(Client):
    """Comes back after every cut, unless it is asleep."""

    def __init__(self, name):
        super().__init__(name, "storm")
        self.register_plugin("xep_0198")
        self.asleep = False
        self.attempts = 0
        self.online = asyncio.Event()
        self.acknowledged = defaultdict(int)
        self.arrived = defaultdict(list)
        self.add_event_handler("session_start", lambda _: self.online.set())
        self.add_event_handler("session_resumed", lambda _: self.online.set())
        self.add_event_handler("disconnected", self.lost)
        self.add_event_handler("connection_failed", self.lost)
        self.add_event_handler("stanza_acked", self.acked)
        self.add_event_handler("message", self.message)
        self.lost_sessions = 0
        self.add_event_handler("sm_failed", self.failed)

    def failed(self, _):
        self.lost_sessions += 1

    def lost(self, _):
        self.online.clear()
        self.cancel_connection_attempt()
        if not self.asleep:
            asyncio.get_event_loop().call_later(0.1, self.come_back)

    def come_back(self):
        if not self.asleep and not self.is_connected() and not self.is_connecting():
            self.connect((HOST, PORT))
            self.attempts += 1
            asyncio.get_event_loop().call_later(10, self.start_over, self.attempts)

    def start_over(self, attempt):
        """A node that dies during the TLS handshake leaves slixmpp 1.8.3 with a transport whose end nobody tells it."""
        if attempt == self.attempts and not self.online.is_set() and not self.asleep:
            self.abort()
            self.transport = None
            self.lost(None)

    def acked(self, stanza):
        if stanza.name == "message":
            sender, recipient, number = stanza["body"].split()
            self.acknowledged[recipient] += 1
            assert self.acknowledged[recipient] == int(number), f"{number} to {recipient} follows {self.acknowledged[recipient] - 1}"

    def message(self, message):
        sender, recipient, number = message["body"].split()
        self.arrived[sender].append(int(number))

    def standing(self, numbers):
        """What the person still waits for, for the message of a play that did not end."""
        lacks = {name: sorted(set(range(1, sent[self.name] + 1)) - set(self.arrived[account(name)])) for name, sent in numbers.items()}
        return (f"{self.name}: online {self.online.is_set()}, connected {self.is_connected()}, connecting {self.is_connecting()}, "
                f"unacknowledged {len(self['xep_0198'].unacked_queue)}, written {dict(numbers.get(self.name, {}))}, "
                f"acknowledged {dict(self.acknowledged)}, lacks {lacks}")


async def write(sender, recipients, stop, numbers):
    while not stop.is_set():
        await sender.online.wait()
        if len(sender["xep_0198"].unacked_queue) < 30:
            recipient = recipients[sum(numbers.values()) % len(recipients)]
            numbers[recipient] += 1
            text = f"{account(sender.name)} {account(recipient)} {numbers[recipient]}"
            sender.make_message(mto=account(recipient), mbody=text, mtype="chat").send()
        await asyncio.sleep(0.02)


async def until(what, done, people, numbers):
    """Waits for the end of what has no event of its own; after a minute says who stands where."""
    waited = 0
    while not done():
        await asyncio.sleep(0.05)
        waited += 1
        if waited > 1200:
            raise TimeoutError(f"not {what}:\n" + "\n".join(person.standing(numbers) for person in people.values()))
    emit("settled", what=what)


async def play():
    people = {name: Survivor(name) for name in CONFIG["accounts"]}
    for person in people.values():
        await person.login()
    sleeper = people["sleeper"]
    answer, _ = await sleeper.ask("set", element("enable", "urn:xmpp:push:0", jid="push.example", node="storm-sleeper"))
    sleeper.asleep = True
    await sleeper.cut()
    emit("ready", push=answer)

    stop = asyncio.Event()
    asyncio.get_event_loop().add_reader(sys.stdin, stop.set)
    numbers = {name: defaultdict(int) for name in ("one", "two")}
    others = {"one": ["two", "listener", "sleeper"], "two": ["one", "listener", "sleeper"]}
    await asyncio.gather(*(write(people[name], others[name], stop, numbers[name]) for name in numbers))
    asyncio.get_event_loop().remove_reader(sys.stdin)

    def all_acknowledged():
        for name in numbers:
            if people[name].online.is_set():
                people[name]["xep_0198"].request_ack()
        return all(people[name].acknowledged[account(to)] == n for name in numbers for to, n in numbers[name].items())

    await until("acknowledged", all_acknowledged, people, numbers)
    sleeper.asleep = False
    sleeper.come_back()
    await until("arrived", lambda: all(
        len(people[to].arrived[account(name)]) >= n for name in numbers for to, n in numbers[name].items()), people, numbers)
    for person in people.values():
        await person.online.wait()
        await person.ping()
    for name in numbers:
        for to, n in numbers[name].items():
            emit("conversation", sender=name, receiver=to, sent=n, acknowledged=people[name].acknowledged[account(to)],
                 received=people[to].arrived[account(name)])
    emit("sessions", lost=sum(person.lost_sessions for person in people.values()))


run(play)
