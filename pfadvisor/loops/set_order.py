"""Sets whose order shows in the work, or that cross to another process and show it there."""

from __future__ import annotations

from pfadvisor.effects.orders import ORDER, is_seeded, is_set
from pfadvisor.effects.values import Effect, fresh_site
from pfadvisor.loops.accepted import Accepted
from pfadvisor.loops.analysis import Analysis
from pfadvisor.loops.planning import sent_back
from pfadvisor.model import Assumption


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
    sent = any(is_seeded(sent.types) for _, sent in sent_back(analysis))
    return [e for e in body.whole.effects_on(("res", ORDER)) if e.instr in compute or sent]


def _of_any_items(analysis: Analysis) -> list[Effect]:
    """Sets of anything do so where they are sent, and made anew by that."""
    body, compute = analysis.body, analysis.compute_instrs
    values = [sent for _, sent in sent_back(analysis)]
    back = {root for value in values if is_set(value.types) for root, _ in value.objs}
    return [
        e
        for e in body.whole.shown_in_order
        if (fresh_site(e.root) not in compute if e.instr in compute else e.root in back)
    ]
