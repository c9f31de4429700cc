"""Targets: what they declare is what they do, and which of them is chosen follows from that."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from types import ModuleType
from typing import get_args

import pytest

from pfadvisor import registry
from pfadvisor.backends._choice import choose, load, names_for
from pfadvisor.backends._job import Job, Want
from pfadvisor.model import LoopId, Mode, Plan, Source, Span

NAMES = registry.names("pfadvisor.backends")
HEADINGS = ["What it emits", "When it is right", "What it risks", "Example"]
NOWHERE = Span(1, 1, 1, 1)
WANTS: tuple[Want, ...] = get_args(Want)

each_backend = pytest.mark.parametrize("name", NAMES)


class Plain:
    """A file where every name is free."""

    def __init__(self) -> None:
        self.spelled: set[tuple[str, str]] = set()
        self.helpers: dict[str, str] = {}

    def spell(self, module: str, name: str) -> str:
        self.spelled.add((module, name))
        return f"{module}.{name}"

    def share(self, name: str, define: Callable[[str], str]) -> str:
        self.helpers[name] = define(name)
        return name


def plan(mode: Mode, *, builtin_errors: bool = True) -> Plan:
    return Plan(
        LoopId("a.py", "for", 0, 1, 1, NOWHERE, ""), mode, "map", NOWHERE, NOWHERE, NOWHERE,
        (), (), (), (), (), (), (), Source(True, True, True), None, True, builtin_errors, False,
        True, False, "", None, None, False, False, False,
    )  # fmt: skip


def job(mode: Mode, want: Want, **fields: object) -> Job:
    return Job(mode, want, "work", "items", "runner", **fields)


def module(name: str) -> ModuleType:
    return registry.load("pfadvisor.backends", name)


@each_backend
def test_a_backend_is_its_page(name: str) -> None:
    page = module(name).__doc__ or ""
    assert re.findall(r"^## (.+)$", page, re.MULTILINE) == HEADINGS
    before, after = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    for code in (before, after):
        compile(f"async def _():\n{indented(code)}", name, "exec")


def indented(code: str) -> str:
    return "".join(f"    {line}\n" for line in code.splitlines())


@each_backend
@pytest.mark.parametrize("want", WANTS)
def test_what_is_emitted_compiles_and_gives_what_it_says(name: str, want: Want) -> None:
    backend = load(name)
    for mode in backend.TRAITS.modes:
        wanted = job(mode, want, workers="5")
        if mode != "async" and backend.TRAITS.captures == "initializer":
            wanted = job(mode, want, chunksize=3, workers="5", initializer=("share", ("a", "b")))
        if backend.refuses(wanted):
            assert want not in backend.TRAITS.wants
            continue
        context = Plain()
        emission = backend.emit(wanted, context)
        header = emission.header or "if True:"
        use = f"{emission.loop} x in {emission.expression}: pass"
        ast.parse(f"async def _():\n    {header}\n        {use}\n")
        for helper, source in context.helpers.items():
            defined = ast.parse(source).body[0]
            assert isinstance(defined, (ast.FunctionDef, ast.AsyncFunctionDef))
            assert defined.name == helper and ast.get_docstring(defined)
        assert "5" in emission.header + emission.expression + "".join(context.helpers.values())


@each_backend
def test_what_is_declared_is_not_refused(name: str) -> None:
    backend = load(name)
    for mode in backend.TRAITS.modes:
        for want in backend.TRAITS.wants:
            assert backend.refuses(job(mode, want)) == ""


@each_backend
def test_own_distributions_are_never_chosen_unasked(name: str) -> None:
    backend = load(name)
    for mode in backend.TRAITS.modes:
        chosen, _ = choose(plan(mode), job(mode, "list"))
        assert not load(chosen).TRAITS.requires


@pytest.mark.parametrize(
    ("mode", "want", "builtin", "chosen"),
    [
        ("processes", "list", True, "multiprocessing"),
        ("processes", "list", False, "futures"),
        ("processes", "stream", True, "futures"),
        ("processes", "window", True, "futures"),
        ("threads", "list", True, "futures"),
        ("threads", "window", False, "futures"),
        ("async", "list", True, "asyncio"),
        ("async", "window", True, "asyncio"),
    ],
)
def test_the_choice_follows_the_traits(mode: Mode, want: Want, builtin: bool, chosen: str) -> None:
    assert choose(plan(mode, builtin_errors=builtin), job(mode, want)) == (chosen, "")


def test_work_with_effects_is_not_killed() -> None:
    assert choose(plan("processes"), job("processes", "list", discardable=False))[0] == "futures"
    asked = choose(
        plan("processes"), job("processes", "list", discardable=False), "multiprocessing"
    )
    assert asked[0] == "" and "effects" in asked[1]


@pytest.mark.parametrize("mode", get_args(Mode))
def test_a_wish_that_cannot_be_met_has_a_reason(mode: Mode) -> None:
    able = names_for(mode)
    for name in NAMES:
        chosen, reason = choose(plan(mode), job(mode, "list"), name)
        assert (chosen == name) == (name in able) == (reason == "")


def test_an_unknown_backend_is_an_error() -> None:
    with pytest.raises(LookupError):
        choose(plan("threads"), job("threads", "list"), "carrier-pigeon")


def emitted(name: str) -> list[str]:
    """All that a backend emits for jobs that state nothing of their own."""
    backend, texts = load(name), []
    for mode in sorted(backend.TRAITS.modes):
        for want in WANTS:
            wanted = job(mode, want)
            if not backend.refuses(wanted):
                context = Plain()
                emission = backend.emit(wanted, context)
                texts.append(f"{emission.header} {emission.expression} {context.helpers}")
                texts += [f"{module}.{each}" for module, each in sorted(context.spelled)]
    return texts


@each_backend
@pytest.mark.parametrize("word", ["set_start_method", "timeout", "InterpreterPool", "as_completed"])
def test_what_would_do_harm_is_never_emitted(name: str, word: str) -> None:
    """The start method belongs to the program, timeouts count from the call, sub-interpreters
    lack the program's modules, and results come in order."""
    assert not [text for text in emitted(name) if word in text]


@pytest.mark.parametrize("name", ["multiprocessing", "futures", "dask", "ray"])
@pytest.mark.parametrize("want", WANTS)
def test_processes_are_not_counted_by_the_rewrite(name: str, want: Want) -> None:
    """The libraries know how many there may be: never 0, never too many for Windows."""
    if not load(name).refuses(job("processes", want)):
        emission = load(name).emit(job("processes", want), Plain())
        header = emission.header.partition("(")[2]
        assert header.startswith(")") or not emission.header


@pytest.mark.parametrize("want", WANTS)
def test_threads_are_a_stated_polite_number(want: Want) -> None:
    assert "(max_workers=8)" in load("futures").emit(job("threads", want), Plain()).header


def test_arguments_can_be_written_to_wherever_they_arrive() -> None:
    """joblib would map large arrays read-only, Ray sends all arrays so."""
    run = load("joblib").emit(job("processes", "list"), Plain()).expression
    context = Plain()
    load("ray").emit(job("processes", "list"), context)
    assert "max_nbytes=None" in run
    assert "task.remote(work, ray.cloudpickle.dumps(item))" in context.helpers["ray_ordered"]
    assert "cloudpickle.loads(item)" in context.helpers["ray_call"]


def test_joblib_collects_what_comes_back_and_shares_nothing() -> None:
    """Workers append to nobody's list, so that no memory need be shared."""
    run = load("joblib").emit(job("threads", "list"), Plain())
    assert run.gives == "list" and "sharedmem" not in run.expression


@pytest.mark.parametrize("name", ["multiprocessing", "futures"])
@pytest.mark.parametrize("want", WANTS)
def test_processes_beside_threads_are_spawned(name: str, want: Want) -> None:
    """A fork may find locks held by threads that it does not have."""
    wanted = job("processes", want, fresh=True)
    if not load(name).refuses(wanted):
        header = load(name).emit(wanted, Plain()).header
        assert 'multiprocessing.get_context("spawn")' in header


def test_threads_need_no_context() -> None:
    assert "context" not in load("futures").emit(job("threads", "list", fresh=True), Plain()).header
