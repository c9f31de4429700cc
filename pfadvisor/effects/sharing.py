"""Objects that show the contents of another: slices, columns and transposes of arrays.

A view of an object is that object with a step more. What is done to the view's contents is done
to the object's, under a subscript that says nothing about which slot; its attributes are its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects.values import DEEP, Obj, Root, Val, parse_type

if TYPE_CHECKING:
    from pfadvisor.effects.evaluate import Evaluation

VIEW: Final = "~"
DATA: Final = frozenset(
    [
        "None",
        "bool",
        "complex",
        "dict",
        "float",
        "frozenset",
        "int",
        "list",
        "number",
        "range",
        "set",
        "str",
        "tuple",
    ]
)


def view(value: Val, types: frozenset[str] | None) -> Val:
    """Something of these types that may share the contents of the value."""
    return Val(frozenset(map(_seen, value.objs)), types)


def shares(ev: Evaluation, types: frozenset[str] | None) -> bool:
    """Whether slices and attributes of such an object may be views of it."""
    if types is None:
        return ev.program.handles_arrays(ev.module)
    return any(_shows(ev, parse_type(t)[0]) for t in types)


def _shows(ev: Evaluation, head: str) -> bool:
    above = ev.program.outer_bases(head) if ":" in head else [head]
    return any(t is not None and t.shares for t in map(ev.program.traits_of, above))


def is_plain_data(types: frozenset[str] | None) -> bool:
    """Numbers and containers of them, which no array can be a view of."""
    return types is not None and {parse_type(t)[0] for t in types} <= DATA


def attribute_is_view(ev: Evaluation, owner: str, types: frozenset[str] | None) -> bool:
    """Whether an attribute of these types shows the contents of its owner."""
    return shares(ev, frozenset({owner})) and (types is None or shares(ev, types))


def name_is_view(ev: Evaluation, name: str) -> bool:
    """Whether an object of unknown type may be one of a library whose attribute is a view."""
    return shares(ev, None) and ev.program.is_view(ev.module, name)


def seen_through(obj: Obj) -> Obj:
    """The object whose contents it shows."""
    root, path = obj
    return (root, tuple(step for step in path if step != VIEW)) if VIEW in path else obj


def place(root: Root, path: tuple[str, ...], elem: str, key: int) -> tuple[Obj, str, int] | None:
    """The place that an access through views means; None if it is the view's own."""
    if VIEW not in path:
        return (root, path), elem, key
    if path[-1] == VIEW and elem.startswith("."):
        return None
    return seen_through((root, path)), "[]" if elem.startswith("[") else elem, -1


def _seen(obj: Obj) -> Obj:
    root, path = obj
    return obj if path and path[-1] in (VIEW, DEEP) else (root, (*path, VIEW))
