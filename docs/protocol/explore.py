"""Search through every state that a small model of the protocol can reach.

A model is an object with
  initial()     its first state, any hashable value
  steps(s)      pairs (label, next state); a label that begins with "*" marks a step of the world outside (a client, a
                fault), which may happen but which nobody can count on
  violation(s)  the text of an invariant that s breaks, or None; it begins with the invariant's tag
  normal(s)     s without what can have no effect any more: the same behaviour in fewer states
  goals()       what must stay reachable, see Goal

The search is breadth first, so the first counterexample found is a shortest one.  Python's own standard library is enough.
"""
import argparse
import sys
from typing import Any, Callable, NamedTuple, Optional


class Goal(NamedTuple):
    """Weak liveness: from every state that `owes` it, a state in which it is `reached` can be reached."""
    text: str
    reached: Callable[[Any], bool]
    owes: Callable[[Any], bool]
    unaided: bool = False          # by the servers' own steps, without those marked "*"


class Result(NamedTuple):
    states: int
    violation: Optional[str]       # None: everything holds
    trace: list


class Variant(NamedTuple):
    """One form of the protocol. `breaks` is the tag of the invariant it must violate; None: it must hold."""
    breaks: Optional[str]
    text: str
    small: dict = {}               # bounds for the quick check, on top of the model's own small bounds


UNFINISHED = "unfinished: too many states"


def explore(model, limit=12_000_000):
    """Visit every reachable state, then judge the goals backwards from where they are reached."""
    goals = model.goals() if hasattr(model, "goals") else ()
    first = model.initial()
    number, states, origin = {first: 0}, [first], [None]
    before = [[]]                  # predecessors of each state; ~i if the step there was the outside world's

    def trace(i):
        labels = []
        while origin[i] is not None:
            i, label = origin[i]
            labels.append(label)
        return labels[::-1]

    at = 0
    while at < len(states):
        state = states[at]
        wrong = model.violation(state)
        if wrong:
            return Result(len(states), wrong, trace(at))
        for label, after in model.steps(state):
            after = model.normal(after)
            i = number.get(after)
            if i is None:
                i = number[after] = len(states)
                states.append(after)
                origin.append((at, label))
                before.append([])
            if goals:
                before[i].append(~at if label[0] == "*" else at)
        at += 1
        if len(states) > limit:
            return Result(len(states), UNFINISHED, [])
    for goal in goals:
        fine = [goal.reached(s) for s in states]
        todo = [i for i, ok in enumerate(fine) if ok]
        while todo:
            for p in before[todo.pop()]:
                if p < 0:
                    if goal.unaided:
                        continue
                    p = ~p
                if not fine[p]:
                    fine[p] = True
                    todo.append(p)
        for i, ok in enumerate(fine):
            if not ok and goal.owes(states[i]):
                return Result(len(states), goal.text, trace(i))
    return Result(len(states), None, [])


def main(make, variants, full, small, convert=None):
    """Command line of a model file; the exit status is the number of variants that did not end as they must.

    FILE                      every variant, full bounds     FILE --small            every variant, bounds of the quick check
    FILE VARIANT [KEY=VALUE]  one variant, own bounds        FILE --small VARIANT    one variant of the quick check
    FILE --list               the variants, what each must break, what it does
    """
    parser = argparse.ArgumentParser(description=sys.modules["__main__"].__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", action="store_true", help="bounds of the quick check")
    parser.add_argument("--list", action="store_true", help="name the variants and stop")
    parser.add_argument("variant", nargs="?", choices=sorted(variants), metavar="VARIANT")
    parser.add_argument("bounds", nargs="*", metavar="KEY=VALUE", help="; ".join(f"{k}={v}" for k, v in full.items()))
    asked = parser.parse_args()
    if asked.list:
        for name, v in variants.items():
            print(f"{name:20} {v.breaks or 'holds':10} {v.text}")
        return
    own = dict(pair.split("=", 1) for pair in asked.bounds)
    unknown = set(own) - set(full)
    if unknown:
        parser.error(f"unknown bounds: {', '.join(sorted(unknown))}")
    own = {k: (convert or {}).get(k, int)(value) for k, value in own.items()}
    unexpected = 0
    for name in [asked.variant] if asked.variant else variants:
        variant = variants[name]
        bounds = {**full, **(small if asked.small else {}), **(variant.small if asked.small else {}), **own}
        result = explore(make(name, **bounds))
        if variant.breaks is None:
            fits = result.violation is None
        else:
            fits = result.violation is not None and result.violation.startswith(variant.breaks + " ")
        unexpected += not fits
        print(f"{name:20} {result.states:>9} states  {result.violation or 'holds'}"
              f"{'' if fits else '   <-- NOT AS EXPECTED: ' + (variant.breaks or 'holds')}", flush=True)
        for i, label in enumerate(result.trace, 1):
            print(f"    {i:2}  {label}")
    sys.exit(unexpected)
