#!/usr/bin/env python3
"""Model: several sessions of one account over one message log (A1-A5).

Every durable message of the account is one row.  Each session has numbers and a queue of its own; the account has one cursor,
"acknowledged by any device", and what lies behind it waits for the next new session.

  1  A row goes, when it is stored, to every session that is available; not to the session it came from.  A row addressed to
     one session goes to that one only, presence or not.
  2  A session that sends its initial presence takes, in the order of the log, what lies behind the account's cursor, without
     what it has already, what is addressed to another living session, and what it has read from the archive on this stream
     (only archived rows, only up to where it read).  It looks at every row once: if it takes its presence back and sends
     it again, it takes only what came since.
  3  A session acknowledges its own numbers.  The account's cursor follows: up to the first row that waits for a device and
     that no living session has acknowledged.  Never to the highest acknowledged one: ids are not acknowledged in order.
  4  A session that ends, by log-out or expiry, moves nothing.
  5  A row that the archive does not show is deleted when the cursor and every session that was given it have passed.

Sockets, resumes, crashes and the numbers on the wire do not appear: delivery.py shows that one session's stream survives them.
A step here is one guarded write.  A client may be slow, silent, or end at any moment; acknowledgements may be late for ever.
"""
from typing import NamedTuple, Optional
from explore import Goal, Variant, main

VARIANTS = {
    "proposal": Variant(None, "as above; what a living session has acknowledged is not offered again"),
    "unfiltered": Variant(None, "as above, but all rows behind the cursor are offered"),
    "cursor-by-send": Variant("A4", "the account's cursor follows what was sent, not what was acknowledged"),
    "cursor-by-maximum": Variant("A4", "the account's cursor is the highest row that any session has acknowledged"),
    "shared-numbers": Variant("A4", "one numbering for all sessions of the account"),
    "sending-is-reading": Variant("A4", "a device that sends is taken to have read everything before"),
    "expiry-drops-queue": Variant("A4", "what a session had not acknowledged is dropped when it ends"),
    "no-backlog": Variant("A1", "a new session begins at the end of the log"),
    "backlog-at-bind": Variant("A1", "what a new session is owed is fixed at bind, not at its initial presence"),
    "archive-silences": Variant("A1", "a stream that has asked the archive is offered nothing"),
    "ack-empties-all": Variant("A1", "what one device acknowledged is taken out of the others' queues"),
    "backlog-again": Variant("A2", "initial presence offers also what this session has already"),
    "looks-twice": Variant("A2", "presence sent again offers also rows that were passed over before", dict(withdrawals=1)),
    "echo-to-origin": Variant("A3", "the session that sent a message is given it as well"),
    "delete-early": Variant("A5", "a row is deleted when the account's cursor has passed it"),
}
FULL = dict(messages=2, sessions=2, withdrawals=1, archive=1)
SMALL = dict(withdrawals=0)

UNBORN, BOUND, AVAILABLE, ENDED = "unborn", "bound", "available", "ended"


class Row(NamedTuple):
    kind: str                      # plain | hidden: not shown by the archive | direct: to one session | out: sent by one
    session: int = -1

    @property
    def waits(self):               # for an acknowledgement by some device of the account
        return self.kind != "out"


class Session(NamedTuple):
    status: str = UNBORN
    queue: tuple = ()              # row ids by outbound number, from 1
    received: int = 0
    acked: int = 0
    archive: int = 0               # has read the archive up to this id
    end: int = 0                   # end of the log at bind
    looked: int = 0                # rows up to this id have been considered for it
    owed: frozenset = frozenset()  # what it must be given: kept by the model, not by the server

    @property
    def lives(self):
        return self.status in (BOUND, AVAILABLE)

    @property
    def acknowledged(self):
        return self.queue[:self.acked]


class State(NamedTuple):
    log: tuple
    cursor: int                    # of the account
    sessions: tuple
    seen: frozenset = frozenset()  # rows that some device did acknowledge: kept by the model, not by the server
    withdrawals: int = 0           # presences that may yet be taken back
    fault: Optional[str] = None

    def session(self, k, **change):
        return self._replace(sessions=self.sessions[:k] + (self.sessions[k]._replace(**change),) + self.sessions[k + 1:])


class SessionsModel:
    def __init__(self, variant, messages, sessions, withdrawals, archive):
        self.variant, self.messages, self.count, self.withdrawals, self.archive = variant, messages, sessions, withdrawals, archive

    def initial(self):
        return State((), 0, (Session(),) * self.count, withdrawals=self.withdrawals)

    def steps(self, s):
        if len(s.log) < self.messages:
            yield from self.arrivals(s)
        unborn = [k for k, x in enumerate(s.sessions) if x.status == UNBORN]
        if unborn:
            yield f"session {unborn[0]} binds", s.session(unborn[0], status=BOUND, end=len(s.log))
        for k, x in enumerate(s.sessions):
            if x.lives:
                yield from self.session_steps(s, k, x)

    def arrivals(self, s):
        yield "a message is stored", self.stored(s, Row("plain"))
        yield "a message is stored that the archive does not show", self.stored(s, Row("hidden"))
        for k, x in enumerate(s.sessions):
            if x.lives:
                yield f"a message to session {k} is stored", self.stored(s, Row("direct", k))
                yield f"session {k} sends a message", self.stored(s, Row("out", k))

    def stored(self, s, row):
        rowid = len(s.log) + 1
        s = s._replace(log=s.log + (row,))
        for k, x in enumerate(s.sessions):
            entitled = k == row.session if row.kind == "direct" else x.status == AVAILABLE and k != row.session
            if x.status == AVAILABLE:
                s = s.session(k, looked=rowid)
            if entitled:
                s = s.session(k, owed=x.owed | {rowid})
            if entitled or self.variant == "echo-to-origin" and row == Row("out", k):
                s = self.given(s, k, [rowid])
        if self.variant == "sending-is-reading" and row.kind == "out":
            s = s._replace(cursor=rowid)
        return s

    def given(self, s, k, ids):
        s = s.session(k, queue=s.sessions[k].queue + tuple(ids))
        if self.variant == "cursor-by-send" and ids:
            s = s._replace(cursor=max(s.cursor, *ids))
        return s

    def session_steps(self, s, k, x):
        if x.status == BOUND:
            yield f"session {k} sends its initial presence", self.presence(s, k, x)
            if self.archive and x.archive < len(s.log):
                yield f"session {k} reads the archive", s.session(k, archive=len(s.log))
        elif s.withdrawals:
            yield f"session {k} is unavailable", s.session(k, status=BOUND)._replace(withdrawals=s.withdrawals - 1)
        if x.received < len(x.queue):
            yield f"session {k} receives {x.queue[x.received]}", s.session(k, received=x.received + 1)
        if x.acked < x.received:
            yield f"session {k} acknowledges h={x.received}", self.acknowledged(s, k, x)
        yield f"session {k} ends", self.ended(s, k, x)

    def presence(self, s, k, x):
        def reads_itself(i):
            return s.log[i - 1].kind != "hidden" and i <= x.archive

        def anothers(i):
            row = s.log[i - 1]
            return row.kind == "direct" and row.session != k and s.sessions[row.session].lives

        behind = [i for i in range(1, len(s.log) + 1) if s.log[i - 1].waits and not reads_itself(i)]
        fresh = [i for i in behind if i not in x.queue and i > x.looked]
        owed = [i for i in fresh if i not in s.seen and not anothers(i)]
        offered = [i for i in fresh if i > s.cursor]
        if self.variant != "unfiltered":
            known = {i for other in s.sessions if other.lives for i in other.acknowledged}
            offered = [i for i in offered if i not in known and not anothers(i)]
        if self.variant == "looks-twice":
            offered = [i for i in behind if i not in x.queue and i > s.cursor]
        if self.variant == "no-backlog" or self.variant == "archive-silences" and x.archive:
            offered = []
        elif self.variant == "backlog-at-bind":
            offered = [i for i in offered if i <= x.end]
        elif self.variant == "backlog-again":
            offered = [i for i in behind if i > s.cursor]
        return self.given(s.session(k, status=AVAILABLE, looked=len(s.log), owed=x.owed | set(owed)), k, offered)

    def acknowledged(self, s, k, x):
        s = s.session(k, acked=x.received)
        new = x.queue[:x.received]
        s = s._replace(seen=s.seen | set(new))
        if self.variant == "cursor-by-maximum":
            return s._replace(cursor=max(s.cursor, *new))
        if self.variant == "ack-empties-all":
            for j, other in enumerate(s.sessions):
                if j != k:
                    rest = tuple(i for i in other.queue[other.received:] if i not in new)
                    s = s.session(j, queue=other.queue[:other.received] + rest)
        known = {i for other in s.sessions if other.lives for i in other.acknowledged}
        if self.variant == "shared-numbers":               # h is taken for a number of the account's
            known = set(range(1, max(other.acked for other in s.sessions if other.lives) + 1))
        cursor = s.cursor
        while cursor < len(s.log) and (cursor + 1 in known or not s.log[cursor].waits):
            cursor += 1
        return s if self.variant == "cursor-by-send" else s._replace(cursor=cursor)

    def ended(self, s, k, x):
        if self.variant == "expiry-drops-queue" and x.queue:
            s = s._replace(cursor=max(s.cursor, *x.queue))
        return s._replace(sessions=s.sessions[:k] + (Session(ENDED),) + s.sessions[k + 1:])

    # -- invariants
    def violation(self, s):
        for i, row in enumerate(s.log, 1):
            if row.waits and i <= s.cursor and i not in s.seen:
                return f"A4 nothing lost: the account's cursor is {s.cursor}, no device has acknowledged row {i}"
        for k, x in enumerate(s.sessions):
            if not x.lives:
                continue
            missing = sorted(x.owed - set(x.queue))
            if missing:
                return f"A1 every session: {k} is never given row {missing[0]}, has {list(x.queue)}"
            if len(set(x.queue)) < len(x.queue):
                return f"A2 once: session {k} is given {list(x.queue)}"
            bare = [i for i in x.queue if s.log[i - 1] != Row("direct", k)]
            if bare != sorted(bare):
                return f"A2 in order: session {k} is given {list(x.queue)}"
            own = [i for i in x.queue if s.log[i - 1] == Row("out", k)]
            if own:
                return f"A3 no echo: session {k} is given its own row {own[0]}"
            for i in x.queue[x.acked:]:
                if self.deleted(s, i):
                    return f"A5 row {i} is deleted while session {k} has not acknowledged it"
        return None

    def deleted(self, s, i):
        """Rows the archive does not show; the worst case deletes them as soon as it is allowed."""
        if s.log[i - 1].kind != "hidden" or i > s.cursor:
            return False
        return self.variant == "delete-early" or all(i not in x.queue[x.acked:] for x in s.sessions if x.lives)

    def goals(self):
        def read(s):
            return all(not row.waits or i in s.seen for i, row in enumerate(s.log, 1))
        return (Goal("A4 never offered: no new session will be given what nobody has acknowledged", read,
                     lambda s: any(x.status == UNBORN for x in s.sessions)),)

    def normal(self, s):
        return s


if __name__ == "__main__":
    main(SessionsModel, VARIANTS, FULL, SMALL)
