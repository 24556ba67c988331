#!/usr/bin/env python3
"""Model: one shard, its guarded writes, and a client whose stanzas must be taken exactly once (S1-S5, S7).

One store, several nodes, one session that sends numbered stanzas.  The failure detector is the worst one there can be:
anybody may bump the epoch and name anybody as owner at any moment.  Messages and answers may be late for ever, in any
order or lost, and a node may go on acting on what it knew long ago (a paused process).  What holds here therefore holds
for every timing, the planned hand-off included.
"""
from typing import NamedTuple, Optional
from explore import Variant, main

VARIANTS = {
    "proposal": Variant(None, "epoch, owner and base checked in the write itself; fence, then read; ack after commit"),
    "outbox": Variant(None, "the sender is another shard, several of whose owners may send; only the number counts"),
    "resume-from-memory": Variant("S3", "a resume is answered from memory, without a guarded write",
                                  dict(stanzas=1, resumes=2)),
    "unnumbered-edge": Variant("S1", "the owner takes any stanza that comes; the edge gives no numbers"),
    "ack-early": Variant("S2", "acknowledged when taken, before the commit"),
    "no-epoch": Variant("S1", "neither epoch nor base is checked"),
    "no-epoch-base": Variant("S5", "only the base is checked (optimistic concurrency alone)"),
    "check-then-write": Variant("S5", "checked in one transaction, written in the next"),
    "blind-retry": Variant("S1", "the base is not checked, and a write without answer is sent again"),
    "read-then-fence": Variant("S5", "the new owner reads the log before it fences the old one"),
    "trust-replica": Variant("S5", "the new owner starts from the replica and does not read the log"),
    "stream-before-commit": Variant("S5", "the replica is fed before the commit, and trusted"),
    "ack-on-replica": Variant("S2", "acknowledged when the replica has it; the store is written later"),
}
FULL = dict(nodes=2, stanzas=2, epochs=2, resumes=2, resends=2)
SMALL = dict(resumes=1, resends=1)


class Node(NamedTuple):
    mode: str = "idle"             # idle | loading | active
    epoch: int = 0
    cache: tuple = ()              # the stanzas it believes committed
    conn: int = 0                  # client connection it serves, 0 none
    pending: Optional[tuple] = None    # (base, item) given to the store, no answer yet


class Store(NamedTuple):
    epoch: int
    owner: int
    log: tuple                     # (epoch, stanza) in the order of commits


class Client(NamedTuple):
    conn: int
    node: int                      # where its connection leads
    next: int                      # number of its next stanza, 0 while it waits for <resumed/>
    acked: int


# What is under way.  An item is a stanza number, or -c: attach client connection c.
class Write(NamedTuple):
    node: int
    epoch: int
    base: int
    item: int
    attempt: int
    kind: str = "write"


class Checked(NamedTuple):         # check-then-write: the check was passed, the write comes later
    node: int
    epoch: int
    base: int
    item: int
    kind: str = "checked"


class Answer(NamedTuple):
    node: int
    epoch: int
    base: int
    item: int
    ok: bool
    kind: str = "answer"


class Stanza(NamedTuple):
    conn: int
    node: int
    item: int
    kind: str = "stanza"


class Ack(NamedTuple):
    conn: int
    h: int
    kind: str = "ack"


class ResumeRequest(NamedTuple):
    conn: int
    node: int
    kind: str = "resume"


class Resumed(NamedTuple):
    conn: int
    h: int
    kind: str = "resumed"


class State(NamedTuple):
    nodes: tuple
    store: Store
    client: Client
    net: frozenset = frozenset()
    replica: tuple = ()            # what the standby holds
    resent: int = 0
    fault: Optional[str] = None    # a violation that lies in a step rather than in a state

    def node(self, n, **change):
        return self._replace(nodes=self.nodes[:n] + (self.nodes[n]._replace(**change),) + self.nodes[n + 1:])

    def idle(self, n):
        return self._replace(nodes=self.nodes[:n] + (Node(),) + self.nodes[n + 1:])

    def sent(self, *messages):
        return self._replace(net=self.net | set(messages))


class ShardModel:
    def __init__(self, variant, nodes, stanzas, epochs, resumes, resends):
        self.variant, self.count, self.stanzas, self.epochs = variant, nodes, stanzas, epochs
        self.resumes, self.resends = resumes, resends
        self.checks_epoch = variant not in ("no-epoch", "no-epoch-base")
        self.checks_base = variant not in ("no-epoch", "blind-retry")
        self.from_shard = variant == "outbox"
        self.acks_early = variant in ("ack-early", "ack-on-replica")
        self.feeds_early = variant in ("stream-before-commit", "ack-on-replica")
        self.replica_trusted = variant in ("trust-replica", "stream-before-commit")
        self.fence_last = variant == "read-then-fence"
        self.on_arrival = {"stanza": self.stanza_arrives, "resume": self.resume_arrives, "resumed": self.resumed_arrives,
                           "write": self.write_arrives, "checked": self.checked_write_runs, "answer": self.answer_arrives,
                           "ack": self.ack_arrives}

    def initial(self):
        return State((Node("active", 1, (), 1),) + (Node(),) * (self.count - 1), Store(1, 0, ()), Client(1, 0, 1, 0))

    def steps(self, s):
        yield from self.client_steps(s)
        for n in range(self.count):
            yield from self.takeover_steps(s, n)
            node = s.nodes[n]
            if node.mode == "active" and node.pending and s.resent < self.resends:
                again = Write(n, node.epoch, *node.pending, s.resent + 1)
                yield f"{n} sends {node.pending} again", s.sent(again)._replace(resent=s.resent + 1)
        for message in s.net:
            yield from self.on_arrival[message.kind](s._replace(net=s.net - {message}), message)

    def client_steps(self, s):
        c = s.client
        if 0 < c.next <= self.stanzas:
            yield f"client sends {c.next}", s._replace(client=c._replace(next=c.next + 1)).sent(Stanza(c.conn, c.node, c.next))
        if c.conn <= self.resumes:
            for n in range(self.count):
                asks = s._replace(client=Client(c.conn + 1, n, 0, c.acked))
                yield f"client asks {n} to resume", asks.sent(ResumeRequest(c.conn + 1, n))

    def takeover_steps(self, s, n):
        node, store = s.nodes[n], s.store
        logged = tuple(item for _, item in store.log)
        if self.fence_last:
            if store.epoch < self.epochs and node.mode != "loading":
                yield f"{n} reads the log", s.node(n, mode="loading", epoch=0, cache=logged, conn=0, pending=None)
            elif store.epoch < self.epochs:
                e = store.epoch + 1
                yield f"{n} fences, epoch {e}", s.node(n, mode="active", epoch=e, conn=0)._replace(store=Store(e, n, store.log))
            return
        if store.epoch < self.epochs:
            yield f"epoch {store.epoch + 1}, owner {n}", s._replace(store=Store(store.epoch + 1, n, store.log))
        if store.owner == n and node.epoch < store.epoch:
            yield f"{n} reads that it owns epoch {store.epoch}", s.node(n, mode="loading", epoch=store.epoch, conn=0, pending=None)
        if node.mode == "loading":
            start = logged
            if self.replica_trusted:
                start = s.replica if len(s.replica) >= len(node.cache) else node.cache
            yield f"{n} loads {start}", s.node(n, mode="active", cache=start, conn=0, pending=None)

    def stanza_arrives(self, s, m):
        node = s.nodes[m.node]
        if node.mode != "active" or node.pending or not (node.conn == m.conn or self.from_shard):
            return
        have = len(node.cache)
        if m.item != have + 1 and self.variant != "unnumbered-edge":
            return                                 # only the next number is taken
        after = s.node(m.node, pending=(have, m.item)).sent(Write(m.node, node.epoch, have, m.item, 0))
        if self.acks_early:
            after = after.sent(Ack(m.conn, have + 1))
        if self.feeds_early:
            after = after._replace(replica=node.cache + (m.item,))
        yield f"{m.node} takes {m.item}", after

    def resume_arrives(self, s, m):
        node = s.nodes[m.node]
        if node.mode != "active" or node.pending or m.conn <= node.conn:
            return
        have = len(node.cache)
        if self.variant == "resume-from-memory":
            yield f"{m.node} answers the resume, h={have}", s.node(m.node, conn=m.conn).sent(Resumed(m.conn, have))
        else:
            write = Write(m.node, node.epoch, have, -m.conn, 0)
            yield f"{m.node} asks to attach {m.conn}", s.node(m.node, pending=(have, -m.conn)).sent(write)

    def resumed_arrives(self, s, m):
        c = s.client
        if m.conn != c.conn or c.next:
            return
        if self.from_shard:                        # a shard keeps a cursor of its own; the larger counts
            h = max(m.h, c.acked)
            yield f"sender's cursor is {h}", s._replace(client=c._replace(next=h + 1, acked=h))
        elif m.h >= c.acked:
            yield f"client resumed, h={m.h}", s._replace(client=c._replace(next=m.h + 1, acked=m.h))
        else:
            yield f"client resumed, h={m.h}", s._replace(fault=f"S3 h fell: acknowledged {c.acked}, resumed with {m.h}")

    def write_arrives(self, s, m):
        store = s.store
        mine = m.epoch == store.epoch and m.node == store.owner
        fits = (mine or not self.checks_epoch) and (len(store.log) == m.base or not self.checks_base)
        what = f"{m.node}'s write of {m.item} at {m.base}"
        if m.item < 0:                             # an attach changes no stanza
            yield f"{what}: {fits}", s.sent(Answer(*m[:4], fits))
        elif fits and self.variant == "check-then-write":
            yield f"{what} passes the check", s.sent(Checked(*m[:4]))
        elif fits:
            yield f"{what} commits", self.committed(s, m)
        else:                                      # base passed with my own row in its place: an earlier attempt won
            won = (self.checks_base and self.variant != "check-then-write" and mine
                   and len(store.log) > m.base and store.log[m.base] == (m.epoch, m.item))
            yield f"{what} {'had committed' if won else 'is refused'}", s.sent(Answer(*m[:4], won))

    def checked_write_runs(self, s, m):
        yield f"{m.node}'s checked write of {m.item} commits", self.committed(s, m)

    @staticmethod
    def committed(s, m):
        log = s.store.log + ((m.epoch, m.item),)
        return s._replace(store=s.store._replace(log=log)).sent(Answer(m.node, m.epoch, m.base, m.item, True))

    def answer_arrives(self, s, m):
        n, node = m.node, s.nodes[m.node]
        if node.mode != "active" or node.epoch != m.epoch or node.pending != (m.base, m.item):
            return                                 # answers something older
        if not m.ok:
            yield f"{n} learns that it lost the shard", s.idle(n)
        elif m.item < 0:
            h = len(node.cache)
            yield f"{n} attached {-m.item}, h={h}", s.node(n, conn=-m.item, pending=None).sent(Resumed(-m.item, h))
        else:
            cache = node.cache + (m.item,)
            after = s.node(n, cache=cache, pending=None)
            if node.conn and not self.acks_early:
                after = after.sent(Ack(node.conn, len(cache)))
            longer = cache if len(cache) > len(s.replica) else s.replica
            fed = cache if self.variant == "trust-replica" else longer
            yield f"{n} learns the commit of {m.item}", after._replace(replica=fed)
            if self.variant == "trust-replica":
                yield f"{n} learns the commit of {m.item}, the replica lags", after

    def ack_arrives(self, s, m):
        c = s.client
        if m.conn == c.conn:
            yield f"client acknowledged up to {m.h}", s._replace(client=c._replace(acked=max(c.acked, m.h)))

    def violation(self, s):
        epochs, log = [e for e, _ in s.store.log], [item for _, item in s.store.log]
        if s.fault:
            return s.fault
        if log != list(range(1, len(log) + 1)):
            return f"S1 exactly once in: the log holds {log}"
        if epochs != sorted(epochs):
            return f"S4 single writer: epochs of the log {epochs}"
        owners = [node for node in s.nodes if node.mode == "active" and node.epoch == s.store.epoch]
        if s.client.acked > len(log):
            if self.variant == "ack-on-replica" and any(node.pending for node in owners):
                return None                        # the owner may still write it: not yet lost
            return f"S2 acknowledged means durable: {s.client.acked} acknowledged, {len(log)} in the log"
        for node in owners:
            if list(node.cache) != log[:len(node.cache)] or (len(node.cache) < len(log) and not node.pending):
                return f"S5 owner truth: the owner believes {list(node.cache)}, the log is {log}"
        return None

    def normal(self, s):
        return s._replace(net=frozenset(m for m in s.net if self.matters(s, m)))

    def matters(self, s, m):
        """Whether the message can still have an effect."""
        if m.kind == "ack":
            return m.conn == s.client.conn and m.h > s.client.acked
        if m.kind == "resumed":
            return m.conn == s.client.conn and not s.client.next
        if m.kind == "answer":
            node = s.nodes[m.node]
            return node.mode == "active" and node.epoch == m.epoch and node.pending == (m.base, m.item)
        if m.kind == "stanza":
            node = s.nodes[m.node]
            return (self.from_shard or node.conn <= m.conn) and (self.variant == "unnumbered-edge" or m.item > len(node.cache))
        return True


if __name__ == "__main__":
    main(ShardModel, VARIANTS, FULL, SMALL)
