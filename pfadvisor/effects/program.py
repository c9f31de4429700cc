"""The link: names across files, summaries on demand, a fixpoint over recursion.

`load` gives the facts of a project module by its dotted name, None for what is no module of
the project; `installed` those of a module of an installed package. Everything is computed when
it is first asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from pfadvisor.effects.alike import Alike
from pfadvisor.effects.class_stores import ClassStores
from pfadvisor.effects.classes import Classes
from pfadvisor.effects.contexts import Contexts
from pfadvisor.effects.dependencies import Dependencies, Load
from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.facts import Function, ModuleFacts
from pfadvisor.effects.families import Families
from pfadvisor.effects.given_functions import GivenFunctions
from pfadvisor.effects.handing import Handing
from pfadvisor.effects.knowledge import Knowledge, Remembered
from pfadvisor.effects.lent import Lent
from pfadvisor.effects.names import Names
from pfadvisor.effects.noisy import Noise
from pfadvisor.effects.outlines import Slice
from pfadvisor.effects.receivers import of_function, placed
from pfadvisor.effects.repeats import repeated
from pfadvisor.effects.summaries import Summaries
from pfadvisor.effects.summary import Target
from pfadvisor.effects.tables import Tables
from pfadvisor.effects.values import BOTTOM, MAPPINGS, UNKNOWN, Val, join, parse_type, union

Derived = TypeVar("Derived")
ITERATORS: Final = frozenset({"iterator", "generator"})
SINGLETONS: Final = frozenset({"context", "env", "interpreter", "locale", "log", "worker"})
MOST_SLICES: Final = 60
MOST_KEPT: Final = 400
MOST_REACHED: Final = 2_000


class Program(
    Names,
    Classes,
    Lent,
    ClassStores,
    Families,
    Noise,
    Handing,
    Contexts,
    Tables,
    GivenFunctions,
    Dependencies,
    Summaries,
    Alike,
):
    """All that the analysis asks about code outside the function it looks at."""

    def __init__(
        self, load: Load, knowledge: Knowledge | None = None, installed: Load | None = None
    ) -> None:
        Classes.__init__(self, self)
        Lent.__init__(self, self)
        ClassStores.__init__(self, self)
        Names.__init__(self, self)
        Families.__init__(self, self)
        Noise.__init__(self, self)
        Handing.__init__(self, self)
        Contexts.__init__(self, self)
        Tables.__init__(self, self)
        GivenFunctions.__init__(self, self)
        Dependencies.__init__(self, installed)
        Summaries.__init__(self, self)
        Alike.__init__(self, self)
        self._load = load
        self.knowledge = Remembered(knowledge or Knowledge())
        self.work: dict[str, int] = {}
        self._modules: dict[str, ModuleFacts | None] = {}
        self._whole: dict[tuple[str, int], Evaluation] = {}
        self._higher: dict[Callable[..., Any], Any] = {}
        self._by_module: dict[tuple[Callable[..., Any], str], tuple[ModuleFacts, Any]] = {}
        self.stores: dict[str, dict[str, frozenset[str]]] = {}
        self.given_away: dict[str, frozenset[str]] = {}
        self.handed: dict[str, frozenset[tuple[str, int]]] = {}
        self.last: dict[str, frozenset[tuple[str, int]]] = {}
        self.run_at_import: dict[str, frozenset[int]] = {}
        self.asking: dict[str, bool] = {}
        self.asking_texts: dict[str, bool] = {}
        self.starters: dict[str, str] = {}
        self.libraries: dict[tuple[str, str], str] = {}
        self.spreading: dict[tuple[str, int], str] = {}
        self._callees: dict[tuple[str, int], frozenset[tuple[str, int]]] = {}
        self._slices: dict[tuple[str, int, int, bool], Val] = {}
        self._repeated: dict[tuple[str, int], tuple[range, ...]] = {}
        self._slicing: set[tuple[str, int, int, bool]] = set()
        self.steady: set[str] = set()  # enumerations whose members never change

    def count(self, what: str, number: int = 1) -> None:
        self.work[what] = self.work.get(what, 0) + number

    @property
    def at_rest(self) -> bool:
        """Whether no name and no base class is being resolved, which would be unknown for now."""
        return not self._busy and not self._resolving

    @property
    def settled(self) -> bool:
        """Whether no base class is being resolved."""
        return not self._resolving

    def add(self, facts: ModuleFacts) -> None:
        self._modules[facts.name] = facts

    @property
    def modules(self) -> Mapping[str, ModuleFacts | None]:
        """What was looked up so far, found or not."""
        return self._modules

    def own(self, name: str) -> ModuleFacts | None:
        """A module of the project."""
        if name not in self._modules:
            self._modules[name] = self._load(name)
        return self._modules[name]

    def module(self, name: str) -> ModuleFacts | None:
        """A module of the project, or one of an installed package that a name has led to."""
        return self.own(name) or self.packages.get(name)

    def imported_module(self, name: str) -> ModuleFacts | None:
        """The module that an import of the name gives, read if it is that of a package."""
        return self.own(name) or self.installed(name)

    def evaluation(self, module: ModuleFacts, index: int) -> Evaluation:
        """The evaluation of one scope for parameters of which annotations tell, and calls nearby."""
        key = (module.name, index)
        if key not in self._whole:
            self.count("evaluations")
            evaluation = Evaluation(self, module, index, self.seen(module, index))
            evaluation.run()
            self._whole[key] = evaluation
        return self._whole[key]

    def home(self, target: Target) -> ModuleFacts | None:
        """The module of the function that a call resolved to, None if it is none that is defined."""
        return self.module(target.module) if target.kind == "def" else None

    def callee(self, target: Target) -> Evaluation | None:
        """The evaluation of that function."""
        facts = self.home(target)
        return self.evaluation(facts, target.index) if facts is not None else None

    def relieve(self) -> bool:
        """Forget evaluations, which can be made again, once there are many: what each file that
        is analysed needs is mostly its own. Says whether there were."""
        many = len(self._whole) > MOST_KEPT
        if many:
            self._whole.clear()
        return many

    def derived(self, make: Callable[[Program], Derived]) -> Derived:
        """What a higher floor makes of this program, once."""
        if make not in self._higher:
            self._higher[make] = make(self)
        made: Derived = self._higher[make]
        return made

    def table(self, make: Callable[[ModuleFacts], Derived], module: ModuleFacts) -> Derived:
        """What is looked up in a module again and again, made once."""
        known = self._by_module.get((make, module.name))
        if known is None or known[0] is not module:
            known = self._by_module[make, module.name] = module, make(module)
        made: Derived = known[1]
        return made

    def repeated(self, module: ModuleFacts, index: int) -> tuple[range, ...]:
        """The outermost loops of a scope, as parts of its code."""
        key = module.name, index
        if key not in self._repeated:
            self._repeated[key] = repeated(module.functions[index])
        return self._repeated[key]

    def plain(self, types: frozenset[str] | None) -> bool:
        from pfadvisor.effects.access import immutable

        return immutable(types) or (
            bool(types)
            and all(not (t := self.traits_of(x)) or not t.mutable for x in types or ())
            and all(self.traits_of(x) for x in types or ())
            and not any(parse_type(x)[0] in ("tuple", "frozenset") for x in types or ())
        )

    def traits_of(self, type_name: str) -> Any:
        head = parse_type(type_name)[0]
        return None if ":" in head else self.knowledge.traits(head)

    def slice_value(self, module: ModuleFacts, index: int, value: int) -> Val:
        """The value of one instruction, from what it depends on alone."""
        return self._known_slice(module, index, value, called=False)

    def made_by(self, module: ModuleFacts, index: int, value: int) -> Val:
        """What the value of one instruction gives when it is called with nothing."""
        return self._known_slice(module, index, value, called=True)

    def _known_slice(self, module: ModuleFacts, index: int, value: int, *, called: bool) -> Val:
        key = (module.name, index, value, called)
        if key not in self._slices:
            result = self.sliced(module, index, value, {}, called=called)
            if result is None:
                return UNKNOWN
            self._slices[key] = result
        return self._slices[key]

    def sliced(
        self,
        module: ModuleFacts,
        index: int,
        value: int,
        given: Mapping[int, Val],
        *,
        called: bool = False,
    ) -> Val | None:
        """The same where other values are `given`; None while it is asked for already."""
        key = (module.name, index, value, called)
        if key in self._slicing or len(self._slicing) > MOST_SLICES:
            return None
        self._slicing.add(key)
        needed, waiting = set[int](), [value]
        code = module.functions[index].code
        while waiting:
            at = waiting.pop()
            if at >= 0 and at not in needed and at not in given:
                needed.add(at)
                waiting += operands(code[at])
        evaluation = Slice(self, module, index, self.seen(module, index), frozenset(needed))
        for at, known in given.items():
            evaluation.values[at] = known
        try:
            evaluation.run()
            return evaluation.called(value) if called else evaluation.settled(value)
        finally:
            self._slicing.discard(key)

    def cell(self, module: ModuleFacts, function: Function, name: str) -> Val:
        """A variable of an enclosing function, as the functions in it see it."""
        owner = function.parent
        if name in function.locals:
            owner = module.functions.index(function)
        while owner >= 0 and name not in module.functions[owner].locals:
            owner = module.functions[owner].parent
        place = frozenset({(("free", name), ())})
        if owner < 0:
            return Val(place)
        value = self._cell_value(module, owner, name)
        if value == BOTTOM:
            return Val(place)
        objs = frozenset() if not value.objs else place
        return value._replace(objs=objs, recv=placed(value.recv, place))

    def _cell_value(self, module: ModuleFacts, owner: int, name: str) -> Val:
        result = BOTTOM
        for function_index, function in enumerate(module.functions):
            if function_index != owner and name not in function.cells | {name}:
                continue
            if function_index != owner and function.parent != owner:
                continue
            for instr in function.code:
                if instr.op == "setcell" and instr.args[0] == name:
                    value = self.slice_value(module, function_index, instr.args[1])
                    result = join(result, of_function(function, value))
        return result

    def callees(self, module: str, index: int) -> frozenset[tuple[str, int]]:
        """Project functions that a function calls, as far as its own types tell."""
        key = (module, index)
        if key not in self._callees:
            facts = self.module(module)
            targets = self.evaluation(facts, index).targets.values() if facts else ()
            self._callees[key] = frozenset(
                (t.module, t.index) for group in targets for t in group if t.kind == "def"
            )
        return self._callees[key]

    def reach(
        self, first: frozenset[tuple[str, int]], *, within_packages: bool = False
    ) -> frozenset[tuple[str, int]]:
        """These functions and all that they call, directly or not. What functions of installed
        packages call is left out, unless it is asked for; then as far as packages are followed."""
        found, waiting = set(first), list(first)
        while waiting:
            caller = waiting.pop()
            if self.is_installed(caller[0]) and not (within_packages and len(found) < MOST_REACHED):
                continue
            for callee in self.callees(*caller):
                if callee not in found:
                    found.add(callee)
                    waiting.append(callee)
        return frozenset(found)

    def reached(self, module: str, first: frozenset[int]) -> frozenset[int]:
        """Functions of the module among those that its functions `first` reach."""
        everything = self.reach(frozenset((module, index) for index in first))
        return frozenset(index for name, index in everything if name == module)

    # -- types of tables ------------------------------------------------------------------

    def element_type(self, type_name: str) -> frozenset[str] | None:
        traits = self.traits_of(type_name)
        return union(traits.iterates) if traits is not None and traits.iterates else None

    def item_type(self, type_name: str) -> frozenset[str] | None:
        traits = self.traits_of(type_name)
        return union(traits.item) if traits is not None and traits.item else None

    def one_shot(self, type_name: str) -> bool:
        above = self.above(type_name)
        traits = map(self.traits_of, above)
        return any(t is not None and t.one_shot for t in traits) or not ITERATORS.isdisjoint(above)

    def is_mapping(self, type_name: str) -> bool:
        """Whether iterating over an instance gives keys."""
        head = parse_type(type_name)[0]
        if head in MAPPINGS or not (":" in head or "." in head):
            return head in MAPPINGS
        lineages = map(self.knowledge.lineage, self.above(head))
        return any(not MAPPINGS.isdisjoint(lineage) for lineage in lineages)

    def inside(self, type_name: str, name: str) -> str:
        """The type of an attribute that shows what an instance holds; "" if it does not."""
        outer = (base for base in self.above(type_name) if ":" not in base)
        for base in (base for each in outer for base in self.knowledge.lineage(each)):
            traits = self.knowledge.traits(base)
            if traits is not None and traits.inside == name:
                return dict(traits.attributes).get(name, "")
        return ""

    def is_exception(self, head: str) -> bool:
        return "BaseException" in self.knowledge.lineage(head)

    def shared_resource(self, type_name: str) -> str:
        traits = self.traits_of(type_name)
        found = traits.shared if traits is not None else ""
        return found if found in SINGLETONS else ""

    def known_type(self, head: str) -> bool:
        return self.knowledge.traits(head) is not None

    def attribute_type(self, head: str, name: str) -> frozenset[str] | None:
        for owner in self.knowledge.lineage(head):
            traits = self.knowledge.traits(owner)
            for attribute, type_name in traits.attributes if traits else ():
                if attribute == name:
                    return union(type_name.replace("type:self", head))
        return None

    def context_type(self, head: str) -> str:
        for owner in self.knowledge.lineage(head):
            traits = self.knowledge.traits(owner)
            if traits is not None and traits.context:
                return traits.context
        return ""


def operands(instr: Any) -> list[int]:
    """The values that an instruction uses."""
    op, args = instr.op, instr.args
    match op:
        case "call":
            return [args[0], *(v for _, _, v in args[1])]
        case "attr" | "delattr" | "unpack":
            return [args[0]]
        case "setattr":
            return [args[0], args[2]]
        case "setname" | "setcell" | "bind":
            return [args[1]]
        case "op" | "display":
            return list(args[1:])
        case "comp":
            return list(args[2:])
        case (
            "const"
            | "param"
            | "name"
            | "builtin"
            | "free"
            | "func"
            | "class"
            | "import"
            | "unbound"
            | "delname"
        ):
            return []
    return [a for a in args if isinstance(a, int) and a >= 0]
