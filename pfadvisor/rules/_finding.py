"""The code, the name and the message of a finding, from the judgement on its loop.

The message says what was found, why it holds and what it gains, in that order.
"""

from __future__ import annotations

import ast

from pfadvisor.model import Assumption, Judgement, Kind, Profit
from pfadvisor.rules._catalog import Rule, by_name, for_pattern

CHEAP = "too-little-work"
MOST_NAMED = 3
WORKERS: dict[Kind, str] = {"io": "threads", "async": "tasks at a time"}


def describe(judgement: Judgement) -> tuple[str, str, str]:
    """(code, name, message) as DESIGN states them for `check` and for `--all`."""
    rule = rule_of(judgement)
    return rule.code, rule.name, message_of(judgement)


def rule_of(judgement: Judgement) -> Rule:
    if judgement.verdict == "serial" or judgement.pattern is None:
        first = judgement.blockers[0].name if judgement.blockers else "nothing-to-compute"
        return by_name()[first]
    cheap = judgement.profit is not None and judgement.profit.worth == "no"
    if cheap and judgement.verdict in ("parallel", "pipeline"):
        return by_name()[CHEAP]
    return for_pattern(judgement.pattern)


def message_of(judgement: Judgement) -> str:
    if judgement.verdict == "serial":
        return _serial(judgement)
    parts = [
        _legal(judgement),
        _vouched(judgement),
        _dominates(judgement),
        gain(judgement.profit, judgement.kind),
    ]
    parts += [judgement.advice] if judgement.profit and judgement.profit.worth != "no" else []
    return "; ".join(part for part in parts if part)


def _serial(judgement: Judgement) -> str:
    if not judgement.blockers:
        return "nothing in the body could be handed to a worker"
    first = judgement.blockers[0]
    message = first.message
    if first.advice:
        message += f"; {first.advice}"
    others = len(judgement.blockers) - 1
    if others:
        message += f" (and {others} more {'reason' if others == 1 else 'reasons'})"
    return message


def _legal(judgement: Judgement) -> str:
    if judgement.verdict == "review":
        subject = "the work of the iterations is" if in_order(judgement) else "iterations are"
        return f"{subject} independent if {_questions(judgement.assumptions)}"
    if judgement.verdict == "pipeline":
        return "the work of the iterations is independent, and its results can be used in order"
    return "iterations are independent"


def in_order(judgement: Judgement) -> bool:
    """Whether some of the body stays in the order of the iterations, whatever they may be."""
    headed = any(granule.stage == "head" for granule in judgement.stages)
    return headed or judgement.pattern in ("pipeline", "search")


def _vouched(judgement: Judgement) -> str:
    """What the user has said that the verdict rests on."""
    names = [spelled(one) for one in judgement.accepted]
    more = f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else ""
    return f"on your word for {', '.join(names[:MOST_NAMED])}{more}" if names else ""


def spelled(assumption: Assumption) -> str:
    """As `assume` takes it."""
    subject = f":{assumption.subject}" if assumption.subject else ""
    return f"{assumption.name}{subject}"


def _questions(assumptions: tuple[Assumption, ...]) -> str:
    asked = list(dict.fromkeys(one.message or f"{one.name}:{one.subject}" for one in assumptions))
    shown = asked[:2]
    rest = len(asked) - len(shown)
    text = " and ".join(shown)
    return f"{text} (and {rest} more)" if rest > 0 else text


def _dominates(judgement: Judgement) -> str:
    work = _work(judgement)
    waiting = {"io": "waiting", "async": "waiting"}.get(judgement.kind or "")
    if work and waiting:
        return f"they wait in `{work}`"
    return f"`{work}` dominates" if work else ""


def _work(judgement: Judgement) -> str:
    """The term that costs most, if it is the code of the loop itself."""
    plan, profit = judgement.plan, judgement.profit
    if plan is not None and plan.call is not None:
        return plan.call[0]
    terms = profit.terms if profit is not None else ()
    called = [term for term in terms if _is_callee(term.name)]
    return max(called, key=lambda term: sum(term.seconds)).name if called else ""


def _is_callee(name: str) -> bool:
    try:
        return isinstance(ast.parse(name, mode="eval").body, ast.Attribute | ast.Name)
    except (SyntaxError, ValueError):
        return False


def gain(profit: Profit | None, kind: Kind | None) -> str:
    """The predicted gain in words; empty if nothing was predicted."""
    if profit is None:
        return ""
    if profit.worth == "no":
        return "; ".join(filter(None, (profit.reason or _too_cheap(profit), measured(profit))))
    workers = f"{profit.workers} {WORKERS.get(kind or 'cpu', 'workers')}"
    text = f"about {_factor(profit.speedup)} on {workers}"
    if profit.worth == "depends" and profit.break_even is not None:
        text += f" from {profit.break_even} iterations on"
    return "; ".join(filter(None, (text, profit.reason, measured(profit))))


def measured(profit: Profit) -> str:
    """What a run of the program showed, in words; empty if none was looked at."""
    found = profit.measured
    if found is None:
        return ""
    if not found.iterations:
        return "it never ran in the profile"
    took = f"{found.iterations} iterations took {seconds(found.seconds)} in the profile"
    saved = sum(found.saves) / 2
    return f"{took}, of which this saves about {seconds(saved)}" if saved > 0 else took


def _too_cheap(profit: Profit) -> str:
    low, high = profit.seconds_per_iteration
    cost = f"an iteration takes about {seconds((low + high) / 2)}"
    if profit.break_even is None:
        return f"{cost}, less than it costs to hand it to a worker"
    known = f" of {profit.iterations}" if profit.iterations is not None else ""
    return f"{cost}: it would pay from {profit.break_even} iterations on{known and ', not' + known}"


def _factor(speedup: tuple[float, float]) -> str:
    low, high = speedup
    middle = (max(low, 0.1) * max(high, 0.1)) ** 0.5
    return f"{middle:.1f}x"


def seconds(value: float) -> str:
    """A duration as a reader says it: 3 us, 12 ms, 1.5 s."""
    for limit, factor, unit in ((1e-6, 1e9, "ns"), (1e-3, 1e6, "us"), (1.0, 1e3, "ms")):
        if value < limit:
            return f"{value * factor:.0f} {unit}"
    return f"{value:.1f} s"
