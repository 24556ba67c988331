#!/usr/bin/env python3
"""Model: the table of nodes: incarnations, views, joining, death, leaving (S8, S13).

Processes have names and run one incarnation at a time.  Every change is one transaction under the lock of the cluster's row,
prepared from a reading of some view and arriving any time later (a stale view, a paused accuser, a store that stalls
and then lets everything through at once), or never.  Any Active or Leaving node may accuse anybody at any time, rightly or
wrongly.  Two names may be cut off from one another; processes crash and are started again.

Status: J joining, A active, L leaving, D dead, G gone; D and G are final.  A calm is some seconds of a node's own clock in which
it saw no change of view; it renews the number of deaths allowed.
"""
from typing import NamedTuple, Optional
from explore import Goal, Variant, main

VARIANTS = {
    "proposal": Variant(None, "view compared in every change; accuser, heirs and limit taken from the table inside it"),
    "join-blind": Variant("JOIN", "a join does not compare the view"),
    "join-half-cut": Variant("JOIN", "a joiner checks only that it reaches one Active node"),
    "trusting-death": Variant("S8", "a death compares neither the view nor the accuser's own status"),
    "stale-heirs": Variant("S13", "heirs from the accuser's own reading, view not compared"),
    "local-limit": Variant("LIMIT", "each accuser limits only itself"),
    "active-only": Variant("STUCK", "only Active nodes may accuse, a joiner never", dict(processes=1)),
    "no-adopt": Variant("S13", "a join does not take over shards without owner"),
    "lonely-death": Variant("S13", "a death that leaves no Active node does not touch the shards"),
    "gone-unchecked": Variant("S13", "a leaving node that serves nothing goes without looking at the table"),
    "move-unchecked": Variant("S13", "a hand-off does not check that its target is Active"),
    "back-from-dead": Variant("S8", "a node that finds itself dead sets the same incarnation Active again"),
}
FULL = dict(processes=2, shards=1, incarnations=4, crashes=1)
SMALL = dict(incarnations=3)
LAST_EPOCH = 3                     # hand-offs stop here, to keep the model finite


class Row(NamedTuple):
    name: int
    status: str


class Shard(NamedTuple):
    epoch: int
    owner: Optional[int]           # incarnation


class Table(NamedTuple):
    view: int
    rows: tuple                    # by incarnation
    shards: tuple
    deaths_left: int

    def changed(self, i=None, status=None, **change):
        rows = self.rows if i is None else self.rows[:i] + (self.rows[i]._replace(status=status),) + self.rows[i + 1:]
        return self._replace(view=self.view + 1, rows=rows, **change)

    @property
    def active(self):
        return [i for i, row in enumerate(self.rows) if row.status == "A"]


class Process(NamedTuple):
    incarnation: int
    serving: tuple                 # epoch by shard, 0: does not serve it


class Change(NamedTuple):          # a transaction on its way
    kind: str                      # join | kill | leave | stay | gone | move
    by: int
    view: int                      # the reading it was prepared from
    what: tuple = ()


class State(NamedTuple):
    table: Table
    processes: tuple
    net: frozenset = frozenset()
    cut: Optional[tuple] = None    # two names that cannot reach one another
    burst: tuple = (0, 0)          # deaths of Active nodes since the last calm, Active nodes then
    crashes: int = 0
    fault: Optional[str] = None

    def process(self, p, new):
        return self._replace(processes=self.processes[:p] + (new,) + self.processes[p + 1:])


class MembershipModel:
    def __init__(self, variant, processes, shards, incarnations, crashes):
        self.variant, self.count, self.shards, self.incarnations, self.crashes = variant, processes, shards, incarnations, crashes
        self.blind = {"join-blind": "join", "trusting-death": "kill", "stale-heirs": "kill"}.get(variant)

    def initial(self):
        table = Table(0, tuple(Row(p, "A") for p in range(self.count)),
                      tuple(Shard(1, k % self.count) for k in range(self.shards)), max(1, self.count // 2))
        running = tuple(Process(p, tuple(int(k % self.count == p) for k in range(self.shards))) for p in range(self.count))
        return State(table, running, burst=(0, self.count), crashes=self.crashes)

    def steps(self, s):
        yield from self.world_steps(s)
        for p, process in enumerate(s.processes):
            if process is None:
                if len(s.table.rows) < self.incarnations:
                    yield f"{p} starts as incarnation {len(s.table.rows)}", self.started(s, p)
            else:
                yield from self.own_steps(s, p, process)
                if not any(m.by == process.incarnation for m in s.net):
                    for m in self.requests(s, p, process):
                        yield f"{m.by} asks: {m.kind} {m.what or ''}", s._replace(net=s.net | {m})
        for m in s.net:
            rest = s._replace(net=s.net - {m})
            if m.kind == "move":
                yield from self.move(rest, m)
            elif m.view == s.table.view or m.kind == self.blind:    # else refused: read again, weigh again
                yield from getattr(self, m.kind)(rest, m)

    # -- what just happens
    def world_steps(self, s):
        limit = max(1, len(s.table.active) // 2)
        if s.burst[0] or s.table.deaths_left != limit:
            yield "calm", s._replace(table=s.table._replace(deaths_left=limit), burst=(0, len(s.table.active)))
        if s.cut:
            yield "connections healed", s._replace(cut=None)
        else:
            for p in range(self.count):
                for q in range(p):
                    yield f"{q} and {p} cut off from one another", s._replace(cut=(q, p))

    def started(self, s, p):
        rows = s.table.rows + (Row(p, "J"),)
        return s._replace(table=s.table.changed()._replace(rows=rows)).process(p, Process(len(s.table.rows), (0,) * self.shards))

    def own_steps(self, s, p, process):
        i, status = process.incarnation, s.table.rows[process.incarnation].status
        if s.crashes:
            yield f"{p} crashes", s._replace(crashes=s.crashes - 1).process(p, None)
        if status == "D" and self.variant == "back-from-dead":
            yield f"{i} sets itself Active", s._replace(table=s.table.changed(i, "A"), fault=f"S8 death is final: incarnation {i} came back")
        elif status == "D" and len(s.table.rows) < self.incarnations:   # keeps its sockets, forgets its shards
            yield f"{p} finds {i} dead, joins as {len(s.table.rows)}", self.started(s, p)
        elif status == "G":
            yield f"{p} ends", s.process(p, None)
        for k, shard in enumerate(s.table.shards):
            if shard.owner == i and process.serving[k] != shard.epoch:
                serving = process.serving[:k] + (shard.epoch,) + process.serving[k + 1:]
                yield f"{i} serves shard {k}, epoch {shard.epoch}", s.process(p, Process(i, serving))

    # -- what a process prepares from its reading of the table
    def requests(self, s, p, process):
        t, i = s.table, process.incarnation
        status, alive = t.rows[i].status, {o.incarnation for o in s.processes if o}
        if status == "J":
            fine = [a for a in t.active if a in alive and (not s.cut or {p, t.rows[a].name} != set(s.cut))]
            if len(fine) == len(t.active) or self.variant == "join-half-cut" and fine:
                yield Change("join", i, t.view, tuple(fine))
        for j, row in enumerate(t.rows):
            # A joiner may accuse only what stands still: its probe counter, on the joiner's own clock. Here: the crashed.
            may = status in "AL" or status == "J" and j not in alive and self.variant != "active-only"
            if may and j != i and row.status in "JAL":
                yield Change("kill", i, t.view, (j, tuple(a for a in t.active if a != j)))
        if status == "A" and len(t.active) > 1:
            yield Change("leave", i, t.view)
        if status == "L" and not t.active:
            yield Change("stay", i, t.view)
        if status == "L" and (self.owns_nothing(t, i) or self.variant == "gone-unchecked" and not any(process.serving)):
            yield Change("gone", i, t.view)
        if status in "AL":
            for k, shard in enumerate(t.shards):
                if shard.owner == i and process.serving[k] == shard.epoch < LAST_EPOCH:
                    for to in t.active:
                        if to != i:
                            yield Change("move", i, t.view, (k, shard.epoch, to))

    @staticmethod
    def owns_nothing(t, i):
        return all(shard.owner != i for shard in t.shards)

    # -- the transactions
    def move(self, s, m):
        """Guarded by epoch, owner and the target's row, not by the view."""
        t, (k, epoch, to) = s.table, m.what
        if t.shards[k] != Shard(epoch, m.by):
            return
        if t.rows[to].status == "A" or self.variant == "move-unchecked":
            owner, label = to, f"shard {k} moves to {to}"
        elif any(o and o.incarnation == m.by for o in s.processes):
            owner, label = m.by, f"shard {k} stays with {m.by}, epoch {epoch + 1}"     # refused: closed by one to itself
        else:
            return
        shards = t.shards[:k] + (Shard(epoch + 1, owner),) + t.shards[k + 1:]
        yield label, s._replace(table=t._replace(shards=shards))

    def join(self, s, m):
        t = s.table
        if t.rows[m.by].status != "J":
            return
        adopts = self.variant != "no-adopt"
        shards = tuple(Shard(x.epoch + 1, m.by) if x.owner is None and adopts else x for x in t.shards)
        missed = [a for a in t.active if a not in m.what]
        fault = f"JOIN not checked: {m.by} becomes Active without having reached {missed}" if missed else None
        yield f"{m.by} joins", s._replace(table=t.changed(m.by, "A", shards=shards), fault=fault)

    def leave(self, s, m):
        if s.table.rows[m.by].status == "A" and len(s.table.active) > 1:
            yield f"{m.by} is leaving", s._replace(table=s.table.changed(m.by, "L"))

    def stay(self, s, m):
        t = s.table
        if t.rows[m.by].status == "L" and not t.active:
            shards = tuple(Shard(x.epoch + 1, m.by) if x.owner is None else x for x in t.shards)
            yield f"{m.by} stays", s._replace(table=t.changed(m.by, "A", shards=shards))

    def gone(self, s, m):
        if s.table.rows[m.by].status == "L" and (self.owns_nothing(s.table, m.by) or self.variant == "gone-unchecked"):
            yield f"{m.by} is gone", s._replace(table=s.table.changed(m.by, "G"))

    def kill(self, s, m):
        t, (j, seen_heirs) = s.table, m.what
        status = t.rows[m.by].status
        allowed = (t.deaths_left or self.variant == "local-limit") and (status in "JAL" or self.variant == "trusting-death")
        if not allowed or t.rows[j].status not in "JAL":
            return
        heirs = seen_heirs if self.variant == "stale-heirs" else [a for a in t.active if a != j]
        fault = f"S8 death is final: incarnation {m.by}, itself {status}, kills {j}" if status in "DG" else None
        burst = (s.burst[0] + (t.rows[j].status == "A"), s.burst[1])
        for heir in heirs or [None]:
            shards = tuple(Shard(x.epoch + 1, heir) if x.owner == j else x for x in t.shards)
            if self.variant == "lonely-death" and heir is None:
                shards = t.shards
            table = t.changed(j, "D", shards=shards, deaths_left=max(0, t.deaths_left - 1))
            yield f"{m.by} declares {j} dead, heir {heir}", s._replace(table=table, burst=burst, fault=fault)

    # -- invariants
    def violation(self, s):
        t = s.table
        if s.fault:
            return s.fault
        for k, shard in enumerate(t.shards):
            if shard.owner is None and t.active:
                return f"S13 one owner: shard {k} has none though {t.active} is Active"
            if shard.owner is not None and t.rows[shard.owner].status not in "AL":
                return f"S13 one owner: shard {k} belongs to incarnation {shard.owner}, which is {t.rows[shard.owner].status}"
        if s.burst[0] > max(1, s.burst[1] // 2):
            return f"LIMIT {s.burst[0]} of {s.burst[1]} Active nodes declared dead in one burst"
        return None

    def goals(self):
        def served(s):
            return all(shard.owner is not None and s.table.rows[shard.owner].status in "AL"
                       and any(o and o.incarnation == shard.owner and o.serving[k] == shard.epoch for o in s.processes)
                       for k, shard in enumerate(s.table.shards))

        def owes(s):                                       # a process that can serve runs, or may be started
            return len(s.table.rows) < self.incarnations or any(
                o and s.table.rows[o.incarnation].status in "JA" for o in s.processes)
        return (Goal("STUCK a shard that can never be served again", served, owes),)

    def normal(self, s):
        """Only equality with the present view matters, so count from it; drop what will be refused."""
        t = s.table
        low = t.view if self.blind else 0

        def live(m):
            return t.shards[m.what[0]] == Shard(m.what[1], m.by) if m.kind == "move" else m.view == t.view or m.kind == self.blind
        net = frozenset(m._replace(view=0 if m.kind == "move" else m.view - t.view + low) for m in s.net if live(m))
        return s._replace(table=t._replace(view=low), net=net)


if __name__ == "__main__":
    main(MembershipModel, VARIANTS, FULL, SMALL)
