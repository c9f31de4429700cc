"""Summaries on demand, each for what a call site tells of the arguments, with a fixpoint over
recursion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from pfadvisor.effects.coarsening import widened
from pfadvisor.effects.facts import ModuleFacts
from pfadvisor.effects.outlines import Outline
from pfadvisor.effects.summary import NO_EFFECTS, Context, Summary, told_alike
from pfadvisor.effects.trail import Key, TooFar, Trail
from pfadvisor.effects.vouching import as_marked
from pfadvisor.effects.widening import levels

if TYPE_CHECKING:
    from pfadvisor.effects.program import Program

MOST_CONTEXTS: Final = (4, 8, 24)  # of a function, with all that is known, with less, with least
MOST_DEPTH: Final = 200
MOST_CYCLE: Final = 12
MOST_ROUNDS: Final = 8
EXACT_ROUNDS: Final = 2


class Waiting(NamedTuple):
    """A summary that holds for the present round of the cycle whose lowest function stands at
    `low` on the stack."""

    summary: Summary
    low: int
    token: int


class Summaries:
    def __init__(self, program: Program) -> None:
        self._summaries_program = program
        self._summaries: dict[Key, Summary | None] = {}
        self._provisional: dict[Key, Waiting] = {}
        self._latest: dict[Key, Summary] = {}
        self._times: dict[Key, int] = {}  # how often it was evaluated
        self._depth_of: dict[Key, int] = {}
        self._tokens: list[int] = []
        self._members: list[list[Key]] = []
        self._next_token = 0
        self._changes = 0
        self._contexts: dict[tuple[str, int], set[Context]] = {}
        self._low = 0
        self._trail = Trail()

    def summary(self, module: str, index: int, context: Context) -> Summary | None:
        """The summary for a context; None where recursion or depth give the worst case."""
        facts = self._summaries_program.module(module)
        told = None if facts is None else self._told(facts, index, context)
        if facts is None or told is None:
            return None
        key: Key = (module, index, told)
        if key in self._summaries:
            self._trail.known(key)
            return self._summaries[key]
        if key in self._depth_of:
            self._low = min(self._low, self._depth_of[key])
            latest: Summary | None = self._latest.get(key, NO_EFFECTS)
            return latest
        waiting = self._provisional.get(key)
        if (
            waiting is not None
            and waiting.low < len(self._tokens)
            and (self._tokens[waiting.low] == waiting.token)
        ):
            self._trail.known(key)
            self._low = min(self._low, waiting.low)
            return waiting.summary
        if len(self._tokens) > MOST_DEPTH:
            return None
        return self._fixpoint(facts, key)

    def begun(self, module: str, index: int, context: Context) -> Summary | None:
        """What was found of a function for a context before it was given up."""
        facts = self._summaries_program.module(module)
        told = None if facts is None else self._told(facts, index, context)
        return None if told is None else self._latest.get((module, index, told))

    def _told(self, facts: ModuleFacts, index: int, context: Context) -> Context | None:
        """As much of the context as a function that is called in many ways can afford."""
        known = self._contexts.setdefault((facts.name, index), set())
        for shown, most in zip(
            levels(self._summaries_program, facts, context), MOST_CONTEXTS, strict=True
        ):
            if not shown or shown in known or len(known) < most:
                known.add(shown)
                return shown
        return None

    def _fixpoint(self, facts: ModuleFacts, key: Key) -> Summary | None:
        """The summary, unless it leads too far into installed packages: then the call that went
        into one of them is unknown."""
        installed = self._summaries_program.is_installed(facts.name)
        begins = installed and not self._trail.inside
        depth, low = len(self._tokens), self._low
        try:
            with self._trail.step(key, installed=installed):
                return self._come_to_rest(facts, key)
        except (TooFar, RecursionError):
            if not begins:
                raise
            self._abandon(depth, low)
            self._summaries[key] = None
            self._trail.too_far.add(key)
            return None

    def _abandon(self, depth: int, low: int) -> None:
        """As if nothing from that depth on had been begun."""
        del self._tokens[depth:], self._members[depth:]
        self._depth_of = {key: at for key, at in self._depth_of.items() if at < depth}
        self._low = low

    def _come_to_rest(self, facts: ModuleFacts, key: Key) -> Summary | None:
        """Evaluate until nothing that calls itself through this function changes any more. A
        function that is part of a larger cycle is evaluated once per round of that cycle."""
        depth, outer_low = len(self._tokens), self._low
        self._depth_of[key] = depth
        self._tokens.append(0)
        self._members.append([])
        result: Summary | None = None
        for _ in range(MOST_ROUNDS):
            self._tokens[depth] = self._next_token = self._next_token + 1
            self._low = depth + 1
            before = self._changes
            self._members[depth].clear()
            summary = self._evaluate(facts, key)
            self._changes += not told_alike(self._latest.get(key), summary)
            self._latest[key] = summary
            if len(self._members[depth]) > MOST_CYCLE:
                self._low = depth
                break
            if self._low < depth:
                result = summary
                break
            if self._low > depth or self._changes == before:
                result = summary
                break
        low = self._low
        self._tokens.pop()
        members = [*self._members.pop(), key]
        del self._depth_of[key]
        if low < depth and result is not None:
            self._low = min(outer_low, low)
            self._provisional[key] = Waiting(result, low, 0)
            for member in members:
                waiting = self._provisional[member]
                self._provisional[member] = Waiting(waiting.summary, low, self._tokens[low])
            self._members[low] += members
        else:
            self._low = outer_low
            self._settle(key, result, members)
        return result

    def _settle(self, key: Key, result: Summary | None, members: list[Key]) -> None:
        """The cycle through this function has come to rest, or was given up (None)."""
        for member in members:
            waiting = self._provisional.pop(member, None)
            if waiting is not None:
                self._summaries[member] = None if result is None else waiting.summary
        self._summaries[key] = result

    def _evaluate(self, facts: ModuleFacts, key: Key) -> Summary:
        self._summaries_program.count("summaries")
        evaluation = Outline(self._summaries_program, facts, key[1], key[2])
        evaluation.run()
        self._times[key] = self._times.get(key, 0) + 1
        coarse = self._times[key] > EXACT_ROUNDS
        summary = as_marked(evaluation.summary(coarse=coarse), facts, evaluation.function)
        return widened(self._latest.get(key), summary) if coarse else summary
