"""How large the values of one function are: numbers, lengths, trip counts of loops.

Follows literals, ranges, module constants and what is known of parameters. Where the code
does not show a size, a usual one stands in for it and the estimate is `unbounded`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Final, NamedTuple

from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.facts import Function, Instr, Loop, ModuleFacts
from pfadvisor.effects.names import absolute
from pfadvisor.effects.program import Program, operands
from pfadvisor.effects.values import parse_type
from pfadvisor.profit import arrays, lengths
from pfadvisor.profit.arithmetic import combined
from pfadvisor.profit.estimate import Estimate, either, exactly, times

TRIPS: Final = Estimate(3, 55, 1000, True)
TEXT: Final = Estimate(5, 40, 500, True)
BLOB: Final = Estimate(64, 10_000, 1_000_000, True)
CONTENTS: Final = Estimate(100, 5_000, 1_000_000, True)
COUNTED: Final = Estimate(10, 300, 10_000, True)
USUAL: Final[dict[str, Estimate]] = {
    "str": TEXT,
    "bytes": BLOB,
    "bytearray": BLOB,
    "memoryview": BLOB,
    "tuple": Estimate(2, 4, 1000, True),
}
SAME_LENGTH: Final = frozenset(
    {
        "enumerate", "reversed", "sorted", "list", "tuple", "set", "frozenset", "iter", "bytes",
        "bytearray", "memoryview", "map", "filter", "dict", "copy.copy", "copy.deepcopy",
        "itertools.accumulate", "itertools.pairwise", "tqdm.tqdm", "tqdm.auto.tqdm",
    }
)  # fmt: skip
SAME_AS_RECEIVER: Final = frozenset(
    {
        "items", "keys", "values", "copy", "encode", "decode", "strip", "lstrip", "rstrip",
        "upper", "lower", "title", "casefold", "translate", "swapcase", "tolist", "tobytes",
    }
)  # fmt: skip
READS: Final = frozenset({"read", "read_text", "read_bytes", "recv", "getvalue"})
GIVES_BYTES: Final = frozenset({"os.urandom", "random.randbytes", "secrets.token_bytes"})
MOST_DEPTH: Final = 40


class Known(NamedTuple):
    """What is known of an argument: its value if it is a number, its length if it has one."""

    number: Estimate | None = None
    length: Estimate | None = None


Given = tuple[Known | None, ...]


class Sizes:
    """The sizes of one function's values. `given` is what is known of its parameters; without an
    evaluation, types are not known and builtins go by their names."""

    def __init__(
        self,
        program: Program,
        module: ModuleFacts,
        function: Function,
        given: Given = (),
        ev: Evaluation | None = None,
    ) -> None:
        self.program, self.module, self.function = program, module, function
        self.given, self.ev = given, ev
        self.code = function.code
        self._numbers: dict[int, Estimate | None] = {}
        self._lengths: dict[int, Estimate | None] = {}
        self._depth = 0
        self.calls = 0  # of the functions that led here, one in another
        self.guessed: set[int] = set()  # values whose contents are gone through, however many

    @classmethod
    def of(cls, ev: Evaluation, given: Given = ()) -> Sizes:
        return cls(ev.program, ev.module, ev.function, given, ev)

    @cached_property
    def additions(self) -> dict[int, list[int]]:
        return lengths.additions(self.code)

    @cached_property
    def loop_bodies(self) -> list[tuple[int, int]]:
        """Where the bodies of loops begin, in order, with the numbers of the loops."""
        return sorted((loop.body, number) for number, loop in enumerate(self.function.loops))

    def known(self, value: int) -> Known | None:
        if value < 0:
            return None
        found = Known(self.number(value), self.length(value))
        return None if found == (None, None) else found

    def number(self, value: int) -> Estimate | None:
        return self._memo(self._numbers, value, self._number)

    def length(self, value: int) -> Estimate | None:
        return self._memo(self._lengths, value, self._length)

    def size(self, value: int) -> Estimate:
        """The length, or the usual length of a value of its type."""
        found = self.length(value) if value >= 0 else None
        if found is None:
            self.guessed.add(value)
        return found if found is not None else self.usual(value)

    def usual(self, value: int) -> Estimate:
        """The length that values of this origin and type usually have."""
        if value < 0:
            return TRIPS
        origin = self._usual_result(self.code[value], value)
        if origin is not None:
            return origin
        types = None if self.ev is None else self.ev.values[value].types
        if not types:
            return TRIPS
        heads = sorted(parse_type(t)[0] for t in types)
        return either([USUAL.get(head, TRIPS) for head in heads])

    def _usual_result(self, instr: Instr, value: int) -> Estimate | None:
        if instr.op != "call":
            return None
        if self.known_name(value) == "range":
            return None if self._counts_items(instr) else COUNTED
        callee = self.code[instr.args[0]]
        if callee.op != "attr":
            return None
        if callee.args[1] in READS:
            return CONTENTS
        if callee.args[1] in SAME_AS_RECEIVER:
            found = self.usual(callee.args[0])
            return TEXT if found is TRIPS and callee.args[1] == "encode" else found
        return None

    def _counts_items(self, instr: Instr) -> bool:
        """`range(len(items))` and the like."""
        bounds = [v for _, _, v in instr.args[1]]
        parts = [p for v in bounds for p in (v, *operands(self.code[v]))]
        return any(self.known_name(p) == "len" for p in parts)

    def trips(self, loop: Loop) -> Estimate:
        return self.size(loop.source)

    def _memo(
        self,
        memo: dict[int, Estimate | None],
        value: int,
        find: Callable[[int, Instr], Estimate | None],
    ) -> Estimate | None:
        if value < 0 or value >= len(self.code) or self._depth > MOST_DEPTH:
            return None
        if value not in memo:
            memo[value] = None
            self._depth += 1
            memo[value] = find(value, self.code[value])
            self._depth -= 1
        return memo[value]

    # -- numbers ----------------------------------------------------------------------------

    def _number(self, value: int, instr: Instr) -> Estimate | None:
        constant = self._constant(value, instr)
        if isinstance(constant, int | float) and abs(constant) < 1e15:
            return exactly(float(constant))
        match instr.op:
            case "param":
                known = self._parameter(instr)
                return None if known is None else known.number
            case "phi":
                return self._joined(self.number, instr)
            case "op":
                return self._arithmetic(instr)
            case "call":
                return self._called_number(value, instr)
            case "elem":
                return self._counted(instr.args[0])
            case "name" | "import":
                place = self._definition(instr)
                return None if place is None else place[0].number(place[1])
        return None

    def _arithmetic(self, instr: Instr) -> Estimate | None:
        symbol, operands = instr.args[0], instr.args[1:]
        if symbol == "u-" and (whole := self.number(operands[0])) is not None:
            return Estimate(-whole.high, -whole.mid, -whole.low, whole.unbounded)
        if len(operands) != 2:
            return None
        left, right = self.number(operands[0]), self.number(operands[1])
        return None if left is None or right is None else combined(symbol, left, right)

    def _called_number(self, value: int, instr: Instr) -> Estimate | None:
        arguments = [v for kind, _, v in instr.args[1] if kind == "pos"]
        name = self.known_name(value)
        if name == "len" and arguments:
            return self.length(arguments[0])
        if name in ("int", "float", "round", "abs", "math.sqrt") and len(arguments) == 1:
            found = self.number(arguments[0])
            if found is None or name != "math.sqrt" or found.low < 0:
                return found
            low, mid, high = (part**0.5 for part in found[:3])
            return Estimate(low, mid, high, found.unbounded)
        if name in ("min", "max") and len(arguments) > 1:
            found_all = [n for a in arguments if (n := self.number(a)) is not None]
            if name == "min" and found_all:
                return min(found_all, key=lambda n: n.high)
            return (
                max(found_all, key=lambda n: n.high) if len(found_all) == len(arguments) else None
            )
        return None

    def _counted(self, source: int) -> Estimate | None:
        """What iterating over a range yields."""
        instr = self.code[source]
        if instr.op != "call" or self.known_name(source) != "range":
            return None
        bounds = [self.number(v) for _, _, v in instr.args[1]]
        if not bounds or any(b is None for b in bounds):
            return None
        first = bounds[0] if len(bounds) > 1 else exactly(0.0)
        last = bounds[1] if len(bounds) > 1 else bounds[0]
        assert first is not None and last is not None
        low, high = min(first.low, last.low), max(first.high, last.high)
        return Estimate(low, (first.mid + last.mid) / 2, high, first.unbounded or last.unbounded)

    # -- lengths ----------------------------------------------------------------------------

    def _length(self, value: int, instr: Instr) -> Estimate | None:
        constant = self._constant(value, instr)
        if isinstance(constant, str | bytes):
            return exactly(float(len(constant)))
        match instr.op:
            case "param":
                known = self._parameter(instr)
                return None if known is None else known.length
            case "display":
                return self._displayed(value, instr)
            case "comp":
                return self.trips(self.function.loops[instr.args[1]])
            case "phi":
                return self._joined(self.length, instr)
            case "op":
                return self._composed(instr)
            case "item":
                return self._sliced(instr)
            case "call":
                return self._called_length(value, instr)
            case "name" | "import":
                place = self._definition(instr)
                return None if place is None else place[0].length(place[1])
        return None

    def _displayed(self, value: int, instr: Instr) -> Estimate | None:
        values = instr.args[1:]
        if not values:
            return lengths.filled(self, value)
        if any(self.code[v].op in ("star", "dstar") for v in values):
            return None
        return exactly(len(values) / (2 if instr.args[0] == "dict" else 1))

    def _composed(self, instr: Instr) -> Estimate | None:
        symbol, operands = instr.args[0], instr.args[1:]
        if symbol == "*" and len(operands) == 2:
            for sequence, number in (operands, operands[::-1]):
                length, count = self.length(sequence), self.number(number)
                if length is not None and count is not None:
                    return times(length, count)
        if symbol == "+" and len(operands) == 2:
            left, right = self.length(operands[0]), self.length(operands[1])
            if left is not None and right is not None:
                return Estimate(
                    left.low + right.low,
                    left.mid + right.mid,
                    left.high + right.high,
                    left.unbounded or right.unbounded,
                )
        return None

    def _sliced(self, instr: Instr) -> Estimate | None:
        key = self.code[instr.args[1]]
        if key.op != "slice":
            return None
        length = self.length(instr.args[0])
        bounds = [self.number(v) if v >= 0 else None for v in key.args[:2]]
        first, last = bounds[0], bounds[1] if len(bounds) > 1 else None
        if last is not None and last.low >= 0:
            start = first if first is not None else exactly(0.0)
            size = max(last.mid - start.mid, 0.0)
            return Estimate(size, size, size, last.unbounded or start.unbounded)
        if first is not None and first.high < 0:
            return exactly(-first.mid)
        return length

    def _called_length(self, value: int, instr: Instr) -> Estimate | None:
        arguments = [v for kind, _, v in instr.args[1] if kind == "pos"]
        name = self.known_name(value)
        if name == "range":
            return self._range_length([v for _, _, v in instr.args[1]])
        if name in ("zip", "map") and len(arguments) > 1:
            parts = [self.length(v) for v in (arguments if name == "zip" else arguments[1:])]
            shown = [p for p in parts if p is not None]
            return min(shown, key=lambda p: p.high) if shown else None
        if name in arrays.MADE:
            return arrays.elements(self, instr)
        if name in GIVES_BYTES or (name in ("bytes", "bytearray") and arguments):
            number = self.number(arguments[0]) if arguments else None
            if number is not None:
                return number
        if name in SAME_LENGTH and arguments:
            return self.length(arguments[0] if name not in ("map", "filter") else arguments[-1])
        callee = self.code[instr.args[0]]
        if callee.op == "attr" and callee.args[1] in SAME_AS_RECEIVER:
            return self.length(callee.args[0])
        if callee.op == "attr" and callee.args[1] == "read" and arguments:
            return self.number(arguments[0])
        return lengths.returned(self, value)

    def _range_length(self, bounds: list[int]) -> Estimate | None:
        numbers = [self.number(v) for v in bounds]
        if not numbers or any(n is None for n in numbers):
            return None
        shown = [n for n in numbers if n is not None]
        first = shown[0] if len(shown) > 1 else exactly(0.0)
        last = shown[1] if len(shown) > 1 else shown[0]
        step = abs(shown[2].mid) or 1.0 if len(shown) > 2 else 1.0
        if len(shown) > 2 and shown[2].mid < 0:
            first, last = last, first
        ends = ((last.low, first.high), (last.mid, first.mid), (last.high, first.low))
        low, mid, high = (-(-max(end - begin, 0.0) // step) for end, begin in ends)
        return Estimate(low, mid, high, first.unbounded or last.unbounded)

    # -- where values come from -------------------------------------------------------------

    def _parameter(self, instr: Instr) -> Known | None:
        number = instr.args[0]
        return self.given[number] if number < len(self.given) else None

    def _joined(self, find: Callable[[int], Estimate | None], instr: Instr) -> Estimate | None:
        parts = [find(v) for v in instr.args]
        shown = [p for p in parts if p is not None]
        return either(shown) if shown and len(shown) == len(parts) else None

    def _constant(self, value: int, instr: Instr) -> object:
        if instr.op == "const":
            return instr.args[0]
        return None if self.ev is None else self.ev.values[value].const

    def known_name(self, value: int) -> str:
        """What a call calls, as the tables name it."""
        if self.ev is not None:
            targets = self.ev.targets.get(value, ())
            return next((t.name for t in targets if t.kind == "known"), "")
        instr = self.code[value]
        callee = self.code[instr.args[0]] if instr.op == "call" else instr
        if callee.op == "name" and callee.args[0] not in self.module.names:
            return str(callee.args[0])
        return ""

    def _definition(self, instr: Instr) -> tuple[Sizes, int] | None:
        """The module-level value that a name stands for, if it is bound just once."""
        facts: ModuleFacts | None = self.module
        name = instr.args[0] if instr.op == "name" else instr.args[1]
        if instr.op == "import":
            facts = self.program.own(absolute(self.module, instr.args[0], instr.args[2]))
        for _ in range(5):
            if facts is None or not name:
                return None
            imported = dict(facts.imports).get(name)
            if imported is None or not imported[1]:
                break
            module, name, level = imported
            facts = self.program.own(absolute(facts, module, level))
        return None if facts is None else self._bound(facts, name)

    def _bound(self, facts: ModuleFacts, name: str) -> tuple[Sizes, int] | None:
        if name not in facts.names or name in facts.rebound:
            return None
        top = facts.functions[0]
        found = [c.args[1] for c in top.code if c.op == "setname" and c.args[0] == name]
        if len(found) != 1:
            return None
        if top is self.function:
            return self, found[0]
        return Sizes(self.program, facts, top), found[0]
