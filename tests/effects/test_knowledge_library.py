"""The tables of the rest of the standard library against the interpreter that runs the tests."""

from __future__ import annotations

import argparse
import asyncio
import configparser
import contextvars
import copyreg
import csv
import http.client
import http.cookiejar
import importlib
import inspect
import io
import ipaddress
import lzma
import pickle
import pkgutil
import queue
import smtplib
import sqlite3
import ssl
import symtable
import sys
import tarfile
import threading
import types
import uuid
import warnings
import weakref
import xmlrpc.client
import zipfile
from collections.abc import Callable, Iterator
from concurrent import futures
from email.message import EmailMessage
from pathlib import Path
from xml.etree import ElementTree

import pytest

from pfadvisor.effects import knowledge
from pfadvisor.effects.knowledge import Knowledge


def words(text: str) -> list[str]:
    return text.split()


MODULES = words(
    """argparse ast asyncio atexit base64 binascii bz2 cProfile calendar codecs colorsys
concurrent.futures concurrent.futures.process concurrent.futures.thread configparser contextlib
contextvars csv ctypes ctypes.util dbm dbm.dumb dis email email.charset email.contentmanager
email.encoders email.errors email.feedparser email.generator email.header email.headerregistry
email.iterators email.message email.mime.application email.mime.audio email.mime.base
email.mime.image email.mime.message email.mime.multipart email.mime.nonmultipart email.mime.text
email.parser email.policy email.utils errno filecmp fileinput fnmatch ftplib gc getpass gettext
glob graphlib gzip hmac html html.entities html.parser http http.client http.cookiejar http.cookies
http.server imaplib importlib importlib.abc importlib.machinery importlib.metadata
importlib.resources importlib.util inspect ipaddress keyword linecache locale lzma mimetypes mmap
multiprocessing multiprocessing.connection multiprocessing.managers multiprocessing.pool
multiprocessing.process multiprocessing.queues multiprocessing.shared_memory
multiprocessing.sharedctypes multiprocessing.synchronize pickle pkgutil platform plistlib poplib
pprint pstats queue quopri reprlib resource sched secrets select selectors shelve shlex shutil
signal smtplib sqlite3 ssl stat stringprep symtable sys tarfile tempfile threading timeit token
tokenize tomllib traceback types unittest unittest.mock uuid warnings wave weakref xml.dom
xml.dom.minidom xml.dom.pulldom xml.etree.ElementInclude xml.etree.ElementTree xml.parsers.expat
xml.sax xml.sax.handler xml.sax.saxutils xml.sax.xmlreader xmlrpc.client xmlrpc.server zipfile
zipimport zoneinfo"""
)
ROOTS = sorted({module.partition(".")[0] for module in MODULES})

FOREIGN = ("builtins", "enum", "io", "_io", "abc", "typing")

linux = pytest.mark.skipif(
    sys.platform != "linux" or sys.version_info[:2] > (3, 13), reason="other names than the tables"
)


def public(module: types.ModuleType) -> Iterator[tuple[str, object]]:
    """Public names: those of `__all__`, else what the module itself defines."""
    listed = getattr(module, "__all__", None)
    own = {module.__name__, f"_{module.__name__}", None}
    for name in dir(module) if listed is None else listed:
        if not hasattr(module, name):
            continue
        value = getattr(module, name)
        foreign = callable(value) and getattr(value, "__module__", None) not in own
        imported = isinstance(value, types.ModuleType) or type(value).__module__ == "__future__"
        if not name.startswith("_") and not imported and (listed is not None or not foreign):
            yield name, value


def lookup(dotted: str) -> Callable[[str], bool]:
    root, _, prefix = dotted.partition(".")
    table = knowledge.load(root)
    assert table is not None
    known = {*table.calls, *table.types, *table.values}
    return lambda name: (f"{prefix}.{name}" if prefix else name) in known


def has_method(cls: str, name: str) -> bool:
    for owner in Knowledge().lineage(cls):
        root, _, kind = owner.partition(".")
        table = knowledge.load(root)
        if table is not None and (
            name in table.methods.get(kind, {}) or f"{kind}.{name}" in table.calls
        ):
            return True
    return False


def own_methods(cls: type) -> Iterator[str]:
    for owner in cls.__mro__:
        if owner.__module__ in FOREIGN:
            continue
        for name, raw in vars(owner).items():
            wrapped = isinstance(raw, staticmethod | classmethod)
            if not name.startswith("_") and (wrapped or inspect.isroutine(raw)):
                yield name


@linux
@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_has_a_line(module: str) -> None:
    has_line = lookup(module)
    found = public(importlib.import_module(module))
    assert [name for name, _ in found if not has_line(name)] == []


@linux
@pytest.mark.parametrize("module", MODULES)
def test_every_method_of_a_public_class_has_a_line(module: str) -> None:
    missing = []
    for name, cls in public(importlib.import_module(module)):
        dotted = f"{module}.{name}"
        if inspect.isclass(cls) and not issubclass(cls, BaseException):
            assert knowledge.traits(dotted) is not None, dotted
            lines = {method for method in own_methods(cls) if not has_method(dotted, method)}
            missing += [f"{dotted}.{method}" for method in sorted(lines)]
    assert missing == []


def test_few_lines_are_unknown() -> None:
    known = unknown = 0
    for root in ROOTS:
        table = knowledge.load(root)
        assert table is not None
        methods = [line for found in table.methods.values() for line in found.values()]
        for line in (*table.calls.values(), *methods):
            known, unknown = known + 1, unknown + bool(line.get("unknown"))
    assert unknown / known < 0.15


def memory_archive() -> io.BytesIO:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a", "text")
    return buffer


def database() -> Iterator[sqlite3.Cursor]:
    connection = sqlite3.connect(":memory:")
    try:
        connection.row_factory = sqlite3.Row
        yield connection.execute("SELECT 1 AS one")
    finally:
        connection.close()


def parser() -> configparser.ConfigParser:
    found = configparser.ConfigParser()
    found.read_string("[section]\nkey = 1\n")
    return found


def signature() -> inspect.Signature:
    return inspect.signature(parser)


INSTANCES: dict[str, Callable[[], object]] = {
    "argparse.ArgumentParser": argparse.ArgumentParser,
    "argparse.Namespace": lambda: argparse.Namespace(a=1),
    "concurrent.futures.Future": futures.Future,
    "configparser.ConfigParser": parser,
    "configparser.SectionProxy": lambda: parser()["section"],
    "contextvars.ContextVar": lambda: contextvars.ContextVar("a"),
    "csv.DictReader": lambda: csv.DictReader(["a", "1"]),
    "csv.reader": lambda: csv.reader(["a,b"]),
    "csv.writer": lambda: csv.writer(io.StringIO()),
    "email.message.EmailMessage": EmailMessage,
    "http.cookiejar.CookieJar": http.cookiejar.CookieJar,
    "inspect.Signature": signature,
    "ipaddress.IPv4Network": lambda: ipaddress.ip_network("10.0.0.0/8"),
    "lzma.LZMACompressor": lzma.LZMACompressor,
    "queue.Queue": queue.Queue,
    "queue.SimpleQueue": queue.SimpleQueue,
    "ssl.SSLContext": ssl.create_default_context,
    "symtable.SymbolTable": lambda: symtable.symtable("a", "a", "exec"),
    "tarfile.TarInfo": lambda: tarfile.TarInfo("a"),
    "threading.Event": threading.Event,
    "threading.Lock": threading.Lock,
    "threading.Thread": threading.Thread,
    "threading.local": threading.local,
    "types.MappingProxyType": lambda: types.MappingProxyType({}),
    "types.SimpleNamespace": lambda: types.SimpleNamespace(a=1),
    "uuid.UUID": lambda: uuid.UUID(int=1),
    "weakref.WeakSet": weakref.WeakSet,
    "weakref.ref": lambda: weakref.ref(parser),
    "xml.etree.ElementTree.Element": lambda: ElementTree.fromstring("<a><b/></a>"),
    "zipfile.ZipFile": lambda: zipfile.ZipFile(memory_archive()),
    "zipfile.ZipInfo": lambda: zipfile.ZipInfo("a"),
}
ERRORS: dict[str, Callable[[], Exception]] = {
    "argparse.ArgumentError": lambda: argparse.ArgumentError(None, "a"),
    "asyncio.IncompleteReadError": lambda: asyncio.IncompleteReadError(b"", 1),
    "configparser.NoOptionError": lambda: configparser.NoOptionError("a", "b"),
    "http.client.BadStatusLine": lambda: http.client.BadStatusLine("a"),
    "smtplib.SMTPResponseException": lambda: smtplib.SMTPResponseException(1, "a"),
    "tarfile.AbsolutePathError": lambda: tarfile.AbsolutePathError(tarfile.TarInfo("a")),
    "xmlrpc.client.Fault": lambda: xmlrpc.client.Fault(1, "a"),
    "xmlrpc.client.ProtocolError": lambda: xmlrpc.client.ProtocolError("a", 1, "b", {}),
}


def survives_pickling(value: object) -> bool:
    """Without what some package, when it was imported, had to say of exceptions."""
    file = io.BytesIO()
    pickler = pickle.Pickler(file, protocol=4)
    registered = copyreg.dispatch_table.items()
    pickler.dispatch_table = {k: f for k, f in registered if not issubclass(k, BaseException)}
    try:
        pickler.dump(value)
        pickle.loads(file.getvalue())
    except (AttributeError, TypeError, pickle.PicklingError):
        return False
    return True


@pytest.mark.parametrize("name", [*INSTANCES, *ERRORS])
def test_what_is_said_of_pickling_is_so(name: str) -> None:
    traits = knowledge.traits(name)
    assert traits is not None
    assert traits.picklable == survives_pickling({**INSTANCES, **ERRORS}[name]())


def test_database_objects_are_not_picklable() -> None:
    for cursor in database():
        for value in (cursor, cursor.connection, cursor.fetchone()):
            traits = knowledge.traits(f"sqlite3.{type(value).__name__}")
            assert traits is not None and not traits.picklable
            assert not survives_pickling(value)


@pytest.mark.parametrize(
    "name", ["queue.Queue.put", "threading.Event.set", "threading.Lock.acquire"]
)
def test_shared_from_several_threads(name: str) -> None:
    kind, _, method = name.rpartition(".")
    line, traits = knowledge.method(kind, method), knowledge.traits(kind)
    assert line is not None and line.thread_safe
    assert traits is not None and traits.thread_safe


@pytest.mark.parametrize(
    "name",
    words(
        """csv.writer.writerow sqlite3.Connection.execute tarfile.TarFile.extractfile
zipfile.ZipFile.writestr gzip.GzipFile.read xml.etree.ElementTree.Element.append"""
    ),
)
def test_not_shared_between_threads(name: str) -> None:
    kind, _, method = name.rpartition(".")
    line, traits = knowledge.method(kind, method), knowledge.traits(kind)
    assert line is not None and not line.thread_safe and "self" in line.writes
    assert traits is not None and not traits.thread_safe


@pytest.mark.parametrize(
    "name", words("base64.b64encode csv.reader json.loads pickle.dumps ast.parse html.escape")
)
def test_holds_the_interpreter(name: str) -> None:
    line = knowledge.call(name)
    assert line is not None and line.gil == "held" and not line.blocks


@pytest.mark.parametrize(
    "name", words("gzip.compress bz2.compress lzma.compress shutil.copyfile hmac.digest")
)
def test_lets_other_threads_run(name: str) -> None:
    line = knowledge.call(name)
    assert line is not None and line.gil == "released"


def test_members_of_one_archive_read_at_the_same_time(tmp_path: Path) -> None:
    """What the line of ZipFile.read rests on."""
    path = tmp_path / "archive.zip"
    texts = {f"{n}.txt": f"{n}" * 20_000 for n in range(20)}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in texts.items():
            archive.writestr(name, text)
    with zipfile.ZipFile(path) as archive, futures.ThreadPoolExecutor(4) as executor:
        assert [data.decode() for data in executor.map(archive.read, texts)] == [*texts.values()]


def test_modules_without_a_table_are_unknown() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        names = {module.name for module in pkgutil.iter_modules()}
    assert {"zipfile", "csv"} <= names
    assert knowledge.call("no_such_module.function") is None
