"""What imports and names tell of the process: threads, greenlets, windows."""

from __future__ import annotations

import ast
from itertools import combinations
from textwrap import dedent

import pytest

from pfadvisor.effects.libraries import TRAITS, chooses_start, library_with, thread_starter
from pfadvisor.effects.lower import lower
from pfadvisor.effects.program import Program


def program_of(**modules: str) -> Program:
    """Modules by name; the one called `main` imports others."""
    facts = {
        name: lower(ast.parse(dedent(text)), dedent(text), f"{name}.py", name, False)
        for name, text in modules.items()
    }
    return Program(facts.get)


def starter(**modules: str) -> str:
    program = program_of(**modules)
    main = program.module("main")
    assert main is not None
    return thread_starter(program, main)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import threading\nthreading.Thread(target=print)", "Thread"),
        ("from threading import Timer\ndef f(): Timer(1, f)", "Timer"),
        ("from concurrent.futures import ThreadPoolExecutor", "ThreadPoolExecutor"),
        ("import asyncio\nasync def f(): await asyncio.to_thread(print)", "to_thread"),
        ("import torch", "torch"),
        ("def f():\n    import grpc._channel", "grpc"),
        ("from tkinter import *", "tkinter"),
        ("import threading\nLOCK = threading.Lock()", ""),
        ("class Thread: pass\nThread()", ""),
        ("import logging\nfrom timeit import Timer\nTimer('1')", ""),
        ("from concurrent.futures import ProcessPoolExecutor", ""),
        ("from .torch import load", ""),
        ("import math", ""),
    ],
)
def test_threads_are_seen(text: str, found: str) -> None:
    assert starter(main=text) == found


def test_threads_of_an_import_are_seen() -> None:
    other = "import threading\ndef watch(): threading.Thread(target=print).start()"
    assert starter(main="import other", other=other) == "Thread"
    assert starter(main="import math", other=other) == ""


def test_a_stated_start_method_is_the_programs_choice() -> None:
    program = program_of(
        main="import multiprocessing\nmultiprocessing.set_start_method('forkserver')", other=""
    )
    for name, chosen in (("main", True), ("other", False)):
        facts = program.module(name)
        assert facts is not None and chooses_start(program, facts) == chosen


def test_a_library_is_named() -> None:
    program = program_of(main="import other", other="from gevent import monkey")
    facts = program.module("main")
    assert facts is not None
    assert library_with(program, facts, "greenlets") == "gevent"
    assert library_with(program, facts, "main-thread") == ""


def test_a_library_has_one_trait() -> None:
    for first, second in combinations(TRAITS.values(), 2):
        assert not first & second
