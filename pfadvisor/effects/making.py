"""Classes as code: what making an instance runs, and what a class statement does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects import bare, calls, defaults, enums, instantiate, memo, records
from pfadvisor.effects.classes import CHECKERS
from pfadvisor.effects.defaults import MAKERS
from pfadvisor.effects.summary import Target
from pfadvisor.effects.values import UNKNOWN, Val, join

AFTER: Final = ("__post_init__", "__attrs_post_init__", "__del__")

if TYPE_CHECKING:
    from pfadvisor.effects.calls import Arg
    from pfadvisor.effects.evaluate import Evaluation
    from pfadvisor.effects.facts import Instr


def construct(ev: Evaluation, i: int, name: str, args: list[Arg], targets: list[Target]) -> Val:
    """An instance of a project class: fresh, initialised by its `__init__`."""
    if ev.program.is_enum(name):
        return _looked_up(ev, i, name, args, targets)
    dotted = name.replace(":", ".")
    if ev.program.is_installed(name.partition(":")[0]) and ev.program.knowledge.speaks_of(dotted):
        return calls.invoke(ev, i, known(dotted), args, targets, dotted)
    result = ev.fresh(i, frozenset({name}))
    ev.made.setdefault(i, set()).add(name)
    itself = Val(
        frozenset({(("class", name), ())}), frozenset({"type"}), frozenset({("class", name)})
    )
    meta = ev.program.of_metaclass(name, "__call__")
    if meta is not None:
        made = calls.project(ev, i, meta[1][0], meta[1][1], itself, args, targets)
        result = join(result, made)
    opaque = ev.program.opaque_base(name)
    if opaque:
        return join(result, calls.unknown(ev, i, name.split(":")[1], args, targets, opaque))
    if ev.program.member_of(name, "__init__") is None:
        targets.append(Target("class", name))
        _fill_fields(ev, i, name, result, args, targets)
    bare.fill_as_built(ev, i, name, result, args)
    for method in ("__new__", "__attrs_pre_init__", "__init__", *AFTER):
        member = ev.program.member_of(name, method)
        if member is None:
            continue
        given = args if method not in AFTER else []
        receiver = result if method != "__new__" else itself
        made = calls.project(ev, i, member[0], member[1], receiver, given, targets)
        result = join(result, made) if method == "__new__" else result
    return result


def known(dotted: str) -> Val:
    return Val(types=frozenset({"function"}), funcs=frozenset({("known", dotted)}))


def function(ev: Evaluation, i: int, instr: Instr) -> Val:
    """A function statement or a lambda, with the cache that it may come with."""
    memo.make(ev, i, instr.args[0])
    made = ("def", ev.module.name, instr.args[0])
    return Val(types=frozenset({"function"}), funcs=frozenset({made}))


def _looked_up(ev: Evaluation, i: int, name: str, args: list[Arg], targets: list[Target]) -> Val:
    """`Color(1)` gives the member of that value, which exists already."""
    targets.append(Target("class", name))
    missing = ev.program.member_of(name, "_missing_")
    if missing is not None:
        calls.project(ev, i, missing[0], missing[1], UNKNOWN, args, targets)
    return enums.member(ev.program, name)


def define(ev: Evaluation, i: int, name: str) -> None:
    """A class statement: its body runs, then what its bases, metaclass and decorators do."""
    found = ev.program.find(name)
    if found is None:
        return
    summary = ev.program.summary(found[0].name, found[1].body, ())
    if summary is not None:
        instantiate.project(ev, i, summary, [], [])
    targets: list[Target] = []
    itself = Val(frozenset({(("class", name), ())}), frozenset({"type"}))
    hook = next(
        filter(
            None,
            (
                ev.program.member_of(base, "__init_subclass__")
                for base in ev.program.bases(name)
                if ":" in base
            ),
        ),
        None,
    )
    if hook is not None:
        calls.project(ev, i, hook[0], hook[1], itself, [], targets)
    made = [ev.program.of_metaclass(name, m) for m in ("__new__", "__init__", "__prepare__")]
    named = ev.program.methods_named(found[0], "__set_name__")
    if summary is None or any(made) or named or found[1].decorators or ev.program.opaque_base(name):
        calls.unknown(ev, i, f"class {found[1].name}", [calls.Arg("pos", "", itself)], targets)
    ev.targets[i] = tuple(targets)


def _fill_fields(
    ev: Evaluation, i: int, name: str, result: Val, args: list[Arg], targets: list[Target]
) -> None:
    """The synthesised constructor of a dataclass: arguments, and what factories make."""
    fields = ev.program.fields(name)
    given = {}
    for number, argument in enumerate(args):
        given[argument.name or (fields[number] if number < len(fields) else "[]")] = argument.val
    for field, value in defaults.of_fields(ev.program, name):
        given.setdefault(field, value)
    for field, factory in ev.program.field_calls(name, MAKERS):
        if field not in given:
            given[field] = _made_by(ev, i, field, factory, targets)
    for field, checker in ev.program.field_calls(name, CHECKERS):
        if any(func[0] in ("def", "class") for func in checker.funcs):
            calls.invoke(ev, i, checker, [calls.Arg("pos", "", UNKNOWN)] * 3, targets, field)
    for field, value in given.items():
        for obj in result.objs:
            for place in records.places(ev.program, name, field):
                ev.store(obj, place, value)


def _made_by(ev: Evaluation, i: int, field: str, factory: Val, targets: list[Target]) -> Val:
    """What a factory returns: an object apart from the instance that it becomes part of."""
    exact = i in ev.exact
    made = calls.invoke(ev, i, factory, [], targets, field)
    apart = frozenset(
        (("fresh", (i, field)), path) if root == ("fresh", i) else (root, path)
        for root, path in made.objs
    )
    if i in ev.exact and not exact:
        ev.exact.discard(i)
        ev.hold_all_of((i, field))
    return made._replace(objs=apart)
