"""`fix --add-dependency`: the package that the rewritten code imports is declared with it."""

from __future__ import annotations

import subprocess

import pytest

GOOD = "for x in good:\n    f(x)\n"
PROJECT = '[project]\nname = "x"\ndependencies = [\n    "click",\n]\n'
DECLARED = PROJECT.replace('"click",\n', '"click",\n    "ray",\n')
SCRIPT = '# /// script\n# dependencies = ["click"]\n# ///\n'
ADD = ("--backend", "ray", "--add-dependency")


def test_the_project_declares_what_the_code_imports(pfadvisor, write):
    project, path = write("pyproject.toml", PROJECT), write("src/a.py", GOOD)
    ran = pfadvisor("fix", *ADD)
    assert (ran.code, ran.err) == (0, "Fixed 1 loop.\n")
    assert project.read_text(encoding="utf-8") == DECLARED
    assert "pool.map" in path.read_text(encoding="utf-8")
    write("src/b.py", GOOD)
    assert pfadvisor("fix", *ADD).code == 0
    assert project.read_text(encoding="utf-8") == DECLARED


def test_a_script_declares_it_itself(pfadvisor, write):
    project, path = write("pyproject.toml", PROJECT), write("a.py", SCRIPT + GOOD)
    assert pfadvisor("fix", *ADD).code == 0
    assert '# dependencies = ["click", "ray"]\n' in path.read_text(encoding="utf-8")
    assert project.read_text(encoding="utf-8") == PROJECT


def test_a_diff_shows_it_and_is_what_git_applies(pfadvisor, write, tmp_path):
    project, path = write("pyproject.toml", PROJECT), write("src/a.py", GOOD)
    ran = pfadvisor("fix", "--diff", *ADD)
    assert ran.code == 1
    assert ran.out.startswith("# pyproject.toml: declares ray\n--- a/pyproject.toml\n")
    assert '\n+    "ray",\n' in ran.out
    assert (project.read_text(), path.read_text()) == (PROJECT, GOOD)
    (tmp_path / "patch").write_text(ran.out, encoding="utf-8")
    subprocess.run(["git", "apply", "patch"], cwd=tmp_path, check=True, capture_output=True)
    assert project.read_text(encoding="utf-8") == DECLARED


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "no [project] table"),
        ('[project]\nname = "x"\ndynamic = ["dependencies"]\n', "dependencies are dynamic"),
    ],
)
def test_where_it_cannot_be_declared_nothing_is_written(pfadvisor, write, text, reason):
    project, path = write("pyproject.toml", text), write("a.py", GOOD)
    for options in ((), ("--diff",)):
        ran = pfadvisor("fix", *options, *ADD)
        assert ran.code == 2 and ran.err.count(reason) == 1
        assert (project.read_text(), path.read_text()) == (text, GOOD)


def test_a_script_that_cannot_declare_it_is_left_and_others_are_fixed(pfadvisor, write):
    write("pyproject.toml", PROJECT)
    script = write("a.py", SCRIPT.replace('["click"]', "3") + GOOD)
    other = write("b.py", GOOD)
    ran = pfadvisor("fix", *ADD)
    assert ran.code == 2 and ran.err.count("a.py: not fixed") == 1
    assert "pool.map" not in script.read_text() and "pool.map" in other.read_text()


@pytest.mark.parametrize("options", [("--add-dependency",), ("--backend", "ray")])
def test_nothing_is_declared_unasked_or_without_need(pfadvisor, write, options):
    project, path = write("pyproject.toml", PROJECT), write("a.py", GOOD)
    assert pfadvisor("fix", *options).code == 0
    assert project.read_text() == PROJECT and "pool.map" in path.read_text()


def test_nothing_is_declared_where_nothing_is_fixed(pfadvisor, write):
    project, _ = write("pyproject.toml", PROJECT), write("a.py", GOOD.replace("good", "asked"))
    assert pfadvisor("fix", *ADD).code == 0
    assert project.read_text() == PROJECT


def test_standard_input_has_no_project(pfadvisor):
    ran = pfadvisor("fix", "-", *ADD)
    assert ran.code == 2 and "--add-dependency needs files" in ran.err


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("pyproject.toml", PROJECT, "; needs ray, which pyproject.toml does not declare"),
        ("pyproject.toml", DECLARED, ""),
        ("a.py", SCRIPT, "; needs ray, which the script's metadata does not declare"),
        ("a.py", SCRIPT.replace("click", "ray>=2"), ""),
    ],
)
def test_a_fix_says_what_is_not_declared(pfadvisor, write, name, text, said):
    write("a.py", (text if name == "a.py" else "") + GOOD)
    if name != "a.py":
        write(name, text)
    shown = pfadvisor("fix", "--diff", "--backend", "ray").out.partition("\n")[0]
    assert shown.endswith(f": Use a pool{said}")
