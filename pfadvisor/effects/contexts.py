"""What a call site tells of the parameters of a function beyond what the function says itself.

A summary is computed for each such context, so only what the function can make use of counts:
nothing of a parameter without a use, no constant where the value is merely looked at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pfadvisor.effects import commands
from pfadvisor.effects.alone import is_alone
from pfadvisor.effects.annotations import resolve
from pfadvisor.effects.bounds import Types, derives, of_value
from pfadvisor.effects.declared import passed_to
from pfadvisor.effects.facts import CHOOSING, Function, Instr, ModuleFacts
from pfadvisor.effects.families import made_as_such
from pfadvisor.effects.handed_iterators import Attributes, Handed, handed, may_be
from pfadvisor.effects.homes import homes_passed
from pfadvisor.effects.iterator_lines import Elsewhere
from pfadvisor.effects.summary import Context, Given, given_of
from pfadvisor.effects.tokens import Received
from pfadvisor.effects.values import NOTHING, Val
from pfadvisor.model import Span

if TYPE_CHECKING:
    from pfadvisor.effects.calls import Arg
    from pfadvisor.effects.evaluate import Evaluation
    from pfadvisor.effects.program import Program

UNUSED, LOOKED_AT, PASSED_ON = range(3)
OF_CLASS: Final = frozenset({"__new__", "__init_subclass__", "__class_getitem__"})
LOOKING: Final = frozenset({"iter", "elem", "unpack", "test", "assert", "slice", "bind"})
LOOKING_AT_FIRST: Final = frozenset({"attr", "item", "setattr", "setitem", "call"})


class Contexts:
    def __init__(self, program: Program) -> None:
        self._context_program = program
        self.received: dict[str, tuple[Received, ...]] = {}  # calls in files that are not read
        self._own: dict[tuple[str, int, int], Val] = {}
        self._uses: dict[tuple[str, int], list[int]] = {}
        self._bounds: dict[tuple[str, Span, int], Types] = {}

    def context_of(
        self, ev: Evaluation, i: int, module: ModuleFacts, index: int, bound: list[Arg]
    ) -> Context:
        given = [
            self._given(ev, i, bound, number) or self._strange(ev, bound[number].val, place)
            for number, place in ((n, (module, index, n)) for n in range(len(bound)))
        ]
        if not any(given):
            return ()
        key = module.name, index
        if key not in self._uses:
            self._uses[key] = uses_of(module.functions[index])
        context = tuple(
            one and self._needed(module, index, number, one, use)
            for number, (one, use) in enumerate(zip(given, self._uses[key], strict=True))
        )
        return context if any(context) else ()

    def _given(self, ev: Evaluation, i: int, bound: list[Arg], number: int) -> Given | None:
        value = bound[number].val
        given = given_of(value, made=made_as_such(ev, value))
        if given is None:
            return None
        kept = self._context_program.functions_kept(ev, value)
        within = () if kept else self._context_program.functions_within(ev, value)
        looks = commands.passed_to_look(ev, i, bound[number].value)
        if (within or looks) and not is_alone(ev, bound, number):
            within, looks = (), False
        kept = kept or within
        return given._replace(kept=kept, looks=looks) if kept or looks else given

    def _strange(
        self, ev: Evaluation, value: Val, place: tuple[ModuleFacts, int, int]
    ) -> Given | None:
        """What is told of a value of which nothing is known."""
        homes = homes_passed(ev, value, *place)
        return Given(None, frozenset(), NOTHING, False, False, homes=homes) if homes else None

    def seen(self, module: ModuleFacts, index: int) -> Context:
        """What the calls in the same file tell of parameters whose types nothing else tells."""
        numbers = range(len(module.functions[index].params))
        context = tuple(self._seen(module, index, number) for number in numbers)
        return context if any(context) else ()

    def _seen(self, module: ModuleFacts, index: int, number: int) -> Given | None:
        function, found = module.functions[index], self.handed_in(module)
        lazy, holding = found.to((function.qualname, function.params[number].name))
        if not lazy and not holding:
            return None
        types = self.parameter(module, function, number).types
        lazy = lazy and may_be(types)
        return Given(None, frozenset(), NOTHING, False, lazy, False, holding)

    def handed_in(self, module: ModuleFacts) -> Handed:
        """What the file gives iterators to."""
        return self._context_program.table(self._handed, module)

    def is_lent(self, module: ModuleFacts, index: int, number: int) -> bool:
        """Whether the parameter is an iterator in that callers in sight make one for the call."""
        function = module.functions[index]
        slot = function.qualname, function.params[number].name
        seen = self._seen(module, index, number)
        return seen is not None and seen.lazy and slot not in self.handed_in(module).kept

    def keeping_iterators(self, module: ModuleFacts) -> Attributes:
        """Attributes in which the file keeps iterators, or holders of some."""
        return self._context_program.table(self._keeping, module)

    def _keeping(self, module: ModuleFacts) -> Attributes:
        return self.handed_in(module).attributes()

    def _handed(self, module: ModuleFacts) -> Handed:
        return self.handed_with(module, self.received.get(module.name, ()))

    def handed_with(self, module: ModuleFacts, received: tuple[Received, ...]) -> Handed:
        """What the file gives iterators to where calls in other files hand it `received`."""
        return handed(module, Elsewhere(self._context_program, module), received)

    def _needed(
        self, module: ModuleFacts, index: int, number: int, given: Given, use: int
    ) -> Given | None:
        if use == UNUSED:
            return None
        if use == LOOKED_AT and given.const is not NOTHING:
            given = given._replace(const=NOTHING)
        own = self._own_value(module, index, number)
        told = given.made or given.kept or given.looks or given.homes
        return None if given.narrow(own, number) == own and not told else given

    def _own_value(self, module: ModuleFacts, index: int, number: int) -> Val:
        key = module.name, index, number
        found = self._own.get(key)
        if found is None:
            found = self.parameter(module, module.functions[index], number)
            if self._context_program.at_rest:
                self._own[key] = found
        return found

    def parameter(self, module: ModuleFacts, function: Function, number: int) -> Val:
        """What the function itself says of a parameter."""
        param = function.params[number]
        obj = frozenset({(("param", number), ())})
        if param.kind in ("star", "dstar"):
            return Val(obj, frozenset({"tuple" if param.kind == "star" else "dict"}))
        if function.owner_class >= 0 and number == 0 and "staticmethod" not in function.decorators:
            cls = f"{module.name}:{module.classes[function.owner_class].qualname}"
            if "classmethod" in function.decorators or function.name in OF_CLASS:
                place = frozenset({(("class", cls), ())})
                return Val(place, frozenset({"type"}), frozenset({("class", cls)}))
            return Val(obj, frozenset({cls}))
        types = resolve(self._context_program, module, param.annotation)
        types = self._with_passed(module, function, number, types)
        if types is not None and param.default == "None":
            types |= {"None"}
        return Val(frozenset() if self._context_program.plain(types) else obj, types)

    def _with_passed(
        self, module: ModuleFacts, function: Function, number: int, types: Types
    ) -> Types:
        """The declared types with those of the default and of what calls in the same file pass."""
        program = self._context_program
        if types is None or program.plain(types) or not program.table(self._derives, module):
            return types
        key = module.name, function.span, number
        if key not in self._bounds:
            self._bounds[key] = types  # of what is asked for on the way
            for scope, value in passed_to(program, module, function, number):
                self._bounds[key] = of_value(program, module, scope, value, self._bounds[key])
        found = self._bounds[key]
        if not program.at_rest:
            del self._bounds[key]
        return found

    def _derives(self, module: ModuleFacts) -> bool:
        """Whether the file or its imports have classes in hand that derive from containers."""
        return any(map(derives, self._context_program.around(module)))


def uses_of(function: Function) -> list[int]:
    """The most that the function does with the value of each parameter."""
    from pfadvisor.effects.program import operands

    found = [UNUSED] * len(function.params)
    numbers = {i: c.args[0] for i, c in enumerate(function.code) if c.op == "param"}
    for instr in function.code:
        for position, value in enumerate(operands(instr)):
            if value in numbers:
                number = numbers[value]
                found[number] = max(found[number], _use(instr, position))
    return found


def _use(instr: Instr, position: int) -> int:
    looks = (
        instr.op in LOOKING
        or (instr.op in LOOKING_AT_FIRST and position == 0)
        or (instr.op == "op" and instr.args[0] not in CHOOSING)
    )
    return LOOKED_AT if looks else PASSED_ON
