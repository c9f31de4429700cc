"""The cost of a set of instructions: an interval of seconds, with where they go.

Blocks say how instructions nest: loops multiply by their trip counts, branches join.
Callees enter with a cost of their own, computed once per function and what is known of its
arguments. Costs are estimates: they decide what is worth while, never what is right.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pfadvisor.effects.evaluate import Evaluation
from pfadvisor.effects.facts import Function, Loop
from pfadvisor.effects.program import Program
from pfadvisor.effects.summary import Context
from pfadvisor.profit import callees, instructions, recursion
from pfadvisor.profit.callsites import CallSites
from pfadvisor.profit.estimate import Estimate
from pfadvisor.profit.sizes import TRIPS, Given, Sizes
from pfadvisor.profit.spending import FREE, RARE, Cost, in_turn, one_of, repeated

MOST_DEPTH: Final = 7
NEAR: Final = 3
Key = tuple[str, int, Context, Given, int]
SKIPPED: Final = frozenset({"param", "phi", "loopphi", "unbound"})

__all__ = ["Cost", "Ledger", "Scope", "cost_of", "ledger_of"]


def cost_of(
    program: Program, ev: Evaluation, instrs: Iterable[int], loop: Loop | None = None
) -> Cost:
    """One execution of the instructions: of one iteration of `loop`, else of the innermost
    block that holds them all."""
    scope = ledger_of(program).scope(ev)
    chosen = sorted(instrs)
    return scope.cost(chosen, scope.innermost(chosen) if loop is None else loop.block)


def ledger_of(program: Program) -> Ledger:
    """The costs that were computed for a program so far."""
    return program.derived(Ledger)


class Ledger:
    """The costs of the functions of one program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.sites = CallSites(program)
        self.frames: list[recursion.Frame] = []
        self._costs: dict[Key, Cost] = {}
        self._waiting: dict[Key, Cost] = {}
        self.gone_through: set[tuple[str, int, int]] = set()  # parameters, by function
        self._evaluations: dict[tuple[str, int, Context], Evaluation] = {}
        self._scopes: dict[Evaluation, Scope] = {}

    def relieve(self) -> None:
        """Forget evaluations, not what they cost."""
        self._evaluations.clear()
        self._scopes.clear()

    def scope(self, ev: Evaluation) -> Scope:
        """A function as it stands: what its parameters are is known from its call sites."""
        if ev not in self._scopes:
            self._scopes[ev] = Scope(self, ev, Sizes.of(ev, self.sites.given(ev)))
        return self._scopes[ev]

    def function(self, module: str, index: int, context: Context, given: Given) -> Cost:
        """One call of a project function. Far from the loop, what is passed no longer counts."""
        depth = len(self.frames)
        if depth >= MOST_DEPTH:
            return callees.UNSEEN
        if depth >= NEAR:
            context, given = (), ()
        key = (module, index, context, given, depth)
        for memo in (self._costs, self._waiting):
            if key in memo:
                return memo[key]
        cost = self._function(module, index, context, given)
        (self._waiting if cost.again else self._costs)[key] = cost
        if not self.frames:
            self._waiting.clear()
        return cost

    def _function(self, module: str, index: int, context: Context, given: Given) -> Cost:
        ev = self._evaluation(module, index, context)
        if ev is None:
            return callees.UNKNOWN
        frame = recursion.Frame((module, index))
        self.frames.append(frame)
        try:
            scope = Scope(self, ev, Sizes.of(ev, given))
            body = scope.cost(range(len(ev.function.code)))
            for value in scope.sizes.guessed:
                if value >= 0 and scope.function.code[value].op == "param":
                    self.gone_through.add((module, index, scope.function.code[value].args[0]))
        finally:
            self.frames.pop()
        return recursion.unrolled(frame, body, given)

    def _evaluation(self, module: str, index: int, context: Context) -> Evaluation | None:
        facts = self.program.module(module)
        if facts is None:
            return None
        if all(given is None for given in context):
            return self.program.evaluation(facts, index)
        key = (module, index, context)
        if key not in self._evaluations:
            self._evaluations[key] = Evaluation(self.program, facts, index, context).run()
        return self._evaluations[key]


class Scope:
    """One function whose code is weighed."""

    def __init__(self, ledger: Ledger, ev: Evaluation, sizes: Sizes) -> None:
        self.ledger, self.ev, self.sizes = ledger, ev, sizes
        self.function: Function = ev.function
        self._loops = {loop.block: loop for loop in ev.function.loops}
        self._instrs: dict[int, Cost] = {}

    def cost(self, instrs: Iterable[int], root: int = -1) -> Cost:
        """`root`: the block whose own repetition does not count."""
        by_stmt: dict[int, list[int]] = {}
        code = self.function.code
        for i in sorted(instrs):
            if code[i].op not in SKIPPED:
                by_stmt.setdefault(code[i].stmt, []).append(i)
        return _Nest(self, by_stmt, root).cost()

    def innermost(self, instrs: Iterable[int]) -> int:
        """The innermost block that holds all the instructions, -1 for that of the function."""
        common: list[int] | None = None
        for stmt in sorted({self.function.code[i].stmt for i in instrs}):
            around = self._around(stmt)
            if common is None:
                common = around
            shared = zip(common, around, strict=False)
            common = [mine for mine, other in shared if mine == other]
        return common[-1] if common else -1

    def _around(self, stmt: int) -> list[int]:
        found: list[int] = []
        while stmt >= 0:
            block = self.function.stmts[stmt].block
            found.append(block)
            stmt = self.function.blocks[block].owner
        return found[::-1]

    def flat(self, instrs: list[int]) -> Cost:
        """Instructions that run one after the other, once."""
        low = mid = high = 0.0
        costs: list[Cost] = []
        code = self.function.code
        for i in instrs:
            least, likely, most = instructions.plain(code[i])
            low, mid, high = low + least, mid + likely, high + most
            special = self._special(i)
            if special is not FREE:
                costs.append(special)
        plain = Cost(held=Estimate(low * 1e-9, mid * 1e-9, high * 1e-9))
        return in_turn([plain, *costs]) if costs else plain

    def _special(self, i: int) -> Cost:
        if i not in self._instrs:
            found = callees.cost(self, i)
            if found is FREE:
                found = instructions.sized(self.ev, self.sizes, self.function.code[i]) or FREE
            if found.again:
                return found
            self._instrs[i] = found
        return self._instrs[i]

    def trips(self, block: int) -> Estimate:
        """How often the block of a loop runs."""
        loop = self._loops.get(block)
        if loop is not None:
            return self.sizes.trips(loop)
        owner = self.function.blocks[block].owner
        for instr in self.function.code:
            if instr.stmt == owner and instr.op == "elem":
                return self.sizes.size(instr.args[0])
        return TRIPS


class _Nest:
    """The statements of one `Scope.cost` call, by the blocks that they stand in."""

    def __init__(self, scope: Scope, by_stmt: dict[int, list[int]], root: int) -> None:
        self.scope, self.by_stmt, self.root = scope, by_stmt, root
        self.stmts: dict[int, list[int]] = {}  # block -> statements in it
        self.blocks: dict[int, list[int]] = {}  # statement -> blocks that it owns
        self.free: list[int] = by_stmt.get(-1, [])
        seen: set[int] = set()
        for stmt in sorted(by_stmt):
            self._place(stmt, seen)

    def _place(self, stmt: int, seen: set[int]) -> None:
        function = self.scope.function
        while stmt >= 0 and stmt not in seen:
            seen.add(stmt)
            block = function.stmts[stmt].block
            if block == self.root:
                self.stmts.setdefault(-1, []).append(stmt)
                return
            owner = function.blocks[block].owner
            known = block in self.stmts
            self.stmts.setdefault(-1 if owner < 0 else block, []).append(stmt)
            if not known and owner >= 0:
                self.blocks.setdefault(owner, []).append(block)
            stmt = owner

    def cost(self) -> Cost:
        top = sorted(self.stmts.get(-1, []))
        return in_turn([self.scope.flat(self.free), *(self.stmt(s) for s in top)])

    def block(self, block: int) -> Cost:
        return in_turn(self.stmt(s) for s in sorted(self.stmts[block]))

    def stmt(self, stmt: int) -> Cost:
        own = self.scope.flat(self.by_stmt.get(stmt, []))
        blocks = sorted(self.blocks.get(stmt, ()))
        if not blocks:
            return own
        by_role: dict[str, list[Cost]] = {}
        header = own
        for block in blocks:
            role = self.scope.function.blocks[block].role
            inside = self.block(block)
            if role in ("loop", "comp"):
                inside = repeated(inside, self.scope.trips(block))
            elif role == "while":
                inside, header = repeated(in_turn([own, inside]), TRIPS), FREE
            by_role.setdefault(role, []).append(inside)
        return in_turn([header, *_composed(by_role)])


def _composed(by_role: dict[str, list[Cost]]) -> list[Cost]:
    """Suites of one statement: alternatives joined, handlers rare, the rest in turn."""
    found: list[Cost] = []
    if "then" in by_role or "else" in by_role:
        found.append(one_of([*(by_role.pop(r, [FREE])[0] for r in ("then", "else"))]))
    if "case" in by_role:
        found.append(one_of([FREE, *by_role.pop("case")], weight=0.5))
    for handler in by_role.pop("handler", []):
        found.append(one_of([FREE, handler], weight=RARE))
    return [*found, *(cost for costs in by_role.values() for cost in costs)]
