"""What the analysis says that a function of a program changes, and whether that covers what a
run of it was seen to change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pfadvisor.config import Settings
from pfadvisor.effects.facts import ModuleFacts
from pfadvisor.effects.program import Program, operands
from pfadvisor.effects.sharing import VIEW
from pfadvisor.effects.summary import Context, Given, Summary
from pfadvisor.effects.values import DEEP, NOTHING, Effect, parse_type
from pfadvisor.model import Failed
from pfadvisor.session import Session
from pfadvisor.source.files import Target

WITHIN = "*"
FILLED_BY_READS = "collections.defaultdict"
OF_CLASSES = " as an attribute"  # a descriptor, of whichever class it is in
ALSO = {  # other words of the analysis for a resource of a recording
    "fork": ("process", "threads"),
    "process": ("process", "threads"),
    "variables": ("context", "worker"),
    "file?": ("file", "network"),  # an address may be one of a file
}
Way = tuple[str, tuple[str, ...]]


class Predictions:
    """The summaries of one program, in every context that the program itself gives rise to."""

    def __init__(self, path: Path) -> None:
        session = Session(Settings(), path.parent)
        target = Target(path, path.parent)
        source = session.source(path)
        assert not isinstance(source, Failed)
        facts = session.facts(target, source)
        assert not isinstance(facts, Failed)
        self.facts: ModuleFacts = facts
        self.program: Program = session.program(target, facts)
        for index in range(len(facts.functions)):
            self.program.evaluation(facts, index)
            self.program.summary(facts.name, index, ())

    def index_of(self, name: str, row: int) -> int:
        """The function of that name around the row at which its code begins."""
        found = [
            index
            for index, function in enumerate(self.facts.functions)
            if function.qualname == name and row <= function.span.row <= row + 20
        ]
        return min(found, key=lambda i: self.facts.functions[i].span.row, default=-1)

    def summaries(self, index: int, given: list[dict[str, Any]]) -> Iterator[Told]:
        """Those that hold for a call with such arguments: of an iterator, its type tells, and of a
        mapping that fills itself when it is looked at."""
        for (module, number, context), summary in [*self.program._summaries.items()]:
            if (module, number) == (self.facts.name, index) and self._fits(context, given):
                yield Told(context, summary)

    def _fits(self, context: Context, given: list[dict[str, Any]]) -> bool:
        known = zip(context or [None] * len(given), given, strict=True)
        return all(
            self._may_be(one, value) if one is not None else is_like_any(value)
            for one, value in known
        )

    def _may_be(self, wanted: Given, value: dict[str, Any]) -> bool:
        if wanted.types is not None:
            heads = {self._local(parse_type(name)[0]) for name in wanted.types}
            known = value["types"][:1] if wanted.made else value["types"]
            if not heads & {*known, *(["function"] if "code" in value else [])}:
                return False
        if wanted.const is not NOTHING and value.get("const", NOTHING) != wanted.const:
            return False
        return not wanted.funcs or value.get("code") in set(map(self._code, wanted.funcs))

    def _code(self, func: tuple[Any, ...]) -> str:
        if func[0] == "def":
            return f":{self.facts.functions[func[2]].qualname}"
        return self._local(".".join(str(part) for part in func[1:]))

    def _local(self, name: str) -> str:
        return name.removeprefix(self.facts.name) if ":" in name else name

    def covers(self, summary: Summary, step: str, ways: list[Way]) -> bool:
        return any(
            (effect.write or root.endswith("?")) and self._at(effect, step, root, tuple(steps))
            for effect in summary.effects
            for root, steps in ways
        )

    def _at(self, effect: Effect, step: str, root: str, steps: tuple[str, ...]) -> bool:
        if root.startswith("res "):
            told = effect.root[0] == "res" and effect.root[1] in named(root)
            return told or stands_for(effect, root)
        path, deep = plain((*effect.path, effect.elem))
        if effect.root == ("global", "sys.modules"):
            return step == "=" and path[-1:] == (f".{root.removeprefix('global ')}",)
        if str(effect.root[1]).endswith(OF_CLASSES):
            return root.startswith("class ") and (*steps, step)[-len(path) :] == path
        if root in self._tables_with(effect) and steps[:1] == ("[]",):
            steps = steps[1:]
        elif root not in self._roots(effect):
            return False
        if step == "=" or effect.elem == "=":
            return step == effect.elem
        changed = (*steps, step)
        if WITHIN in changed:
            above = changed[: changed.index(WITHIN)]
            return path[: len(above)] == above or (deep and above[: len(path)] == path)
        return changed[: len(path)] == path if deep else changed == path

    def _roots(self, effect: Effect) -> set[str]:
        """How a recording may call the root of an access."""
        kind, *rest = effect.root
        name = str(rest[0]) if rest else ""
        own = name.removeprefix(f"{self.facts.name}.").removeprefix(f"{self.facts.name}:")
        found = {f"{kind} {own}"}
        if kind == "global":
            found |= {f"free {own.rpartition(' ')[2]}", f"class {own}"}
            found |= {f"global {name}" for name in self._held_in(own)}
        return found

    def _held_in(self, place: str) -> set[str]:
        """Variables of the module that stand for a partial."""
        number = place.removeprefix("partial ")
        code = self.facts.functions[0].code
        return {i.args[0] for i in code if i.op == "setname" and str(i.args[1]) == number}

    def _tables_with(self, effect: Effect) -> set[str]:
        """How a recording calls the tables of the module that hold the partial."""
        number = str(effect.root[1]).removeprefix(f"{self.facts.name}.").removeprefix("partial ")
        code = self.facts.functions[0].code
        holding = {n for n, i in enumerate(code) if number in map(str, operands(i))}
        named = (i.args for i in code if i.op == "setname" and i.args[1] in holding)
        return {f"global {name}" for name, *_ in named} if effect.root[0] == "global" else set()


def is_like_any(value: dict[str, Any]) -> bool:
    """Whether what is said of arguments of any type holds for it."""
    return "lazy" not in value and FILLED_BY_READS not in value["types"]


class Told(NamedTuple):
    context: Context
    summary: Summary | None

    @property
    def promises(self) -> bool:
        """Whether anything is said: code that is not known may do whatever it likes."""
        return self.summary is not None and not self.summary.unknowns


def named(resource: str) -> tuple[str, ...]:
    """The words of the analysis for a resource of a recording."""
    word = resource.removeprefix("res ")
    return ALSO.get(word, (word.removesuffix("?"),))


def stands_for(effect: Effect, resource: str) -> bool:
    """Whether the access is one to an object that the resource is: a standard stream, settings."""
    word = resource.removeprefix("res ")
    return effect.root in (("global", f"sys.{word}"), ("global", f"the {word}"))


def plain(path: tuple[str, ...]) -> tuple[tuple[str, ...], bool]:
    """The steps as a recording has them, and whether all below is meant."""
    deep = DEEP in path
    steps = path[: path.index(DEEP)] if deep else path
    return tuple("[]" if step.startswith("[") else step for step in steps if step != VIEW), deep
