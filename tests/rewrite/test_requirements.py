"""Dependencies that are added to TOML text: one string more, every other byte as it was."""

from __future__ import annotations

import pytest

from pfadvisor.rewrite.refusal import Refused
from pfadvisor.rewrite.requirements import (
    added_to_project,
    added_to_script,
    is_script,
    missing,
    needed,
)

DASK = ("dask[distributed]",)
ARRAYS = {
    "one line": ('["click>=8"]', '["click>=8", "ray"]'),
    "comma": ('["click>=8", ]', '["click>=8", "ray" ]'),
    "single quotes": ("['click']", "['click', 'ray']"),
    "empty": ("[]", '["ray"]'),
    "brackets in strings": ('["x[a]"]  # ]', '["x[a]", "ray"]  # ]'),
    "rows": (
        '[\n  "click",  # face\n  "attrs",\n]',
        '[\n  "click",  # face\n  "attrs",\n  "ray",\n]',
    ),
    "rows without a comma": (
        '[\n    "click",\n    "attrs"  # why\n    # end\n]',
        '[\n    "click",\n    "attrs",  # why\n    "ray",\n    # end\n]',
    ),
    "closed in the last row": ('[\n  "a",\n  "b"]', '[\n  "a",\n  "b",\n  "ray",\n]'),
    "empty rows": ("[\n]", '[\n    "ray",\n]'),
}


def project(array: str) -> str:
    return (
        f'[build-system]\nrequires = ["hatchling"]\n\n[project]  # mine\nname = "x"\n'
        f"dependencies = {array}\n\n[tool.x]\ndependencies = []\n"
    )


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("case", ARRAYS)
def test_one_string_is_added(case: str, newline: str) -> None:
    before, after = (project(array).replace("\n", newline) for array in ARRAYS[case])
    assert added_to_project(before, ["ray"]) == after
    assert added_to_project(after, ["ray"]) == after


@pytest.mark.parametrize(
    "declared",
    ["ray", "ray>=2", "Ray[default] ; python_version > '3'", "ray @ https://example.org/r.whl"],
)
def test_what_is_declared_stays(declared: str) -> None:
    before = project(f'["{declared}"]')
    assert added_to_project(before, ["ray"]) == before


def test_extras_count() -> None:
    assert missing(DASK, ["dask"]) == DASK
    assert missing(DASK, ["dask[array]", "rayon"]) == DASK
    assert missing(DASK, ["Dask[array, distributed]>=2024"]) == ()
    assert missing(("a-b.c",), ["A_b-C==1"]) == ()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[tool.x]\n", "no [project] table"),
        ("[tool.poetry.dependencies]\nclick = '8'\n", "no [project] table"),
        ('[project]\nname = "x"\n', "has no dependencies"),
        ('[project]\nname = "x"\ndynamic = ["dependencies"]\n', "dynamic"),
        ('project = { name = "x", dependencies = [] }\n', "not in a [project] section"),
        ('[project]\nname = "x"\n"dependencies" = []\n', "not a plain array"),
        ('[project]\nname = "x"\n"dependencies" = []\n[a]\ndependencies = []\n', "not a plain"),
        ("[project]\ndependencies = [1]\n", "not a list of strings"),
        ("[project\n", "not valid TOML"),
        ('[project]\nname = """\ndependencies = []\n"""\ndependencies = []\n', "could not be"),
    ],
)
def test_what_cannot_be_edited_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Refused) as caught:
        added_to_project(text, ["ray"])
    assert reason in caught.value.reason


SCRIPT = '#!/usr/bin/env python3\n# /// script\n{}# ///\n"""Doc."""\nx = "é"\n'


@pytest.mark.parametrize("newline", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('# dependencies = ["rich"]\n', '# dependencies = ["rich", "ray"]\n'),
        (
            "# requires-python = '>=3.11'\n# dependencies = [\n#   'rich',\n# ]\n#\n# [tool.x]\n",
            "# requires-python = '>=3.11'\n# dependencies = [\n#   'rich',\n#   'ray',\n# ]\n#\n"
            "# [tool.x]\n",
        ),
        (
            "# requires-python = '>=3.11'\n",
            "# dependencies = [\"ray\"]\n# requires-python = '>=3.11'\n",
        ),
    ],
)
def test_a_script_declares_for_itself(before: str, after: str, newline: str) -> None:
    text, wanted = (SCRIPT.format(part).replace("\n", newline) for part in (before, after))
    assert is_script(text)
    assert added_to_script(text, ["ray"]) == wanted
    assert added_to_script(wanted, ["ray"]) == wanted


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (SCRIPT.format("# dependencies = [\n"), "not valid TOML"),
        (SCRIPT.format("# dependencies = 3\n"), "not a list of strings"),
        (SCRIPT.format("# a = 1\n") * 2, "more than one"),
    ],
)
def test_metadata_that_is_wrong_is_refused(text: str, reason: str) -> None:
    with pytest.raises(Refused) as caught:
        added_to_script(text, ["ray"])
    assert reason in caught.value.reason


def test_other_comments_are_no_metadata() -> None:
    assert not is_script("# /// other\n# dependencies = []\n# ///\n")
    assert not is_script("# /// script\nx = 1\n# ///\n")


def test_only_what_is_not_in_the_library_is_needed() -> None:
    assert needed("auto") == needed("futures") == ()
    assert needed("ray") == ("ray",)
