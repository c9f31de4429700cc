"""Whether values can cross to another process as a copy that is as good."""

from __future__ import annotations

from typing import Final

from pfadvisor.effects import partials
from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.facts import Class, ModuleFacts
from pfadvisor.effects.layers import hidden
from pfadvisor.effects.program import operands
from pfadvisor.effects.values import Val, parse_type
from pfadvisor.loops.nodes import Body
from pfadvisor.loops.remaking import (
    cannot_remake,
    drops_state,
    is_called_with_args,
    library_bases,
    loses_state,
)
from pfadvisor.loops.whole import whole_of

COPYING: Final = ("__getstate__", "__setstate__", "__reduce__", "__reduce_ex__", "__getnewargs__")

STARRED: Final = ("star", "dstar")
PLAIN: Final = frozenset({"object", "abc.ABC", "typing.Generic"})
VALUES: Final = frozenset({"int", "float", "complex", "str", "bytes", "tuple"})


def unpicklable(ev: Evaluation, value: Val, depth: int = 0) -> str:
    """What does not pickle about the value, "" if nothing is known to."""
    for func in sorted(value.funcs, key=repr):
        found = _callable(ev, func) or _carried_along(ev, func, depth)
        if found:
            return found
    if value.lazy:
        return "a generator"
    for type_name in sorted(value.types or ()):
        found = type_problem(ev, type_name, depth)
        if found:
            return found
    if depth < 3:
        held = whole_of(ev).held
        for obj in value.objs:
            for elem, inside in held.get(obj, ()):
                if elem != "keys":
                    found = unpicklable(ev, inside, depth + 1)
                    if found:
                        return found
    return ""


def users_of_unpicklable(body: Body, compute: frozenset[int]) -> frozenset[int]:
    """Nodes of compute that use something that compute makes and that cannot be sent."""
    code, values = body.function.code, body.ev.values
    made = {i for n in compute for i in body.nodes[n] if code[i].op in ("call", "enter", "attr")}
    stuck = {i for i in made if unpicklable(body.ev, values[i])}
    return frozenset(
        n for n in compute for i in body.nodes[n] if not stuck.isdisjoint(operands(code[i]))
    )


def local_callable(ev: Evaluation, value: Val) -> bool:
    """A lambda or function that is nested here: it does not pickle, but may be lifted out of the
    function that it stands in, unlike one that another function has made."""
    stuck = [func for func in value.funcs if func[0] == "def" and _callable(ev, func)]
    return bool(stuck) and all(_stands_here(ev, func) for func in stuck)


def _stands_here(ev: Evaluation, func: tuple[object, ...]) -> bool:
    functions, scope = ev.module.functions, ev.index
    own = func[1] == ev.module.name
    within = functions[int(str(func[2]))].parent if own else -1
    while scope > 0 and scope != within:
        scope = functions[scope].parent
    return own and scope == within and (within > 0 or ev.index == 0)


def _callable(ev: Evaluation, func: tuple[object, ...]) -> str:
    if func[0] == "def":
        facts = ev.program.module(str(func[1]))
        function = facts.functions[int(str(func[2]))] if facts else None
        if function is not None and function.kind == "lambda":
            return "a lambda"
        if function is not None and "<locals>" in function.qualname:
            return f"the nested function `{function.name}`"
        if function is not None and facts is not None and hidden(ev.program, facts, function):
            return f"`{function.name}`, whose decorator puts another function in its place"
    if func[0] == "class" and "<locals>" in str(func[1]):
        return f"the local class `{str(func[1]).rpartition('.')[2]}`"
    return "a module" if func[0] == "module" else ""


def _carried_along(ev: Evaluation, func: tuple[object, ...], depth: int) -> str:
    """What a partial holds and does not pickle."""
    made = partials.made_by(ev, func) if func[0] == "partial" and depth < 3 else None
    held = [made[0], *(argument.val for argument in made[1])] if made is not None else []
    found = (unpicklable(ev, value, depth + 1) for value in held)
    return next(filter(None, found), "")


def type_problem(ev: Evaluation, type_name: str, depth: int = 0) -> str:
    head, args = parse_type(type_name)
    if ":" in head:
        return _instance(ev, head, depth)
    if head in ("generator", "iterator", "module"):
        return f"a {head}"
    traits = ev.program.knowledge.traits(head)
    if traits is not None and (not traits.picklable or traits.copy_differs):
        return f"a {head}"
    for argument in args if depth < 4 else ():
        found = type_problem(ev, argument.split(" | ")[0], depth + 1)
        if found:
            return found
    return ""


def _superseded(module: ModuleFacts, cls: Class) -> bool:
    return sum(one.qualname == cls.qualname for one in module.classes) > 1


def _made_from_more(ev: Evaluation, cls: str) -> bool:
    """Whether pickle would call `__new__` with less than it needs: with nothing, for a builtin
    value with that value."""
    made = ev.program.member_of(cls, "__new__")
    facts = ev.program.module(made[0]) if made is not None else None
    others = {base for base in ev.program.lineage(cls) if ":" not in base} - PLAIN
    if made is None or facts is None or others - VALUES:
        return False
    if _says_how(ev, cls):
        return False
    needed = [p for p in facts.functions[made[1]].params if not p.default and p.kind not in STARRED]
    return len(needed) > 1 + bool(others)


def copied_its_own_way(ev: Evaluation, type_name: str) -> bool:
    """Whether a class of the program, of the type or of what it holds, says how it is copied, or
    is an heir of one that does not know what heirs keep."""
    head, args = parse_type(type_name)
    if ":" in head and (_says_how(ev, head) or drops_state(ev.program, head)):
        return True
    parts = [part for argument in args for part in argument.split(" | ")]
    return any(copied_its_own_way(ev, part) for part in parts)


def _says_how(ev: Evaluation, cls: str) -> bool:
    return any(ev.program.member_of(cls, name) for name in COPYING)


def _instance(ev: Evaluation, cls: str, depth: int) -> str:
    name = cls.partition(":")[2]
    if "<locals>" in name:
        return f"an instance of the local class `{name.rpartition('.')[2]}`"
    if ev.program.member_of(cls, "__del__"):
        return f"an instance of `{name}`, whose copy would be finalised too"
    found = ev.program.find(cls)
    if found is not None and _superseded(*found):
        return f"an instance of `{name}`, a name that more than one class has had"
    if _made_from_more(ev, cls):
        return f"an instance of `{name}`, whose `__new__` needs more than a copy keeps"
    if found is None or depth > 2 or _says_how(ev, cls):
        return ""
    for base in library_bases(ev.program, cls):
        stuck = type_problem(ev, base, depth + 1)
        if stuck:
            return f"an instance of `{name}`, which is {stuck}"
        raised = "BaseException" in ev.program.knowledge.lineage(base)
        if raised and is_called_with_args(ev.program, cls):
            return f"an instance of `{name}`, which is made from its `args` again"
    losing = drops_state(ev.program, cls) if depth else loses_state(ev, cls)
    if losing:
        return f"an instance of `{name}`, which `{losing}` copies without its attributes"
    failing = cannot_remake(ev, cls)
    if failing:
        return f"an instance of `{name}`, whose `{failing}` fails while a copy is made"
    for attribute in sorted(ev.program.attribute_names(cls)):
        value = ev.program.attribute(cls, attribute)
        problem = unpicklable(ev, value, depth + 1) if value is not None else ""
        if problem:
            return f"`{name}.{attribute}`, {problem}"
    return ""
