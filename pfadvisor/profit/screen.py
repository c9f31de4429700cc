"""Loops of which their facts alone show that they are not worth while, or serial.

A body without loops of its own, whose calls go by their names to builtins and small methods,
takes a few hundred nanoseconds at most, whatever depends on what. Where nothing but what pays
is shown, such loops need no evaluation. What is not certain is left to the judge.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pfadvisor.config import Settings
from pfadvisor.effects.calls import DUNDERS
from pfadvisor.effects.effect import Effect
from pfadvisor.effects.facts import Function, Instr, Loop, ModuleFacts
from pfadvisor.effects.names import BUILTINS
from pfadvisor.effects.program import Program
from pfadvisor.loops.structure import is_never_split
from pfadvisor.model import Span
from pfadvisor.profit import instructions
from pfadvisor.profit.basis import Basis
from pfadvisor.profit.callees import BUILTIN, CALLED, FLAT_CPU
from pfadvisor.profit.estimate import NONE, Estimate, exactly, plus, times
from pfadvisor.profit.machine import worker_count
from pfadvisor.profit.sizes import TRIPS, Sizes
from pfadvisor.profit.speedup import predict
from pfadvisor.profit.workload import Workload

MOST_DEPTH: Final = 2
EVER_SO_MANY: Final = 10**9
HIDDEN_WORK: Final = frozenset({"await", "yield", "enter", "exit", "comp", "class"})
ACCESSES: Final = {"item": "__getitem__", "setitem": "__setitem__", "delitem": "__delitem__"}
SLOW_ROOTS: Final = frozenset({"decimal", "fractions"})
PROPERTIES: Final = ("property", "cached_property")
SEQUENCES: Final = ("display", "const")


def may_be_shown(
    program: Program,
    facts: ModuleFacts,
    function: Function,
    loop: Loop,
    settings: Settings,
    basis: Basis,
) -> bool:
    """Whether the loop may be one that pays and can be split, as far as its facts tell."""
    if is_never_split(function, loop):
        return False
    if settings.min_speedup <= 0 or basis.profile.path:
        return True
    bound = program.derived(Screen).iteration(facts, function, loop)
    if bound is None:
        return True
    most = EVER_SO_MANY if _is_counted(function, loop.source) else basis.iterations
    return any(_pays(bound, n, settings, basis) for n in {None, basis.iterations, most})


def _pays(bound: Estimate, iterations: int | None, settings: Settings, basis: Basis) -> bool:
    """With nothing left to the parent, nothing to send, and work that all goes to processes."""
    profit = predict(
        Workload("cpu", "held", times(bound, exactly(basis.machine.pace)), NONE, NONE),
        NONE,
        iterations,
        "processes",
        NONE,
        workers=worker_count("processes", settings.workers),
        min_speedup=settings.min_speedup,
        max_break_even=settings.max_break_even,
        start_method=basis.start_method,
        machine=basis.machine,
    )
    return profit.worth != "no"


def _is_counted(function: Function, source: int) -> bool:
    """Whether the code may state how many items there are, where they are more than one writes."""
    instr = function.code[source]
    match instr.op:
        case "param" | "attr" | "elem" | "item" | "free" | "await" | "yield":
            return False
        case "call":
            callee = function.code[instr.args[0]]
            if callee.op == "attr":
                return _is_counted(function, callee.args[0])
    return True


class Screen:
    """Bounds of what code takes; None for code that may take longer than can be told."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._methods: dict[tuple[str, str], Estimate | None] = {}
        self._functions: dict[tuple[str, int], Estimate | None] = {}
        self._sizes: dict[tuple[str, str, Span], Sizes] = {}
        self._depth = 0

    def iteration(self, facts: ModuleFacts, function: Function, loop: Loop) -> Estimate | None:
        if (
            loop.ordinal in self._program.table(_nests, facts)
            or loop.generators > 1
            or loop.form == "async-for"
        ):
            return None
        return self._sum(facts, function, range(loop.body, loop.end))

    def _sum(
        self, facts: ModuleFacts, function: Function, instrs: Iterable[int]
    ) -> Estimate | None:
        total, stmts = NONE, set[int]()
        key = facts.name, function.qualname, function.span
        if key not in self._sizes:
            self._sizes[key] = Sizes(self._program, facts, function)
        sizes = self._sizes[key]
        for i in instrs:
            instr = function.code[i]
            one = self._instr(facts, function, instr, sizes)
            if one is None:
                return None
            total = plus(total, one)
            stmts.add(instr.stmt)
        return None if any(_repeats(function, stmt) for stmt in stmts) else total

    def _instr(
        self, facts: ModuleFacts, function: Function, instr: Instr, sizes: Sizes
    ) -> Estimate | None:
        if instr.op in HIDDEN_WORK:
            return None
        low, mid, high = instructions.plain(instr)
        own: Estimate | None = Estimate(low * 1e-9, mid * 1e-9, high * 1e-9)
        match instr.op:
            case "call":
                called = self._call(facts, function, instr)
            case "attr":
                called = self._property(facts, str(instr.args[1]))
            case "op":
                called = self._operator(facts, function, instr, sizes)
            case "item" | "setitem" | "delitem":
                called = self._methods_named(facts, ACCESSES[instr.op])
            case _:
                called = NONE
        return None if called is None or own is None else plus(own, called)

    # -- calls ------------------------------------------------------------------------------

    def _call(self, facts: ModuleFacts, function: Function, instr: Instr) -> Estimate | None:
        callee = function.code[instr.args[0]]
        if callee.op == "name" and callee.args[0] in facts.names:
            return self._named(facts, str(callee.args[0]))
        if callee.op == "name":
            return self._builtin(facts, str(callee.args[0]), bool(instr.args[1]))
        if callee.op == "attr" and not _of_a_module(facts, function, callee):
            return self._method(facts, str(callee.args[1]))
        return None

    def _named(self, facts: ModuleFacts, name: str) -> Estimate | None:
        """A function of the file itself, if the name is bound to nothing else."""
        found = [
            index
            for index, function in enumerate(facts.functions)
            if function.name == name and function.parent == 0 and function.owner_class < 0
        ]
        if len(found) != 1 or name in facts.rebound or facts.functions[found[0]].decorators:
            return None
        return self._function(facts.name, found[0])

    def _builtin(self, facts: ModuleFacts, name: str, given: bool) -> Estimate | None:
        if name not in BUILTINS or name in facts.rebound or facts.star_imports:
            return None
        line = self._program.knowledge.call(name)
        if line is None:
            return BUILTIN.held
        return None if line.scales and given else _flat(line)

    def _method(self, facts: ModuleFacts, name: str) -> Estimate | None:
        """Any method of that name: of builtin types, of libraries in use, of classes in view."""
        key = facts.name, name
        if key not in self._methods:
            self._methods[key] = self._dearest(facts, name)
        return self._methods[key]

    def _dearest(self, facts: ModuleFacts, name: str) -> Estimate | None:
        knowledge = self._program.knowledge
        kinds = list(knowledge.types_with_method(name))
        own = self._methods_named(facts, name)
        if not kinds or own is None:
            return None
        for neighbour in self._program.neighbours(facts):
            module = self._program.module(neighbour)
            kinds += self._program.library_types(module, name) if module is not None else ()
        found = plus(CALLED.held, own)
        for kind in kinds:
            line = knowledge.method(kind, name)
            one = None if line is None or line.scales else _flat(line)
            if one is None:
                return None
            found = max(found, one, key=lambda estimate: estimate.mid)
        return found

    def _methods_named(self, facts: ModuleFacts, name: str) -> Estimate | None:
        """The dearest of the methods that classes in view have by that name."""
        found = NONE
        for module, index in self._program.methods_named(facts, name):
            one = self._function(module, index)
            if one is None:
                return None
            found = max(found, one, key=lambda estimate: estimate.mid)
        return found

    def _function(self, module: str, index: int) -> Estimate | None:
        key = module, index
        if key not in self._functions:
            self._functions[key] = None  # of what calls itself nothing is known
            facts = self._program.module(module)
            if facts is not None and self._depth < MOST_DEPTH:
                self._depth += 1
                self._functions[key] = self._body(facts, facts.functions[index])
                self._depth -= 1
        return self._functions[key]

    def _body(self, facts: ModuleFacts, function: Function) -> Estimate | None:
        plain = all(name.endswith((*PROPERTIES, "method")) for name in function.decorators)
        if not plain or function.loops or function.is_async or function.is_generator:
            return None
        return self._sum(facts, function, range(len(function.code)))

    # -- what looks like no call ------------------------------------------------------------

    def _property(self, facts: ModuleFacts, name: str) -> Estimate | None:
        found = NONE
        for module, index in self._program.methods_named(facts, name):
            owner = self._program.module(module)
            decorators = owner.functions[index].decorators if owner is not None else ()
            if any(each.endswith(PROPERTIES) for each in decorators):
                one = self._function(module, index)
                if one is None:
                    return None
                found = max(found, one, key=lambda estimate: estimate.mid)
        return found

    def _operator(
        self, facts: ModuleFacts, function: Function, instr: Instr, sizes: Sizes
    ) -> Estimate | None:
        symbol, operands = str(instr.args[0]), instr.args[1:]
        roots = {module.split(".")[0] for _, (module, _, _) in facts.imports}
        if symbol.startswith("@") or self._program.handles_arrays(facts) or roots & SLOW_ROOTS:
            return None
        if symbol in ("in", "not in"):
            size = sizes.length(operands[1]) or TRIPS
            own = self._methods_named(facts, "__contains__")
            return None if own is None else plus(own, times(instructions.PER_ELEMENT, size))
        if symbol in ("*", "*=") and any(function.code[v].op in SEQUENCES for v in operands):
            return None
        dunder = DUNDERS.get(symbol) or DUNDERS.get(symbol.removesuffix("="))
        return self._methods_named(facts, dunder) if dunder else NONE


def _nests(facts: ModuleFacts) -> frozenset[int]:
    """Ordinals of the loops that have others inside."""
    return frozenset(
        function.loops[outer].ordinal
        for function in facts.functions
        for loop in function.loops
        for outer in loop.parents
    )


def _flat(line: Effect) -> Estimate | None:
    """What a line takes that only computes, for a time that is known."""
    if line.blocks or line.calls or line.gil == "released":
        return None
    return FLAT_CPU[line.cost]


def _of_a_module(facts: ModuleFacts, function: Function, callee: Instr) -> bool:
    """Whether the callee may be a part of a module rather than a method of an object."""
    base = function.code[callee.args[0]]
    while base.op == "attr":
        base = function.code[base.args[0]]
    imported = {name for name, _ in facts.imports}
    return base.op == "import" or (base.op == "name" and base.args[0] in imported)


def _repeats(function: Function, stmt: int) -> bool:
    """Whether the statement is, or stands right in, a `while`."""
    if stmt < 0:
        return False
    block = function.stmts[stmt].block
    return function.stmts[stmt].kind == "While" or function.blocks[block].role == "while"
