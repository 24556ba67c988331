"""What every slixmpp play shares: a client that keeps what it received, and events printed as JSON lines.

A play is told where the node listens and which accounts are its own by the variable PRESENCE_PLAY. It prints facts; the
C# test that started it judges them. It must never wait for anything without a limit, and never sleep to let time pass.
"""
import asyncio
import json
import os
import ssl
import sys
import traceback

import slixmpp
from slixmpp.xmlstream.handler import Callback
from slixmpp.xmlstream.matcher import MatchXPath

CONFIG = json.loads(os.environ["PRESENCE_PLAY"])
HOST = CONFIG["host"]
PORT = CONFIG["port"]
DIRECT_TLS_PORT = CONFIG["directTls"]
PASSWORD = CONFIG["password"]
LIMIT = 15

NS = {
    "c": "jabber:client",
    "carbons": "urn:xmpp:carbons:2",
    "delay": "urn:xmpp:delay",
    "forward": "urn:xmpp:forward:0",
    "mam": "urn:xmpp:mam:2",
    "roster": "jabber:iq:roster",
    "sid": "urn:xmpp:sid:0",
    "stanzas": "urn:ietf:params:xml:ns:xmpp-stanzas",
}


def account(name):
    """The bare address that this play was given for one of its people."""
    return CONFIG["accounts"][name]


def emit(event, **facts):
    print(json.dumps({"event": event, **facts}), flush=True)


def run(play):
    """Runs the coroutine function to its end; what goes wrong ends the program with a trace and exit code 1."""
    async def limited():
        await asyncio.wait_for(play(), CONFIG.get("limit", 60))
    try:
        asyncio.get_event_loop().run_until_complete(limited())
        emit("done")
    except BaseException:
        traceback.print_exc()
        sys.exit(1)
    # Transports that a play cut on purpose are not worth a tidy end.
    sys.stdout.flush()
    os._exit(0)


def trusting_context():
    """TLS that takes the node's self-signed certificate; direct_tls.py looks at the certificate itself."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


class Client(slixmpp.ClientXMPP):
    """A slixmpp client whose received stanzas can be awaited one by one."""

    def __init__(self, name, resource=None, password=PASSWORD, mechanism=None, plugins=()):
        jid = account(name) + (f"/{resource}" if resource else "")
        super().__init__(jid, password, sasl_mech=mechanism)
        self.ssl_context = trusting_context()
        # The plays answer subscription requests themselves.
        self.auto_authorize = None
        self.auto_subscribe = False
        self.name = name
        self.received = []
        self.arrival = asyncio.Condition()
        for plugin in plugins:
            self.register_plugin(plugin)
        for kind in ("message", "presence", "iq"):
            self.register_handler(Callback(f"keep {kind}", MatchXPath(f"{{jabber:client}}{kind}"), self._keep))

    def _keep(self, stanza):
        self.received.append(stanza)
        asyncio.ensure_future(self._announce())

    async def _announce(self):
        async with self.arrival:
            self.arrival.notify_all()

    async def take(self, fits, limit=LIMIT):
        """Removes and returns the first received stanza that fits, waiting for it if need be."""
        async with self.arrival:
            def found():
                return next((i for i, stanza in enumerate(self.received) if fits(stanza)), None)
            try:
                await asyncio.wait_for(self.arrival.wait_for(lambda: found() is not None), limit)
            except asyncio.TimeoutError:
                raise TimeoutError(f"{self.name} got none that fits, only: {[str(s) for s in self.received]}") from None
            return self.received.pop(found())

    async def take_message(self, body=None, limit=LIMIT):
        return await self.take(
            lambda s: s.name == "message" and s["body"] and (body is None or s["body"] == body), limit)

    async def take_presence(self, sender, kind=None, limit=LIMIT):
        """Takes a presence from a bare or full address; kind is slixmpp's type, e.g. available, away, unavailable, subscribe."""
        def fits(s):
            return s.name == "presence" and sender in (s["from"].bare, s["from"].full) and (kind is None or s["type"] == kind)
        return await self.take(fits, limit)

    def kept(self, kind):
        return [stanza for stanza in self.received if stanza.name == kind]

    async def login(self, presence=True, direct_tls=False):
        """Connects, authenticates, binds; unless told not to, fetches the roster and becomes available, as clients do.

        Only a device that asked for the roster is told of roster changes and answered subscriptions (RFC 6121 §2.1.6).
        """
        started = asyncio.ensure_future(self.happens("session_start"))
        self.connect((HOST, DIRECT_TLS_PORT if direct_tls else PORT), use_ssl=direct_tls)
        await started
        if presence:
            await self.ask("get", element("query", NS["roster"]))
            self.send_presence()
            await self.take_presence(self.boundjid.bare)
        return self

    async def happens(self, event, limit=LIMIT):
        """Waits for one of slixmpp's events and returns its argument."""
        try:
            return await self.wait_until(event, timeout=limit)
        except asyncio.TimeoutError:
            raise TimeoutError(f"{self.name}: no {event}") from None

    async def ask(self, kind, payload, to=None):
        """Sends an IQ built from an XML element; returns (type, answer element or error condition)."""
        iq = self.Iq(stype=kind, sto=to)
        iq.append(payload)
        try:
            answer = await iq.send(timeout=LIMIT)
        except slixmpp.exceptions.IqError as error:
            return "error", error.condition
        children = list(answer.xml)
        return "result", children[0] if children else None

    async def ping(self, to=None):
        """A round trip to the server: what the server sent on this stream before its answer has arrived."""
        kind, _ = await self.ask("get", element("ping", "urn:xmpp:ping"), to)
        return kind

    async def resume(self):
        """Connects again after cut(); returns whether the old session went on (True) or a new one was bound."""
        resumed = asyncio.ensure_future(self.happens("session_resumed"))
        bound = asyncio.ensure_future(self.happens("session_start"))
        await asyncio.sleep(0)
        self.connect((HOST, PORT))
        done, waiting = await asyncio.wait((resumed, bound), return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        for task in done:
            task.result()
        return resumed in done

    async def cut(self):
        """Loses the connection as a phone does in a tunnel: no stream end, no goodbye."""
        gone = asyncio.ensure_future(self.happens("disconnected"))
        await asyncio.sleep(0)
        self.end_session_on_disconnect = False
        self.transport.abort()
        await gone

    def abort(self):
        """Ends the connection, which slixmpp may be ending by itself after a refused log-in: its TLS transport then has nothing left to abort."""
        try:
            super().abort()
        except AttributeError:
            pass

    async def logout(self):
        await self.disconnect()


async def befriend(one, other):
    """Makes two clients that are online subscribe to each other, and takes all the presence that this brings."""
    for subscriber, contact in ((one, other), (other, one)):
        mine, theirs = subscriber.boundjid.bare, contact.boundjid.bare
        subscriber.send_presence(pto=theirs, ptype="subscribe")
        await contact.take_presence(mine, "subscribe")
        contact.send_presence(pto=mine, ptype="subscribed")
        await subscriber.take_presence(theirs, "subscribed")
        await subscriber.take(lambda s: s.name == "presence" and s["from"].full == contact.boundjid.full)


def element(tag, namespace, text=None, children=(), **attributes):
    """Builds an XML element; an underscore ends attribute names that python keeps for itself (from_)."""
    built = slixmpp.xmlstream.ET.Element(f"{{{namespace}}}{tag}", {k.rstrip("_"): v for k, v in attributes.items()})
    built.text = text
    built.extend(children)
    return built


def stanza_id(message, by):
    """The XEP-0359 id that an archive gave to a message, or None."""
    for found in message.xml.findall("sid:stanza-id", NS):
        if found.get("by") == by:
            return found.get("id")
    return None
