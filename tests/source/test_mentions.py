"""Which names a file mentions, however its imports call them."""

from __future__ import annotations

import ast

import pytest

from pfadvisor.source.mentions import may_mention, mentions, used


def is_used(name: str, *texts: str, module: str = "here.now") -> bool:
    found = [mentions(ast.parse(text), [name], module) for text in texts]
    return used(name, found)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("client.fetch", "import client\nclient.fetch(1)\n"),
        ("client.fetch", "import client as c\nf = c.fetch\n"),
        ("client.fetch", "from client import fetch\n"),
        ("client.fetch", "from client import fetch as f\nf()\n"),
        ("client.fetch", "from client import *\nfetch(1)\n"),
        ("client.core.fetch", "import client.core\nclient.core.fetch(1)\n"),
        ("here.client.fetch", "from .client import fetch\nfetch(1)\n"),
        ("here.client.fetch", "from . import client\nclient.fetch(1)\n"),
        ("here.now.fetch", "def fetch(): ...\nfetch()\n"),
        ("here.now.Till.sell", "def f(till):\n    till.sell()\n"),
        ("client.Session.get", "import client\ndef f(s):\n    s.get(1)\n"),
        ("client.Session.get", "import client\nclient.Session().get(1)\n"),
        ("print", "print(1)\n"),
        ("builtins.print", "print(1)\n"),
        ("list.append", "def f(xs):\n    xs.append(1)\n"),
        ("builtins.list.append", "list.append([], 1)\n"),
    ],
)
def test_mentioned(name, text):
    assert may_mention(text, [name])
    assert is_used(name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("clent.fetch", "import client\nclient.fetch(1)\n"),
        ("client.fetch", "import client\nclient.fetch_all(1)\n"),
        ("client.fetch", "def fetch(): ...\nfetch()\n"),
        ("client.fetch", "import other\nother.fetch(1)\n"),
        ("client.Session.get", "def f(s):\n    s.get(1)\n"),
        ("client.fetch", "# client.fetch\n'client.fetch'\n"),
    ],
)
def test_not_mentioned(name, text):
    assert not is_used(name, text)


def test_one_file_may_import_what_another_one_calls():
    assert is_used("client.Session.get", "import client\n", "def f(s):\n    s.get(1)\n")
