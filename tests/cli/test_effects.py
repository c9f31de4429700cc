"""`pfadvisor effects`: the summary of a callable, each part with where it comes from."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import jsonschema
import pytest

SCHEMA = json.loads(
    (Path(__file__).parents[1] / "report" / "effects.schema.json").read_text(encoding="utf-8")
)
SHOP = dedent(
    """\
    import json
    import strange
    from stock import Shelf
    COUNTS = {}

    class Till:
        def __init__(self, name):
            self.name = name
            self.rows = []

        def sell(self, item, path):
            self.rows.append(item)
            COUNTS[item] = self.name
            with open(path) as file:
                return json.load(file)

        def same(self, item):
            return item

    def told(item):
        strange.tell(item)
        raise ValueError(item)

    def trusted(item):  # pfadvisor: pure
        strange.tell(item)
        return [item]

    def outer(items):
        total = 0
        def add(item):
            nonlocal total
            total += item
        for item in items:
            add(item)
        return lambda: total

    def run(till):
        Till("b").sell(1, "a.json"); told(2)
        return Shelf(till)
    """
)
STOCK = (
    "class Base:\n    def put(self, x):\n        self.x = x\n\nclass Shelf(Base):\n    size: int\n"
)


@pytest.fixture
def effects(pfadvisor, write):
    write("shop.py", SHOP)
    write("stock.py", STOCK)

    def call(what: str) -> list[dict]:
        ran = pfadvisor("effects", what, "--output-format", "json")
        assert ran.code == 0, ran.err
        found = json.loads(ran.out)
        jsonschema.validate(found, SCHEMA)
        assert found["asked"] == what
        return found["callables"]

    return call


def said(callable_: dict, section: str) -> dict[str, str]:
    return {part["what"]: part["how"] for part in callable_[section]}


def row(text: str, source: str = SHOP) -> int:
    return next(n for n, line in enumerate(source.splitlines(), 1) if text in line)


def test_a_method_of_the_project(effects):
    (sell,) = effects("shop.Till.sell")
    assert (sell["kind"], sell["signature"]) == ("method", "shop.Till.sell(self, item, path)")
    assert sell["location"]["row"] == row("def sell")
    writes = {(part["what"], part["kind"]) for part in sell["writes"]}
    assert ("self.rows[*]", "self") in writes
    assert any(what.startswith("shop.COUNTS[") and kind == "global" for what, kind in writes)
    assert ("self.name", "self") in {(part["what"], part["kind"]) for part in sell["reads"]}
    assert "read" in said(sell, "resources")["file"]
    assert [part["what"] for part in sell["blocks"]] == ["disk"]


def test_each_part_says_where_it_comes_from(effects):
    (sell,) = effects("shop.Till.sell")
    (append,) = (part for part in sell["writes"] if part["what"] == "self.rows[*]")
    code, table = append["sources"]
    assert (code["origin"], code["filename"], code["location"]["row"]) == (
        "code", "shop.py", row("self.rows.append"),
    )  # fmt: skip
    assert table["origin"] == "table" and table["text"].startswith("builtins.toml:")
    assert "methods.list: append, https://docs.python.org/" in table["text"]


def test_unknown_calls_are_assumed_to_do_the_worst(effects):
    (told,) = effects("shop.told")
    (unknown,) = told["unknown"]
    assert unknown["what"] == "strange.tell"
    assert [one["origin"] for one in unknown["sources"]] == ["code", "assumed"]
    assert {"ValueError", "any exception"} <= {part["what"] for part in told["raises"]}


def test_the_users_word_is_named(effects):
    (trusted,) = effects("shop.trusted")
    assert trusted["unknown"] == []
    (vouched,) = trusted["vouched"]
    assert vouched["what"] == "pure-call:trusted"
    assert [one["origin"] for one in vouched["sources"]] == ["comment"]
    assert trusted["returns"][0]["kind"] == "fresh"


def test_what_is_returned_is_told_by_alias(effects):
    (same,) = effects("shop.Till.same")
    assert [(part["what"], part["kind"]) for part in same["returns"]] == [("item", "alias")]


def test_nested_functions_and_closures(effects):
    (add,) = effects("shop.outer.add")
    assert ("total", "closure") in {(part["what"], part["kind"]) for part in add["writes"]}
    (outer,) = effects("shop.outer")
    assert outer["pickles"][0]["what"] == "no"


def test_classes_and_what_they_inherit(effects):
    made, init = effects("shop.Till")
    assert made["kind"] == "class" and made["returns"][0]["what"] == "a new object: shop.Till"
    assert init["name"] == "shop.Till.__init__"
    (put,) = effects("stock.Shelf.put")
    assert put["name"] == "stock.Base.put"
    assert [one["name"] for one in effects("shop.Shelf")] == ["stock.Shelf"]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("def told", ["shop.told"]),
        ("class Till", ["shop.Till", "shop.Till.__init__"]),
        ("raise ValueError", ["ValueError"]),
        ("nonlocal total", ["shop.outer.add"]),
        ("return json.load", ["json.load"]),
        ("return Shelf", ["stock.Shelf"]),
        ("strange.tell", ["strange.tell"]),
    ],
)
def test_a_line_is_a_definition_or_what_is_called_there(effects, text, names):
    assert [one["name"] for one in effects(f"shop.py:{row(text)}")] == names


def test_a_line_with_several_calls_shows_all_targets(effects):
    names = [one["name"] for one in effects(f"shop.py:{row('told(2)')}")]
    assert {"shop.Till.sell", "shop.told", "shop.Till.__init__"} <= {*names}


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("json.loads", "json.toml:"),
        ("builtins.list.append", "builtins.toml:"),
        ("list.append", "builtins.toml:"),
        ("collections.OrderedDict.update", "collections.toml:"),
        ("KeyError", "builtins.toml:"),
    ],
)
def test_lines_of_tables(effects, name, table):
    (line,) = effects(name)
    assert (line["kind"], line["filename"]) == ("line", None)
    assert line["cost"][0]["sources"][0]["text"].startswith(table)


def test_lines_of_the_configuration_win(effects, write):
    write(
        "pyproject.toml",
        '[tool.pfadvisor.effects]\n"strange.tell" = { args = ["x"], writes = ["log"], note = "n" }\n'
        '"shop.told" = { args = ["item"], raises = [], returns = "None" }\n',
    )
    (line,) = effects("strange.tell")
    assert line["resources"][0]["sources"][0]["origin"] == "config"
    (line,) = effects("shop.told")
    assert line["kind"] == "line" and line["raises"] == []
    (trusted,) = effects("shop.trusted")
    assert [part["what"] for part in trusted["vouched"]] == ["pure-call:trusted"]


def test_an_honest_unknown_of_a_table_is_told(effects):
    (line,) = effects("PIL.Image.effect_noise")
    (unknown,) = line["unknown"]
    assert unknown["how"] == "draws from a generator of its own"
    assert [one["origin"] for one in unknown["sources"]] == ["table", "assumed"]


def test_text_says_the_same(pfadvisor, write):
    write("shop.py", SHOP)
    out = pfadvisor("effects", "shop.told").out
    assert out.startswith("shop.told(item)\n --> shop.py:")
    assert "Writes\n  none\n" in out and "assumed worst" in out
    line = pfadvisor("effects", "json.loads").out
    assert line.count("json.toml:") == 1 and "\x1b" not in line


@pytest.mark.parametrize(
    ("what", "message"),
    [
        ("json.lods", "nothing is known of 'json.lods', did you mean 'json.loads'?"),
        ("jsonn.loads", "did you mean 'json.loads'?"),
        ("shop.toldd", "did you mean 'shop.told'?"),
        ("shop.Till.sel", "did you mean 'shop.Till.sell'?"),
        ("nowhere.at.all", "nothing is known of 'nowhere.at.all'"),
        ("shop", "'shop' is a module: name a function, method or class in it"),
        ("json", "'json' is a module"),
        ("shop.py:5", "no definition or call at shop.py:5"),
        ("nowhere.py:1", "nowhere.py: No such file or directory"),
        ("broken.py:1", "broken.py:1: syntax error"),
    ],
)
def test_what_means_nothing_is_one_line(pfadvisor, write, what, message):
    write("shop.py", SHOP)
    write("broken.py", "def f(:\n")
    ran = pfadvisor("effects", what)
    (line,) = ran.err.splitlines()
    assert (ran.code, ran.out) == (2, "")
    assert line.startswith("error: ") and message in line


def test_a_wrong_line_of_the_configuration_is_an_error(pfadvisor, write):
    write("pyproject.toml", "[tool.pfadvisor.effects]\nsend = { writs = [] }\n")
    ran = pfadvisor("effects", "json.loads")
    assert ran.code == 2 and "did you mean 'writes'?" in ran.err
