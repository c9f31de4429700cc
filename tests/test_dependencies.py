"""Calls into installed packages: read on demand from their source, and no further than needed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pfadvisor.cli import run
from pfadvisor.config import Settings
from pfadvisor.pipeline import Request, analyze

STEPS = """
def steps(n):
    count = 0
    while n > 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        count += 1
    return count
"""
PACKAGES = {
    "helpers/__init__.py": "from helpers.core import *\nfrom .tools import Counter, Box, Client\n",
    "helpers/core.py": f"""{STEPS}
SEEN = {{}}

def noted(n):
    SEEN[len(SEEN)] = n
    return steps(n)

def put(n, found):
    found.append(n)
    return steps(n)
""",
    "helpers/tools.py": """
from .core import steps

class Counter:
    def __init__(self, least):
        self.least = least

    def of(self, n):
        return max(self.least, steps(n))

class Client:
    asked = 0

    def get(self, n):
        Client.asked += 1
        return steps(n)

KEPT = {}

def kept(name):
    return KEPT[name]

def either(name):
    return Client() if name else name

class Box:
    def __init__(self, name):
        self.held = KEPT[name]
""",
    "helpers/fast.py": f"{STEPS}\ntry:\n    from _fast import *\nexcept ImportError:\n    pass\n",
    "helpers/either.py": "try:\n    from ._c import steps\nexcept ImportError:\n"
    "    from .core import steps\n",
    "helpers/lazy.py": "def __getattr__(name):\n    return globals()['_' + name]\n",
    "helpers/made.py": f"{STEPS}\nexec('steps = print')\n",
    "helpers/put.py": f"import sys\n{STEPS}\nsys.modules[__name__] = print\n",
    "helpers/unread.py": "def (",
    "single.py": STEPS,
    "compiled.py": STEPS,
    "compiled.cpython-311-x86_64-linux-gnu.so": "",
    "space/part.py": STEPS,
    "deep.py": "\n".join(
        f"def f{n}(x):\n    return f{n + 1}(x) + {n}\n" for n in range(400)
    ) + "\ndef f400(x):\n    return x\n",
    "beside.py": STEPS,
}  # fmt: skip


PLAIN = Settings()


def loop(imports: str, call: str) -> str:
    return f"{imports}\n\n\ndef survey(ns):\n    out = []\n    for n in ns:\n        out.append({call})\n    return out\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with a virtual environment of its own."""
    monkeypatch.setenv("PFADVISOR_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.delenv("PFADVISOR_PYTHON")
    folder = tmp_path / "project"
    packages = folder / ".venv/lib/python3.11/site-packages"
    for name, text in PACKAGES.items():
        path = packages / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / ".venv/pyvenv.cfg").write_text("version = 3.11.2\n", encoding="utf-8")
    (folder / "pyproject.toml").touch()
    monkeypatch.chdir(folder)
    return folder


def packages_of(project: Path) -> Path:
    return project / ".venv/lib/python3.11/site-packages"


def report_of(project: Path, text: str, **changes):
    (project / "app.py").write_text(text, encoding="utf-8")
    request = replace(Request(Settings(), project, "all"), **changes)
    report = analyze([Path(".")], request, 1)
    assert not report.failed
    assert {one.filename for one in report.findings} == {"app.py"}
    return report


def verdict(project: Path, imports: str, call: str, settings: Settings = PLAIN) -> str:
    report = report_of(project, loop(imports, call), settings=settings)
    return report.findings[0].judgement.verdict


@pytest.mark.parametrize(
    ("imports", "call", "expected"),
    [
        ("import helpers", "helpers.steps(n)", "parallel"),
        ("from helpers import steps as of", "of(n)", "parallel"),
        ("import helpers.core as core", "core.steps(n)", "parallel"),
        ("from helpers import Counter", "Counter(3).of(n)", "parallel"),
        ("from single import steps", "steps(n)", "parallel"),
        ("from space.part import steps", "steps(n)", "parallel"),
        ("import space.part", "space.part.steps(n)", "parallel"),
        ("from helpers import noted", "noted(n)", "serial"),
        ("from helpers import put", "put(n, out)", "serial"),
        ("from helpers.fast import steps", "steps(n)", "review"),
        ("from helpers.either import steps", "steps(n)", "review"),
        ("from helpers.lazy import steps", "steps(n)", "review"),
        ("from helpers.made import steps", "steps(n)", "review"),
        ("from helpers.put import steps", "steps(n)", "review"),
        ("from helpers.unread import steps", "steps(n)", "review"),
        ("from compiled import steps", "steps(n)", "review"),
        ("from helpers import Client", "Client().get(n)", "serial"),
        ("from nowhere import steps", "steps(n)", "review"),
        ("from deep import f350", "f350(n)", "parallel"),
        ("from deep import f0", "f0(n)", "review"),  # leads too far
    ],
)
def test_the_source_of_a_package_decides(project, imports, call, expected):
    assert verdict(project, imports, call) == expected
    bare = project.parent / "bare/lib/python3.11/site-packages"
    bare.mkdir(parents=True)
    assert verdict(project, imports, call, Settings(python=str(bare.parents[2]))) != "parallel"


def test_the_project_and_the_tables_come_first(project):
    unknown = Settings(effects={"helpers.steps": {"unknown": True}})
    assert verdict(project, "import helpers", "helpers.steps(n)", unknown) == "review"
    made = Settings(effects={"helpers.tools.Counter": {"unknown": True}})
    assert verdict(project, "from helpers import Counter", "Counter(3).of(n)", made) == "review"
    (packages_of(project) / "click.py").write_text("def echo(n):\n    pass\n", encoding="utf-8")
    assert verdict(project, "import click", "click.echo(n)") != "parallel"
    (project / "single.py").write_text("def steps(n):\n    print(n)\n", encoding="utf-8")
    assert verdict(project, "from single import steps", "steps(n)") != "parallel"


def asked(project: Path, imports: str, before: str, call: str, settings: Settings = PLAIN):
    """The calls that are taken for pure, of a loop below a line."""
    text = loop(imports, call).replace("    out = []\n", f"    {before}\n    out = []\n")
    judgement = report_of(project, text, settings=settings).findings[0].judgement
    return {one.subject for one in judgement.assumptions if one.name == "pure-call"}


@pytest.mark.parametrize(
    ("before", "call"),
    [
        ("held = tools.kept('a')", "held.get(n)"),
        ("box = helpers.Box('a')", "box.held.get(n)"),
        ("client = tools.KEPT['a']", "client.get(n)"),
        ("counter = helpers.Counter(1)", "counter.least.get(n)"),
        ("client = either(ns[0])", "client.get(n)"),
    ],
)
def test_an_object_of_unknown_type_that_a_package_gave_has_no_known_methods(project, before, call):
    imports = (
        "import helpers\nfrom helpers import tools\n\ndef either(x):\n    return tools.either(x)\n"
    )
    assert asked(project, imports, before, call)
    assert not asked(project, "import helpers", "held = {}", "held.get(n)")


def test_a_line_for_a_method_comes_before_its_source(project):
    of, before = "helpers.tools.Counter.of", "counter = helpers.Counter(3)"
    settings = Settings(effects={of: {"unknown": True}})
    assert asked(project, "import helpers", before, "counter.of(n)", settings) == {of}
    assert not asked(project, "import helpers", before, "counter.of(n)")


def test_arrays_are_left_to_the_tables(project):
    (packages_of(project) / "numpy.py").write_text(STEPS, encoding="utf-8")
    assert verdict(project, "import numpy", "numpy.steps(n)") == "review"


def test_a_class_of_a_package_may_be_a_base_or_an_annotation(project):
    derived = "import helpers\n\nclass Own(helpers.Counter):\n    pass\n"
    assert verdict(project, derived, "Own(3).of(n)") == "parallel"
    text = loop("from helpers import Counter", "counter.of(n)")
    text = text.replace("survey(ns)", "survey(ns, counter: Counter)")
    judgement = report_of(project, text).findings[0].judgement
    assert "pure-call" not in {one.name for one in judgement.assumptions}


def test_how_far_a_call_leads_does_not_depend_on_what_was_asked_before(project):
    calls = ("f350(n)", "f0(n)", "f150(n)", "f201(n)")
    text = loop("from deep import f0, f150, f201, f350", calls[0])
    rows = ["survey", *(f"survey_{number}" for number in range(3))]

    def verdicts(order):
        bodies = [
            loop("from deep import f0, f150, f201, f350", call).replace("survey(", f"{name}(")
            for name, call in zip(rows, order, strict=True)
        ]
        found = report_of(project, "".join(bodies)).findings
        return {call: one.judgement.verdict for call, one in zip(order, found, strict=True)}

    assert text and verdicts(calls) == verdicts(calls[::-1])


def read(report) -> int:
    return dict(report.work).get("package files read", 0)


@pytest.mark.parametrize(
    ("imports", "call", "files"),
    [
        ("import helpers\nimport single", "abs(n)", 0),
        ("from helpers import steps\nfrom single import *", "n + 1", 0),
        ("import math, helpers", "math.sqrt(n)", 0),
        ("import click", "click.echo(n)", 0),
        ("import single\nimport helpers", "single.steps(n)", 1),
        ("import helpers.core", "helpers.core.steps(n)", 2),
    ],
)
def test_only_what_a_call_leads_to_is_read(project, imports, call, files):
    (packages_of(project) / "click.py").write_text("def echo(n):\n    pass\n", encoding="utf-8")
    assert read(report_of(project, loop(imports, call))) == files


def test_code_of_the_module_itself_leads_nowhere_either(project):
    text = "from helpers import steps\nfrom single import steps as others\n\nfor n in [1]:\n    print(n)\n"
    assert read(report_of(project, text)) == 0


def known(report):
    return dict(report.work)["outcomes known"]


def test_what_was_kept_is_kept_as_long_as_the_packages_are_the_same(project):
    text = loop("from helpers import steps\nfrom beside import steps as other", "steps(n)")

    def again():
        return report_of(project, text, cached=True)

    first = again()
    assert first.findings[0].judgement.verdict == "parallel"
    assert known(again()) == 1
    packages = packages_of(project)
    (packages / "beside.py").write_text("", encoding="utf-8")  # nothing calls it
    assert known(again()) == 1
    core = packages / "helpers/core.py"
    core.write_text(PACKAGES["helpers/core.py"].replace("count = 0", "print(n)\n    count = 0"))
    changed = again()
    assert known(changed) == 0 and changed.findings[0].judgement.verdict != "parallel"
    (packages / "helpers/core.cpython-311-x86_64-linux-gnu.so").touch()
    compiled = again()
    assert known(compiled) == 0 and compiled.findings[0].judgement.verdict == "review"
    (project / "helpers.py").write_text(STEPS, encoding="utf-8")
    assert again().findings[0].judgement.verdict == "parallel"


def test_another_environment_gives_other_answers(project):
    text = loop("from helpers import steps", "steps(n)")
    assert known(report_of(project, text, cached=True)) == 0
    (project / ".venv").rename(project / ".old")
    again = report_of(project, text, cached=True)
    assert known(again) == 0 and again.findings[0].judgement.verdict == "review"
    (project / ".old").rename(project / ".venv")
    assert report_of(project, text, cached=True).findings[0].judgement.verdict == "parallel"


def shown(capsys, *args: str) -> tuple[int, str, str]:
    code = run(args)
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_reasons_name_the_file_of_the_package(project, capsys):
    (project / "app.py").write_text(loop("from helpers import noted", "noted(n)"))
    _, out, _ = shown(capsys, "explain", "app.py:6")
    row = PACKAGES["helpers/core.py"].splitlines().index("    SEEN[len(SEEN)] = n") + 1
    assert f"writes SEEN at helpers/core.py:{row}:5" in out
    assert "through app.py:7:20" in out and "SEEN[len(SEEN)] = n" in out
    _, out, _ = shown(capsys, "check", "--all", "app.py", "--output-format", "json")
    related = json.loads(out)[0]["blockers"][0]["related"]
    assert (project / related[0]["filename"]).is_file()


def test_the_rewrite_does_what_the_program_did(project, capsys):
    text = loop("from helpers import Counter, steps", "steps(n)")
    text += "\n\nif __name__ == '__main__':\n    print(survey(range(1, 40)))\n"
    (project / "app.py").write_text(text, encoding="utf-8")
    environ = {**os.environ, "PYTHONPATH": str(packages_of(project))}

    def output():
        command = [sys.executable, "app.py"]
        done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
        return done.stdout

    before, library = output(), (packages_of(project) / "helpers/core.py").read_bytes()
    code, _, _ = shown(capsys, "fix", "--min-speedup", "0", ".")
    assert code == 0 and "pool.map(steps, ns)" in (project / "app.py").read_text(encoding="utf-8")
    assert output() == before
    assert (packages_of(project) / "helpers/core.py").read_bytes() == library


@pytest.mark.parametrize("command", [("check",), ("fix", "--diff"), ("explain",), ("measure",)])
@pytest.mark.parametrize("stated", ["none", "app.py"])
def test_a_wrong_python_is_one_error(project, capsys, command, stated):
    (project / "app.py").write_text(loop("", "n"), encoding="utf-8")
    place = {"explain": ("app.py:6",), "measure": ("app.py:6", "--", "app.py")}
    words = place.get(command[0], (".",))
    code, out, err = shown(capsys, *command, "--python", stated, *words)
    assert (code, out) == (2, "")
    assert err.startswith("error: python: ") and err.count("\n") == 1


def test_the_configuration_names_it_from_where_it_stands(project, capsys, monkeypatch):
    (project / ".venv").rename(project / "env")
    (project / "app.py").write_text(loop("from helpers import steps", "steps(n)"))
    command = ("check", "--min-speedup", "0", str(project))
    assert shown(capsys, *command)[0] == 0
    (project / "pyproject.toml").write_text('[tool.pfadvisor]\npython = "env"\n')
    monkeypatch.chdir(project.parent)
    assert shown(capsys, *command)[0] == 1
    assert shown(capsys, *command, "--python", "project/env")[0] == 1
    (project / "pyproject.toml").write_text('[tool.pfadvisor]\npython = "none"\n')
    code, _, err = shown(capsys, *command)
    assert code == 2 and "none: no such file or folder" in err
    (project / "pyproject.toml").write_text('[tool.pfadvisor]\npython = ""\n')
    code, _, err = shown(capsys, *command)
    assert code == 2 and "python must name an interpreter" in err
