"""Abstract evaluation of one scope: a value for every instruction, an effect for every access.

Local names are already resolved by the single-assignment form; in the heap a
store adds to what a place may hold. Each loop is evaluated until its values
stand still, all other code once. Callees enter through their summaries.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from pfadvisor.effects import hidden, owners, sharing, within
from pfadvisor.effects.access import in_buffer
from pfadvisor.effects.facts import Function, ModuleFacts
from pfadvisor.effects.instructions import HANDLERS, joined
from pfadvisor.effects.narrowing import told_by
from pfadvisor.effects.opening import FILE, PRINTING, STREAMS
from pfadvisor.effects.repeats import stretches
from pfadvisor.effects.subscripts import Form, substituted
from pfadvisor.effects.summary import Context, Summary, Target
from pfadvisor.effects.values import (
    BOTTOM,
    DEEP,
    Effect,
    Obj,
    Root,
    UnknownCall,
    Val,
    join,
    ordered,
)
from pfadvisor.model import Assumption, Location

if TYPE_CHECKING:
    from pfadvisor.effects.calls import Arg
    from pfadvisor.effects.program import Program
    from pfadvisor.effects.substitution import Passed

PASSES: Final = 12
CHAIN: Final = 6


class Evaluation:
    """Values, effects and targets of one scope; `only` restricts it to some instructions."""

    def __init__(
        self,
        program: Program,
        module: ModuleFacts,
        index: int,
        context: Context = (),
        only: frozenset[int] | None = None,
    ) -> None:
        self.program, self.module, self.index = program, module, index
        self.function: Function = module.functions[index]
        self.context, self.only = context, only
        code = self.function.code
        self.values: list[Val] = [BOTTOM] * len(code)
        self.heap: dict[tuple[Obj, str], Val] = {}
        self.contents: within.Contents = {}
        self.held: set[Obj] = set()  # objects of whose contents the heap knows something
        self.filled: set[Root] = set()  # their roots
        self.slots: dict[Obj, list[str]] = {}  # numbered places that the heap knows
        self.exact: set[Any] = set()  # fresh sites whose contents the heap knows in full
        self.made: dict[Any, set[str]] = {}  # fresh sites that call a class of the project
        self.cells: dict[str, Val] = {}
        self.returns = BOTTOM
        self.yields = BOTTOM
        self.thrown = BOTTOM  # exceptions that lead to objects of others
        self.hiding: set[Root] = set()  # of objects that refer to something somewhere
        self.swapped = False  # whether an object's namespace was replaced
        self.partials: dict[int, tuple[Val, list[Arg]]] = {}
        self.applied: set[tuple[Any, ...]] = set()  # partials that are being followed
        self.changed = False  # whether the heap was, in this round
        self.ends: dict[Any, frozenset[Obj]] = {}  # where paths lead to, as far as the heap knows
        self.steps: dict[Root, dict[tuple[Obj, str], frozenset[Obj]]] = {}  # where one step leads
        self.open_steps: dict[tuple[Obj, str], frozenset[Obj]] = {}  # from what refers to others
        self.foreign: set[Root] = set()  # objects of installed packages of unknown types
        self.abroad: set[int] = set()  # calls of functions of installed packages
        self.implied: dict[Any, Val] = {}  # what special methods gave for the present instruction
        self.used: set[int] | None = None  # values that the scope does more with than to name them
        self._firsts: dict[int, int] = {}  # what joins give, as `text` has it
        self.tests = told_by(self.function)
        self.reset()

    def reset(self) -> None:
        self.effects: list[Effect] = []
        self.unknowns: list[UnknownCall] = []
        self.targets: dict[int, tuple[Target, ...]] = {}
        self.raises: dict[str, set[int]] = {}  # class -> instructions that may raise it
        self.seen: set[Any] = set()
        self.refills: dict[int, frozenset[Obj]] = {}  # what drawing from a generator changes
        self.vouched: dict[int, frozenset[Assumption]] = {}

    def run(self) -> Evaluation:
        self.program.count("runs")
        loops = self.program.repeated(self.module, self.index)
        wanted = range(len(self.values)) if self.only is None else sorted(self.only)
        every = self.function.reached(wanted)
        restless = False
        for piece, loop in stretches(len(self.values), loops):
            order = every[bisect_left(every, piece.start) : bisect_left(every, piece.stop)]
            if loop:
                restless |= not self._until_still(order)
            else:
                self._once(order)
        if restless:
            self._give_up()
        return self

    def _until_still(self, order: Sequence[int]) -> bool:
        """Evaluate a loop until its values and what it stores stand still, or PASSES times."""
        told = self.told_so_far()
        for _ in range(PASSES):
            self.forget(told, order)
            self.seen = set()
            if not self._round(order):
                return True
        return False

    def told_so_far(self) -> tuple[int, ...]:
        return len(self.effects), len(self.unknowns)

    def forget(self, told: tuple[int, ...], order: Sequence[int]) -> None:
        """Take back what a round of these instructions said after so much had been told."""
        del self.effects[told[0] :], self.unknowns[told[1] :]
        for i in order:
            self.targets.pop(i, None)
        here = set(order)
        for name, at in [*self.raises.items()]:
            at -= here
            if not at:
                del self.raises[name]

    def _give_up(self) -> None:
        """The values did not come to rest: what the scope calls or touches may be anything."""
        objs = frozenset(o for value in self.values for o in value.objs)
        inside = [i for i, instr in enumerate(self.function.code) if instr.op == "call"]
        for i in inside or [0]:
            self.unknown(UnknownCall(self.function.name, i, self.location(0), (), objs))

    def _once(self, order: Sequence[int]) -> None:
        self.program.count("instructions", len(order))
        code, values = self.function.code, self.values
        for i in order:
            values[i] = HANDLERS[code[i].op](self, i, code[i])
            self.implied.clear()

    def _round(self, order: Sequence[int]) -> bool:
        """Evaluate every instruction; whether another round may find more: something that an
        iteration left behind was not yet known to the one that comes after it."""
        code, values = self.function.code, self.values
        self.program.count("rounds")
        self.changed, cells = False, dict(self.cells)
        self._once(order)
        return (
            self.changed
            or cells != self.cells
            or any(code[i].op == "loopphi" and joined(self, i, code[i]) != values[i] for i in order)
        )

    def location(self, i: int) -> Location:
        return Location(self.module.filename, self.function.code[i].span)

    def access(
        self, i: int, value: Val, elem: str, *, write: bool, key: int = -1, how: str = ""
    ) -> None:
        """Record an access to every object that `value` may be."""
        if write or elem != "[]":
            value = owners.owned(self.program, value)
        objs = within.reached(self, value.objs) if elem == DEEP and not write else value.objs
        for root, path in ordered(objs):
            if write and how in PRINTING and not path:
                root = STREAMS.get(root, root)
            meant = sharing.place(root, path, elem, key)
            if meant is not None:
                (root, path), step, slot = meant
                self.effect(Effect(write, root, path, step, i, slot, how, self.location(i)))
        for root, path in ordered(owners.behind(self, value.objs, elem)):
            self.effect(Effect(write, root, path, "[]", i, -1, how, self.location(i)))

    def effect(self, effect: Effect) -> None:
        mark = effect[:7], effect.where if effect.chain else None
        if mark not in self.seen:
            self.seen.add(mark)
            self.effects.append(effect)

    def relayed(
        self, head: tuple[Any, ...], effect: Effect, here: Location, form: Form | None = None
    ) -> None:
        """Record an access of a callee; `head` and `form` are what it is here."""
        mark = head, effect.where, form
        if mark not in self.seen:
            self.seen.add(mark)
            chain = (here, *effect.chain)[:CHAIN]
            self.effects.append(Effect._make((*head, effect.where, chain, form)))

    def changed_at(self, root: Root) -> set[int]:
        """The instructions that change an object which the scope made."""
        return {effect.instr for effect in self.effects if effect.write and effect.root == root}

    def unknown(self, call: UnknownCall) -> None:
        self.unknowns.append(call)

    def enter(self, i: int, summary: Summary, keys: list[int], passed: Passed) -> None:
        """Record what a callee accesses, in terms of what is passed to it."""
        here = self.location(i)
        for effect in summary.effects:
            key = keys[effect.key] if 0 <= effect.key < len(keys) else -1
            write, root, path, elem, _, _, how, *_ = effect
            if self.works_on_buffer(i, effect, key):
                continue
            if elem == "=" or root[0] == "res":
                form = self._form_here(effect, keys)
                self.relayed((write, root, path, elem, i, key, how), effect, here, form)
                continue
            places, form = passed[root, path], self._form_here(effect, keys)
            places = within.reached(self, places) if elem == DEEP and not write else places
            for root, path in ordered(places):
                meant = sharing.place(root, path, elem, key)
                if meant is not None:
                    told = form if sharing.VIEW not in path else None
                    (root, path), step, slot = meant
                    self.relayed((write, root, path, step, i, slot, how), effect, here, told)
            for root, path in ordered(owners.behind(self, places, elem)) if self.swapped else ():
                self.relayed((write, root, path, "[]", i, -1, how), effect, here)
        for unknown in summary.unknowns:
            reached = frozenset(o for obj in unknown.args for o in passed[obj])
            chain = (here, *unknown.chain)[:CHAIN]
            self.unknown(unknown._replace(instr=i, chain=chain, args=reached))

    def works_on_buffer(self, i: int, effect: Effect, key: int) -> bool:
        """Whether a callee's file is a buffer in memory here."""
        file = effect.root == FILE
        return file and in_buffer(self, i, key, write=effect.write, how=effect.how)

    def _form_here(self, effect: Effect, keys: list[int]) -> Form | None:
        if effect.form is None:
            return None

        def passed(parameter: int) -> Form | None:
            value = keys[parameter] if parameter < len(keys) else -1
            return ("value", value) if value >= 0 else None

        return substituted(effect.form, passed)

    def store(self, obj: Obj, elem: str, value: Val) -> None:
        (obj, elem, _) = sharing.place(*obj, elem, -1) or (obj, elem, -1)
        old = self.heap.get((obj, elem))
        if old is None:
            if value == BOTTOM:
                return
            self.held.add(obj)
            self.filled.add(obj[0])
            if elem[0] == "[" and elem != "[]":
                self.slots.setdefault(obj, []).append(elem)
            old = BOTTOM
        new = join(old, value)
        if new is not old and new != old:
            self.swapped |= elem in owners.REPLACED
            if hidden.hides(obj, elem):
                self.hiding.add(obj[0])
            self.heap[obj, elem] = new
            within.put(self.contents, obj, new.objs)
            self.changed = True
            self.implied.clear()
            self.forget_ways(obj[0])

    def forget_ways(self, root: Root) -> None:
        """The heap knows something else of objects of that root than before."""
        self.ends.clear()
        self.open_steps.clear()
        if self.swapped:
            self.steps.clear()
        else:
            self.steps.pop(root, None)

    def vouch(self, i: int, stated: frozenset[Assumption]) -> None:
        """The call rests on what the user states."""
        self.vouched[i] = self.vouched.get(i, frozenset()) | stated

    def fresh(self, site: Any, types: frozenset[str] | None, *, exact: bool = False) -> Val:
        if exact:
            self.hold_all_of(site)
        return Val(frozenset({(("fresh", site), ())}), types)

    def hold_all_of(self, site: Any) -> None:
        """The heap knows in full what objects made there contain."""
        if site not in self.exact:
            self.exact.add(site)
            self.forget_ways(("fresh", site))

    def _first(self, i: int) -> int:
        """What a join gives that is no join, if control comes by the first way each time."""
        code, passed, known = self.function.code, list[int](), self._firsts
        while i >= 0 and code[i].op in ("phi", "loopphi") and code[i].args:
            passed.append(i)
            i = known[i] if i in known else code[i].args[0] if code[i].args[0] < i else -1
        known.update(dict.fromkeys(passed, i))
        return i

    def text(self, i: int) -> str:
        """Source-like text of a value, for messages."""
        instr = self.function.code[i]
        match instr.op:
            case "param":
                return str(self.function.params[instr.args[0]].name)
            case "name" | "builtin" | "free":
                return str(instr.args[0])
            case "attr":
                return f"{self.text(instr.args[0])}.{instr.args[1]}"
            case "call":
                return f"{self.text(instr.args[0])}()"
            case "item" | "elem" | "unpack":
                return f"{self.text(instr.args[0])}[…]"
            case "loopphi" | "phi" if instr.args:
                first = self._first(i)
                return self.text(first) if first >= 0 else "value"
            case "import":
                return str(instr.args[1] or instr.args[0])
        return "value"
