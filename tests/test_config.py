"""Settings from files and options."""

from __future__ import annotations

import pickle

import pytest

from pfadvisor.config import ConfigError, Settings, load, override


def test_without_a_configuration_the_defaults_hold(tmp_path):
    assert load(tmp_path, isolated=True) == Settings()


def test_the_nearest_configuration_with_our_table_counts(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.pfadvisor]\nmin-speedup = 2\n")
    inner = tmp_path / "a/b"
    inner.mkdir(parents=True)
    (tmp_path / "a/pyproject.toml").write_text("[tool.other]\nx = 1\n")
    assert load(inner).min_speedup == 2.0
    assert load(inner, isolated=True).min_speedup == Settings().min_speedup


def test_every_key_is_read(tmp_path):
    (tmp_path / "pyproject.toml").write_text(
        """
        [tool.pfadvisor]
        select = ["PFA1"]
        ignore = ["PFA104"]
        exclude = ["gen"]
        extend-exclude = ["vendor"]
        respect-gitignore = false
        force-exclude = true
        backend = "futures"
        min-speedup = 1.5
        max-break-even = 100
        workers = 4
        target-version = "py312"
        line-length = 100
        assume = ["no-alias"]
        effects."client.fetch" = { reads = ["network"] }
        effects.db.rows.read = { reads = ["db"] }
        per-file-ignores = { "tests/*" = ["PFA1"] }
        guarded = true
        """
    )
    assert load(tmp_path) == Settings(
        ("PFA1",), ("PFA104",), ("gen",), ("vendor",), False, True, "futures", 1.5, 100, "4",
        "py312", 100, ("no-alias",),
        {"client.fetch": {"reads": ["network"]}, "db.rows.read": {"reads": ["db"]}},
        (("tests/*", ("PFA1",)),),
        True,
    )  # fmt: skip


def test_the_line_length_is_that_of_the_formatter(tmp_path):
    path = tmp_path / "pyproject.toml"
    path.write_text("[tool.ruff]\nline-length = 100\n[tool.black]\nline-length = 90\n")
    assert load(tmp_path).line_length == 100
    path.write_text("[tool.black]\nline-length = 90\n[tool.pfadvisor]\nmin-speedup = 2\n")
    assert load(tmp_path).line_length == 90
    path.write_text("[tool.ruff]\nline-length = 'x'\n[tool.pfadvisor]\nline-length = 70\n")
    assert load(tmp_path).line_length == 70


def test_settings_can_be_sent_to_workers():
    settings = Settings(effects={"a.b": {"reads": ["network"]}})
    assert pickle.loads(pickle.dumps(settings)) == settings


def test_a_stated_file_replaces_the_nearest(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.pfadvisor]\nmin-speedup = 2\n")
    own = tmp_path / "own.toml"
    own.write_text("max-break-even = 5\n")
    found = load(tmp_path, config=str(own))
    assert (found.min_speedup, found.max_break_even) == (Settings().min_speedup, 5)


def test_a_stated_value_is_laid_over_the_nearest(tmp_path):
    (tmp_path / "pyproject.toml").write_text("[tool.pfadvisor]\nmin-speedup = 2\n")
    found = load(tmp_path, config="max-break-even = 5")
    assert (found.min_speedup, found.max_break_even) == (2.0, 5)


def test_options_that_were_not_given_change_nothing():
    given = {"select": (), "backend": None, "force_exclude": None}
    assert override(Settings(), given, "options") == Settings()
    assert override(Settings(), {"respect_gitignore": False}, "options").respect_gitignore is False


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("slect = []", ["unknown key 'slect'", "did you mean 'select'?"]),
        ("target_version = 'py311'", ["did you mean 'target-version'?"]),
        ("xyzzy = 1", ["unknown key 'xyzzy'"]),
        ("select = [1]", ["select must be a list of strings, not [1]"]),
        ("force-exclude = 1", ["force-exclude must be true or false"]),
        ("max-break-even = 1.5", ["max-break-even must be an integer"]),
        ("max-break-even = true", ["max-break-even must be an integer"]),
        ("min-speedup = nan", ["min-speedup must be a number"]),
        ("max-break-even = -1", ["max-break-even must be above 0"]),
        ("workers = []", ["workers must be a string or a positive integer"]),
        ("per-file-ignores = { a = 'x' }", ["per-file-ignores must be a table of lists"]),
        ("effects = { a = 1 }", ["effects must be a table of tables"]),
        ("backend = 'threds'", ["unknown backend 'threds'"]),
        ("= 1", ["invalid TOML"]),
    ],
)
def test_mistakes_name_file_and_key_in_one_line(tmp_path, text, words):
    path = tmp_path / "pyproject.toml"
    path.write_text(f"[tool.pfadvisor]\n{text}\n")
    with pytest.raises(ConfigError) as raised:
        load(tmp_path)
    message = str(raised.value)
    assert "\n" not in message
    for word in (str(path), *words):
        assert word in message
