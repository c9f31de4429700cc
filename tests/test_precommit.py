"""The hooks of the manifest, run by pre-commit itself in a repository made for the test.

Only `language` and the program's name differ from the manifest: nothing is installed.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

yaml = pytest.importorskip("yaml")
pytest.importorskip("pre_commit")

ROOT = Path(__file__).parents[1]
HELPER = """\
def steps(n):
    count = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        count += 1
    return count
"""
SURVEY = """\
from helper import steps


def survey():
    lengths = []
    for n in range(1, 200_000):
        lengths.append(steps(n))
    return lengths


if __name__ == "__main__":
    print(sum(survey()))
"""
SERIAL = """\
from helper import steps


def chain(numbers):
    state = 1
    for n in numbers:
        state = steps(state + n)
    return state
"""
FILES = {"helper.py": HELPER, "survey.py": SURVEY, "serial.py": SERIAL}


def manifest() -> list[dict]:
    return yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))


def local(hook: dict) -> dict:
    program, *arguments = shlex.split(hook["entry"])
    assert program == "pfadvisor"
    entry = shlex.join([sys.executable, "-m", "pfadvisor", *arguments])
    kept = {key: value for key, value in hook.items() if key != "minimum_pre_commit_version"}
    return {**kept, "entry": entry, "language": "system"}


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: text for name, text in os.environ.items() if not name.startswith("GIT_")}
    environment |= {
        "PRE_COMMIT_HOME": str(cwd.parent / "store"),
        "HOME": str(cwd.parent),
        "GIT_CONFIG_NOSYSTEM": "1",
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=300
    )


def git(*arguments: str, cwd: Path) -> None:
    identity = ["-c", "user.name=t", "-c", "user.email=t@localhost"]
    done = run("git", *identity, *arguments, cwd=cwd)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "pyproject.toml").write_text('[project]\nname = "survey"\n', encoding="utf-8")
    config = {"repos": [{"repo": "local", "hooks": [local(hook) for hook in manifest()]}]}
    (folder / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    git("init", "-q", cwd=folder)
    git("add", ".", cwd=folder)
    git("commit", "-q", "-m", "Start", cwd=folder)
    return folder


def hook(name: str, *options: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    options = options or ("--all-files",)
    return run(sys.executable, "-m", "pre_commit", "run", name, "--color=never", *options, cwd=cwd)


def test_manifest_is_valid():
    path = str(ROOT / ".pre-commit-hooks.yaml")
    done = run(sys.executable, "-m", "pre_commit", "validate-manifest", path, cwd=ROOT)
    assert done.returncode == 0, done.stdout


def test_manifest_runs_each_hook_once_over_all_files():
    """The tool parallelises itself; chunks side by side would compete with it."""
    assert [one["id"] for one in manifest()] == ["pfadvisor-check", "pfadvisor-fix"]
    assert all(one["require_serial"] and one["language"] == "python" for one in manifest())


def test_check_fails_on_a_proved_finding_and_names_it(repository):
    done = hook("pfadvisor-check", cwd=repository)
    assert done.returncode == 1, done.stdout
    assert "survey.py:6" in done.stdout and "PFA101" in done.stdout
    assert "serial.py" not in done.stdout


def test_fix_rewrites_and_then_both_pass(repository):
    before = run(sys.executable, "survey.py", cwd=repository).stdout
    done = hook("pfadvisor-fix", cwd=repository)
    assert done.returncode == 1 and "files were modified by this hook" in done.stdout
    assert "Pool" in (repository / "survey.py").read_text(encoding="utf-8")
    assert (repository / "serial.py").read_text(encoding="utf-8") == SERIAL
    git("add", ".", cwd=repository)
    for name in ("pfadvisor-fix", "pfadvisor-check"):
        again = hook(name, cwd=repository)
        assert again.returncode == 0, again.stdout
    after = run(sys.executable, "-W", "error", "survey.py", cwd=repository)
    assert (after.stdout, after.stderr) == (before, "")


def test_check_passes_on_a_serial_file(repository):
    done = hook("pfadvisor-check", "--files", "serial.py", cwd=repository)
    assert done.returncode == 0, done.stdout


def test_one_file_has_the_findings_of_the_whole_run(repository):
    """The program is the project: a callee in a file that was not named is read all the same."""
    check = [sys.executable, "-m", "pfadvisor", "check", "--all", "--output-format", "json"]
    whole = json.loads(run(*check, ".", cwd=repository).stdout)
    alone = json.loads(run(*check, "survey.py", cwd=repository).stdout)
    assert alone == [one for one in whole if one["filename"] == "survey.py"] != []


def test_hook_on_one_file_says_what_the_whole_run_says(repository):
    whole = hook("pfadvisor-check", cwd=repository).stdout
    alone = hook("pfadvisor-check", "--files", "survey.py", cwd=repository).stdout
    found = re.compile(r"^.*survey\.py:\d+.*$", re.M)
    assert found.findall(alone) == found.findall(whole) != []
