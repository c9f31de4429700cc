"""The calls of the benchmark of the GIL that compute, by the names that the tables have for them.

Each is made for a thread of its own, with a folder of its own, and gets enough to take some
milliseconds, or is repeated.
"""

from __future__ import annotations

import array
import base64
import binascii
import bz2
import configparser
import copy
import csv
import decimal
import difflib
import filecmp
import gzip
import hashlib
import heapq
import hmac
import html
import io
import json
import lzma
import math
import mmap
import os
import pickle
import plistlib
import random
import re
import shutil
import socket
import sqlite3
import ssl
import statistics
import struct
import tempfile
import textwrap
import tomllib
import unicodedata
import xml.dom.minidom
import xml.etree.ElementTree as etree
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from gil_waits import Call, Make

LARGE: Final = 1 << 24
NOISE: Final = random.Random(0).randbytes(1 << 20)
BLOB: Final = NOISE * (LARGE >> 20)
SQUEEZABLE: Final = bytes(byte & 15 for byte in NOISE)
WORDS: Final = " ".join(f"word{number % 977}" for number in range(20_000))
RECORDS: Final = [{"id": n, "name": f"n{n}", "tags": ["a", "b"], "x": n / 7} for n in range(10_000)]
DIGITS: Final = [n * 7919 % 10_007 / 3 for n in range(20_000)]
DOCUMENT: Final = "<a>" + "".join(f'<b n="{n}">text {n}</b>' for n in range(20_000)) + "</a>"
SETTINGS: Final = "".join(f'[t{n}]\nname = "n{n}"\nvalues = [1, 2, 3]\n' for n in range(400))
COUNTING: Final = (
    "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {}) SELECT {} FROM c"
)


# -- what computes without the GIL ------------------------------------------------------------


def kept(place: Path, data: bytes = BLOB) -> Path:
    path = place / "data"
    path.write_bytes(data)
    return path


def from_file(read: Callable[[Path], object], data: bytes = BLOB) -> Make:
    return lambda place: partial(read, kept(place, data))


def with_open(use: Callable[[io.BufferedRandom], object]) -> Make:
    def made(place: Path) -> Call:
        handle = kept(place).open("r+b")
        return lambda: (handle.seek(0), use(handle))

    return made


def read_by(kind: Callable[[io.BytesIO], io.BufferedIOBase], data: bytes) -> bytes:
    with kind(io.BytesIO(data)) as file:
        return file.read()


def squeezed(compress: Callable[[bytes], bytes], expand: Callable[[bytes], bytes]) -> Make:
    return lambda _: partial(expand, compress(SQUEEZABLE))


def to_other(copy_to: Callable[[Path, Path], object]) -> Make:
    return lambda place: partial(copy_to, kept(place), place / "copy")


def in_kernel(name: str) -> Make:
    def made(place: Path) -> Call:
        source, target = kept(place).open("rb"), (place / "copy").open("wb")

        def run() -> None:
            target.seek(0)
            if name == "sendfile":
                os.sendfile(target.fileno(), source.fileno(), 0, LARGE)
            else:
                os.copy_file_range(source.fileno(), target.fileno(), LARGE, 0, 0)

        return run

    return made


def synced(place: Path) -> Call:
    handle = (place / "data").open("wb", buffering=0)
    return lambda: (handle.write(NOISE), os.fsync(handle.fileno()))


def mapped(place: Path) -> Call:
    with kept(place).open("r+b") as handle:
        memory = mmap.mmap(handle.fileno(), 0)

    def run() -> None:
        memory[:] = BLOB[: len(memory)]
        memory.flush()

    return run


def zipped(place: Path) -> Call:
    with zipfile.ZipFile(place / "data.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data", SQUEEZABLE)
    return partial(zipfile.ZipFile(place / "data.zip").read, "data")


def counted(use: Callable[[sqlite3.Connection, str], object]) -> Make:
    def made(_: Path) -> Call:
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        return partial(use, connection, COUNTING.format(30_000, "sum(n)"))

    return made


HASHES: Final = "md5 sha1 sha256 sha512 sha3_256 blake2b blake2s"
RELEASING: Final[dict[str, Make]] = {
    **{
        f"hashlib.{name}": lambda _, name=name: partial(getattr(hashlib, name), BLOB)
        for name in HASHES.split()
    },
    "hashlib.new": lambda _: partial(hashlib.new, "sha256", BLOB),
    "hashlib._Hash.update": lambda _: partial(hashlib.sha256().update, BLOB),
    "hashlib.file_digest": from_file(
        lambda p: hashlib.file_digest(p.open("rb", buffering=0), "sha1")
    ),
    "hashlib.pbkdf2_hmac": lambda _: partial(hashlib.pbkdf2_hmac, "sha256", b"p", b"s", 30_000),
    "hashlib.scrypt": lambda _: partial(hashlib.scrypt, b"p", salt=b"s", n=4096, r=8, p=1),
    "hmac.new": lambda _: partial(hmac.new, b"k", BLOB, "sha256"),
    "hmac.digest": lambda _: partial(hmac.digest, b"k", BLOB, "sha256"),
    "zlib.compress": lambda _: partial(zlib.compress, SQUEEZABLE),
    "zlib.decompress": squeezed(zlib.compress, zlib.decompress),
    "zlib.crc32": lambda _: partial(zlib.crc32, BLOB),
    "zlib.adler32": lambda _: partial(zlib.adler32, BLOB),
    "zlib._Compress.compress": lambda _: lambda: zlib.compressobj().compress(SQUEEZABLE),
    "zlib._Decompress.decompress": squeezed(
        zlib.compress, lambda data: zlib.decompressobj().decompress(data)
    ),
    "binascii.crc32": lambda _: partial(binascii.crc32, BLOB),
    "bz2.compress": lambda _: partial(bz2.compress, SQUEEZABLE[: 1 << 18]),
    "bz2.decompress": squeezed(bz2.compress, bz2.decompress),
    "lzma.compress": lambda _: partial(lzma.compress, SQUEEZABLE[: 1 << 17]),
    "lzma.decompress": squeezed(lzma.compress, lzma.decompress),
    "gzip.compress": lambda _: partial(gzip.compress, SQUEEZABLE),
    "gzip.decompress": squeezed(gzip.compress, gzip.decompress),
    "gzip.GzipFile.read": squeezed(
        gzip.compress,
        lambda data: read_by(lambda file: gzip.GzipFile(fileobj=file), data),
    ),
    "bz2.BZ2File.read": squeezed(bz2.compress, partial(read_by, bz2.BZ2File)),
    "lzma.LZMAFile.read": squeezed(lzma.compress, partial(read_by, lzma.LZMAFile)),
    "zipfile.ZipFile.read": zipped,
    "sqlite3.Connection.execute": counted(lambda c, sql: c.execute(sql)),
    "sqlite3.Cursor.fetchone": counted(lambda c, sql: c.execute(sql).fetchone()),
    "sqlite3.Connection.executescript": counted(lambda c, sql: c.executescript(sql)),
    "os.urandom": lambda _: partial(os.urandom, 1 << 22),
    "os.pread": with_open(lambda f: os.pread(f.fileno(), LARGE, 0)),
    "os.write": with_open(lambda f: os.write(f.fileno(), BLOB)),
    "os.sendfile": in_kernel("sendfile"),
    "os.copy_file_range": in_kernel("copy_file_range"),
    "os.fsync": synced,
    "mmap.mmap.flush": mapped,
    "io.FileIO.readall": with_open(lambda f: f.raw.readall()),
    "io.FileIO.write": with_open(lambda f: f.raw.write(BLOB)),
    "io.BufferedReader.read": from_file(lambda p: p.open("rb").read()),
    "io.BufferedReader.readinto": from_file(lambda p: p.open("rb").readinto(bytearray(LARGE))),
    "pathlib.Path.read_bytes": from_file(Path.read_bytes),
    "pathlib.Path.write_bytes": lambda place: partial((place / "data").write_bytes, BLOB),
    "shutil.copyfile": to_other(shutil.copyfile),
    "ssl.create_default_context": lambda _: ssl.create_default_context,
    "socket.getaddrinfo": lambda _: partial(socket.getaddrinfo, "127.0.0.1", 80),
    "os.stat": lambda place: partial(os.stat, place),
    "os.scandir": lambda place: partial(os.scandir, place),
    "os.listdir": lambda place: partial(os.listdir, place),
    "os.path.getsize": lambda place: partial(os.path.getsize, place),
    "os.path.exists": lambda place: partial(os.path.exists, place),
    "os.lseek": with_open(lambda f: os.lseek(f.fileno(), 0, 0)),
    "pathlib.Path.exists": lambda place: place.exists,
    "pathlib.Path.is_dir": lambda place: place.is_dir,
}


# -- what computes with the GIL ---------------------------------------------------------------


def parsed(parse: Callable[..., object], text: str, mode: str = "r") -> Make:
    """A parser of an open file."""
    return from_file(lambda path: parse(path.open(mode)), text.encode())


HOLDING: Final[dict[str, Make]] = {
    "array.array": lambda _: partial(array.array, "d", DIGITS),
    "base64.b64encode": lambda _: partial(base64.b64encode, NOISE),
    "binascii.hexlify": lambda _: partial(binascii.hexlify, NOISE),
    "bytes.decode": lambda _: partial(WORDS.encode("utf-16").decode, "utf-16"),
    "copy.deepcopy": lambda _: partial(copy.deepcopy, RECORDS[:200]),
    "csv.DictReader": lambda _: lambda: list(csv.DictReader(["a,b,c"] * 5_000)),
    "decimal.Decimal.sqrt": lambda _: partial(
        decimal.Decimal(2).sqrt, decimal.Context(prec=20_000)
    ),
    "difflib.SequenceMatcher.ratio": lambda _: (
        lambda: difflib.SequenceMatcher(None, WORDS[:1_000], WORDS[500:1_500]).ratio()
    ),
    "heapq.nsmallest": lambda _: partial(heapq.nsmallest, 100, DIGITS),
    "html.escape": lambda _: partial(html.escape, DOCUMENT),
    "json.dumps": lambda _: partial(json.dumps, RECORDS),
    "json.loads": lambda _: partial(json.loads, json.dumps(RECORDS)),
    "math.factorial": lambda _: partial(math.factorial, 5_000),
    "math.fsum": lambda _: partial(math.fsum, DIGITS),
    "pickle.dumps": lambda _: partial(pickle.dumps, RECORDS),
    "pickle.loads": lambda _: partial(pickle.loads, pickle.dumps(RECORDS)),
    "random.Random.sample": lambda _: partial(random.Random(0).sample, DIGITS, 5_000),
    "re.findall": lambda _: partial(re.findall, r"\w+[13579]\b", WORDS),
    "re.fullmatch": lambda _: partial(re.fullmatch, r"(\w+ ?)*!", WORDS[:20]),
    "re.sub": lambda _: partial(re.sub, "o(r)", r"\1", WORDS),
    "sorted": lambda _: partial(sorted, DIGITS),
    "statistics.pstdev": lambda _: partial(statistics.pstdev, DIGITS[:1_000]),
    "str.join": lambda _: partial(",".join, WORDS.split()),
    "str.split": lambda _: partial(WORDS.split),
    "struct.unpack": lambda _: partial(struct.unpack, f"{len(NOISE)}b", NOISE),
    "sum": lambda _: partial(sum, DIGITS),
    "textwrap.wrap": lambda _: partial(textwrap.wrap, WORDS[:10_000]),
    "tomllib.loads": lambda _: partial(tomllib.loads, SETTINGS),
    "unicodedata.normalize": lambda _: partial(unicodedata.normalize, "NFKD", "\u00e9" * 100_000),
    "xml.etree.ElementTree.fromstring": lambda _: partial(etree.fromstring, DOCUMENT),
}


def spread(place: Path) -> Path:
    """A folder with some hundred files."""
    folder = place / "spread"
    folder.mkdir(exist_ok=True)
    for number in range(300):
        (folder / f"f{number}.txt").write_bytes(b"x")
    return folder


def compared(place: Path) -> Call:
    one, other = kept(place), shutil.copy(place / "data", place / "copy")

    def run() -> None:
        filecmp.clear_cache()
        filecmp.cmp(one, other, shallow=False)

    return run


def many_members(place: Path) -> Path:
    path = place / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(2_000):
            archive.writestr(f"m{number}", b"")
    return path


def copied(place: Path) -> Call:
    folder, numbers = spread(place), iter(range(10_000))
    return lambda: shutil.copytree(folder, place / f"copy{next(numbers)}")


def removed(place: Path) -> Call:
    """What is removed is made before, which is measured, too."""
    return lambda: shutil.rmtree(spread(place))


OF_FILES: Final[dict[str, Make]] = {
    "configparser.ConfigParser.read": from_file(
        lambda p: configparser.ConfigParser().read(p),
        "".join(f"[s{n}]\na = 1\nb = 2\n" for n in range(2_000)).encode(),
    ),
    "filecmp.cmp": compared,
    "json.load": parsed(json.load, json.dumps(RECORDS)),
    "pickle.load": from_file(lambda p: pickle.load(p.open("rb")), pickle.dumps(RECORDS)),
    "plistlib.load": parsed(plistlib.load, plistlib.dumps(RECORDS[:1_000]).decode(), "rb"),
    "shutil.copytree": copied,
    "shutil.rmtree": removed,
    "tempfile.mkdtemp": lambda place: partial(tempfile.mkdtemp, dir=place),
    "tomllib.load": parsed(tomllib.load, SETTINGS, "rb"),
    "xml.dom.minidom.parse": from_file(
        lambda p: xml.dom.minidom.parse(str(p)), DOCUMENT[:50_003].encode() + b"</b></a>"
    ),
    "xml.etree.ElementTree.parse": from_file(etree.parse, DOCUMENT.encode()),
    "zipfile.ZipFile": lambda place: partial(zipfile.ZipFile, many_members(place)),
}

SMALL_SIZE: Final = 1_000
SMALL: Final[dict[str, Make]] = {
    "hashlib.sha256": lambda _: partial(hashlib.sha256, NOISE[:SMALL_SIZE]),
    "hashlib._Hash.update": lambda _: partial(hashlib.sha256().update, NOISE[:SMALL_SIZE]),
    "zlib.crc32": lambda _: partial(zlib.crc32, NOISE[:SMALL_SIZE]),
    "binascii.crc32": lambda _: partial(binascii.crc32, NOISE[:SMALL_SIZE]),
}
WORK: Final = RELEASING | HOLDING | OF_FILES
