"""The cost of what an instruction calls: project functions, lines of tables, unknown code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from pfadvisor.effects.effect import BLOCKS, COSTS, Effect
from pfadvisor.effects.names import BUILTINS
from pfadvisor.effects.program import operands
from pfadvisor.effects.summary import Target
from pfadvisor.effects.values import parse_type
from pfadvisor.profit import recursion
from pfadvisor.profit.arguments import bound_values
from pfadvisor.profit.estimate import ONCE, Estimate, between, exactly, plus, times
from pfadvisor.profit.sizes import BLOB, TRIPS, Given
from pfadvisor.profit.spending import FREE, Cost, in_turn, named, one_of, repeated

if TYPE_CHECKING:
    from pfadvisor.profit.cost import Scope

UNKNOWN: Final = Cost(held=Estimate(5e-7, 1e-5, 1e-2, True))
LIBRARY: Final = Cost(held=Estimate(1e-6, 1e-4, 1e-1, True))
BUILTIN: Final = Cost(held=Estimate(1e-7, 1e-6, 1e-5))
UNSEEN: Final = Cost(held=Estimate(1e-6, 1e-5, 1e-3, True))
CONSTRUCTED: Final = Cost(held=Estimate(1e-7, 3e-7, 1e-6))
CALLED: Final = Cost(held=Estimate(3e-8, 6e-8, 2e-7))
FLAT_CPU: Final = {word: between(*ends) for word, ends in COSTS.items()}
WAITS: Final = {word: between(*ends) for word, ends in BLOCKS.items()}
IN_MEMORY: Final = 1e-6  # seconds: what was read or written lately is not waited for
WAITS["disk"] = WAITS["disk"]._replace(low=IN_MEMORY)
PER_BYTE: Final = Estimate(5e-10, 8e-9, 2e-7)
PER_CHARACTER: Final = Estimate(1e-9, 1.5e-8, 1.5e-7)
PER_ITEM: Final = Estimate(1e-8, 4e-8, 3e-7)
FILE_LINE: Final = Estimate(1e-7, 5e-7, 5e-6)
BYTES_LIKE: Final = frozenset({"str", "bytes", "bytearray", "memoryview"})
MOST_ALIKE: Final = 4
BASE: Final = exactly(5e-8)


def cost(scope: Scope, i: int) -> Cost:
    """What calls the instruction makes, implicit ones included; FREE for none."""
    instr = scope.function.code[i]
    if instr.op == "elem":
        return _iteration(scope, i)
    targets = scope.ev.targets.get(i, ())
    if not targets:
        return FREE
    if instr.op != "call":
        return _implicit(scope, i, targets)
    return _call(scope, i, targets)


def _implicit(scope: Scope, i: int, targets: tuple[Target, ...]) -> Cost:
    """Properties and operators of project classes, where the receiver is known to be one."""
    receivers = operands(scope.function.code[i])
    types = [t for v in receivers for t in scope.ev.values[v].types or ()]
    if not any(":" in t for t in types):
        return FREE
    own = [t for t in targets if t.kind == "def"]
    if len(own) > MOST_ALIKE:
        return UNSEEN
    if not own:
        return FREE
    return named(own[0].name, one_of([_project(scope, t, ()) for t in own]))


def _iteration(scope: Scope, i: int) -> Cost:
    """Taking the next item: lines of a file are read, rows of a cursor fetched."""
    source = scope.ev.values[scope.function.code[i].args[0]]
    for head in sorted(parse_type(t)[0] for t in source.types or ()):
        traits = scope.ev.program.traits_of(head)
        shared = traits.shared if traits is not None else ""
        if shared in ("file", "network", "db"):
            word = "disk" if shared == "file" else shared
            return Cost(wait=FILE_LINE, blocks=frozenset({word}))
    targets = scope.ev.targets.get(i, ())
    return _implicit(scope, i, targets) if targets else FREE


def _call(scope: Scope, i: int, targets: tuple[Target, ...]) -> Cost:
    known = _called(scope, i, targets)
    if sum(t.kind == "def" for t in known) > MOST_ALIKE:
        return named(name_of(scope, i, known[-1]), UNSEEN)
    costs = []
    for target in known or targets:
        found = _target(scope, i, target)
        if found is not FREE:
            costs.append(named(name_of(scope, i, target), found))
    if not costs:
        return CALLED
    return one_of(costs) if len(costs) > 1 else costs[0]


def _called(scope: Scope, i: int, targets: tuple[Target, ...]) -> list[Target]:
    """The targets that are not unknown, nor called back by another one."""
    funcs = scope.ev.values[scope.function.code[i].args[0]].funcs
    calls_back = bool(funcs) and all(func[0] in ("known", "method", "unbound") for func in funcs)
    shown = [t for t in targets if t.kind != "unknown"]
    return [t for t in shown if t.kind != "def"] if calls_back else shown


def name_of(scope: Scope, i: int, target: Target) -> str:
    """How the caller's code, or the knowledge, calls the callee."""
    if target.kind in ("def", "class", "known"):
        return target.name.rpartition(":")[2].rpartition("<locals>.")[2]
    text = scope.ev.text(scope.function.code[i].args[0])
    return text if text.isidentifier() or "." in text else target.name


def _target(scope: Scope, i: int, target: Target) -> Cost:
    match target.kind:
        case "def":
            return _project(scope, target, bound_values(scope.ev, i, target))
        case "class":
            return CONSTRUCTED
        case "known":
            line = scope.ev.program.knowledge.call(target.name)
            return FREE if line is None else _line(scope, i, line, -1)
        case "method":
            owner, _, method = target.name.rpartition(".")
            line = scope.ev.program.knowledge.method(owner, method)
            return FREE if line is None else _line(scope, i, line, _receiver(scope, i))
        case "duck":
            return _duck(scope, i, target.name)
    return _unknown(scope, i)


# -- project functions ---------------------------------------------------------------------


def _project(scope: Scope, target: Target, arguments: tuple[int, ...]) -> Cost:
    ledger = scope.ledger
    for frame in ledger.frames:
        if frame.key == (target.module, target.index):
            return recursion.called_again(frame, scope.ev, list(arguments))
    given: Given = tuple(scope.sizes.known(v) for v in arguments)
    if not any(given):
        given = ()
    inner = ledger.function(target.module, target.index, target.context, given)
    scope.sizes.guessed |= {
        value
        for number, value in enumerate(arguments)
        if (target.module, target.index, number) in ledger.gone_through
    }
    return in_turn([CALLED, inner])


# -- lines of tables -----------------------------------------------------------------------


def _line(scope: Scope, i: int, line: Effect, receiver: int) -> Cost:
    named_values = dict(_by_name(scope, i, line))
    if receiver >= 0:
        named_values.setdefault("self", receiver)
    seconds = FLAT_CPU[line.cost]
    released = line.gil == "released"
    if line.scales:
        given = bool(scope.function.code[i].args[1]) or receiver >= 0
        size = _scale(scope, line, named_values) if given else ONCE  # `Counter()` is empty
        released = released and size.mid >= line.gil_above
        each = _each(scope, line, named_values)
        seconds = plus(BASE, times(each, size))
    own = Cost(released=seconds) if released else Cost(held=seconds)
    if line.blocks:
        wait = _wait(scope, i, line)
        own = own._replace(wait=wait, blocks=frozenset({line.blocks}))
    if line.cost in ("ms", "100ms", "s") and not line.blocks:
        own = own._replace(heavy=True)
    callbacks = list(_callbacks(scope, i, line, named_values))
    return in_turn([own, *callbacks]) if callbacks else own


def _by_name(scope: Scope, i: int, line: Effect) -> Iterator[tuple[str, int]]:
    names = list(line.args[: line.args.index("*")] if "*" in line.args else line.args)
    position = 0
    for kind, name, value in scope.function.code[i].args[1]:
        if kind == "kw":
            yield name, value
        elif kind == "pos" and position < len(names):
            yield names[position].lstrip("*"), value
            position += not names[position].startswith("*")


def _each(scope: Scope, line: Effect, values: dict[str, int]) -> Estimate:
    """Seconds per element: characters and bytes are quicker than objects."""
    if line.cost != "ns":
        return FLAT_CPU[line.cost]
    if _takes_bytes(line):
        return PER_BYTE
    for name in line.scales:
        types = scope.ev.values[values[name]].types if name in values else None
        if types and {parse_type(t)[0] for t in types} <= BYTES_LIKE:
            return PER_CHARACTER
    return PER_ITEM


def _takes_bytes(line: Effect) -> bool:
    return bool(line.gil_above) or line.gil == "released"


def _scale(scope: Scope, line: Effect, values: dict[str, int]) -> Estimate:
    size = exactly(0.0)
    for name in line.scales:
        if name in values:
            size = plus(size, _size(scope, line, values[name]))
    if size.high:
        return size
    return scope.sizes.usual(-1) if not values else ONCE


def _size(scope: Scope, line: Effect, value: int) -> Estimate:
    number = scope.sizes.number(value)
    if number is not None:
        return number
    size = scope.sizes.size(value)
    return BLOB if size is TRIPS and _takes_bytes(line) else size


def _wait(scope: Scope, i: int, line: Effect) -> Estimate:
    given = [v for kind, _, v in scope.function.code[i].args[1] if kind in ("pos", "kw")]
    if line.blocks == "sleep" and given:
        number = scope.sizes.number(given[0])
        if number is not None:
            return number
    return WAITS[line.blocks]


def _callbacks(scope: Scope, i: int, line: Effect, values: dict[str, int]) -> Iterator[Cost]:
    for name in line.calls:
        if name not in values:
            continue
        count = ONCE
        for iterated in (*line.iterates, *line.scales):
            if iterated in values:
                count = scope.sizes.size(values[iterated])
                break
        yield repeated(_callable(scope, values[name]), count)


def _callable(scope: Scope, value: int) -> Cost:
    """One call of a function that is passed on as a value."""
    found = scope.ev.values[value]
    if found.types and not found.funcs and "function" not in found.types:
        return FREE
    costs = []
    for func in sorted(found.funcs, key=repr):
        if func[0] == "def":
            costs.append(_project(scope, Target("def", "", func[1], func[2]), ()))
        elif func[0] == "known":
            line = scope.ev.program.knowledge.call(func[1])
            costs.append(UNKNOWN if line is None else Cost(held=FLAT_CPU[line.cost]))
        elif func[0] == "method":
            line = scope.ev.program.knowledge.method(func[1], func[2])
            costs.append(UNKNOWN if line is None else Cost(held=FLAT_CPU[line.cost]))
    return one_of(costs) if costs else CALLED


def _receiver(scope: Scope, i: int) -> int:
    callee = scope.function.code[scope.function.code[i].args[0]]
    return callee.args[0] if callee.op == "attr" else -1


def _duck(scope: Scope, i: int, name: str) -> Cost:
    """A method by its name alone: as builtin types have it, or those of imported libraries."""
    program = scope.ev.program
    builtin = program.knowledge.types_with_method(name)
    costs = []
    for kind in (*builtin, *program.library_types(scope.ev.module, name)):
        line = program.knowledge.method(kind, name)
        if line is not None:
            costs.append(_line(scope, i, line, _receiver(scope, i)))
    return one_of(costs) if costs else CALLED


# -- code that cannot be seen --------------------------------------------------------------


def _unknown(scope: Scope, i: int) -> Cost:
    """An unresolved callee: what visible callers pass for it, what has its name, or a guess."""
    callee = scope.function.code[i].args[0]
    instr = scope.function.code[callee]
    costs: list[Cost] = []
    if instr.op == "param":
        for ev, value in scope.ledger.sites.values(scope.ev, instr.args[0]):
            if ev.values[value].funcs:
                costs.append(_callable(scope.ledger.scope(ev), value))
    elif any(func[0] == "module" for func in scope.ev.values[callee].funcs):
        return LIBRARY
    elif instr.op == "name" and instr.args[0] in BUILTINS:
        return BUILTIN
    elif instr.op == "attr":
        costs += _distant(scope, instr.args[0])
        costs = costs or [*_named_alike(scope, i, instr.args[1])]
    return one_of(costs) if costs else UNKNOWN


def _distant(scope: Scope, receiver: int) -> list[Cost]:
    """What an object that stands for a connection does when asked: most likely it waits for it."""
    heads = {parse_type(t)[0] for t in scope.ev.values[receiver].types or ()}
    traits = [scope.ev.program.traits_of(head) for head in sorted(heads)]
    words = {one.shared for one in traits if one is not None} & {"network", "db"}
    return [Cost(wait=WAITS[word], blocks=frozenset({word})) for word in sorted(words)]


def _named_alike(scope: Scope, i: int, name: str) -> Iterator[Cost]:
    """Methods of that name which the program or a library in use has."""
    program, module = scope.ev.program, scope.ev.module
    own = program.methods_named(module, name)
    if len(own) > MOST_ALIKE:
        yield UNSEEN
        return
    for owner, index in own:
        yield _project(scope, Target("def", name, owner, index), ())
    if not own and (
        program.library_types(module, name) or program.knowledge.types_with_method(name)
    ):
        yield _duck(scope, i, name)
