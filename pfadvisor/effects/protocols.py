"""The special methods that known callables call on what they are given.

Tables say what a callable does itself; `str(x)`, `sorted(xs)`, `d[k]` also run methods of the
objects' classes. `of_arguments` and `of_elements` name them; iteration is said by `iterates`.
"""

from __future__ import annotations

from typing import Final

_HASH: Final = ("__hash__", "__eq__")
_ORDER: Final = ("__lt__", "__gt__")
_TEXT: Final = ("__str__", "__repr__", "__format__")
NESTED: Final = (*_HASH, *_TEXT)
THROUGHOUT: Final = frozenset({"copy", "marshal", "pickle", "pprint", "shelve"})
_PICKLED: Final = ("__reduce_ex__", "__reduce__", "__getstate__", "__setstate__")
_NUMBER: Final = ("__float__", "__index__", "__int__", "__trunc__")
_COPIED: Final = ("__copy__", "__deepcopy__", "__replace__")
_ROUNDED: Final = ("__round__", "__floor__", "__ceil__", "__trunc__")
_CONVERTED: Final = ("__index__", "__float__", "__fspath__")  # what C code asks for

_ARGUMENTS: Final[dict[str, tuple[str, ...]]] = {
    "abs": ("__abs__",),
    "ascii": ("__repr__",),
    "bin": ("__index__",),
    "bool": ("__bool__", "__len__"),
    "bytes": ("__bytes__", "__index__"),
    "chr": ("__index__",),
    "complex": ("__complex__", *_NUMBER),
    "dir": ("__dir__",),
    "divmod": ("__divmod__", "__rdivmod__"),
    "float": _NUMBER,
    "format": _TEXT,
    "getattr": ("__getattribute__", "__getattr__"),
    "hasattr": ("__getattribute__", "__getattr__"),
    "hash": ("__hash__",),
    "hex": ("__index__",),
    "int": _NUMBER,
    "isinstance": ("__instancecheck__",),
    "issubclass": ("__subclasscheck__",),
    "len": ("__len__",),
    "max": _ORDER,
    "min": _ORDER,
    "next": ("__next__",),
    "oct": ("__index__",),
    "open": ("__fspath__",),
    "pow": ("__pow__", "__rpow__"),
    "print": _TEXT,
    "range": ("__index__",),
    "repr": ("__repr__",),
    "reversed": ("__reversed__", "__len__", "__getitem__"),
    "round": ("__round__",),
    "str": _TEXT,
    "dict.__delitem__": _HASH,
    "dict.__setitem__": _HASH,
    "dict.fromkeys": _HASH,
    "dict.get": _HASH,
    "dict.pop": _HASH,
    "dict.setdefault": _HASH,
    "frozenset.difference": _HASH,
    "frozenset.intersection": _HASH,
    "frozenset.union": _HASH,
    "list.count": ("__eq__",),
    "list.index": ("__eq__",),
    "list.remove": ("__eq__",),
    "set.add": _HASH,
    "set.discard": _HASH,
    "set.remove": _HASH,
    "str.format": _TEXT,
    "str.format_map": ("__getitem__", "__missing__", *_TEXT),
    "str.translate": ("__getitem__",),
    "tuple.count": ("__eq__",),
    "tuple.index": ("__eq__",),
}
_ELEMENTS: Final[dict[str, tuple[str, ...]]] = {
    "all": ("__bool__", "__len__"),
    "any": ("__bool__", "__len__"),
    "dict": _HASH,
    "dict.fromkeys": _HASH,
    "dict.update": _HASH,
    "filter": ("__bool__", "__len__"),
    "frozenset": _HASH,
    "frozenset.difference": _HASH,
    "frozenset.intersection": _HASH,
    "frozenset.union": _HASH,
    "list.sort": _ORDER,
    "max": _ORDER,
    "min": _ORDER,
    "set": _HASH,
    "set.difference": _HASH,
    "set.intersection": _HASH,
    "set.union": _HASH,
    "set.update": _HASH,
    "sorted": _ORDER,
    "sum": ("__add__", "__radd__"),
}
_ORDERED: Final = (*_ORDER, "__le__", "__ge__", "__eq__")
_SUMMED: Final = ("__add__", "__radd__", "__mul__", "__rmul__", "__sub__", "__truediv__")
_BINARY: Final = (
    *("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul"),
    *("lshift", "rshift", "and", "or", "xor"),
)
_OPERATED: Final = (
    *(f"__{kind}{name}__" for name in _BINARY for kind in ("", "r", "i")),
    *("__abs__", "__neg__", "__pos__", "__invert__"),
)
_ELEMENT_ROOTS: Final[dict[str, tuple[str, ...]]] = {
    "bisect": _ORDERED,
    "collections": (*_HASH, *_ORDER),
    "csv": _TEXT,
    "heapq": _ORDERED,
    "itertools": ("__eq__", "__bool__", *_SUMMED),
    "math": (*_NUMBER, *_SUMMED),
    "queue": _ORDERED,
    "statistics": (*_HASH, *_ORDERED, *_NUMBER, *_SUMMED),
}
_ROOTS: Final[dict[str, tuple[str, ...]]] = {
    "bisect": _ORDERED,
    "cmath": ("__complex__", *_NUMBER),
    "collections": (*_HASH, *_ORDER),
    "copy": (*_COPIED, *_PICKLED),
    "decimal": _NUMBER,
    "fractions": _NUMBER,
    "heapq": _ORDERED,
    "itertools": ("__eq__", "__bool__", "__len__", "__index__"),
    "logging": _TEXT,
    "marshal": _PICKLED,
    "math": (*_NUMBER, *_ROUNDED),
    "os": ("__fspath__",),
    "pathlib": ("__fspath__",),
    "operator": (
        *_ORDERED,
        *_SUMMED,
        *_NUMBER,
        *_OPERATED,
        "__bool__",
        "__call__",
        "__contains__",
        "__delitem__",
        "__getitem__",
        "__ne__",
        "__setitem__",
    ),
    "pickle": _PICKLED,
    "pprint": _TEXT,
    "queue": _ORDERED,
    "random": ("__len__", "__getitem__"),
    "reprlib": _TEXT,
    "shelve": _PICKLED,
    "shutil": ("__fspath__",),
    "string": ("__getitem__", "__missing__", *_TEXT),
}
_GIVEN: Final[dict[str, tuple[str, ...]]] = {
    "abs": ("__abs__",),
    "copy": _COPIED,
    "divmod": ("__divmod__", "__rdivmod__"),
    "math": _ROUNDED,
    "operator": (*_OPERATED, "__call__", "__getitem__"),
    "pow": ("__pow__", "__rpow__"),
    "reversed": ("__reversed__",),
    "round": ("__round__",),
}
_NATIVE: Final = frozenset(
    """
array base64 binascii bz2 calendar codecs ctypes datetime glob gzip hashlib hmac io lzma mmap
secrets select signal socket sqlite3 struct subprocess tarfile tempfile time uuid wave zipfile zlib
""".split()  # noqa: SIM905
)


def of_arguments(dotted: str) -> tuple[str, ...]:
    """Special methods that a call of `dotted` may run on any of its arguments."""
    root = dotted.partition(".")[0]
    return _ARGUMENTS.get(dotted) or _ROOTS.get(root, _CONVERTED if root in _NATIVE else ())


def given_by(dotted: str) -> tuple[str, ...]:
    """Those of them whose result is what the call gives, or part of it."""
    return _GIVEN.get(dotted) or _GIVEN.get(dotted.partition(".")[0], ())


def of_elements(dotted: str) -> tuple[str, ...]:
    """Special methods that it may run on the elements of what it iterates over, or of `self`."""
    return _ELEMENTS.get(dotted) or _ELEMENT_ROOTS.get(dotted.partition(".")[0], ())
