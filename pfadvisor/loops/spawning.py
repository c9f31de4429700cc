"""Module state that a fresh interpreter would not have: what is set at run time.

A worker that is started anew imports the modules and finds their names as the
import leaves them. A name or class attribute that compute reads and that some
function, or the `__main__` guard, sets is there only under `fork`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath
from typing import Final

from pfadvisor.effects.facts import Function, Instr, ModuleFacts
from pfadvisor.effects.patching import ANY
from pfadvisor.effects.program import Program
from pfadvisor.effects.values import Effect, Root
from pfadvisor.loops.accepted import Accepted
from pfadvisor.loops.analysis import Analysis
from pfadvisor.loops.bound_outside import bound_outside, taken_from_modules
from pfadvisor.loops.planning import call_of, inputs_of
from pfadvisor.loops.run_time import at_run_time, is_guarded
from pfadvisor.model import Assumption, Location

LOOKS: Final = ("memo", "cache", "fill", "advance", "use")  # not for what a name holds
CHANGES: Final = frozenset(
    {
        "append",
        "extend",
        "add",
        "update",
        "insert",
        "setdefault",
        "pop",
        "remove",
        "clear",
        "discard",
        "popitem",
        "appendleft",
        "sort",
        "reverse",
    }
)


def set_at_run_time(analysis: Analysis, accepted: Accepted) -> tuple[Assumption, ...]:
    """The question for each module-level name that workers may find otherwise."""
    body, found, outside = analysis.body, dict[str, Assumption](), bound_outside(analysis)
    given, compute = {i.name for i in inputs_of(analysis)}, analysis.compute_instrs
    for effect in body.whole.effects_within(body.loop.body, body.loop.end):
        if (
            effect.write
            or effect.instr not in compute
            or (effect.root[0] not in ("global", "class"))
        ):
            continue
        place = str(effect.root[1])
        owner, name = place.partition(":")[::2] if ":" in place else place.rpartition(".")[::2]
        name, facts = name.partition(".")[0], body.ev.program.module(owner)
        if facts is None or (name in given and not effect.chain) or name in found:
            continue
        modules = {facts.name: facts, body.ev.module.name: body.ev.module}.values()
        if (
            _members_change(effect)
            or any(name in body.ev.program.table(_set_late, f) for f in modules)
            or any(_changes_inside(body.ev.program, f, effect.root, name) for f in modules)
            or any(one.may_be(owner, name) for one in outside)
        ):
            found[name] = _asked(name, effect.where)
    found |= {name: _asked(name, where) for name, where in taken_from_modules(analysis, outside)}
    found |= {a.subject: a for a in _replaced(analysis)}
    return accepted.left(found.values())


def _asked(name: str, where: Location) -> Assumption:
    text = f"`{name}`, which is set while the program runs, is the same in a fresh worker"
    return Assumption("same-globals", name, text, where)


def _replaced(analysis: Analysis) -> Iterator[Assumption]:
    """The question for each function of the work that the program, or a test in it, replaces."""
    body = analysis.body
    program, patched = body.ev.program, body.ev.program.patched(body.ev.module)
    for i in sorted(analysis.compute_instrs) if patched else ():
        for target in body.ev.targets.get(i, ()):
            names = {target.name.rpartition(".")[2]} & patched
            called = {(target.module, target.index)} if target.kind == "def" else set()
            for module, index in program.reach(frozenset(called), within_packages=True):
                facts = program.module(module)
                name = facts.functions[index].name if facts is not None else ""
                own = facts is not None and ANY in program.patched(facts)
                names |= {name} if name in patched or own else set()
            for name in sorted(names):
                text = f"`{name}`, which is replaced while the program runs, is so in a worker too"
                yield Assumption("same-globals", name, text, body.ev.location(i))


def never_imported(analysis: Analysis) -> bool:
    """Whether the work would be a function of a `__main__.py`: what runs as a package or a folder
    is not imported again, so that no fresh worker finds its functions."""
    body = analysis.body
    module = body.ev.module
    if PurePath(module.filename).name != "__main__.py":
        return False
    if call_of(analysis) is None:
        return True
    targets = [t for i in analysis.compute_instrs for t in body.ev.targets.get(i, ())]
    return any(t.kind != "known" and t.module in ("", module.name) for t in targets)


def _changes_inside(program: Program, facts: ModuleFacts, root: Root, name: str) -> bool:
    """Whether a function that names the object changes it, itself or in what it calls."""
    for index in program.table(_naming, facts).get(name, ()):
        function = facts.functions[index]
        late = function.kind not in ("module", "class")
        for effect in program.evaluation(facts, index).effects:
            changes = effect.write and effect.root == root and effect.how not in (*LOOKS, "bind")
            if changes and (late or is_guarded(facts, function.code[effect.instr])):
                return True
    return False


def _naming(facts: ModuleFacts) -> dict[str, list[int]]:
    """Name -> the functions that use it as a global."""
    found: dict[str, list[int]] = {}
    for index, function in enumerate(facts.functions):
        for name in {i.args[0] for i in function.code if i.op == "name"}:
            found.setdefault(name, []).append(index)
    return found


def _members_change(effect: Effect) -> bool:
    """Whether it is read from a member of an enumeration: only those that change are places."""
    return effect.root[0] == "class" and effect.path[:1] == ("[]",)


def _set_late(facts: ModuleFacts) -> frozenset[str]:
    """Names that code which an import does not run binds or changes."""
    changed = {
        _changed(function, instr)
        for function in facts.functions
        for instr in at_run_time(facts, function)
    }
    return frozenset(changed - {""})


def _changed(function: Function, instr: Instr) -> str:
    """The name that the instruction binds or changes, "" if it is none."""
    if instr.op == "setname":
        return str(instr.args[0])
    if instr.op in ("setattr", "setitem", "delattr", "delitem"):
        return _reached_from(function, instr.args[0])
    if instr.op == "call":
        callee = function.code[instr.args[0]]
        if callee.op == "attr" and callee.args[1] in CHANGES:
            return _reached_from(function, callee.args[0])
    return ""


def _reached_from(function: Function, value: int) -> str:
    """The name itself, or that from which the value is reached, "" if there is none."""
    for _ in range(6):
        instr = function.code[value]
        if instr.op == "name":
            return str(instr.args[0])
        if instr.op not in ("attr", "item"):
            return ""
        value = instr.args[0]
    return ""
