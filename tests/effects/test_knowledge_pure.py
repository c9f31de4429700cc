"""Lines that call themselves pure are run under an audit hook, their arguments compared."""

from __future__ import annotations

import ast
import builtins
import copy
import importlib
import inspect
import sys
import types
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

import pytest

from pfadvisor.effects import knowledge, special
from pfadvisor.effects.effect import Effect

NAMELESS: dict[type, str] = {
    type(sha256()): "hashlib._Hash",
    type(zlib.compressobj()): "zlib._Compress",
}


class Recorder:
    """Audit events while it is on; an audit hook can never be taken away again."""

    def __init__(self) -> None:
        self.on = False
        self.events: list[str] = []
        sys.addaudithook(self.hear)

    def hear(self, event: str, _arguments: tuple[object, ...]) -> None:
        if self.on:
            self.events.append(event)

    @contextmanager
    def listening(self) -> Iterator[None]:
        self.on, self.events = True, []
        try:
            yield
        finally:
            self.on = False


@pytest.fixture(scope="module")
def recorder() -> Recorder:
    return Recorder()


DATE = "datetime.date(2024, 2, 29)"
DELTA = "datetime.timedelta(days=3)"
PURE = f"""
math.sqrt(2.0)
math.gcd(12, 18)
math.prod([1, 2, 3])
math.fsum([0.1, 0.2])
math.comb(5, 2)
math.dist([1, 2], [3, 4])
math.isqrt(17)
cmath.polar(1j)
re.escape("a.b")
re.findall("a(b)", "abab")
re.sub("a", "b", "aba")
re.split(",", "a,b")
re.compile("a").search("bab")
re.compile("a").sub("b", "aba")
re.match("(a)(b)?", "a").groups()
json.dumps({{"a": [1, 2.5, None]}})
json.loads("[1, 2, 3]")
json.JSONEncoder().encode([1, 2])
hashlib.sha256(b"abc").hexdigest()
hashlib.pbkdf2_hmac("sha256", b"p", b"s", 1)
zlib.compress(b"abc" * 100)
zlib.crc32(b"abc")
pathlib.PurePosixPath("a/b.c").with_suffix(".d")
pathlib.PurePosixPath("a/b.c").relative_to("a")
pathlib.PurePosixPath("a").joinpath("b", "c")
os.path.join("a", "b")
os.path.splitext("a.b")
os.path.normpath("a//b/../c")
os.path.commonpath(["a/b", "a/c"])
os.fsencode("a")
subprocess.CompletedProcess(["a"], 0).check_returncode()
time.mktime((2024, 1, 1, 0, 0, 0, 0, 1, -1))
{DATE}.isoformat()
{DATE}.replace(year=2020)
{DELTA}.total_seconds()
datetime.datetime(2024, 1, 2).timetuple()
datetime.date.fromisoformat("2024-01-02")
urllib.parse.urlparse("http://a/b?c=d").geturl()
urllib.parse.parse_qs("a=1&b=2")
urllib.parse.urlencode({{"a": "b c"}})
urllib.parse.quote("a b")
urllib.parse.urljoin("http://a/b", "c")
decimal.Decimal("1.5").is_finite()
decimal.Decimal("1.5").as_tuple()
fractions.Fraction(3, 4).limit_denominator(2)
fractions.Fraction("0.25")
statistics.mean([1, 2, 3])
statistics.median([3, 1, 2])
statistics.multimode([1, 1, 2, 2])
statistics.stdev([1.0, 2.0, 4.0])
statistics.quantiles([1, 2, 3, 4])
itertools.chain([1], [2])
itertools.product([1, 2], [3])
itertools.combinations([1, 2, 3], 2)
itertools.pairwise([1, 2, 3])
itertools.islice([1, 2, 3], 2)
functools.reduce(operator.add, [1, 2, 3])
operator.add([1], [2])
operator.itemgetter(1)
operator.contains([1, 2], 2)
collections.Counter(["a", "b", "a"]).most_common(1)
collections.deque([1, 2, 3], 2)
collections.deque([1, 2]).copy()
collections.OrderedDict({{"a": 1}}).items()
string.capwords("a b")
string.Template("$a").substitute({{"a": "b"}})
textwrap.wrap("a b c " * 30)
textwrap.dedent("  a")
difflib.get_close_matches("aple", ["apple", "pear"])
difflib.unified_diff(["a"], ["b"])
struct.pack("<i", 3)
struct.unpack("<i", b"abcd")
struct.calcsize("<ii")
copy.copy([1, [2]])
bisect.bisect_left([1, 3, 5], 3)
heapq.nlargest(2, [3, 1, 2])
heapq.merge([1, 3], [2])
enum.unique(enum.IntEnum)
dataclasses.is_dataclass([1])
typing.get_args(list[int])
typing.cast(int, [1])
array.array("i", [1, 2, 3]).tolist()
unicodedata.normalize("NFC", "a")
unicodedata.name("a")
socket.htons(1)
socket.inet_aton("127.0.0.1")
logging.getLevelName(10)
""".strip().splitlines()


def dissect(source: str) -> tuple[Callable[..., object], list[object], dict[str, object], str]:
    """The outermost call of `source`: what it calls, with which arguments, and its dotted name."""
    call = ast.parse(source, mode="eval").body
    assert isinstance(call, ast.Call)
    used = {node.id for node in ast.walk(call) if isinstance(node, ast.Name)}
    names = {name: importlib.import_module(name) for name in used if not hasattr(builtins, name)}
    names |= {name: getattr(builtins, name) for name in used if hasattr(builtins, name)}

    def value(node: ast.expr) -> Any:
        return eval(ast.unparse(node), dict[str, Any](names))

    dotted = ast.unparse(call.func)
    if "(" in dotted:
        assert isinstance(call.func, ast.Attribute)
        kind = type(value(call.func.value))
        dotted = f"{table_name(kind)}.{call.func.attr}"
    keywords = {str(word.arg): value(word.value) for word in call.keywords}
    return value(call.func), [value(arg) for arg in call.args], keywords, dotted


def table_name(kind: type) -> str:
    if kind in NAMELESS:
        return NAMELESS[kind]
    home = kind.__module__
    home = home.partition(".")[0] if home.startswith(("json.", "pathlib.")) else home
    return f"{home}.{kind.__qualname__}"


def stated(dotted: str) -> Effect:
    owner, _, name = dotted.rpartition(".")
    found = knowledge.call(dotted) or knowledge.method(owner, name)
    assert found is not None, f"{dotted} has no line"
    return found


@pytest.mark.parametrize("source", PURE)
def test_what_is_called_pure_does_nothing_else(source: str, recorder: Recorder) -> None:
    function, arguments, keywords, dotted = dissect(source)
    effect = stated(dotted)
    assert not effect.writes
    assert not set(effect.reads) - {"context", "locale"}
    receiver = getattr(function, "__self__", None)
    looked_at = [*arguments, *keywords.values()]
    looked_at += [] if isinstance(receiver, types.ModuleType | type | None) else [receiver]
    before = [repr(thing) for thing in looked_at]
    copied = copy.deepcopy([thing for thing in looked_at if isinstance(thing, list | dict)])
    function(*arguments, **keywords)
    with recorder.listening():
        result = function(*arguments, **keywords)
    assert recorder.events == []
    assert [repr(thing) for thing in looked_at] == before
    assert [thing for thing in looked_at if isinstance(thing, list | dict)] == copied
    if not effect.result_is:
        assert not any(result is thing for thing in looked_at if isinstance(thing, list | dict))


@pytest.mark.parametrize("source", PURE)
def test_the_stated_type_is_the_type_of_the_result(source: str) -> None:
    function, arguments, keywords, dotted = dissect(source)
    result = function(*arguments, **keywords)
    heads = [word.strip() for word in stated(dotted).returns.split("[")[0].split("|")]
    kinds = [getattr(builtins, head, None) for head in heads]
    if all(isinstance(kind, type) for kind in kinds) and "|" not in stated(dotted).returns:
        assert isinstance(result, tuple(filter(inspect.isclass, kinds)))


def test_there_are_enough_of_them() -> None:
    assert len(PURE) >= 60


def test_what_depends_on_arguments_is_refined() -> None:
    given: dict[str, object] = {"pattern": "(a)(b)", "repl": "x", "fd": 1}

    def literal(name: str) -> object:
        return given.get(name, special.ABSENT)

    assert special.refine("pattern_text", stated("re.sub"), literal).calls == ()
    found = special.refine("pattern_text", stated("re.findall"), literal)
    assert found.returns == "list[tuple[str, ...]]"
    assert special.refine("descriptor", stated("os.write"), literal).writes == ("stdout",)
    assert (
        special.refine("child_text", stated("subprocess.check_output"), literal).returns == "bytes"
    )
    given["text"] = True
    assert special.refine("child_text", stated("subprocess.check_output"), literal).returns == "str"
    unseeded = special.refine("own_seed", stated("statistics.NormalDist.samples"), literal)
    assert unseeded.writes == ("rng",)


def test_what_is_not_known_stays_the_worst_case() -> None:
    def literal(_name: str) -> object:
        return special.UNKNOWN

    for name, kind in (("re.sub", "pattern_text"), ("os.write", "descriptor")):
        assert special.refine(kind, stated(name), literal) == stated(name)
    for name in ("os.fork", "os.execv", "logging.config.dictConfig", "typing.get_type_hints"):
        assert knowledge.call(name) is None


def test_files_children_and_paths_are_told_apart() -> None:
    assert stated("pathlib.Path.read_text").writes == ()
    assert "file:self" in stated("pathlib.Path.write_text").writes
    assert stated("subprocess.run").writes == ("process",)
    assert "process" in stated("subprocess.Popen.terminate").writes
    assert stated("os.path.join").reads == ()
    assert "cwd" in stated("os.path.abspath").reads
