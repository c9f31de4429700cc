"""Sets whose order shows in the work, or that cross to another process and show it there."""

from __future__ import annotations

from typing import Final

from pfadvisor.effects.orders import ORDER, is_seeded, is_set
from pfadvisor.effects.values import Effect, Root, Val, fresh_site
from pfadvisor.loops.accepted import Accepted
from pfadvisor.loops.analysis import Analysis
from pfadvisor.loops.planning import sent_back
from pfadvisor.model import Assumption

ORDERED_FORMS: Final = frozenset({"list", "generator"})


def order_of_sets(analysis: Analysis, accepted: Accepted) -> tuple[Assumption, ...]:
    """The question for each place where the order of a set shows that another process may keep
    otherwise."""
    body = analysis.body
    found: dict[str, Assumption] = {}
    for effect in (*_of_text(analysis), *_of_any_items(analysis)):
        code = body.function.code[effect.instr]
        subject = body.ev.text(code.args[0] if code.op == "call" else effect.instr) or "set"
        text = f"the order in which `{subject}` gets the items of a set does not matter"
        found.setdefault(subject, Assumption(ORDER, subject, text, effect.where))
    return accepted.left(found.values())


def _of_text(analysis: Analysis) -> list[Effect]:
    """Sets of text, or the like, keep their items in another order in every process."""
    body, compute = analysis.body, analysis.compute_instrs
    values = [sent for _, sent in sent_back(analysis)] + _joined(analysis)
    sent = any(is_seeded(value.types) for value in values)
    return [e for e in body.whole.effects_on(("res", ORDER)) if e.instr in compute or sent]


def _of_any_items(analysis: Analysis) -> list[Effect]:
    """Sets of anything do so where they are sent, and made anew by that."""
    body, compute = analysis.body, analysis.compute_instrs
    values = [sent for _, sent in sent_back(analysis)]
    back = {root for value in values if is_set(value.types) for root, _ in value.objs}
    shown = [
        e
        for e in body.whole.shown_in_order
        if (fresh_site(e.root) not in compute if e.instr in compute else e.root in back)
    ]
    return shown + _of_joined(analysis)


def _of_joined(analysis: Analysis) -> list[Effect]:
    """A set that is joined of those of the workers gets its items in the order of these sets."""
    body, compute = analysis.body, analysis.compute_instrs
    roots = {c.root for c in analysis.privates if c.root and c.private.kind == "set"}
    roots |= _joining(analysis)
    settled = {each.elem for each in body.function.loops if each.form in ORDERED_FORMS}
    return [
        e
        for root in roots
        for e in body.whole.effects_on(root)
        if e.instr not in compute and (e.how in (ORDER, "pop") or _walks(e, settled))
    ]


def _joining(analysis: Analysis) -> set[Root]:
    """The sets into which what remains of the body puts sets that are sent back."""
    body, sent = analysis.body, {v for v, each in sent_back(analysis) if is_set(each.types)}
    users = {use for value in sent for use in body.whole.uses.get(value, ())}
    inside = (users & body.node_of.keys()) - analysis.compute_instrs
    roots = {e.root for e in body.whole.effects_of(inside) if e.write}
    roots |= {root for i in inside for root, _ in body.ev.values[i].objs}
    types = body.whole.types_by_root
    return {root for root in roots if is_set(types.get(root, {}).get((root, ())))}


def _walks(effect: Effect, settled: set[int]) -> bool:
    """Whether it is a statement that takes the items one after the other; of comprehensions it is
    told whether their order shows."""
    return effect.how == "iterate" and (bool(effect.chain) or effect.instr not in settled)


def _joined(analysis: Analysis) -> list[Val]:
    """The sets that workers fill for themselves."""
    body = analysis.body
    return [
        body.ev.values[c.value] for c in analysis.privates if c.root and c.private.kind == "set"
    ]
