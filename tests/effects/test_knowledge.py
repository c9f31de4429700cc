from __future__ import annotations

import subprocess
import sys

import pytest

from pfadvisor.effects import knowledge
from pfadvisor.effects.effect import Effect
from pfadvisor.effects.knowledge import Knowledge, KnowledgeError, user_tables


def the(effect: Effect | None) -> Effect:
    assert effect is not None
    return effect


@pytest.mark.parametrize(
    ("dotted", "returns"),
    [
        ("len", "int"),
        ("builtins.len", "int"),
        ("math.sqrt", "float"),
        ("os.path.exists", "bool"),
        ("str.strip", "str"),
        ("io.StringIO", "io.StringIO"),
    ],
)
def test_call_finds_lines(dotted: str, returns: str) -> None:
    assert the(knowledge.call(dotted)).returns == returns


@pytest.mark.parametrize(
    "dotted",
    [
        "eval",
        "builtins.exec",
        "no_such_builtin",
        "no_such_root.function",
        "math.no_such_function",
        "math",
        "list.no_such_method",
        "len.__call__",
        "",
    ],
)
def test_call_knows_nothing_of(dotted: str) -> None:
    assert knowledge.call(dotted) is None


def test_method_looks_through_bases() -> None:
    own = knowledge.method("io.TextIOWrapper", "write")
    assert own == knowledge.method("io.TextIOBase", "write")
    assert the(knowledge.method("io.TextIOWrapper", "seek")).writes == ("file:self", "self")
    assert the(knowledge.method("bool", "bit_length")).returns == "int"


def test_method_of_the_nearest_class_counts() -> None:
    assert the(knowledge.method("io.StringIO", "write")).writes == ("self",)
    assert "file:self" in the(knowledge.method("io.TextIOBase", "write")).writes


def test_method_ignores_type_arguments() -> None:
    assert knowledge.method("list[str]", "append") == knowledge.method("list", "append")


def test_class_methods_have_no_receiver() -> None:
    line = the(knowledge.call("dict.fromkeys"))
    assert line.args == ("iterable", "value")
    assert knowledge.method("dict", "fromkeys") == line


def test_method_taken_from_its_class_has_its_receiver_first() -> None:
    assert the(knowledge.call("list.append")).args == ("self", "object")
    assert the(knowledge.method("list", "append")).args == ("object",)


@pytest.mark.parametrize(
    ("type_name", "name"),
    [("list", "nothing"), ("generator", "send"), ("no.Type", "read"), ("int", "append"), ("", "")],
)
def test_method_knows_nothing_of(type_name: str, name: str) -> None:
    assert knowledge.method(type_name, name) is None


@pytest.mark.parametrize("name", ["ValueError", "KeyError", "io.UnsupportedOperation"])
def test_exceptions_need_no_line(name: str) -> None:
    line = the(knowledge.call(name))
    assert line.returns == name
    assert not line.writes
    assert line.result_has == ("args", "kwargs")


def test_traits() -> None:
    found = knowledge.traits("io.StringIO")
    assert found is not None and found.copy_differs and found.one_shot
    assert knowledge.traits("tuple[int, str]") == knowledge.traits("tuple")
    assert knowledge.traits("no.Type") is None


def test_values() -> None:
    assert knowledge.value("math.pi") == "float"
    assert knowledge.value("io.SEEK_SET") == "int"
    assert knowledge.value("math.sqrt") is None
    assert knowledge.value("nothing") is None


def test_known_roots() -> None:
    assert knowledge.is_known_root("math")
    assert not knowledge.is_known_root("no_such_root")
    assert not knowledge.is_known_root("os.path")


def test_types_with_method() -> None:
    assert knowledge.types_with_method("append") == ("bytearray", "list")
    assert knowledge.types_with_method("upper") == ("bytearray", "bytes", "str")
    assert "bool" in knowledge.types_with_method("bit_length")


@pytest.mark.parametrize("name", ["read", "no_such_method", "send", "close", "add_note"])
def test_types_with_method_leaves_out(name: str) -> None:
    """Methods of other tables, methods that may do anything, and those of exceptions."""
    assert knowledge.types_with_method(name) == ()


def test_user_lines_come_first() -> None:
    user = user_tables(
        {
            "mypkg.client.fetch": {"reads": ["network"], "returns": "str"},
            "mypkg.Client.fetch": {"args": ["url"], "reads": ["network"]},
            "print": {"returns": "None"},
            "builtins.eval": {"returns": "object"},
            "list.append": {"unknown": True},
        }
    )
    mine = Knowledge(user)
    assert the(mine.call("mypkg.client.fetch")).reads == ("network",)
    assert the(mine.method("mypkg.Client", "fetch")).args == ("url",)
    assert the(mine.call("print")).writes == ()
    assert the(mine.call("eval")).returns == "object"
    assert mine.method("list", "append") is None
    assert the(mine.call("len")).returns == "int"


def test_user_lines_stay_with_their_instance() -> None:
    Knowledge({"math.sqrt": Effect(writes=("network",))})
    assert the(knowledge.call("math.sqrt")).writes == ()
    assert the(Knowledge().call("math.sqrt")).writes == ()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"wirtes": ["stdout"]}, "unknown key 'wirtes', did you mean 'writes'?"),
        ({"writes": ["stduot"]}, "writes: 'stduot' is no resource or argument"),
        ({"writes": "stdout"}, "writes: not a list of strings"),
        ({"reads": ["file:path"]}, "reads: 'path' is not in args"),
        ({"reads": ["disk:path"], "args": ["path"]}, "reads: 'disk' is no resource"),
        ({"calls": ["key"]}, "calls: 'key' is not in args"),
        ({"uses": ["session"]}, "uses: 'session' is not in args"),
        ({"blocks": "disc"}, "blocks: 'disc' is none of"),
        ({"gil": "free"}, "gil: 'free' is none of ['held', 'released']"),
        ({"cost": "hours"}, "cost: 'hours' is none of"),
        ({"returns": "list[str"}, "returns: 'list[str' is not a type expression"),
        ({"returns": "elem:rows"}, "returns: elem:rows names no argument"),
        ({"special": "open_modes"}, "special: no 'open_modes'"),
        ({"args": ["a", "a"]}, "args: ['a', 'a'] is not a list of parameters"),
        ({"args": ["a b"]}, "args: ['a b'] is not a list of parameters"),
        ({"unknown": "yes"}, "unknown: not true or false"),
        ({"raises": ["not a class"]}, "raises: 'not a class' is not a class name"),
        ({"gil_above": 1.5}, "gil_above: not a whole number"),
        ("pure", "not a table"),
    ],
)
def test_wrong_user_line_is_an_error_naming_file_and_key(line: object, said: str) -> None:
    with pytest.raises(KnowledgeError) as caught:
        user_tables({"mypkg.fetch": line}, "pyproject.toml")  # type: ignore[dict-item]
    assert str(caught.value).startswith("pyproject.toml: mypkg.fetch: ")
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"args": ["path", "*", "mode"], "reads": ["cwd", "file:path"], "blocks": "disk"},
        {"args": ["client"], "uses": ["client", "self"], "reads": ["network"]},
        {"args": ["*items", "**options"], "result_has": ["items", "options"], "returns": "list"},
        {"args": ["d"], "returns": "dict[str, list[elem:d]] | tuple[int, ...] | None"},
        {"raises": [], "returns": "mypkg.Answer", "picklable": False, "gil_above": 2048},
    ],
)
def test_right_user_lines(line: dict[str, object]) -> None:
    assert user_tables({"f": line}).keys() == {"f"}


def test_wrong_shipped_line_is_never_taken(tmp_path, monkeypatch) -> None:
    text = (
        "[calls]\nf = { wirtes = [] }\n[methods.C]\ng = { mutable = true }\n[types]\nC = { x = 1 }"
    )
    (tmp_path / "builtins.toml").write_text(text, "utf-8")
    (tmp_path / "broken.toml").write_text("[calls\n", "utf-8")
    (tmp_path / "section.toml").write_text("[cals]\n", "utf-8")
    monkeypatch.setattr(knowledge, "FOLDER", tmp_path)
    caches = (
        knowledge.roots,
        knowledge.load,
        knowledge._call,
        knowledge._method,
        knowledge._traits,
    )
    for cache in caches:
        cache.cache_clear()
    try:
        for ask, said in (
            (lambda: knowledge.call("f"), "builtins.toml: calls: f: unknown key 'wirtes'"),
            (lambda: knowledge.method("C", "g"), "builtins.toml: methods.C: g: unknown key"),
            (lambda: knowledge.traits("C"), "builtins.toml: types: C: unknown key 'x'"),
            (lambda: knowledge.call("broken.f"), "broken.toml: "),
            (lambda: knowledge.call("section.f"), "section.toml: unknown section 'cals'"),
        ):
            with pytest.raises(KnowledgeError, match=r"^" + said.replace(".", r"\.")):
                ask()
    finally:
        for cache in caches:
            cache.cache_clear()


def test_only_tables_asked_for_are_read() -> None:
    code = """
import sys
from pfadvisor.effects import knowledge
assert "tomllib" not in sys.modules
assert knowledge.is_known_root("math") and not knowledge.is_known_root("mathematics")
assert "tomllib" not in sys.modules
assert knowledge.load.cache_info().currsize == 0
knowledge.call("math.sqrt")
assert knowledge.load.cache_info().currsize == 1
"""
    subprocess.run([sys.executable, "-c", code], check=True)
