"""`getattr`, `setattr` and `delattr`: attributes whose names are values.

A constant name makes them the access that they stand for; any other name may be that of
any attribute, and of any property of the program that does more than look.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pfadvisor.effects import access, calls, implicit, owners, storing
from pfadvisor.effects.summary import Target
from pfadvisor.effects.values import DEEP, NOTHING, UNKNOWN, Val, join, of_type

if TYPE_CHECKING:
    from pfadvisor.effects.calls import Arg
    from pfadvisor.effects.evaluate import Evaluation


def call(ev: Evaluation, i: int, name: str, args: list[Arg], targets: list[Target]) -> Val | None:
    """The result of such a call; None if the table's line says all that is known of it."""
    if len(args) < 2 or any(a.kind != "pos" for a in args):
        return calls.unknown(ev, i, name, args, targets)
    value, attribute = args[0].val, args[1].val.const
    known = isinstance(attribute, str)
    if name == "getattr":
        if not known:
            implicit.any_attribute(ev, i, value, "__get__")
            return None
        found = access.attribute_of(ev, i, value, str(attribute))
        targets.append(Target("known", name))
        return join(found, args[2].val) if len(args) > 2 else found
    if not known:
        value = owners.owned(ev.program, value)
        ev.access(i, value, DEEP, write=True, how="store")
        for obj in value.objs if len(args) > 2 else ():
            ev.store((obj[0], (*obj[1], DEEP)), "[]", args[2].val._replace(const=NOTHING))
        return calls.unknown(ev, i, name, args, targets)
    targets.append(Target("known", name))
    if name == "setattr":
        new = args[2] if len(args) > 2 else calls.Arg("pos", "", UNKNOWN)
        storing.assign(ev, i, value, str(attribute), new.val, new.value)
    else:
        storing.remove(ev, i, value, str(attribute))
    return of_type("None")
