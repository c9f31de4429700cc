"""Functions that the program already runs in workers: what it hands to pools and tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, Final

from pfadvisor.effects import access, partials
from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.facts import ModuleFacts
from pfadvisor.effects.program import Program
from pfadvisor.effects.summary import Target
from pfadvisor.effects.values import BOTTOM, Val
from pfadvisor.loops.mentions import mentioning
from pfadvisor.loops.starting import MAKERS, SUBMIT, starting

Function = tuple[str, int]
DEPTH: Final = 2  # of the containers that are looked into
CONSTRUCTORS: Final = frozenset({"__init__", "__new__", "__post_init__"})
AT_EXIT: Final = frozenset({"atexit.register", "weakref.finalize", "threading._register_atexit"})
PROCESSES: Final = ("concurrent.futures", "multiprocessing")
POOLS: Final = ("concurrent.futures", "multiprocessing.pool", "asyncio", "joblib", "dask", "ray")


def workers_of(program: Program, module: ModuleFacts) -> frozenset[int]:
    """Functions of the module that its own code hands to workers, and what they call there."""
    return frozenset(i for name, i in handed_over(program, module) if name == module.name)


def handed_over(program: Program, module: ModuleFacts) -> frozenset[Function]:
    """Functions, of any module, that run in workers which this module starts."""
    key = module.name
    if key not in program.handed:
        made = MAKERS if program.table(_makes_daemons, module) else MAKERS - {"Process"}
        starts = partial(_starts_workers, program, made)
        first = {*_run_by_processes(program, module)} if "Process" in made else set[Function]()
        for index in starting(program, module):
            first |= _passed(program.evaluation(module, index), starts)
        program.handed[key] = _reached(program, module, first) if first else frozenset()
    return program.handed[key]


def _makes_daemons(module: ModuleFacts) -> bool:
    """Whether a process of the module may be one that may have no children."""
    return any(
        (instr.op == "setattr" and instr.args[1] == "daemon")
        or (instr.op == "call" and any(name == "daemon" for _, name, _ in instr.args[1]))
        for function in module.functions
        for instr in function.code
    )


def _run_by_processes(program: Program, module: ModuleFacts) -> Iterator[Function]:
    """The methods `run` of classes of processes."""
    for one in module.classes:
        if "run" in dict(one.methods) and any(base.endswith("Process") for base in one.bases):
            lineage = program.lineage(f"{module.name}:{one.qualname}")
            if any(base.startswith(PROCESSES) for base in lineage):
                yield module.name, dict(one.methods)["run"]


def _reached(program: Program, module: ModuleFacts, first: set[Function]) -> frozenset[Function]:
    """What these functions may call, where need be by name alone: of a worker's parameter it is
    mostly not known what it is."""
    named: dict[str, set[Function]] = {}
    for index, function in enumerate(module.functions):
        if function.kind == "function":
            named.setdefault(function.name, set()).add((module.name, index))
    special = frozenset(name for name in named if name.startswith("__") and name.endswith("__"))
    found, seen = program.reach(frozenset(first)), set[Function]()
    while fresh := {f for f in found if f[0] == module.name} - seen:
        seen |= fresh
        more = set[Function]()
        for _, index in fresh:
            ev = program.evaluation(module, index)
            more |= referred_to(ev, range(len(ev.function.code)))
            for name in _unresolved(ev, special):
                more |= named.get(name, set())
        found |= program.reach(frozenset(more - found))
    return found


def referred_to(ev: Evaluation, places: Iterable[int]) -> set[Function]:
    """Functions that these instructions name, and may hand on to what calls them."""
    found = set[Function]()
    for at in places:
        if ev.function.code[at].op in ("name", "free", "attr"):
            found |= _functions(ev, ev.values[at])
    return found


def _unresolved(ev: Evaluation, special: frozenset[str]) -> set[str]:
    """Names of what the scope may call of objects that are not known: methods that it refers to,
    what operators call, and what a call of such an object itself does."""
    targets = [target for each in ev.targets.values() for target in each]
    unknown = {t.name.rpartition(".")[2] for t in targets if t.kind in ("unknown", "duck")}
    values = [ev.values[at] for at in range(len(ev.function.code))]
    ducks = {str(func[1]) for value in values for func in value.funcs if func[0] == "duck"}
    by_operators = {*special} - CONSTRUCTORS if any(v.types is None for v in values) else set[str]()
    return unknown | ducks | by_operators | ({*special} if unknown else set())


def run_at_exit(program: Program, module: ModuleFacts) -> frozenset[Function]:
    """Functions that run when objects or the interpreter end: no worker can be started then."""
    if module.name not in program.last:
        first = {
            (module.name, index)
            for index, function in enumerate(module.functions)
            if function.name == "__del__"
            or any(d.partition("(")[0].endswith("atexit.register") for d in function.decorators)
        }
        if any(imported[0] in ("atexit", "weakref") for _, imported in module.imports):
            for index in mentioning(module, {name.rpartition(".")[2] for name in AT_EXIT}):
                first |= _passed(program.evaluation(module, index), _ends)
        program.last[module.name] = program.reach(frozenset(first)) if first else frozenset()
    return program.last[module.name]


def _ends(target: Target) -> bool:
    return target.name in AT_EXIT


def _passed(ev: Evaluation, wanted: Callable[[Target], bool]) -> set[Function]:
    """Functions that the scope passes to callables of a kind."""
    found: set[Function] = set()
    for i, targets in ev.targets.items():
        code = ev.function.code[i]
        if code.op != "call" or not any(wanted(t) for t in targets):
            continue
        for _, _, v in code.args[1]:
            found |= _functions(ev, ev.values[v])
            made = ev.targets.get(v, ()) if ev.function.code[v].op == "call" else ()
            found |= {(t.module, t.index) for t in made if t.kind == "def"}
    return found


def _starts_workers(program: Program, makers: frozenset[str], target: Target) -> bool:
    if target.kind == "def":
        summary = program.summary(target.module, target.index, target.context)
        return summary is not None and any(e.root == ("res", "threads") for e in summary.effects)
    root, _, name = target.name.rpartition(".")
    made = name in makers and root.startswith(PROCESSES)
    return made or (target.name.startswith(POOLS) and name in SUBMIT)


def _functions(ev: Evaluation, value: Val) -> set[Function]:
    """The functions that the value may be or contains, and those that a partial of it carries
    along."""
    waiting, found, seen = [(value, DEPTH)], set[Function](), set[tuple[Any, ...]]()
    while waiting:
        current, depth = waiting.pop()
        if depth and current.objs:
            inside = access.contents(ev, current)
            first = ev.program.callables_first_in(current.objs)
            waiting.append((inside._replace(funcs=inside.funcs | first), depth - 1))
        for func in current.funcs:
            if func[0] == "def":
                found.add((str(func[1]), int(func[2])))
            elif func[0] == "partial" and func not in seen:
                seen.add(func)
                inner, bound = partials.made_by(ev, func) or (BOTTOM, [])
                waiting += [(inner, depth), *((argument.val, depth) for argument in bound)]
    return found
