"""Family 3xx: the pages' marked lines fire, all others stay silent."""

from __future__ import annotations

import ast
import re
from textwrap import dedent

import pytest

from pfadvisor.rules import _catalog
from pfadvisor.rules._mistakes import mistakes

PYTHON = re.compile(r"^```python\n(.*?)^```$", re.M | re.S)
MARK = re.compile(r"# (PFA3\d\d)$")
PAGES = [
    pytest.param(rule.code, block, id=f"{rule.name}-{number}")
    for rule in _catalog.rules()
    if rule.family == "PFA3"
    for number, block in enumerate(PYTHON.findall(rule.page))
]


def found(text: str) -> list[tuple[int, str]]:
    text = dedent(text)
    return [(one.span.row, one.code) for one in mistakes(ast.parse(text), text, "a.py")]


@pytest.mark.parametrize(("code", "block"), PAGES)
def test_page_fires_where_it_is_marked(code, block):
    marks = [
        (row, match[1])
        for row, line in enumerate(block.splitlines(), 1)
        if (match := MARK.search(line))
    ]
    assert found(block) == marks


@pytest.mark.parametrize(
    "text",
    [
        "def f(pool, xs):\n    pool.imap(print, xs)\n",
        "from multiprocessing import Pool\ndef f(xs):\n    pool = Pool()\n    pool = xs\n    pool.imap(print, xs)\n",
        "class Pool: ...\nwith Pool() as pool:\n    pool.imap(print, [])\n",
        "from pools import Pool\nwith Pool() as pool:\n    pool.imap(print, [])\n",
        "from concurrent.futures import ThreadPoolExecutor as E\ndef f(xs):\n    with E() as e:\n        e.submit(print, 1)\n",
        "from multiprocessing import Pool\ndef f(g, xs):\n    with Pool() as p:\n        return p.map(g, xs)\n",
        "import multiprocessing as mp\ndef f(xs, note):\n    p = mp.Pool()\n    p.map_async(len, xs, callback=note)\n    p.close()\n    p.join()\n",
        'from multiprocessing import Pool\nif "__main__" == __name__:\n    Pool().close()\n',
    ],
)  # fmt: skip
def test_silent_where_it_is_not_certain(text):
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import multiprocessing as mp\npool = mp.Pool(4)\n", [(2, "PFA301")]),
        ("import multiprocessing as mp\npool = mp.get_context('spawn').Pool()\n", [(2, "PFA301")]),
        ("import concurrent.futures as cf\ndef f(xs):\n    with cf.ProcessPoolExecutor() as e:\n        def g(x): return x\n        return list(e.map(g, xs))\n", [(5, "PFA303")]),
        ("from multiprocessing import Pool\ndef f(xs):\n    with Pool() as p:\n        return [p.apply(len, (x,)) for x in xs]\n", [(4, "PFA304")]),
    ],
)  # fmt: skip
def test_fires_under_other_names(text, expected):
    assert found(text) == expected


def test_columns_count_characters():
    text = 'from multiprocessing import Pool\né = "é"; pool = Pool()\n'
    (one,) = mistakes(ast.parse(text), text, "a.py")
    assert (one.span.column, one.span.end_column) == (17, 23)
    assert (one.judgement, one.fix, one.noqa_row) == (None, None, 2)
