"""Sets whose order shows in the work, or that cross to another process and show it there."""

from __future__ import annotations

from pfadvisor.effects.orders import ORDER, is_seeded
from pfadvisor.loops.accepted import Accepted
from pfadvisor.loops.analysis import Analysis
from pfadvisor.loops.planning import results_of
from pfadvisor.model import Assumption


def order_of_sets(analysis: Analysis, accepted: Accepted) -> tuple[Assumption, ...]:
    """The question for each place where the order of a set of text, or the like, shows."""
    body, compute = analysis.body, analysis.compute_instrs
    sent = any(is_seeded(body.ev.values[v].types) for v in results_of(analysis))
    found: dict[str, Assumption] = {}
    for effect in body.whole.effects_on(("res", ORDER)):
        if effect.instr in compute or sent:
            code = body.function.code[effect.instr]
            subject = body.ev.text(code.args[0] if code.op == "call" else effect.instr) or "set"
            text = f"the order in which `{subject}` gets the items of a set does not matter"
            found.setdefault(subject, Assumption(ORDER, subject, text, effect.where))
    return accepted.left(found.values())
