"""Module state that a fresh interpreter would not have: what is set at run time.

A worker that is started anew imports the modules and finds their names as the
import leaves them. A name or class attribute that compute reads and that some
function, or the `__main__` guard, sets is there only under `fork`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Final

from pfadvisor.effects import receivers
from pfadvisor.effects.facts import Function, Instr, ModuleFacts
from pfadvisor.effects.patching import ANY
from pfadvisor.effects.program import Program
from pfadvisor.effects.values import Effect, Root, home_of
from pfadvisor.loops.accepted import Accepted
from pfadvisor.loops.analysis import Analysis
from pfadvisor.loops.bound_outside import Outside, bound_outside, taken_from_modules
from pfadvisor.loops.held_state import behind_default, changed_cells, changes, of_libraries
from pfadvisor.loops.library_objects import given_to_libraries
from pfadvisor.loops.planning import call_of, inputs_of
from pfadvisor.loops.run_time import at_run_time, code_of_work, is_guarded
from pfadvisor.loops.set_elsewhere import changed_by, hands_out_setter
from pfadvisor.model import Assumption, Location

MODULES: Final = frozenset({"name", "free", "import"})  # what gives one
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
    found, outside = dict[str, Assumption](), bound_outside(analysis)
    for effect in _reads(analysis):
        name = home_of(effect.root)[1]
        if name not in found and _is_late(analysis, effect, outside):
            found[name] = _asked(name, effect.where)
    others = (
        *taken_from_modules(analysis, outside),
        *changed_cells(analysis),
        *_classes_of_libraries(analysis),
        *given_to_libraries(analysis),
    )
    found |= {name: _asked(name, where) for name, where in others}
    found |= {a.subject: a for a in _replaced(analysis)}
    return accepted.left(found.values())


def _reads(analysis: Analysis) -> Iterator[Effect]:
    """What the work reads of modules, classes and defaults; of a default that is another object,
    as a read of that."""
    body, compute = analysis.body, analysis.compute_instrs
    for effect in body.whole.effects_within(body.loop.body, body.loop.end):
        if effect.write or effect.instr not in compute:
            continue
        if effect.root[0] in ("global", "class"):
            yield effect
        elif effect.root[0] == "default":
            roots = behind_default(analysis, str(effect.root[1]))
            for root in {effect.root} if roots is None else roots:
                yield effect._replace(root=root)


def _is_late(analysis: Analysis, effect: Effect, outside: list[Outside]) -> bool:
    """Whether what is read may be changed by code that an import does not run."""
    program, here, root = analysis.body.ev.program, analysis.body.ev.module, effect.root
    if root[0] == "default":
        return True  # of what it is, nothing is known
    owner, name = home_of(root)
    facts = program.module(owner)
    if facts is None:
        return False
    if not effect.chain and name in {i.name for i in inputs_of(analysis)}:
        return False
    return (
        _members_change(effect)
        or _is_set_late(program, (facts, here), name)
        or any(
            _changes_inside(program, facts, f, root) or hands_out_setter(program, f, root)
            for f in {facts.name: facts, here.name: here}.values()
        )
        or any(changed_by(program, f, root) for f in program.setters(here))
        or any(one.may_be(owner, name) for one in outside)
    )


def _is_set_late(program: Program, modules: Iterable[ModuleFacts], name: str) -> bool:
    return any(name in program.table(_set_late, facts) for facts in modules)


def _classes_of_libraries(analysis: Analysis) -> Iterator[tuple[str, Location]]:
    """Classes whose attributes a library may look at for the work, and code sets at run time."""
    program, here = analysis.body.ev.program, analysis.body.ev.module
    late = program.table(_set_late, here)
    for work in code_of_work(analysis):
        for module, name, i in of_libraries(work):
            facts = program.module(module)
            if name in late or (facts is not None and name in program.table(_set_late, facts)):
                yield name, work.ev.location(i)


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


def _changes_inside(program: Program, home: ModuleFacts, facts: ModuleFacts, root: Root) -> bool:
    """Whether a function that names the object, or a method of it that is kept, changes it, itself
    or in what it calls."""
    for index in sorted(_that_name(program, home, facts, home_of(root)[1])):
        function = facts.functions[index]
        late = function.kind not in ("module", "class")
        for effect in program.evaluation(facts, index).effects:
            there = late or is_guarded(facts, function.code[effect.instr])
            if changes(effect) and there and _is_of(program, facts, index, effect.root, root):
                return True
    return False


def _is_of(program: Program, facts: ModuleFacts, index: int, changed: Root, root: Root) -> bool:
    """Whether a function changes an object of the root; the module itself knows what it made."""
    own = not index and changed != root
    return changed == root or (own and (root, ()) in receivers.places_of(program, facts, changed))


def _that_name(program: Program, home: ModuleFacts, facts: ModuleFacts, name: str) -> set[int]:
    """Functions of a module that name an object of another one, or what that makes of it."""
    naming, made_of = program.table(_naming, facts), program.table(receivers.made_of, home)
    names, waiting = {name}, [name]
    while waiting:
        new = {*made_of.get(waiting.pop(), ())} - names
        names |= new
        waiting += new
    guarded = {0} if facts.guard else set[int]()
    return guarded.union(*(naming.get(each, ()) for each in names))


def _naming(facts: ModuleFacts) -> dict[str, list[int]]:
    """Name -> the functions that use it as a global, or as one of an imported module."""
    found: dict[str, list[int]] = {}
    imported = {name: origin for name, (_, origin, _) in facts.imports}
    for index, function in enumerate(facts.functions):
        code = function.code
        names = {i.args[0] for i in code if i.op == "name"}
        names |= {imported[name] for name in names & imported.keys()}
        names |= {i.args[1] for i in code if i.op == "attr" and code[i.args[0]].op in MODULES}
        for name in names:
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
