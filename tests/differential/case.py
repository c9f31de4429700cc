"""One rewrite fixture: its declaration (`case.toml`) and the scenarios that follow from it.

An unknown key, verdict or aspect is an error: a misspelt declaration must not pass as a
weaker test.
"""

from __future__ import annotations

import fnmatch
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parents[2] / "fixtures" / "rewrites"
METHODS = ("fork", "forkserver", "spawn")
SOURCES = ("list", "one-shot", "failing", "endless")
VERDICTS = ("parallel", "pipeline", "review", "serial", "open")
ASPECTS = (
    "result",
    "sharing",
    "error",
    "state",
    "stdout",
    "stderr",
    "files",
    "left",
    "exit",
    "hang",
)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way to drive the entry: which items, from what source, how often, from where.

    source: list, or a generator of them: one-shot, failing half-way, endless.
    """

    name: str
    items: tuple[str, ...]
    call: str
    source: str = "list"
    calls: int = 1
    thread: bool = False
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Tolerance:
    """A difference that the case's named assumption allows."""

    assumption: str
    scenarios: tuple[str, ...]
    aspects: tuple[str, ...]

    def covers(self, scenario: str, aspect: str) -> bool:
        named = any(fnmatch.fnmatchcase(scenario, pattern) for pattern in self.scenarios)
        return named and aspect in self.aspects


@dataclass(frozen=True, slots=True)
class Case:
    """A program, how to drive it, and what the rewriter is expected to do with it.

    `call` is evaluated in the program's namespace, with ITEMS bound to the input; `setup` is
    executed before each scenario; `state` names what is looked at afterwards. `failure`
    says whether of several failing items the earliest must be named. The verdict `open` lays
    down nothing but that whatever is done to the program changes nothing.
    """

    name: str
    folder: Path
    title: str
    verdict: str
    call: str = ""
    items: tuple[str, ...] = ()
    raising: tuple[str, ...] = ()
    build: str = "LIST"
    setup: str = ""
    state: tuple[str, ...] = ()
    one_shot: bool = False
    repeats: bool = True
    many: int = 23
    failure: str = "earliest"
    argv: tuple[tuple[str, ...], ...] = ((),)
    hazards: tuple[int, ...] = ()
    backends: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    tolerates: tuple[Tolerance, ...] = ()
    extra: tuple[Scenario, ...] = field(default=())

    @property
    def before(self) -> str:
        return (self.folder / "before.py").read_text(encoding="utf-8")

    @property
    def marked(self) -> list[str]:
        """The lines of the loops that the case is about, with what becomes of them behind."""
        mark = {"serial": "# stays", "open": "# may move"}.get(self.verdict, "# moves")
        return [line for line in self.before.splitlines() if line.endswith(f"  {mark}")]

    def tolerated(self, scenario: str, aspect: str) -> bool:
        return any(tolerance.covers(scenario, aspect) for tolerance in self.tolerates)

    def scenarios(self) -> list[Scenario]:
        if not self.call:
            return []
        found = [*self._plain(), *self._raising(), *self._sources(), *self.extra]
        return [scenario for scenario in found if not self._left_out(scenario.name)]

    def _left_out(self, name: str) -> bool:
        return any(fnmatch.fnmatchcase(name, pattern) for pattern in self.without)

    def _cycle(self, count: int) -> tuple[str, ...]:
        return tuple(self.items[number % len(self.items)] for number in range(count))

    def _plain(self) -> list[Scenario]:
        many = self._cycle(self.many if self.repeats else len(self.items))
        plain = [
            Scenario("empty", (), self.call),
            Scenario("one", self.items[:1], self.call),
            Scenario("many", many, self.call),
            Scenario("twice", self.items, self.call, calls=2),
            Scenario("thread", many, self.call, thread=True),
        ]
        if self.repeats:
            plain.append(Scenario("same", self._cycle(5), self.call, shared=True))
        return plain

    def _raising(self) -> list[Scenario]:
        if not self.raising:
            return []
        good, bad = self._cycle(6 if self.repeats else len(self.items)), self.raising[0]
        middle = len(good) // 2
        found = [
            Scenario("raise-first", (bad, *good), self.call),
            Scenario("raise-middle", (*good[:middle], bad, *good[middle:]), self.call),
            Scenario("raise-last", (*good, bad), self.call),
        ]
        if len(self.raising) > 1:
            other = self.raising[1]
            both = (*good[:middle], bad, *good[middle:], other)
            found.append(Scenario("raise-other", (*good, other), self.call))
            found.append(Scenario("raise-several", both, self.call))
        return found

    def _sources(self) -> list[Scenario]:
        if not self.one_shot:
            return []
        return [
            Scenario("one-shot", self.items, self.call, source="one-shot"),
            Scenario("one-shot-empty", (), self.call, source="one-shot"),
            Scenario("source-raises", self.items, self.call, source="failing"),
        ]


def load(folder: Path) -> Case:
    path = folder / "case.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    known = {item.name for item in fields(Case)} - {"name", "folder"}
    if unknown := table.keys() - known:
        raise ValueError(f"{path}: unknown keys {sorted(unknown)}")
    if table.get("verdict") not in VERDICTS:
        raise ValueError(f"{path}: verdict must be one of {VERDICTS}")
    if table.get("failure", "any") not in ("any", "earliest"):
        raise ValueError(f"{path}: failure must be any or earliest")
    call = table.get("call", "")
    table["tolerates"] = tuple(_tolerance(path, each) for each in table.get("tolerates", []))
    table["extra"] = tuple(_extra(each, call) for each in table.get("extra", []))
    if wrong := {each.source for each in table["extra"]} - set(SOURCES):
        raise ValueError(f"{path}: unknown sources {sorted(wrong)}")
    table["argv"] = tuple(tuple(words) for words in table.get("argv", [[]]))
    return Case(name=folder.name, folder=folder, **{key: _frozen(table[key]) for key in table})


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _tolerance(path: Path, table: dict[str, Any]) -> Tolerance:
    tolerance = Tolerance(**{key: _frozen(value) for key, value in table.items()})
    if unknown := set(tolerance.aspects) - set(ASPECTS):
        raise ValueError(f"{path}: unknown aspects {sorted(unknown)}")
    return tolerance


def _extra(table: dict[str, Any], call: str) -> Scenario:
    return Scenario(**({"call": call, "items": ()} | {k: _frozen(v) for k, v in table.items()}))


def load_all(root: Path = FIXTURES) -> list[Case]:
    return [load(path.parent) for path in sorted(root.glob("*/case.toml"))]
