"""A client of a hundred lines that hides nothing: it shows and does with stream management what a library would not let it.

It connects over STARTTLS, authenticates with SCRAM, binds, and then sends and takes elements one by one. It must never
answer anything by itself, except that it counts the stanzas that it has received.
"""
import asyncio
import base64
import hashlib
import hmac
import os
import xml.etree.ElementTree as ET
from xml.sax.saxutils import escape, quoteattr

from play import HOST, LIMIT, PASSWORD, PORT, account, trusting_context

SM = "urn:xmpp:sm:3"
SASL = "urn:ietf:params:xml:ns:xmpp-sasl"
TLS = "urn:ietf:params:xml:ns:xmpp-tls"
BIND = "urn:ietf:params:xml:ns:xmpp-bind"
STANZAS = tuple(f"{{jabber:client}}{name}" for name in ("message", "presence", "iq"))


class Ended(Exception):
    """The server closed the stream or the connection; carries the stream error's condition if there was one."""

    def __init__(self, condition=None):
        super().__init__(condition or "closed")
        self.condition = condition


class Raw:
    def __init__(self, name, resource):
        self.jid, self.resource = account(name), resource
        self.handled = 0        # h of this side: stanzas received since <enabled/>
        self.counting = False
        self.sm_id = None
        self.ids = 0
        self.taken_later = []

    async def connect(self):
        """Opens a stream and authenticates; afterwards either bind() or resume()."""
        self.counting = False
        self.taken_later = []
        self.reader, self.writer = await asyncio.open_connection(HOST, PORT)
        await self.open_stream()
        await self.request(f"<starttls xmlns='{TLS}'/>", f"{{{TLS}}}proceed")
        await self.writer.start_tls(trusting_context(), server_hostname="localhost")
        features = await self.open_stream()
        offered = [m.text for m in features.iter(f"{{{SASL}}}mechanism")]
        await self.authenticate("SCRAM-SHA-256" if "SCRAM-SHA-256" in offered else "SCRAM-SHA-1")
        self.features = await self.open_stream()
        return self

    async def open_stream(self):
        self.parser = ET.XMLPullParser(("start", "end"))
        self.depth, self.root = 0, None
        self.write(f"<?xml version='1.0'?><stream:stream to='localhost' version='1.0' xmlns='jabber:client' "
                   "xmlns:stream='http://etherx.jabber.org/streams'>")
        return await self.next()

    async def authenticate(self, mechanism):
        digest = "sha256" if mechanism.endswith("256") else "sha1"
        user, nonce = self.jid.split("@")[0], base64.b64encode(os.urandom(18)).decode()
        bare = f"n={user},r={nonce}"
        first = await self.request(
            f"<auth xmlns='{SASL}' mechanism='{mechanism}'>{base64.b64encode(('n,,' + bare).encode()).decode()}</auth>")
        challenge = base64.b64decode(first.text).decode()
        server = dict(part.split("=", 1) for part in challenge.split(","))
        assert server["r"].startswith(nonce)
        final = f"c=biws,r={server['r']}"
        signed = f"{bare},{challenge},{final}".encode()
        salted = hashlib.pbkdf2_hmac(digest, PASSWORD.encode(), base64.b64decode(server["s"]), int(server["i"]))
        key = hmac.digest(salted, b"Client Key", digest)
        signature = hmac.digest(hashlib.new(digest, key).digest(), signed, digest)
        proof = base64.b64encode(bytes(a ^ b for a, b in zip(key, signature))).decode()
        success = await self.request(
            f"<response xmlns='{SASL}'>{base64.b64encode(f'{final},p={proof}'.encode()).decode()}</response>")
        expected = base64.b64encode(hmac.digest(hmac.digest(salted, b"Server Key", digest), signed, digest)).decode()
        assert base64.b64decode(success.text).decode() == f"v={expected}", "the server does not know the password"

    async def bind(self):
        answer = await self.iq("set", f"<bind xmlns='{BIND}'><resource>{self.resource}</resource></bind>")
        self.full = answer.find(f".//{{{BIND}}}jid").text
        return self.full

    async def enable(self):
        answer = await self.request(f"<enable xmlns='{SM}' resume='true'/>", f"{{{SM}}}enabled")
        self.sm_id, self.handled, self.counting = answer.get("id"), 0, True
        return answer

    async def resume(self, previd=None, h=None):
        """Asks for the old session; returns <resumed/> or <failed/>."""
        answer = await self.request(
            f"<resume xmlns='{SM}' previd={quoteattr(previd or self.sm_id)} h='{self.handled if h is None else h}'/>")
        self.counting = answer.tag == f"{{{SM}}}resumed"
        return answer

    async def login(self):
        """Everything up to an available session with resumption."""
        await self.connect()
        await self.bind()
        await self.enable()
        self.write("<presence/>")
        return self

    def write(self, text):
        self.writer.write(text.encode())

    def message(self, to, body):
        self.ids += 1
        self.write(f"<message to={quoteattr(to)} type='chat' id='m{self.ids}'><body>{escape(body)}</body></message>")

    async def iq(self, kind, payload, to=None):
        self.ids += 1
        own = f"q{self.ids}"
        self.write(f"<iq type='{kind}' id='{own}'{f' to={quoteattr(to)}' if to else ''}>{payload}</iq>")
        return await self.take(lambda e: e.tag.endswith("}iq") and e.get("id") == own)

    async def ping(self):
        return (await self.iq("get", "<ping xmlns='urn:xmpp:ping'/>")).get("type")

    async def request_ack(self):
        """Returns the server's h."""
        return int((await self.request(f"<r xmlns='{SM}'/>", f"{{{SM}}}a")).get("h"))

    def send_ack(self, h=None):
        self.write(f"<a xmlns='{SM}' h='{self.handled if h is None else h}'/>")

    async def request(self, text, tag=None):
        self.write(text)
        if tag:
            return await self.take(lambda e: e.tag == tag)
        return await self.next()

    async def take(self, fits, limit=LIMIT):
        """The first element that fits; those before it stay for later."""
        for element in self.taken_later:
            if fits(element):
                self.taken_later.remove(element)
                return element
        while True:
            element = await self.next(limit)
            if fits(element):
                return element
            self.taken_later.append(element)

    async def take_bodies(self, count):
        """The bodies of the next messages, in the order of arrival."""
        return [(await self.take(lambda e: e.find("{jabber:client}body") is not None)).findtext("{jabber:client}body")
                for _ in range(count)]

    async def next(self, limit=LIMIT):
        """The next top-level element; raises Ended when the server has closed, TimeoutError when nothing came."""
        while True:
            for event, element in self.parser.read_events():
                if event == "start":
                    self.depth += 1
                    self.root = self.root if self.depth > 1 else element
                    continue
                self.depth -= 1
                if self.depth == 0:
                    raise Ended()
                if self.depth == 1:
                    self.root.clear()
                    return self.arrived(element)
            data = await asyncio.wait_for(self.reader.read(65536), limit)
            if not data:
                raise Ended()
            self.parser.feed(data)

    def arrived(self, element):
        if element.tag == "{http://etherx.jabber.org/streams}error":
            raise Ended(element[0].tag.split("}")[1])
        if self.counting and element.tag in STANZAS:
            self.handled += 1
        return element

    async def ended(self):
        """Reads on until the server closes; returns the stream error's condition or None."""
        try:
            while True:
                await self.next()
        except Ended as end:
            return end.condition

    def cut(self):
        """Loses the connection without a word."""
        self.writer.transport.abort()


def push_enable(node, service="push.example"):
    """XEP-0357: the request that makes messages to this session push to a service."""
    return (f"<enable xmlns='urn:xmpp:push:0' jid='{service}' node='{node}'>"
            "<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'>"
            "<value>http://jabber.org/protocol/pubsub#publish-options</value></field>"
            "<field var='secret'><value>s3cret-of-the-app</value></field></x></enable>")
