"""Bytes to text and trees; what cannot be read is told, never raised."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from pfadvisor.model import Failed
from pfadvisor.source.module import TOO_DEEP, SourceFile, decode, encode, parse, read, worth_parsing


def source(data: bytes) -> SourceFile:
    found = decode(data, Path("a.py"), "a.py")
    assert isinstance(found, SourceFile)
    return found


@pytest.mark.parametrize(
    ("data", "encoding", "newline", "bom"),
    [
        (b"", "utf-8", "\n", False),
        ("x = 'é'\r\ny = 1\r\n".encode(), "utf-8", "\r\n", False),
        (b"\xef\xbb\xbfx = 1\n", "utf-8-sig", "\n", True),
        ("# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1"), "iso-8859-1", "\n", False),
        (b"#!/bin/sh\n# vim: set fileencoding=cp1252 :\nx = '\x80'", "cp1252", "\n", False),
        (b"x = 1\ry = 2\r", "utf-8", "\r", False),
    ],
    ids=["empty", "crlf", "bom", "latin-1", "second line", "cr"],
)
def test_text_and_encoding_give_the_bytes_back(data, encoding, newline, bom):
    found = source(data)
    assert (found.encoding, found.newline, found.bom) == (encoding, newline, bom)
    assert not found.text.startswith("\ufeff")
    assert encode(found, found.text) == data
    assert isinstance(parse(found), ast.Module)


@pytest.mark.parametrize(
    ("data", "message", "row"),
    [
        (b"x = 1\nb\0c", "null byte", 2),
        (b"x = 1\n\n\ny = '\xe9'\n", "not valid utf-8: byte 0xe9", 4),
        (b"y = '\xe9'\n", "not valid utf-8: byte 0xe9", 1),
        (b"# coding: klingon\n", "unknown encoding", 1),
        (b"# coding: hex\n", "not a text encoding", 1),
        ("x = 1".encode("utf-16"), "null byte", 1),
        (b"\x89PNG\r\n\x1a\n\x01", "not valid utf-8", 1),
    ],
)
def test_what_is_no_text_fails_with_its_row(data, message, row):
    found = decode(data, Path("a.py"), "a.py")
    assert isinstance(found, Failed)
    assert message in found.message
    assert found.row == row


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("for x in\n", "syntax error"),
        ("x = " + "(" * 10_000 + ")" * 10_000, "too many nested parentheses"),
        ("x = a" + ".b" * 50_000, TOO_DEEP),
        ("x = 1" + "+1" * 50_000, TOO_DEEP),
        ("x = " + "-" * 50_000 + "1", TOO_DEEP),
        ("if a: pass\n" + "elif a: pass\n" * 10_000, TOO_DEEP),
        ("print 'python 2'\n", "syntax error"),
    ],
    ids=["header", "parentheses", "attributes", "sum", "minus", "elif", "python 2"],
)
def test_what_cannot_be_parsed_fails(text, message):
    found = parse(source(text.encode()))
    assert isinstance(found, Failed)
    assert message in found.message
    assert "\n" not in found.message


def test_doubtful_escapes_give_no_warning():
    assert isinstance(parse(source(b"x = '\\d'\nassert (1, 2)\nx is 1\n")), ast.Module)


def test_an_unreadable_path_fails(tmp_path):
    found = read(tmp_path, "folder")
    assert found == Failed("folder", "Is a directory")


@pytest.mark.parametrize(
    ("text", "worth"),
    [
        ("for x in y: pass", True),
        ("[x for x in y]", True),
        ("list(map(f, xs))", True),
        ("from multiprocessing import Pool", True),
        ("x = format(1)\nbefore = 1\nmapping = {}\n", False),
        ("while True: pass", False),
    ],
)
def test_files_without_anything_to_judge_are_screened(text, worth):
    assert worth_parsing(source(text.encode())) is worth
