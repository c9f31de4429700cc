"""What a call leaves half-done when the generator that it is using up raises.

`self.rows.extend(f(x) for x in xs)` keeps the results before the one that failed, where whoever
catches the exception finds them: the results are committed one by one, as by a `for` statement.
"""

from __future__ import annotations

from pfadvisor.loops.consumer import changes_between_items, consumer_of
from pfadvisor.loops.escaping import escaped
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.structure import handled


def left_half_done(body: Body) -> bool:
    """Whether others may find what the call changed before an item failed."""
    known, seen, made = escaped(body), handled(body), ("fresh", consumer_of(body))
    return any(
        effect.root != made and (seen or effect.root[0] != "fresh" or effect.root in known)
        for effect in changes_between_items(body)
    )
