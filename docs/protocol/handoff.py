#!/usr/bin/env python3
"""Model: the planned hand-off of a shard against declarations of death (S1-S5, S10, and: never without an owner).

One shard, one store, several nodes, numbered stanzas of one session.  Edges are the worst possible: a node that serves may
be handed the next stanza whenever it likes.  A statement that was sent may run now, later, never, or twice.  Any live node
may declare any other dead at any moment; that takes two steps (row locked and marked; shards moved, commit) and may
roll back in between.  A crashed process stops; one that was declared dead but lives goes on as a zombie.
"""
from typing import NamedTuple, Optional
from explore import Goal, Variant, main

ORPHAN = "ORPHAN no owner for ever: the shard cannot be served any more"
VARIANTS = {
    "proposal": Variant(None, "hand-off = guarded write that locks the target's row and finds it Active"),
    "sweep": Variant(None, "no lock; shards of dead owners are swept up, a refused hand-off is closed by one to oneself",
                     dict(stanzas=1)),
    "no-drain": Variant("S5", "handed off while an own write is in flight, base not checked", dict(resumes=0)),
    "resume-unmatched": Variant("S3", "an answer to a resume is not matched to the connection that asked", dict(resumes=2)),
    "no-target-check": Variant("ORPHAN", "the hand-off does not look at the target's status", dict(stanzas=1, resumes=0)),
    "unlocked-check": Variant("S10", "the target's status is read without locking its row", dict(stanzas=1, resumes=0)),
    "one-statement": Variant("ORPHAN", "death as one statement, whose snapshot is older than the hand-off it waited for",
                             dict(stanzas=1, resumes=0)),
    "release-claim": Variant("ORPHAN", "the owner gives the shard up, the target claims it afterwards", dict(stanzas=1, resumes=0)),
    "no-epoch-bump": Variant("S4", "the hand-off changes the owner and keeps the epoch", dict(resumes=0)),
    "leaving-timeout": Variant("S10", "an owner whose hand-off gets no answer goes back to serving", dict(resumes=0)),
    "leaving-resumes": Variant("S3", "an owner that is handing off still answers a resume, from memory"),
    "cache-kept": Variant("S5", "a node that gets the shard back goes on with the cache it had", dict(resumes=0)),
    "tell-target": Variant("S5", "the owner tells the target, which serves before it has read the row", dict(resumes=0)),
}
FULL = dict(nodes=2, stanzas=2, handoffs=2, resumes=2)
SMALL = dict(resumes=1)


class Node(NamedTuple):
    mode: str = "away"             # away | loading | serving | leaving | down
    epoch: int = 0
    cache: tuple = ()
    pending: Optional[tuple] = None    # (base, item) for a write, (base, Target) for a hand-off

    @property
    def running(self):
        return self.mode in ("serving", "leaving")


class Target(NamedTuple):          # what a hand-off asks for
    node: int


class Death(NamedTuple):           # a declaration between its two steps
    accused: int
    owned_then: bool               # whether the accused owned the shard when the statement began


class Store(NamedTuple):
    epoch: int = 1
    owner: int = 0                 # -1 - t: given up in favour of t
    log: tuple = ()                # (epoch, node, stanza)
    dead: frozenset = frozenset()
    death: Optional[Death] = None
    grants: tuple = ((0, "start"),)    # (owner, how) by epoch

    def grant(self, owner, how, **change):
        return self._replace(epoch=self.epoch + 1, owner=owner, grants=self.grants + ((owner, how),), **change)


class Client(NamedTuple):
    acked: int = 0
    conn: int = 0
    asking: bool = False           # waits for <resumed/> on conn


class Write(NamedTuple):           # item: a stanza, or -c: attach connection c
    node: int
    epoch: int
    base: int
    item: int
    kind: str = "write"


class Handoff(NamedTuple):
    node: int
    epoch: int
    base: int
    item: Target
    checked: bool = False          # unlocked variants: has found the target Active and writes later
    kind: str = "handoff"


class Answer(NamedTuple):
    node: int
    epoch: int
    base: int
    item: object
    outcome: str                   # ok | kept: refused, the row is still mine | fenced
    kind: str = "answer"


class State(NamedTuple):
    nodes: tuple
    store: Store = Store()
    client: Client = Client()
    net: frozenset = frozenset()
    handed: int = 0
    fault: Optional[str] = None

    def node(self, n, *fields, **change):
        new = Node(*fields) if fields else self.nodes[n]._replace(**change)
        return self._replace(nodes=self.nodes[:n] + (new,) + self.nodes[n + 1:])

    def sent(self, message):
        return self._replace(net=self.net | {message})


class HandoffModel:
    def __init__(self, variant, nodes, stanzas, handoffs, resumes):
        self.variant, self.count, self.stanzas, self.handoffs, self.resumes = variant, nodes, stanzas, handoffs, resumes
        self.two_step_check = variant in ("sweep", "unlocked-check")
        self.locks_target = variant not in ("sweep", "unlocked-check", "no-target-check", "one-statement")

    def initial(self):
        return State((Node("serving", 1),) + (Node(),) * (self.count - 1))

    def goals(self):
        def served(s):
            t = s.store
            return (t.owner >= 0 and t.owner not in t.dead and not t.death
                    and s.nodes[t.owner].mode == "serving" and s.nodes[t.owner].epoch == t.epoch)
        return (Goal(ORPHAN, served, lambda s: True),)

    def steps(self, s):
        c = s.client
        if c.conn < self.resumes:
            yield f"client resumes, connection {c.conn + 1}", s._replace(client=Client(c.acked, c.conn + 1, True))
        fit = [n for n in range(self.count) if n not in s.store.dead and s.nodes[n].mode != "down"]
        yield from self.death_steps(s, fit)
        for n in range(self.count):
            if s.nodes[n].mode != "down":
                if any(i != n for i in fit):
                    yield f"{n} crashes", s.node(n, "down")
                yield from self.owner_steps(s, n)
        for m in s.net:
            if m.kind == "write":
                yield from self.write_runs(s, m)
            elif m.kind == "handoff":
                yield from self.handoff_runs(s, m)
            else:
                yield from self.answer_arrives(s, m)

    def death_steps(self, s, fit):
        t = s.store
        if t.death is None:
            for j in range(self.count):
                if j not in t.dead and any(i != j for i in fit):
                    yield f"death of {j} begins", s._replace(store=t._replace(death=Death(j, t.owner == j)))
        else:
            j = t.death.accused
            yield f"death of {j} rolls back", s._replace(store=t._replace(death=None))
            if any(i != j for i in fit):                   # one of them is the accuser
                done = dict(dead=t.dead | {j}, death=None)
                if t.owner == j and (t.death.owned_then or self.variant != "one-statement"):
                    for heir in range(self.count):
                        if heir not in t.dead and heir != j:
                            yield f"death of {j} commits, {heir} owns", s._replace(store=t.grant(heir, "death", **done))
                else:
                    yield f"death of {j} commits", s._replace(store=t._replace(**done))
        if self.variant == "sweep" and t.owner in t.dead:
            for heir in range(self.count):
                if heir not in t.dead and not (t.death and t.death.accused == heir):
                    yield f"orphan swept to {heir}", s._replace(store=t.grant(heir, "death"))

    def owner_steps(self, s, n):
        node, t, v = s.nodes[n], s.store, self.variant
        reads = node.epoch < t.epoch and node.mode != "loading" or v == "no-epoch-bump" and node.mode == "away"
        if t.owner == n and reads:
            yield f"{n} reads the row: owner at epoch {t.epoch}", s.node(n, "loading", t.epoch, node.cache, None)
        if node.mode == "loading":
            start = node.cache if v == "cache-kept" and node.cache else tuple(item for _, _, item in t.log)
            yield f"{n} loads {start}", s.node(n, "serving", node.epoch, start)
        if node.mode == "serving" and (node.pending is None or v == "no-drain") and s.handed < self.handoffs:
            for to in range(self.count):
                if to != n:
                    yield from self.begin_handoff(s, n, to)
        if node.mode == "serving" and node.pending is None:
            yield from self.take(s, n)
        if v == "leaving-resumes" and node.mode == "leaving" and s.client.asking:
            h = len(node.cache)
            yield f"{n} answers the resume from memory, h={h}", self.resumed(s, s.client.conn, h)
        if v == "leaving-timeout" and node.mode == "leaving":
            yield f"{n} gives up waiting", s.node(n, mode="serving", pending=None)
        if v == "release-claim" and t.owner == -1 - n and n not in t.dead:
            yield f"{n} claims", s._replace(store=t.grant(n, "death"))

    def begin_handoff(self, s, n, to):
        node = s.nodes[n]
        asked = Handoff(n, node.epoch, len(node.cache), Target(to))
        after = s.node(n, mode="leaving", pending=(asked.base, asked.item))._replace(handed=s.handed + 1).sent(asked)
        yield f"{n} hands off to {to}", after
        if self.variant == "tell-target" and s.nodes[to].mode == "away":
            yield f"{n} hands off to {to} and tells it", after.node(to, "serving", node.epoch + 1, node.cache)

    def take(self, s, n):
        node, t, have = s.nodes[n], s.store, len(s.nodes[n].cache)
        if have < self.stanzas:
            after = s.node(n, pending=(have, have + 1)).sent(Write(n, node.epoch, have, have + 1))
            if len(t.grants) > node.epoch and t.grants[node.epoch][1] == "handoff" and t.grants[node.epoch - 1][0] == n:
                after = after._replace(fault=f"S10 given away: {n} takes {have + 1} at epoch {node.epoch} after its own hand-off")
            yield f"{n} takes {have + 1}", after
        if s.client.asking:
            item = -s.client.conn
            yield f"{n} asks to attach {-item}", s.node(n, pending=(have, item)).sent(Write(n, node.epoch, have, item))

    def write_runs(self, s, m):
        t = s.store
        mine = m.epoch == t.epoch and m.node == t.owner
        what = f"{m.node}'s write of {m.item} at {m.base}"
        if mine and len(t.log) == m.base:
            log = t.log + ((m.epoch, m.node, m.item),) if m.item > 0 else t.log
            yield f"{what} commits", s._replace(store=t._replace(log=log)).sent(Answer(*m[:4], "ok"))
        else:
            won = mine and m.item > 0 and len(t.log) > m.base and t.log[m.base] == (m.epoch, m.node, m.item)
            yield f"{what} {'had committed' if won else 'is refused'}", s.sent(Answer(*m[:4], "ok" if won else "fenced"))

    def handoff_runs(self, s, m):
        t, to = s.store, m.item.node
        if t.death and t.death.accused == to and self.locks_target:
            return                                         # waits for the target's row
        if self.two_step_check and not m.checked:
            if to not in t.dead:                           # its snapshot says Active; the write comes later
                yield f"hand-off {m.node} to {to} finds it Active", s.sent(m._replace(checked=True))
                return
        fits = m.epoch == t.epoch and m.node == t.owner and (len(t.log) == m.base or self.variant == "no-drain")
        if fits and (to not in t.dead or m.checked or self.variant == "no-target-check"):
            if self.variant == "release-claim":
                moved = t._replace(owner=-1 - to)
            elif self.variant == "no-epoch-bump":
                moved = t._replace(owner=to)
            else:
                moved = t.grant(to, "handoff")
            yield f"hand-off {m.node} to {to} commits", s._replace(store=moved).sent(Answer(*m[:4], "ok"))
        else:
            yield f"hand-off {m.node} to {to} is refused", s.sent(Answer(*m[:4], "kept" if fits else "fenced"))

    def answer_arrives(self, s, m):
        n, node, t = m.node, s.nodes[m.node], s.store
        if not node.running or node.epoch != m.epoch or node.pending != (m.base, m.item):
            return                                         # answers something older
        rest = s._replace(net=s.net - {m})
        away = ("away", 0, node.cache if self.variant == "cache-kept" else ())
        if isinstance(m.item, Target):
            if m.outcome == "kept" and self.variant == "sweep":    # an older attempt may still win: close it with a new epoch
                if (t.epoch, t.owner) == (m.epoch, n):
                    itself = s.node(n, "loading", m.epoch + 1)._replace(store=t.grant(n, "self"))
                    yield f"{n} hands the shard to itself", itself
            elif m.outcome == "kept":
                yield f"{n} learns that the hand-off was refused", rest.node(n, mode="serving", pending=None)
            else:
                yield f"{n} learns that the shard is gone ({m.outcome})", rest.node(n, *away)
        elif m.outcome == "fenced":
            yield f"{n} learns that it lost the shard", rest.node(n, *away)
        elif m.item < 0:
            h = len(node.cache)
            yield f"{n} answers resume {-m.item}, h={h}", self.resumed(rest.node(n, pending=None), -m.item, h)
        else:
            c = s.client if s.client.asking else s.client._replace(acked=max(s.client.acked, m.base + 1))
            yield f"{n} learns the commit of {m.item}", rest.node(n, cache=node.cache + (m.item,), pending=None)._replace(client=c)

    def resumed(self, s, conn, h):
        c = s.client
        if not c.asking or conn != c.conn and self.variant != "resume-unmatched":
            return s
        fault = f"S3 h fell: acknowledged {c.acked}, resumed with {h}" if h < c.acked else s.fault
        return s._replace(client=Client(max(h, c.acked), c.conn, False), fault=fault)

    def violation(self, s):
        t, log = s.store, [item for _, _, item in s.store.log]
        if s.fault:
            return s.fault
        if log != list(range(1, len(log) + 1)):
            return f"S1 exactly once in: the log holds {log}"
        epochs = [e for e, _, _ in t.log]
        if epochs != sorted(epochs) or any(t.grants[e - 1][0] != n for e, n, _ in t.log):
            return f"S4 single writer: rows by {[(e, n) for e, n, _ in t.log]}, epochs given to {[o for o, _ in t.grants]}"
        if s.client.acked > len(log):
            return f"S2 acknowledged means durable: {s.client.acked} acknowledged, {len(log)} in the log"
        for n, node in enumerate(s.nodes):
            if node.mode == "serving" and node.epoch == t.epoch and t.owner == n:
                if list(node.cache) != log[:len(node.cache)] or len(log) > len(node.cache) and not node.pending:
                    return f"S5 owner truth: owner {n} believes {list(node.cache)}, the log is {log}"
        return None

    def normal(self, s):
        return s._replace(net=frozenset(m for m in s.net if self.matters(s, m)))

    def matters(self, s, m):
        """Whether the message can still have an effect."""
        node, t = s.nodes[m.node], s.store
        awaited = node.pending == (m.base, m.item)
        if m.kind == "answer":
            return node.running and node.epoch == m.epoch and awaited
        current = m.epoch == t.epoch and m.node == t.owner
        if m.kind == "write" and current:
            return len(t.log) == m.base or awaited
        if m.kind == "handoff" and self.variant == "no-epoch-bump":
            return True
        return awaited and node.epoch == m.epoch or current


if __name__ == "__main__":
    main(HandoffModel, VARIANTS, FULL, SMALL)
