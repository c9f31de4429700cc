"""`pfadvisor fix --interactive`: what is asked, what the answers do, and one write at the end."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys

import click
import pytest

from pfadvisor.rewrite import apply

GOOD = "for x in good:\n    f(x)\n"
FIXED = "pool.map(f,\n  good)\n"


@pytest.fixture
def answer(pfadvisor, monkeypatch):
    """`fix --interactive` with these lines as its standard input."""

    def call(lines: str, *args: str):
        monkeypatch.setattr(sys, "stdin", io.StringIO(lines))
        return pfadvisor("fix", "--interactive", *args)

    return call


@pytest.mark.parametrize(
    ("answers", "taken"),
    [
        ("y\nn\ny\n", [0, 2]),
        ("\n\n\n", []),
        ("y\nq\n", [0]),
        ("q\n", []),
        ("n\na\n", [1, 2]),
        ("y\nd\n", [0]),
        ("?\ny\nwhat\ny\ny\n", [0, 1, 2]),
    ],
)
def test_each_loop_is_asked_for(answer, write, answers, taken):
    path = write("a.py", GOOD * 3)
    answer(answers)
    parts = [FIXED if number in taken else GOOD for number in range(3)]
    head = "import pool\n" if taken else ""
    assert path.read_text(encoding="utf-8") == head + "".join(parts)


def test_the_finding_is_explained_with_its_change(answer, write):
    write("a.py", GOOD)
    ran = answer("?\nn\n")
    assert "PFA104 sequential-foreach" in ran.out and "--> a.py:1:1" in ran.out
    assert "+pool.map(f," in ran.out
    assert "q - quit" in ran.out


def test_all_and_none_hold_for_one_file(answer, write):
    first, second = write("a.py", GOOD * 2), write("b.py", GOOD * 2)
    answer("a\nd\n")
    assert first.read_text(encoding="utf-8").count("pool.map") == 2
    assert second.read_text(encoding="utf-8") == GOOD * 2


def test_a_file_is_written_once_and_at_the_end(answer, write, monkeypatch):
    path, written = write("a.py", GOOD * 2), []
    real = apply.write
    monkeypatch.setattr(apply, "write", lambda *given: written.append(given) or real(*given))
    answer("y\ny\n")
    assert (len(written), path.read_text(encoding="utf-8").count("pool.map")) == (1, 2)


def test_the_new_code_can_be_edited(answer, write, monkeypatch):
    path, seen = write("a.py", GOOD), []

    def edit(text: str, extension: str) -> str:
        seen.append(text)
        return text.replace("good)", "(" if len(seen) == 1 else "good, 4)")

    monkeypatch.setattr(click, "edit", edit)
    ran = answer("e\ne\n")
    assert "would not compile" in ran.out
    assert path.read_text(encoding="utf-8") == "import pool\npool.map(f,\n  good, 4)\n"
    assert "# pfadvisor: part 2 of 2, for row 1\npool.map(f," in seen[0]


def test_an_edit_that_is_not_saved_takes_the_code_as_it_was(answer, write, monkeypatch):
    path = write("a.py", GOOD)
    monkeypatch.setattr(click, "edit", lambda text, extension: None)
    answer("e\n")
    assert path.read_text(encoding="utf-8") == "import pool\n" + FIXED


def test_the_choice_can_be_shown_as_a_diff(answer, write):
    path = write("a.py", GOOD)
    ran = answer("y\n", "--diff")
    assert path.read_text(encoding="utf-8") == GOOD
    assert ran.out.count("+++ b/a.py") == 2


def test_standard_input_cannot_be_both(answer):
    assert answer(GOOD, "-").code == 2


def test_answers_come_from_a_terminal(tmp_path):
    """A real program on a real terminal; a loop that sleeps needs no measured machine."""
    (tmp_path / "pyproject.toml").touch()
    path = tmp_path / "a.py"
    path.write_text(
        "import time\n\n\ndef wait(n):\n    time.sleep(1)\n    return n\n\n\n"
        "def run(numbers: list[int]):\n    out = []\n    for n in numbers:\n"
        "        out.append(wait(n))\n    return out\n",
        encoding="utf-8",
    )
    ours, theirs = pty.openpty()
    command = [
        sys.executable,
        "-m",
        "pfadvisor",
        "fix",
        "-n",
        "--interactive",
        "--min-speedup",
        "0",
    ]
    command += ["--assume", "throttle"]
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    with subprocess.Popen(
        command, cwd=tmp_path, stdin=theirs, stdout=theirs, stderr=theirs,
        env=os.environ | {"PYTHONPATH": root},
    ):  # fmt: skip
        os.close(theirs)
        os.write(ours, b"y\n")
        shown = b"".join(iter(lambda: _chunk(ours), b"")).decode()
    os.close(ours)
    assert "Rewrite this loop [y,n,q,a,d,e,?]" in shown, shown
    assert "Executor" in path.read_text(encoding="utf-8"), shown


def _chunk(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""
