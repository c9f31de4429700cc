"""Results that may be linked too deeply for pickle, which follows links by recursion."""

from __future__ import annotations

from pfadvisor.effects.values import parse_type
from pfadvisor.loops.accepted import Accepted
from pfadvisor.loops.analysis import Analysis
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.planning import names_of, sent_back
from pfadvisor.model import Assumption


def deeply_linked(analysis: Analysis, accepted: Accepted) -> tuple[Assumption, ...]:
    """The question for each result of a class whose instances hold instances of it, one by one:
    a linked list fails where a tree of the same size does not."""
    if analysis.tree is None:
        return ()
    body, names = analysis.body, names_of(analysis)
    found: dict[str, Assumption] = {}
    for value, sent in sent_back(analysis):
        heads = {parse_type(t)[0] for t in sent.types or ()}
        if any(":" in head and _holds_its_like(body, head) for head in heads):
            subject = names.get(value) or body.ev.text(value) or "result"
            text = f"`{subject}` leads through less than some hundred links, as pickle needs"
            found.setdefault(
                subject, Assumption("shallow-result", subject, text, body.ev.location(value))
            )
    return accepted.left(found.values())


def _holds_its_like(body: Body, cls: str) -> bool:
    program = body.ev.program
    for name in program.attribute_names(cls):
        held = program.attribute(cls, name)
        if held is not None and cls in {parse_type(t)[0] for t in held.types or ()}:
            return True
    return False
