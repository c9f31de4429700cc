"""Instrumented code does what it did, on the lines on which it did it, and tells its probes."""

from __future__ import annotations

import ast
import hashlib
import pickle
import textwrap
import traceback
import warnings
from pathlib import Path

import pytest

from pfadvisor import pipeline
from pfadvisor.config import Settings
from pfadvisor.measure.candidates import candidates
from pfadvisor.measure.instrument import instrumented
from pfadvisor.measure.probes import Probe
from pfadvisor.source.files import Target

from .programs import WORK


def probed(tmp_path: Path, text: str) -> tuple[dict[str, object], list[Probe]]:
    """The names that the text leaves, and the probes of its candidate loops."""
    source = WORK + textwrap.dedent(text)
    path = tmp_path / "sample.py"
    path.write_text(source, encoding="utf-8")
    request = pipeline.Request(Settings(), tmp_path, "all", fixes=False)
    batch = pipeline.analyze_targets([Target(path, tmp_path)], request)
    found = candidates(batch.outcomes[0].findings)
    code, probes = instrumented(path.read_bytes(), str(path), found.get("sample.py", []))
    names: dict[str, object] = {"__name__": "sample"}
    exec(code, names)
    return names, probes


def test_iterations_and_entries_are_counted(tmp_path):
    names, (probe,) = probed(
        tmp_path,
        """
        def run(xs):
            out = []
            for x in xs:
                out.append(work(x))
            return out
        """,
    )
    for _ in range(3):
        assert len(names["run"](range(5))) == 5
    table = probe.table()
    assert (table["entries"], table["iterations"], table["timed"]) == (3, 15, 15)
    assert table["trips"] == [5, 5, 5]
    assert 0 < table["worked"] <= table["total"]
    assert table["samples"] and not table["unpicklable"]
    assert all(size > 0 <= seconds for size, seconds in table["parcels"]["result"])


FORMS = {
    "list": ("[work(x) for x in xs]", [0, 7996, 13]),
    "set": ("{work(x) for x in xs}", None),
    "dict": ("{x: work(x) for x in xs}", None),
    "generator": ("list(work(x) for x in xs)", None),
    "filtered": ("[work(x) for x in xs if work(x) > 10]", None),
    "sum": ("sum(work(x) for x in xs)", None),
}


@pytest.mark.parametrize("name", FORMS)
def test_comprehensions_keep_their_value(tmp_path, name):
    text = FORMS[name][0]
    names, probes = probed(tmp_path, f"def run(xs):\n    return {text}\n")
    plain: dict[str, object] = {}
    exec(compile(WORK + f"\ndef run(xs):\n    return {text}\n", "plain", "exec"), plain)
    assert names["run"](range(6)) == plain["run"](range(6))
    (probe,) = probes
    assert probe.iterations == 6
    assert probe.entries == 1


def test_only_compute_counts_as_work(tmp_path):
    names, (probe,) = probed(
        tmp_path,
        """
        def run(xs, log):
            seen = set()
            for x in xs:
                w = work(x)
                if w in seen:
                    print(w)
                seen.add(w)
            return seen
        """,
    )
    names["run"](range(20), [])
    assert probe.loop["handed"] == ["w"]
    assert [stage for _, stage, _ in probe.loop["stages"]].count("compute") == 1
    assert probe.table()["worked"] < probe.table()["total"]


LEAVING = """
def run(xs):
    for x in xs:
        y = work(x)
        if x == 2:
            continue
        if x == 4:
            break
        print(y)
    else:
        print("never")
    for x in xs:
        y = work(x)
        if x == 3:
            return y
        print(y)
"""


def test_loops_are_left_as_they_are_left(tmp_path, capsys):
    names, probes = probed(tmp_path, LEAVING)
    found = names["run"](range(9))
    shown = capsys.readouterr().out
    plain: dict[str, object] = {}
    exec(WORK + LEAVING, plain)
    assert found == plain["run"](range(9))
    assert shown == capsys.readouterr().out
    assert all(not probe.turns for probe in probes)


def test_an_exception_has_the_lines_that_it_had(tmp_path):
    text = """
        def run(xs):
            out = []
            for x in xs:
                out.append(
                    work(
                        x
                    )
                )
            return out
    """
    names, (probe,) = probed(tmp_path, text)
    with pytest.raises(TypeError) as caught:
        names["run"]([1, "a"])
    shown = traceback.format_tb(caught.value.__traceback__)[1:]
    plain: dict[str, object] = {}
    path = str(tmp_path / "sample.py")
    exec(compile(WORK + textwrap.dedent(text), path, "exec"), plain)
    with pytest.raises(TypeError) as other:
        plain["run"]([1, "a"])
    assert shown == traceback.format_tb(other.value.__traceback__)[1:]
    assert not probe.turns and probe.iterations == 2


def test_recursion_and_threads_keep_their_turns_apart(tmp_path):
    from threading import Thread

    names, probes = probed(
        tmp_path,
        """
        def tree(depth):
            return [work(depth)] + [n for child in range(2 if depth else 0) for n in tree(depth - 1)]
        def run(xs):
            out = []
            for x in xs:
                out.append(work(x))
            return out
        """,
    )
    threads = [Thread(target=names["run"], args=(range(50),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names["tree"](4)) == 31
    probe = next(one for one in probes if one.loop["row"] > 11)
    assert (probe.entries, probe.iterations) == (4, 200)
    assert all(not one.turns for one in probes)


def test_what_does_not_pickle_is_named(tmp_path):
    names, (probe,) = probed(
        tmp_path,
        """
        class Locked:
            def __init__(self, n):
                self.n = n
        def run(xs):
            out = []
            for x in xs:
                out.append(Locked(work(x)))
            return out
        """,
    )
    names["run"](range(4))  # the class is not found by its module's name
    assert list(probe.unpicklable) == ["result"]


def test_functions_of_instrumented_code_can_be_pickled_by_value(tmp_path):
    _, (probe,) = probed(tmp_path, "def run(xs):\n    return [work(x) for x in xs]\n")
    silent = pickle.loads(pickle.dumps(probe))
    assert silent.give("value") == silent.done("value") == "value"
    assert not silent.enter() and not silent.tick() and not silent.go()


def test_warnings_of_the_text_are_given_once(tmp_path):
    text = b"x = 1\nprint(x is 1)\nfor i in [1]:\n    print(i)\n"
    tree = ast.parse(text)
    with pytest.warns(SyntaxWarning) as seen:
        instrumented(text, "a.py", [])
    assert len(seen) == 1 and tree


def test_text_in_any_encoding_is_found_again(tmp_path):
    source = (WORK + "\ndef run(ä):\n    'ß'; return [work(ö) for ö in ä]\n").encode()
    path = tmp_path / "a.py"
    path.write_bytes(b"\xef\xbb\xbf" + source)
    request = pipeline.Request(Settings(), tmp_path, "all", fixes=False)
    batch = pipeline.analyze_targets([Target(path, tmp_path)], request)
    (loops,) = candidates(batch.outcomes[0].findings).values()
    code, (probe,) = instrumented(path.read_bytes(), str(path), loops)
    names: dict[str, object] = {}
    exec(code, names)
    names["run"]([1, 2])
    assert probe.iterations == 2


def test_cheap_loops_are_soon_only_counted(tmp_path):
    probe = Probe(
        {"ordinal": 0, "inputs": [], "captures": [], "handed": [], "children": False,
         "awaits": False}
    )  # fmt: skip
    probe.enter()
    probe.worked = -1.0
    for _ in range(2100):
        probe.tick()
        probe.go()
        probe.give(None)
        probe.tock()
    probe.leave()
    assert probe.light
    assert (probe.iterations, probe.timed) == (2100, 2000)


def test_a_digest_is_that_of_the_bytes(tmp_path):
    """The analysis and the measured process name a file's content alike."""
    from pfadvisor.source.module import SourceFile, read

    path = tmp_path / "a.py"
    path.write_bytes(b"\xef\xbb\xbfx = 1\r\n")
    source = read(path, "a.py")
    assert isinstance(source, SourceFile)
    assert source.digest == hashlib.sha256(path.read_bytes()).hexdigest()


def test_no_warning_is_left_by_the_marks(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        probed(tmp_path, "def run(xs):\n    return [work(x) for x in xs]\n")
