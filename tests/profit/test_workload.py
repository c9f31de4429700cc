"""The kind of work in a loop's body, and whether it holds the GIL, by area of the library."""

from __future__ import annotations

import textwrap

import pytest

from pfadvisor.profit.workload import workload

from .snippets import marked, work_of

LOOP = """
{imports}

def run(items, {extra}):
    found = []
    for item in items:  # LOOP
{body}
    return found
"""

IO = {
    "open-read": ("", "with open(item) as f:\n    found.append(f.read())"),
    "open-lines": (
        "",
        "with open(item) as f:\n    found.append(sum(1 for line in f if line.strip()))",
    ),
    "open-write": ("", "with open(item, 'w') as f:\n    f.write('x')"),
    "path-read": ("from pathlib import Path", "found.append(Path(item).read_text())"),
    "path-json": (
        "import json\nfrom pathlib import Path",
        "found.append(json.loads(Path(item).read_text()))",
    ),
    "path-by-name": ("import pathlib", "found.append(item.read_bytes())"),
    "path-stat": ("from pathlib import Path", "found.append(Path(item).stat().st_size)"),
    "os-listdir": ("import os", "found.extend(os.listdir(item))"),
    "os-walk": ("import os", "for root, dirs, files in os.walk(item):\n    found.extend(files)"),
    "os-replace": ("import os", "os.replace(item, item + '.old')"),
    "shutil-copy": ("import shutil", "shutil.copy(item, 'target')"),
    "shutil-tree": ("import shutil", "shutil.rmtree(item)"),
    "glob": ("import glob", "found.extend(glob.glob(item))"),
    "filecmp": ("import filecmp", "found.append(filecmp.cmp(item, 'other'))"),
    "tempfile": ("import tempfile", "found.append(tempfile.mkdtemp(prefix=item))"),
    "zip-file": ("import zipfile", "with zipfile.ZipFile(item) as z:\n    z.extractall('out')"),
    "tar-file": ("import tarfile", "with tarfile.open(item) as t:\n    t.extractall('out')"),
    "config-file": ("import configparser", "configparser.ConfigParser().read(item)"),
    "subprocess-run": ("import subprocess", "found.append(subprocess.run(['git', item]))"),
    "subprocess-output": (
        "import subprocess",
        "found.append(subprocess.check_output(['ls', item]))",
    ),
    "os-system": ("import os", "found.append(os.system(item))"),
    "popen-wait": ("import subprocess", "p = subprocess.Popen([item])\nfound.append(p.wait())"),
    "urlopen": ("import urllib.request", "found.append(urllib.request.urlopen(item).read())"),
    "http-client": (
        "import http.client",
        "c = http.client.HTTPConnection(item)\nc.request('GET', '/')\n"
        "found.append(c.getresponse().read())",
    ),
    "socket": (
        "import socket",
        "with socket.create_connection((item, 80)) as s:\n    s.sendall(b'x')\n"
        "    found.append(s.recv(100))",
    ),
    "name-lookup": ("import socket", "found.append(socket.gethostbyname(item))"),
    "smtp": ("import smtplib", "smtplib.SMTP(item).sendmail('a', 'b', 'c')"),
    "ftp": ("import ftplib", "ftplib.FTP(item).retrlines('LIST')"),
    "sleep": ("import time", "time.sleep(0.1)\nfound.append(item * item)"),
    "sqlite": (
        "import sqlite3",
        "db = sqlite3.connect(item)\nfound.extend(db.execute('select 1').fetchall())",
    ),
    "network-then-loops": (
        "import urllib.request",
        "text = urllib.request.urlopen(item).read()\nfor byte in text:\n    found.append(byte + 1)",
    ),
}

HELD = {
    "arithmetic": ("", "found.append(item * item + 1)"),
    "nested-loops": (
        "",
        "t = 0\nfor a in item:\n    for b in item:\n        t += a * b\nfound.append(t)",
    ),
    "while": (
        "",
        "n = item\nwhile n != 1:\n    n = n // 2 if n % 2 == 0 else 3 * n + 1\nfound.append(n)",
    ),
    "regex": ("import re", "found.append(re.findall(r'(a+)+b', item))"),
    "compiled-regex": ("import re\nP = re.compile('x')", "found.append(P.sub('y', item))"),
    "json": ("import json", "found.append(json.dumps(json.loads(item)))"),
    "pickle": ("import pickle", "found.append(pickle.dumps(item))"),
    "deepcopy": ("import copy", "found.append(copy.deepcopy(item))"),
    "base64": ("import base64", "found.append(base64.b64encode(item))"),
    "struct": ("import struct", "found.append(struct.unpack('<4I', item))"),
    "decimal": ("from decimal import Decimal", "found.append(Decimal(item) ** 50)"),
    "fractions": ("from fractions import Fraction", "found.append(Fraction(item) + 1)"),
    "statistics": ("import statistics", "found.append(statistics.stdev(item))"),
    "sorting": ("", "found.append(sorted(item, key=str.lower))"),
    "heap": ("import heapq", "found.append(heapq.nlargest(3, item))"),
    "permutations": (
        "import itertools",
        "found.append(sum(1 for p in itertools.permutations(item) if p[0] < p[-1]))",
    ),
    "factorial": ("import math", "found.append(math.factorial(item))"),
    "difference": (
        "import difflib",
        "found.append(difflib.SequenceMatcher(None, item, 'abc').ratio())",
    ),
    "syntax-trees": ("import ast", "found.append(len(list(ast.walk(ast.parse(item)))))"),
    "xml": ("import xml.etree.ElementTree as E", "found.append(E.fromstring(item).findall('x'))"),
    "html": ("import html", "found.append(html.unescape(item))"),
    "dates": ("import datetime", "found.append(datetime.datetime.strptime(item, '%Y'))"),
    "text": ("", "found.append(' '.join(w.title() for w in item.split()))"),
    "wrap": ("import textwrap", "found.append(textwrap.fill(item))"),
    "csv-of-text": ("import csv", "found.extend(csv.reader(item.splitlines()))"),
    "hash-of-a-name": ("import hashlib", "found.append(hashlib.md5(item.encode()).hexdigest())"),
    "hash-of-little": ("import hashlib", "found.append(hashlib.sha256(b'salt' * 3).digest())"),
    "random": ("import random", "found.append(random.Random(item).random())"),
    "url-parsing": ("import urllib.parse", "found.append(urllib.parse.urlsplit(item).netloc)"),
    "path-arithmetic": ("import os", "found.append(os.path.join('a', os.path.basename(item)))"),
    "pure-path": ("from pathlib import PurePath", "found.append(PurePath(item).suffix)"),
    "memory-file": ("import io", "s = io.StringIO()\ns.write(item)\nfound.append(s.getvalue())"),
    "print": ("", "print(item)"),
    "logging": ("import logging", "logging.getLogger(item).info('x')"),
}

RELEASED = {
    "pbkdf2": ("import hashlib", "found.append(hashlib.pbkdf2_hmac('sha1', item, b's', 1000))"),
    "scrypt": ("import hashlib", "found.append(hashlib.scrypt(item, salt=b's', n=2, r=8, p=1))"),
    "hash-of-much": ("import hashlib", "found.append(hashlib.sha256(bytes(1_000_000)).digest())"),
    "zlib": ("import zlib", "found.append(zlib.compress(item))"),
    "gzip": ("import gzip", "found.append(gzip.compress(item))"),
    "bz2": ("import bz2", "found.append(bz2.compress(item))"),
    "lzma": ("import lzma", "found.append(lzma.decompress(item))"),
    "checksum": ("import zlib", "found.append(zlib.crc32(bytes(50_000)))"),
}

ASYNC = {
    "sleep": ("import asyncio", "await asyncio.sleep(1)"),
    "connection": ("import asyncio", "found.append(await asyncio.open_connection(item, 80))"),
    "own-coroutine": (
        "import asyncio\nasync def fetch(x):\n    await asyncio.sleep(1)\n    return x",
        "found.append(await fetch(item))",
    ),
    "unknown-client": ("import client", "found.append(await client.get(item))"),
    "process": ("import asyncio", "found.append(await asyncio.create_subprocess_exec(item))"),
    "nested": ("import asyncio", "if item:\n    found.append(await asyncio.wait_for(item, 1))"),
}


def source(imports: str, body: str) -> str:
    return LOOP.format(imports=imports, body=textwrap.indent(body, " " * 8), extra="*rest")


@pytest.mark.parametrize("name", IO)
def test_waiting_is_io(name: str) -> None:
    work = work_of(source(*IO[name]))
    assert work.kind == "io"
    assert work.gil == "released"
    assert work.waiting.mid > 0


@pytest.mark.parametrize("name", HELD)
def test_computing_in_python_holds_the_gil(name: str) -> None:
    work = work_of(source(*HELD[name]))
    assert (work.kind, work.gil) == ("cpu", "held")


@pytest.mark.parametrize("name", RELEASED)
def test_computing_in_c_on_much_data_releases_the_gil(name: str) -> None:
    work = work_of(source(*RELEASED[name]))
    assert (work.kind, work.gil) == ("cpu", "released")
    assert not work.waiting.high


@pytest.mark.parametrize("name", ASYNC)
def test_awaiting_is_async(name: str) -> None:
    text = source(*ASYNC[name]).replace("\ndef run", "\nasync def run")
    assert work_of(text).kind == "async"


def test_async_for_is_async() -> None:
    text = """
    async def run(stream):
        async for item in stream:  # LOOP
            print(item)
    """
    assert work_of(text).kind == "async"


def test_blocking_in_a_coroutine_without_await_is_io() -> None:
    text = """
    import time
    async def run(items):
        for item in items:  # LOOP
            time.sleep(item)
    """
    assert work_of(text).kind == "io"


PARSER = """
from pathlib import Path

def score(text, words):
    total = 0
    for word in words:
        for line in text:
            for part in line:
                if part == word:
                    total += 1
    return total

def run(paths, words):
    return [score(Path(path).read_text(), words) for path in paths]  # LOOP
"""


def test_heavy_loops_over_what_a_file_holds_are_not_io() -> None:
    assert work_of(PARSER).kind in ("cpu", "mixed")


def test_helpers_that_mostly_read_files_are_io() -> None:
    text = """
    def first(path):
        with open(path) as f:
            return f.readline().strip().lower()

    def titles(path):
        return {"path": path, "title": first(path)}

    def run(paths):
        return [titles(p) for p in paths]  # LOOP
    """
    work = work_of(text)
    assert (work.kind, work.dominant) == ("io", ("titles",))


def test_a_callable_parameter_is_what_the_file_passes_for_it() -> None:
    text = """
    import time

    def replay(events, send):
        return [send(event) for event in events]  # LOOP

    def slow(event):
        time.sleep(0.2)
        return event

    def main():
        return replay([1, 2], send=slow)
    """
    assert work_of(text).kind == "io"


def test_methods_are_found_by_the_type_of_self() -> None:
    text = """
    import subprocess

    class Host:
        def __init__(self, name):
            self.name = name

        def probe(self):
            return subprocess.run(["ping", self.name]).returncode

        def each(self, names):
            for name in names:  # LOOP
                self.probe()
    """
    assert work_of(text).kind == "io"


def test_only_the_given_instructions_count() -> None:

    text = """
    import time

    def run(items):
        for item in items:  # LOOP
            value = item * 2
            time.sleep(value)
    """
    found = marked(text)
    rows = {i: found.ev.function.code[i].span.row for i in found.body}
    compute = frozenset(i for i, row in rows.items() if row == 6)
    work = workload(found.program, found.ev, found.loop, compute)
    assert (work.kind, work.waiting.high) == ("cpu", 0)


@pytest.mark.parametrize(
    "iterable, number", [("range(2, 50)", 48), ("ROWS", 3), ("items", None), ("range(items)", None)]
)
def test_iterations_are_known_where_the_code_states_them(iterable: str, number: int | None) -> None:
    text = f"ROWS = (1, 2, 3)\ndef run(items):\n    for item in {iterable}:  # LOOP\n        pass\n"
    assert work_of(text).iterations == number
