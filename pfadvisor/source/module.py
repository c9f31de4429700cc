"""One file's bytes to text and to a syntax tree; what cannot be read or parsed is `Failed`.

Decoding follows PEP 263 and keeps every newline, so text and encoding give the
bytes back. Parsing is that of the Python that runs this.
"""

from __future__ import annotations

import ast
import codecs
import hashlib
import io
import re
import tokenize
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pfadvisor.model import Failed

TOO_DEEP: Final = "nested too deeply to analyse"
_NEWLINE: Final = re.compile(r"\r\n|\n|\r")
_WORTH_A_LOOK: Final = re.compile(
    rb"\b(?:for|map|filter|multiprocessing|concurrent|threading|asyncio|joblib|dask|ray)\b"
)


@dataclass(frozen=True, slots=True)
class SourceFile:
    """`name` is how reports call it; `text` has no byte order mark; `newline` is the first one's."""

    path: Path
    name: str
    data: bytes
    text: str
    encoding: str
    newline: str
    bom: bool

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def read(path: Path, name: str) -> SourceFile | Failed:
    try:
        data = path.read_bytes()
    except OSError as error:
        return Failed(name, error.strerror or str(error))
    return decode(data, path, name)


def decode(data: bytes, path: Path, name: str) -> SourceFile | Failed:
    zero = data.find(b"\0")
    if zero >= 0:
        return Failed(name, "contains a null byte: not a text file", *_position(data, zero))
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        bom = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
        message = f"not valid {error.encoding}: byte 0x{error.object[error.start]:02x}"
        return Failed(name, message, *_position(data, bom + error.start))
    except (SyntaxError, LookupError, ValueError) as error:
        return _not_decoded(data, name, error)
    newline, bom = _first_newline(text), data.startswith(codecs.BOM_UTF8)
    return SourceFile(path, name, data, text, encoding, newline, bom)


def from_text(text: str, path: Path, name: str) -> SourceFile:
    """Text that was decoded elsewhere, whatever its coding line says."""
    data = text.encode("utf-8", "surrogatepass")
    return SourceFile(path, name, data, text, "utf-8", _first_newline(text), False)


def encode(source: SourceFile, text: str) -> bytes:
    """The bytes of `text` in the file's own encoding; raises UnicodeEncodeError."""
    return text.encode(source.encoding)


def worth_parsing(source: SourceFile) -> bool:
    """Whether anything in the file could be a loop or a mistake in parallel code."""
    return _WORTH_A_LOOK.search(source.data) is not None


def parse(source: SourceFile) -> ast.Module | Failed:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(source.text)
        except SyntaxError as error:
            return Failed(
                source.name, f"syntax error: {error.msg}", error.lineno or 0, error.offset or 0
            )
        except (RecursionError, MemoryError):
            return Failed(source.name, TOO_DEEP)
        except ValueError as error:
            return Failed(source.name, f"syntax error: {error}")


def _first_newline(text: str) -> str:
    found = _NEWLINE.search(text)
    return found.group() if found else "\n"


def _not_decoded(data: bytes, name: str, error: Exception) -> Failed:
    """detect_encoding hides where a byte of the first two lines is wrong."""
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        bom = len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0
        at = _position(data, bom + wrong.start)
        if "encoding" not in str(error) or "invalid or missing" in str(error):
            return Failed(name, f"not valid utf-8: byte 0x{data[bom + wrong.start]:02x}", *at)
    return Failed(name, str(error).removesuffix(" for '<unknown>'"), 1)


def _position(data: bytes, offset: int) -> tuple[int, int]:
    before = data[:offset]
    return before.count(b"\n") + 1, offset - (before.rfind(b"\n") + 1) + 1
