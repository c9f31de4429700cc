"""Subscripts and items of one container: whether different iterations touch different slots."""

from __future__ import annotations

from typing import Literal

from pfadvisor.effects.program import operands
from pfadvisor.effects.subscripts import SLICE, Form
from pfadvisor.effects.values import Effect, parse_type
from pfadvisor.loops.affine import affine_form, distance, from_the_start
from pfadvisor.loops.counters import bounds_of, constant, counter_of
from pfadvisor.loops.kinds import DICTS
from pfadvisor.loops.nodes import Affine, Body
from pfadvisor.loops.stretches import apart, are_stretches
from pfadvisor.loops.touches import Touch
from pfadvisor.loops.unique import is_unique
from pfadvisor.model import Assumption

MOST_PAIRS = 40


def gap_of(body: Body, group: list[Touch]) -> int | bool | None:
    """Distance of the accesses to one container by their subscripts; False: never one slot."""
    if len(group) > MOST_PAIRS or any(
        t.effect.path
        or (t.effect.key < 0 and t.effect.form is None)
        or t.effect.elem == "="
        or t.effect.how not in ("load", "store")
        for t in group
    ):
        return None
    if are_stretches(body, group):
        return False if apart(body, group) else None
    if _each_its_own(body, group):
        return False
    counters, bounds = counter_of(body), bounds_of(body)
    length = min((n for n in (constant(body, b) for b in bounds) if n is not None), default=None)
    forms = [(t, _subscripts(body, t.effect, counters)) for t in group]
    gaps: set[int] = set()
    for touch, form in forms:
        for other, other_form in forms:
            if not (touch.effect.write or other.effect.write):
                continue
            gap = _apart(body, form, other_form, bounds)
            if gap is None:
                return None
            if gap is not False and (length is None or abs(gap) < length):
                gaps.add(abs(gap))
    return min(gaps) if gaps else False


def _each_its_own(body: Body, group: list[Touch]) -> bool:
    """Whether the slots are those of a dictionary under keys of another one, or elements of a set:
    what differs there differs here."""
    effects = [t.effect for t in group]
    first = next((e for e in effects if e.key >= 0), effects[0])
    if first.key < 0 or any(e.root != first.root for e in effects):
        return False
    if not all(_names(body, first.key, e) for e in effects) or not is_unique(body, first.key):
        return False
    types = body.whole.types_by_root.get(first.root, {}).get((first.root, ()))
    return bool(types) and all(parse_type(t)[0] in DICTS for t in types or ())


def _names(body: Body, key: int, effect: Effect) -> bool:
    """Whether an access, perhaps of a callee, is to the slot of that key."""
    instr, form = body.function.code[key], effect.form
    if effect.key >= 0:
        return same_value(body, key, effect.key)
    told = form is not None and form[0] == instr.op == "item"
    return told and all(
        part[0] == "value" and same_value(body, value, part[1])
        for value, part in zip(instr.args, (form or ())[1:], strict=True)
    )


def _subscripts(body: Body, effect: Effect, counters: dict[int, Affine]) -> list[Affine | None]:
    """The form of the key, or of each part of `a[i, :, j]` as far as they name axes in order;
    None for a part that is a slice."""
    subscript = effect.form or _as_parts(body, effect.key)
    if subscript[0] != "parts":
        form = affine_form(body, subscript, counters)
        return [] if form is None else [form]
    found: list[Affine | None] = []
    for part in subscript[1:]:
        form = affine_form(body, part, counters)
        named = form is not None and _is_whole(body, form.symbol)
        if not named and part != SLICE:
            break
        found.append(form if named else None)
    return found


def _as_parts(body: Body, key: int) -> Form:
    code = body.function.code
    if code[key].op != "display" or code[key].args[0] != "tuple":
        return "value", key
    parts = (SLICE if code[v].op == "slice" else ("value", v) for v in code[key].args[1:])
    return "parts", *parts


def _wraps(body: Body, first: Affine, second: Affine) -> bool:
    """Whether one of them may count from the end: then it meets slots that it does not name."""
    moving = first.factor or second.factor
    return bool(moving) and not all(from_the_start(body, form) for form in (first, second))


def _is_whole(body: Body, symbol: int) -> bool:
    """A number, not what stands for several axes or for none: a mask, `None`, `...`."""
    return symbol < 0 or body.ev.values[symbol].types == frozenset({"int"})


def _apart(
    body: Body,
    first: list[Affine | None],
    second: list[Affine | None],
    bounds: frozenset[int],
) -> int | Literal[False] | None:
    """Distance of two subscripts: that on which all of their parts agree. False: never one slot."""
    gaps: set[int] = set()
    for form, other in zip(first, second, strict=False):
        gap = distance(form, other, bounds) if form is not None and other is not None else None
        if gap is False and not (form and other and _wraps(body, form, other)):
            return False
        if gap is not None and gap is not False:
            gaps.add(gap)
    if len(gaps) > 1:
        return False
    return gaps.pop() if gaps else None


def distinct_slots(body: Body, group: list[Touch]) -> Assumption | None:
    """Accesses to the iteration's own item, or to one slot that the item names: independent if
    no two items are, or name, the same."""
    own = {o for v in [body.loop.elem, *body.header] for o in body.ev.values[v].objs}
    effects = [t.effect for t in group]
    if all(
        (e.root, e.path) in own and not e.chain and e.elem != "[]" and _on_item(body, e)
        for e in effects
    ):
        return Assumption(
            "distinct-keys", "items", "no object is iterated over twice", effects[0].where
        )
    keys = [e.key for e in effects]
    if any(e.path or e.chain or e.elem == "=" or e.how not in ("load", "store") for e in effects):
        return None
    if min(keys) < 0 or not all(same_value(body, keys[0], k) for k in keys[1:]):
        return None
    if not any(not e.write for e in effects) or not body.inside(keys[0]):
        return None
    if _is_steady(body, keys[0]):
        return None
    named = {value: name for name, value in body.loop.target_names}
    subject = named.get(keys[0]) or body.ev.text(keys[0])
    said = "no slot is named twice, nor counted from the end by a negative index"
    return Assumption("distinct-keys", subject, said, effects[0].where)


def _is_steady(body: Body, value: int) -> bool:
    """Whether each iteration names the same slot, or the same ones in a loop of its own: nobody
    need be asked whether they differ."""
    instr = body.function.code[value]
    if instr.op == "op" and body.inside(value):
        return all(_is_steady(body, v) for v in operands(instr))
    if instr.op in ("iter", "elem") and body.inside(value) and value != body.loop.elem:
        return _is_steady(body, instr.args[0])
    if instr.op == "call" and {t.name for t in body.ev.targets.get(value, ())} == {"range"}:
        return all(_is_steady(body, v) for v in operands(instr)[1:])
    made_before = not body.inside(value) and value not in body.heads
    return instr.op == "const" or (made_before and value != body.loop.elem)


def _on_item(body: Body, effect: Effect) -> bool:
    instr = body.function.code[effect.instr]
    return instr.op in ("attr", "setattr") and (
        instr.args[0] == body.loop.elem or instr.args[0] in body.header
    )


def same_value(body: Body, first: int, second: int, depth: int = 0) -> bool:
    """Whether two values are the same expression of the same values, without calls."""
    if first == second:
        return True
    left, right = body.function.code[first], body.function.code[second]
    if depth > 8 or left.op != right.op or left.op not in ("item", "op", "attr", "const", "name"):
        return False
    if len(left.args) != len(right.args):
        return False
    values = {"item": (0, 1), "op": tuple(range(1, len(left.args))), "attr": (0,)}.get(left.op, ())
    return all(
        same_value(body, a, b, depth + 1) if n in values else a == b
        for n, (a, b) in enumerate(zip(left.args, right.args, strict=True))
    )
