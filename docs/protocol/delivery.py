#!/usr/bin/env python3
"""Model: from one shard's outbox to another shard's log, to the session, to the edge, to the client, and push (S9, S11, S12).

What has to be durable, and when; each clause has a variant that breaks without it:
  1  The receiver confirms an outbox item only after the write that holds its row AND the sender's cursor.
  2  A durable stanza's outbound number is written before the stanza is sent: with its row if the session is attached, else
     with the attach that replays it.  Only then can any later owner translate the client's own h.
  3  Ephemeral stanzas take numbers in memory, but none overtakes a write that has numbers in it.
  4  A freshly loaded owner gives out no number before an attach (edge: "sent n", client: "h") tells it how far the
     sequence went.  Until then messages are stored without one.  An attach numbers again what lies above n.
  5  An edge stops listening to the old owner before it says "sent n" to the new one.
  6  Push is derived, not decided: due = detached, and id above the acknowledged cursor, and not done.  The owner itself
     writes the detach when nobody tells it otherwise.
  7  Push: claim (a write), send, done (a write).
Exactly once is impossible (a) for a client that forgets its session or its counter: everything above the acknowledged cursor
comes again with the same ids; (b) for a push whose answer was lost: it is sent again with the same collapse id.  Edge and
owner dying together is not such a case, thanks to 2.

The sender is "items 1..K, offered any number of times"; its crashes change nothing (shard_protocol.py, variant outbox).
The owner of epoch e is process e; fenced, it goes on as a zombie.  Any owner may be fenced and any edge lost at any moment.
"""
from typing import NamedTuple, Optional
from explore import Goal, Variant, main

VARIANTS = {
    "proposal": Variant(None, "as above"),
    "failed-resume": Variant(None, "numbers only in memory; edge and owner both gone: <failed/>, new session, repeats allowed"),
    "confirm-on-accept": Variant("LOST", "the receiver confirms before its own commit", dict(ephemeral=0)),
    "no-cursor": Variant("S9", "the receiver does not keep the sender's cursor with the effect"),
    "guess-numbers": Variant("S11", "numbers only in memory; a new owner takes h for a count of rows", dict(connections=2)),
    "overtake": Variant("S11", "an ephemeral stanza is sent while a write with a number is under way", dict(connections=2)),
    "go-on-counting": Variant("S11", "a new owner goes on after the last written number without asking edge or client"),
    "listen-to-both": Variant("S11", "an edge takes frames of the old owner after it asked the new one"),
    "edge-goes-back": Variant("S11", "an edge may return to an owner of a lower epoch", dict(connections=2)),
    "send-first": Variant("S11", "a stanza is sent before its write is known to be committed"),
    "ack-is-sent": Variant("S11", "what was given to the edge counts as delivered"),
    "push-on-arrival": Variant("S12", "a push is decided only when a message arrives while the session is detached"),
    "detach-when-told": Variant("S12", "an owner detaches a session only when its edge says so"),
    "push-no-claim": Variant("S12", "send, then done; no claim before", dict(connections=1, ephemeral=0)),
    "push-done-first": Variant("S12", "done, then send"),
}
FULL = dict(messages=("A1",), owners=2, connections=2, ephemeral=1)
SMALL = dict(connections=1)

UP, SOCKET_LOST, DIED = 1, 0, -1
UNKNOWN = -1
GONE = "gone"


class Rows(NamedTuple):            # what is durable
    log: tuple = ()                # items in order; a message's id is its position, from 1
    numbers: tuple = ()            # outbound number by message, 0: none yet, UNKNOWN: was only in a dead owner's memory
    conn: int = 1
    attached: bool = True
    acked: int = 0                 # id acknowledged by the client
    claim: Optional[tuple] = None  # (message, owner) of a push on its way
    done: int = 0                  # id pushed


class Pending(NamedTuple):
    kind: str                      # arrive | attach | bind | ack | detach | claim | done
    rows: Rows                     # what will be durable
    ran: bool = False


class Owner(NamedTuple):
    rows: Rows                     # what it believes durable
    last: int                      # last outbound number given out, or UNKNOWN
    pending: Optional[Pending] = None
    push: int = 0                  # p: message to push, -p: pushed, answer awaited


class Edge(NamedTuple):
    conn: int = 1
    up: int = UP
    owner: int = 1                 # e: attached to owner e, -e: asked it, 0: neither
    highest: int = 1               # highest epoch it has asked
    base: int = 0
    frames: tuple = ()             # what it got for numbers base+1...: a message, or 0 for an ephemeral stanza

    @property
    def sent(self):
        return self.base + len(self.frames)


class Client(NamedTuple):
    h: int = 0
    received: tuple = ()


class State(NamedTuple):
    epoch: int
    rows: Rows
    owners: tuple
    edge: Edge
    client: Client
    pushed: tuple                  # by message
    lost: tuple                    # answers of pushes lost, by message
    ephemeral: int                 # still to be sent
    drops: int = 1                 # answers that may yet be lost
    confirmed: frozenset = frozenset()    # items the sender no longer offers
    fault: Optional[str] = None

    def owner(self, e, new):
        return self._replace(owners=self.owners[:e - 1] + (new,) + self.owners[e:])


def more(counts, i):
    return counts[:i] + (counts[i] + 1,) + counts[i + 1:]


class DeliveryModel:
    def __init__(self, variant, messages, owners, connections, ephemeral):
        self.variant, self.messages, self.epochs = variant, tuple(messages), owners
        self.connections, self.ephemeral = connections, ephemeral
        self.in_memory = variant in ("failed-resume", "guess-numbers")     # numbers are not written

    def initial(self):
        none = (0,) * (len(self.messages) + 1)
        return State(1, Rows(), (Owner(Rows(), 0),) + (None,) * (self.epochs - 1), Edge(), Client(), none, none, self.ephemeral)

    def steps(self, s):
        yield from self.world_steps(s)
        for e, o in enumerate(s.owners, 1):
            if o is None:
                if s.epoch == e:
                    yield f"{e} loads", s.owner(e, self.loaded(s.rows))
            elif o != GONE:
                yield from self.edge_asks(s, e)
                if o.pending:
                    yield from self.pending_steps(s, e, o)
                yield from self.sending_steps(s, e, o)
                if not o.pending:                          # one write under way per shard
                    yield from self.arrivals(s, e, o)
                    yield from self.attach(s, e, o)
                    yield from self.acknowledgement(s, e, o)
                    yield from self.detach(s, e, o)
                    yield from self.push_steps(s, e, o)

    # -- the world: client, sockets, the failure detector
    def world_steps(self, s):
        edge, c = s.edge, s.client
        if s.epoch < self.epochs:
            yield f"* fenced, epoch {s.epoch + 1}", s._replace(epoch=s.epoch + 1)
        if edge.up == UP:
            yield "* socket or edge lost", s._replace(edge=edge._replace(up=SOCKET_LOST, owner=0))
            if self.variant == "detach-when-told":
                yield "* edge dies", s._replace(edge=edge._replace(up=DIED, owner=0))
            if c.h < edge.sent:
                item = edge.frames[c.h - edge.base]
                got = c.received + (item,) if item else c.received
                yield f"* client receives {item or 'ephemeral'}", s._replace(client=Client(c.h + 1, got))
        if edge.conn < self.connections:
            yield f"* client connects, {edge.conn + 1}, h={c.h}", s._replace(edge=Edge(edge.conn + 1, UP, 0, 0, c.h))

    def loaded(self, rows):
        if self.in_memory:
            rows = rows._replace(numbers=(UNKNOWN,) * len(rows.numbers))
        knows = self.variant == "go-on-counting" and rows.attached
        return Owner(rows, max(rows.numbers, default=0) if knows else UNKNOWN)

    def edge_asks(self, s, e):
        edge = s.edge
        newest = e == s.epoch >= edge.highest or self.variant == "edge-goes-back"
        if edge.up == UP and edge.owner not in (e, -e) and newest:
            listens = edge.owner if self.variant == "listen-to-both" else -e
            yield f"edge {edge.conn} asks {e}", s._replace(edge=edge._replace(owner=listens, highest=e))

    def asked(self, s, e):
        if self.variant == "listen-to-both":
            return s.edge.highest == e and s.edge.owner != e
        return s.edge.owner == -e

    # -- a write under way
    def pending_steps(self, s, e, o):
        kind, rows, ran = o.pending
        if not ran:
            if s.epoch != e:
                yield f"{e} learns that it is fenced", s.owner(e, GONE)
                return
            again = kind == "claim" and s.rows.claim and s.rows.claim[0] == rows.claim[0]
            after = s.owner(e, o._replace(pending=o.pending._replace(ran=True)))._replace(rows=rows)
            yield f"{kind} of {e} commits", after._replace(lost=more(s.lost, rows.claim[0])) if again else after
        elif kind == "arrive":
            number = rows.numbers[-1]
            frames = [len(rows.log)] if number and self.variant != "send-first" else []
            after = s.owner(e, o._replace(rows=rows, last=o.last + 1 if number else o.last, pending=None))
            yield from self.framed(f"{e} learns arrive", after, e, rows, frames)
        elif kind in ("attach", "bind"):
            yield from self.attached(s, e, o)
        elif kind == "detach":
            after = s.owner(e, o._replace(rows=rows, last=UNKNOWN, pending=None))
            if s.edge.owner == e and s.edge.conn == o.rows.conn:
                after = after._replace(edge=s.edge._replace(up=SOCKET_LOST, owner=0))
            yield f"{e} learns detach", after
        else:
            push = o.push
            if kind == "claim":
                push = rows.claim[0]
            elif kind == "done":
                push = rows.done if self.variant == "push-done-first" else 0
            yield f"{e} learns {kind}", s.owner(e, o._replace(rows=rows, pending=None, push=push))

    def attached(self, s, e, o):
        kind, rows, _ = o.pending
        edge = s.edge
        if not (self.asked(s, e) and edge.conn == rows.conn and edge.up == UP):
            yield f"{e} learns {kind}, the edge is elsewhere", s.owner(e, o._replace(rows=rows, last=UNKNOWN, pending=None))
            return
        start = 0 if kind == "bind" else edge.sent
        fresh = tuple(i for i, n in enumerate(rows.numbers, 1) if n > start)
        if kind == "bind":                                 # <failed/> and a new session: the client counts from 0
            new, client = Edge(edge.conn, UP, e, edge.highest, 0, fresh), Client(0, s.client.received)
        else:
            new, client = edge._replace(owner=e, frames=edge.frames + fresh), s.client
        last = max(start, max(rows.numbers, default=0))
        yield f"edge {edge.conn} attached to {e}", s.owner(e, o._replace(rows=rows, last=last, pending=None))._replace(edge=new, client=client)

    def framed(self, label, after, e, rows, frames):
        """Frames on their way to the edge: they arrive, or the link breaks and they are lost."""
        edge = after.edge
        if not (frames and edge.owner == e and edge.up == UP and edge.conn == rows.conn):
            yield label, after
            return
        wrong = [i for i in frames if i and after.rows.log[i - 1:i] != rows.log[i - 1:i]]
        fault = f"S11 sent before true: the client gets message {wrong[0]}, the log holds {after.rows.log}" if wrong else None
        yield label, after._replace(edge=edge._replace(frames=edge.frames + tuple(frames)), fault=fault)
        yield f"{label}, link lost", after._replace(edge=edge._replace(owner=0))

    def sending_steps(self, s, e, o):
        free = not o.pending or self.variant == "overtake" and o.pending.kind == "arrive"
        if s.edge.owner == e and s.ephemeral and o.last >= 0 and free:
            after = s.owner(e, o._replace(last=o.last + 1))._replace(ephemeral=s.ephemeral - 1)
            yield from self.framed(f"{e} sends ephemeral", after, e, o.rows, [0])
        if o.push > 0:
            push = 0 if self.variant == "push-done-first" else -o.push
            yield f"{e} pushes {o.push}", s.owner(e, o._replace(push=push))._replace(pushed=more(s.pushed, o.push))

    # -- what an owner without a write under way may begin
    @staticmethod
    def begin(s, e, o, kind, rows):
        return s.owner(e, o._replace(pending=Pending(kind, rows)))

    def arrivals(self, s, e, o):
        log, numbers = o.rows.log, o.rows.numbers
        for item in self.messages:
            expected = int(item[1]) == 1 + sum(held[0] == item[0] for held in log)
            if item in s.confirmed or len(log) > len(self.messages) or not expected and self.variant != "no-cursor":
                continue
            number = o.last + 1 if o.rows.attached and o.last >= 0 else 0
            rows = o.rows._replace(log=log + (item,), numbers=numbers + (number,))
            after = self.begin(s, e, o, "arrive", rows)
            if self.variant == "confirm-on-accept":
                after = after._replace(confirmed=s.confirmed | {item})
            early = [len(rows.log)] if self.variant == "send-first" and number else []
            yield from self.framed(f"{e} accepts {item}, number {number}", after, e, rows, early)

    def attach(self, s, e, o):
        edge, rows = s.edge, o.rows
        if not (self.asked(s, e) and edge.up == UP and edge.conn >= rows.conn):
            return
        sent, known, kind = edge.sent, rows.numbers, "attach"
        if self.variant == "guess-numbers":
            known = tuple(i if n < 0 else n for i, n in enumerate(known, 1))
        elif self.variant == "failed-resume" and UNKNOWN in known[rows.acked:]:
            if edge.conn == rows.conn:                     # the edge still has the numbers
                known = tuple(edge.base + 1 + edge.frames.index(i) if i in edge.frames else 0 for i in range(1, len(known) + 1))
            else:
                kind, sent, known = "bind", 0, (0,) * len(known)
        acked = rows.acked
        if edge.conn > rows.conn and kind == "attach":     # a resume: h says what the client has
            acked = max([acked] + [i for i, n in enumerate(known, 1) if 0 < n <= edge.base])
        renumbered, n = [], sent
        for i, number in enumerate(known, 1):
            if i <= acked:
                renumbered.append(0)
            elif 0 < number <= sent:
                renumbered.append(number)
            else:
                n += 1
                renumbered.append(n)
        new = rows._replace(numbers=tuple(renumbered), conn=edge.conn, attached=True, acked=acked)
        yield f"{e} asks to {kind} {edge.conn}, sent {sent}", self.begin(s, e, o, kind, new)

    def acknowledgement(self, s, e, o):
        rows = o.rows
        if s.edge.owner != e or s.edge.conn != rows.conn or o.last < 0:
            return
        upto = s.edge.sent if self.variant == "ack-is-sent" else s.client.h
        acked = max([rows.acked] + [i for i, n in enumerate(rows.numbers, 1) if 0 < n <= upto])
        if acked > rows.acked:
            kept = tuple(n if i > acked else 0 for i, n in enumerate(rows.numbers, 1))
            yield f"{e} hears h={upto}", self.begin(s, e, o, "ack", rows._replace(numbers=kept, acked=acked))

    def detach(self, s, e, o):
        here = s.edge.owner == e and s.edge.conn == o.rows.conn
        told = s.edge.up == SOCKET_LOST and s.edge.conn == o.rows.conn
        if o.rows.attached and not here and (told or self.variant != "detach-when-told"):
            yield f"{e} detaches {o.rows.conn}", self.begin(s, e, o, "detach", o.rows._replace(attached=False))

    def push_steps(self, s, e, o):
        rows = o.rows
        if not o.push and not rows.attached:
            waiting = range(max(rows.done, rows.acked) + 1, len(rows.log) + 1)
            due = [i for i in waiting if self.variant != "push-on-arrival" or rows.numbers[i - 1] == 0]
            if due:
                p = due[0]
                if self.variant == "push-no-claim":
                    yield f"{e} pushes {p}", s.owner(e, o._replace(push=-p))._replace(pushed=more(s.pushed, p))
                elif self.variant == "push-done-first":
                    yield f"{e} writes {p} as pushed", self.begin(s, e, o, "done", rows._replace(done=p))
                else:
                    yield f"{e} claims the push of {p}", self.begin(s, e, o, "claim", rows._replace(claim=(p, e)))
        if o.push < 0:
            p = -o.push
            yield f"{e} hears that push {p} worked", self.begin(s, e, o, "done", rows._replace(claim=None, done=p))
            if s.drops:
                yield f"* the answer to push {p} is lost", s.owner(e, o._replace(push=p))._replace(lost=more(s.lost, p), drops=s.drops - 1)

    # -- invariants
    def violation(self, s):
        if s.fault:
            return s.fault
        log, received = s.rows.log, s.client.received
        for sender in {item[0] for item in self.messages}:
            got = [item for item in log if item[0] == sender]
            if got != [f"{sender}{i}" for i in range(1, len(got) + 1)]:
                return f"S9 once across: the log holds {list(log)}"
        if self.variant == "failed-resume":
            if any(i > 1 + max(received[:at], default=0) for at, i in enumerate(received)):
                return f"S11 outbound in order, none missing: the client received {list(received)}"
        elif received != tuple(range(1, len(received) + 1)):
            return f"S11 outbound once: the client received {list(received)}"
        if s.rows.acked > max(received, default=0):
            return f"S11 queue survives: {s.rows.acked} counted as delivered, the client received {list(received)}"
        for p in range(1, len(self.messages) + 1):
            if s.pushed[p] > 1 + s.lost[p]:
                return f"S12 push doubled: message {p} pushed {s.pushed[p]} times, {s.lost[p]} answers lost"
        return None

    def goals(self):
        everything = range(1, len(self.messages) + 1)

        def received(s):
            return all(i in s.client.received for i in everything)

        def notified(s):                                   # of each message: received or pushed; or a socket is open
            return s.edge.up == UP or len(s.rows.log) >= len(everything) and all(
                i in s.client.received or s.pushed[i] for i in everything)
        return (Goal("LOST acknowledged to the sender, never deliverable", received,
                     lambda s: s.edge.up == UP or s.edge.conn < self.connections),
                Goal("S12 unread, and never pushed by the servers' own steps", notified, lambda s: True, unaided=True))

    def normal(self, s):
        edge, h = s.edge, s.client.h
        if edge.up != UP:
            edge = Edge(edge.conn, edge.up, 0, 0, h)
        elif not self.in_memory:
            edge = edge._replace(base=h, frames=edge.frames[h - edge.base:])
        s = s._replace(edge=edge)
        owners = tuple(o if o in (None, GONE) or e == s.epoch or self.can_speak(s, e, o) else GONE
                       for e, o in enumerate(s.owners, 1))
        return s._replace(owners=owners)

    def can_speak(self, s, e, o):
        """Whether a fenced owner can still do anything that somebody notices."""
        late = o.pending and o.pending.ran and (
            o.pending.kind == "claim" or o.pending.kind == "arrive" and s.edge.owner == e
            or o.pending.kind in ("attach", "bind") and s.edge.up == UP)
        frames = s.edge.owner == e and s.ephemeral and o.last >= 0
        return late or o.push > 0 or frames or self.variant == "listen-to-both"


if __name__ == "__main__":
    main(DeliveryModel, VARIANTS, FULL, SMALL, {"messages": lambda text: tuple(text.split(","))})
