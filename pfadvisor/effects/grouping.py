"""What is in the pairs that `groupby` gives: what the key function makes, and the items of a group.

The result of a known key function is made at the call, as the iterator of groups itself is: it is
told by what the items lead to, lest it be taken for that iterator.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pfadvisor.effects import access, hidden
from pfadvisor.effects.effect import Effect as Line
from pfadvisor.effects.values import BOTTOM, Val, join, join_all

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation

_MADE: Final = re.compile(r"\bmade:(\w+)")


def parts(
    ev: Evaluation, i: int, line: Line, given: dict[str, Val], made: dict[str, Val]
) -> list[Val]:
    """Slot by slot."""
    items = join_all([access.contents(ev, given[name]) for name in line.iterates if name in given])
    named = _MADE.search(line.returns)
    key = made.get(named.group(1), BOTTOM) if named else BOTTOM
    own = frozenset(obj for obj in key.objs if obj[0] == ("fresh", i))
    reach = join(items, hidden.reached(ev, items)).objs if own else frozenset()
    told = key._replace(objs=(key.objs - own) | reach) if reach else key
    return [items if key == BOTTOM else told, items]
