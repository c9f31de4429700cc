"""`pfadvisor profile`: the program is undisturbed, and whatever ends it, a profile is left."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from pfadvisor.measure.commands import CommandError, parse
from pfadvisor.profit import profiles
from pfadvisor.profit.profiles import ProfileError

from .programs import LOOP, ROOT, row_of

START = f"import sys; sys.path[0] = {str(ROOT)!r}; from pfadvisor.cli import main; main()"
SCHEMA = json.loads(Path(__file__).with_name("profile.schema.json").read_text(encoding="utf-8"))
MAIN = LOOP + "\nif __name__ == '__main__':\n"
ENDS = {
    "returns": "print(len(run(range(30))))",
    "exits": "run(range(30)); import sys; print('out'); sys.exit(7)",
    "says why": "run(range(30)); raise SystemExit('no reason')",
    "crashes": "run(range(30)); 1 / 0",
    "chained": "run(range(30))\n    try:\n        1 / 0\n    except Exception as e:\n"
    "        raise ValueError('x') from e",
    "inside": "run([*range(30), 'a'])",
    "arguments": "import sys; run(range(30)); print(sys.argv, sys.path[0], __file__, __spec__, "
    "sorted(globals()), __builtins__, __cached__, __annotations__, type(__loader__))",
    "input": "run(range(30)); print(input())",
    "hook": "import sys; run(range(30)); sys.excepthook = lambda *e: print(e[1]); 1 / 0",
    "at exit": "import atexit; atexit.register(print, 'bye'); run(range(30))",
    "threads": "import threading as t; x = t.Thread(target=run, args=(range(30),)); x.start()",
    "thread fails": "import threading as t; run(range(30)); t.Thread(target=run, args=(5,)).start()",
    "hard exit": "import os; run(range(30)); print('x', flush=True); os._exit(4)",
    "aborts": "import os, time; run(range(30)); time.sleep(0.6); run(range(30)); os.abort()",
    "interrupts": "run(range(30)); raise KeyboardInterrupt",
    "pickles": "import pickle; run(range(30)); print(pickle.loads(pickle.dumps(run)) is run)",
}


@pytest.mark.parametrize("name", ENDS)
def test_the_program_does_not_notice(project, name):
    project.write("prog.py", MAIN + f"    {ENDS[name]}\n")
    plain = project.run("prog.py", "a", "-b", stdin="line\n")
    ran, profile = project.profile("prog.py", "a", "-b", stdin="line\n")
    assert ran.stdout == plain.stdout
    shown = [line for line in ran.stderr.splitlines(True) if not line.startswith("warning: ")]
    assert "".join(shown) == plain.stderr
    code = plain.returncode
    assert ran.returncode == (code if code >= 0 else 128 - code)
    (loop,) = [one for _, one in profile.loops() if one.row == row_of(LOOP)]
    assert loop.iterations >= 30 or name == "thread fails"
    assert profile.exit == code


def test_a_module_and_its_package_are_measured(project):
    project.write("pack/__init__.py", "")
    project.write("pack/tools.py", LOOP)
    project.write("pack/__main__.py", "import sys\nfrom pack.tools import run\n"
                  "print(len(run(range(9))), sys.argv[1:], __spec__.name)\n")  # fmt: skip
    plain = project.run("-m", "pack", "x")
    ran, profile = project.profile("-m", "pack", "x")
    assert (ran.stdout, ran.stderr, ran.returncode) == (plain.stdout, "", 0)
    assert {one.iterations for _, one in profile.loops()} == {9}


def test_a_package_of_our_own_name_is_the_programs(project):
    project.write("pfadvisor/__init__.py", "")
    project.write("pfadvisor/measure.py", LOOP)
    project.write("prog.py", "from pfadvisor.measure import run\nprint(len(run(range(9))))\n")
    ran = subprocess.run(
        [sys.executable, "-c", START, "profile", "-q", "--out", "p.json", "--", "prog.py"],
        cwd=project.folder,
        capture_output=True,
        text=True,
    )
    assert (ran.stdout, ran.returncode) == ("9\n", 0), ran.stderr
    profile = profiles.load(project.folder / "p.json")
    assert [one.iterations for _, one in profile.loops()] == [9]


def test_a_test_run_is_measured(project):
    project.write("tools.py", LOOP)
    project.write("test_tools.py", "from tools import run\n\ndef test_run():\n"
                  "    assert len(run(range(8))) == 8\n")  # fmt: skip
    ran, profile = project.profile("-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert ran.returncode == 0 and "1 passed" in ran.stdout
    assert [one.iterations for _, one in profile.loops()] == [8]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs fork")
def test_children_are_added(project):
    text = MAIN + (
        "    import os\n"
        "    run(range(10))\n"
        "    if not os.fork():\n"
        "        run(range(20))\n"
        "        os._exit(0)\n"
        "    os.wait()\n"
    )
    project.write("prog.py", text)
    ran, profile = project.profile("prog.py")
    assert ran.returncode == 0
    assert [one.iterations for _, one in profile.loops()] == [30]


def test_an_interrupt_reaches_the_program(project):
    text = MAIN + (
        "    import os, signal\n"
        "    try:\n"
        "        for x in range(10**9):\n"
        "            run(range(3))\n"
        "            if x == 20:\n"
        "                os.kill(os.getppid(), signal.SIGINT)\n"
        "                os.kill(os.getpid(), signal.SIGINT)\n"
        "    except KeyboardInterrupt:\n"
        "        print('stopped')\n"
    )
    project.write("prog.py", text)
    ran, profile = project.profile("prog.py")
    assert (ran.stdout, ran.returncode) == ("stopped\n", 0)
    assert next(one.iterations for _, one in profile.loops() if one.row == row_of(LOOP)) == 63


def test_a_file_that_changes_while_it_runs_is_not_measured(project):
    project.write("tools.py", LOOP)
    project.write("prog.py", "open('tools.py', 'a').write('# new\\n')\nimport tools\n"
                  "print(len(tools.run(range(9))))\n")  # fmt: skip
    ran, profile = project.profile("prog.py")
    assert ran.stdout == "9\n"
    assert "tools.py was not measured: it changed" in ran.stderr
    assert not any(one.iterations for _, one in profile.loops())


@pytest.mark.parametrize(
    "words, told",
    [
        ([], "no command"),
        (["missing.py"], "no such file"),
        (["python", "-c", "1"], "no file whose loops"),
        (["ls"], "not a Python program"),
        (["python"], "without a program"),
    ],
)
def test_what_cannot_be_measured_is_told(project, words, told):
    ran = project.pfadvisor("profile", "--", *words)
    assert ran.returncode == 2
    assert told in ran.stderr and "Traceback" not in ran.stderr
    assert not list(project.folder.glob("*.json"))


def test_commands_are_taken_apart(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").touch()
    (tmp_path / "tool").write_text(f"#!{sys.executable}\n")
    assert parse(["a.py", "-m"]).plain == [sys.executable, "a.py", "-m"]
    given = parse(["python3", "-O", "-X", "dev", "a.py", "x"])
    assert (given.options, given.target, given.arguments) == (("-O", "-X", "dev"), "a.py", ("x",))
    assert parse(["-mpack", "x"]).plain[1:] == ["-m", "pack", "x"]
    assert parse(["./tool", "x"]).kind == "script"
    with pytest.raises(CommandError):
        parse(["python", "-"])


def profiled(project, text=LOOP, calls="run(range(400))"):
    project.write("tools.py", text)
    project.write("prog.py", f"from tools import *\n{calls}\n")
    return project.profile("prog.py")


def findings(project, *words):
    ran = project.pfadvisor(
        "check", "--all", "--output-format", "json", "--profile", "p.json", *words, "tools.py"
    )
    return json.loads(ran.stdout), ran.stderr


TWO = LOOP + "\ndef dead(xs):\n    return [work(x) for x in xs]\n"


def test_check_uses_what_was_measured(project):
    profiled(project, TWO)
    found, err = findings(project)
    assert err == ""
    one, two = (each["profit"] for each in found if (each["profit"] or {}).get("measured"))
    assert (one["measured"]["entries"], one["measured"]["iterations"]) == (1, 400)
    assert one["iterations"] == 400
    low, high = one["seconds_per_iteration"]
    assert 0 < high <= low * 1.3
    assert one["speedup"][1] <= one["speedup"][0] * (1.25 / 0.75) + 0.01
    assert two["measured"] == {"entries": 0, "iterations": 0, "seconds": 0, "saves": [0, 0]}
    text = project.pfadvisor("check", "--all", "--profile", "p.json", "tools.py").stdout
    assert "Never ran in the profile: tools.py:" in text
    assert "400 iterations took" in text
    told = project.pfadvisor("explain", "--profile", "p.json", f"tools.py:{row_of(TWO)}").stdout
    assert "in the profile         400 iterations in 1 entries" in told


def test_what_saves_most_comes_first(project):
    text = LOOP + "\ndef other(xs):\n    return [work(x * 100) for x in xs]\n"
    profiled(project, text, "run(range(3)); other(range(50))")
    ran = project.pfadvisor(
        "check", "--all", "--output-format", "concise", "--profile", "p.json", "tools.py"
    )
    rows = [int(line.split(":")[1]) for line in ran.stdout.splitlines() if "profile" in line]
    assert rows[0] == text.splitlines().index("    return [work(x * 100) for x in xs]") + 1


def test_a_changed_file_is_named_and_its_profile_ignored(project):
    profiled(project)
    project.write("tools.py", LOOP + "\n\n")
    found, err = findings(project)
    assert err == "warning: tools.py: changed since the profile, which is ignored for it\n"
    assert all(one["profit"] is None or one["profit"]["measured"] is None for one in found)


def test_what_did_not_pickle_keeps_a_loop_serial(project):
    text = (
        LOOP + "\nimport threading\n\ndef odd(xs: list):\n    return [work(x['n']) for x in xs]\n"
    )
    profiled(project, text, "odd([{'n': 1, 'lock': threading.Lock()}] * 9)")
    found, _ = findings(project)
    (serial,) = [one for one in found if one["loop"]["form"] == "list"]
    assert (serial["verdict"], serial["code"]) == ("serial", "PFA211")
    assert "cannot pickle" in serial["message"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"version": 1}',
        '{"version": 2}',
        "[" * 99_999,
        '{"version": 1, "files": 3}',
    ],
)
def test_a_file_that_is_no_profile_is_told(project, text):
    project.write("a.py", LOOP)
    (project.folder / "p.json").write_text(text)
    ran = project.pfadvisor("check", "--profile", "p.json", "a.py")
    assert ran.returncode == 2
    assert ran.stderr.startswith("error: p.json: not a profile") and ran.stderr.count("\n") == 1


def test_a_profile_is_read_as_it_was_written(project):
    _, profile = profiled(project)
    jsonschema.validate(json.loads((project.folder / "p.json").read_text()), SCHEMA)
    assert profiles.load(project.folder / "p.json") == profile
    with pytest.raises(ProfileError, match="No such file"):
        profiles.load(project.folder / "none.json")
