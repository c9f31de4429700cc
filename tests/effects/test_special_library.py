"""Lines of the library's tables that depend on a mode, a flag, a statement or a default."""

from __future__ import annotations

import pytest

from pfadvisor.effects import knowledge, special
from pfadvisor.effects.effect import Effect


def refined(dotted: str, /, **given: object) -> Effect:
    line = knowledge.call(dotted) or knowledge.method(*dotted.rsplit(".", 1))
    assert line is not None
    return special.refine(line.special, line, lambda arg: given.get(arg, special.ABSENT))


def writes_files(line: Effect) -> bool:
    return any(word.partition(":")[0] == "file" for word in line.writes)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("tarfile.open", {}),
        ("tarfile.open", {"mode": "r:xz"}),
        ("tarfile.open", {"mode": "r|gz"}),
        ("zipfile.ZipFile", {}),
        ("gzip.open", {}),
        ("gzip.GzipFile", {"mode": "rb"}),
        ("wave.open", {}),
        ("codecs.open", {"mode": "r"}),
        ("dbm.open", {}),
        ("shelve.open", {"flag": "r"}),
    ],
)
def test_opening_for_reading_writes_no_file(name: str, given: dict[str, object]) -> None:
    assert not writes_files(refined(name, **given))


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("tarfile.open", {"mode": special.UNKNOWN}),
        ("tarfile.open", {"mode": "w:gz"}),
        ("zipfile.ZipFile", {"mode": "a"}),
        ("gzip.open", {"mode": "wt"}),
        ("gzip.GzipFile", {"fileobj": special.UNKNOWN}),
        ("wave.open", {"mode": "wb"}),
        ("codecs.open", {"mode": "r+"}),
        ("dbm.open", {"flag": "c"}),
        ("shelve.open", {}),
    ],
)
def test_opening_for_writing_writes_a_file(name: str, given: dict[str, object]) -> None:
    assert writes_files(refined(name, **given))


def test_reading_a_member_changes_nothing_of_the_archive() -> None:
    reading = refined("zipfile.ZipFile.open", name="a")
    assert reading.writes == () and reading.returns == "zipfile.ZipExtFile"
    writing = refined("zipfile.ZipFile.open", name="a", mode="w")
    assert "self" in writing.writes and writing.result_has == ("self",)
    assert refined("zipfile.ZipFile.open", mode=special.UNKNOWN).writes == writing.writes


def test_printing_goes_to_the_file_only_if_one_is_given() -> None:
    name = "traceback.print_exc"
    assert refined(name).writes == refined(name, file=None).writes == ("stderr",)
    assert refined(name, file=special.NOT_NONE).writes == ("file:file",)
    assert {*refined(name, file=special.UNKNOWN).writes} == {"stderr", "file:file"}


def test_a_handle_is_moved_by_what_is_loaded_from_it() -> None:
    assert refined("pickle.load").writes == ("handle",)
    assert "file" in refined("pickle.load", file=special.NOT_NONE).writes
    assert {*refined("pickle.dump").writes} == {"handle", "file:handle"}


@pytest.mark.parametrize(
    ("sql", "writes"),
    [
        ("SELECT a FROM t WHERE b = ?", False),
        ("  select 1", False),
        ("SELECT count(*), lower('x(y)') FROM t JOIN u USING (id) WHERE a IN (1, 2);", False),
        ("SELECT nextval('numbers')", True),
        ("SELECT a FROM t FOR UPDATE", True),
        ("SELECT a INTO u FROM t", True),
        ("SELECT 1; DELETE FROM t", True),
        ("INSERT INTO t VALUES (?)", True),
        ("WITH x AS (SELECT 1) DELETE FROM t", True),
        ("PRAGMA user_version = 2", True),
        ("", True),
        (special.UNKNOWN, True),
    ],
)
def test_what_a_statement_does_to_the_database(sql: object, writes: bool) -> None:
    for name in ("sqlite3.Connection.execute", "sqlite3.Cursor.execute"):
        line = refined(name, sql=sql)
        assert ("db" in line.writes) == writes
        assert "self" in line.writes


def test_a_default_is_a_result_only_if_it_is_given() -> None:
    name = "configparser.ConfigParser.getint"
    assert refined(name, section="s", option="o").returns == "int"
    assert refined(name, section="s", option="o").result_is == ()
    assert refined(name, fallback=special.UNKNOWN).result_is == ("fallback",)
    assert refined(name, fallback=None).returns == "int | type:fallback"
