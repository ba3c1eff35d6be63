"""Pickles of nested dicts of numpy arrays, as JAX programs keep their weights.

A pickle is a program. This reader admits the instructions that rebuild dicts, lists, tuples, numbers, text
and bytes, and three names of numpy; behind the names stand plain recorders of its own, so that no code that
a file chooses is run, not even numpy's. Arrays are made from the recorded bytes at the end.
"""

from __future__ import annotations

import io
import pickle
import pickletools
from collections.abc import Iterator, Mapping, Set
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impasto.errors import CorruptError
from impasto.weights.formats.format import Arrays, Format

_MOST_ARRAYS = 10_000
_DEEPEST = 8
_MOST_INSTRUCTIONS = 1_000_000
_STRUCTURE = frozenset(["PROTO", "FRAME", "STOP", "MARK", "POP", "REDUCE", "BUILD", "GLOBAL", "STACK_GLOBAL"])
_MEMO = frozenset(["BINPUT", "LONG_BINPUT", "MEMOIZE", "BINGET", "LONG_BINGET"])
_DICTS_AND_LISTS = frozenset(["EMPTY_DICT", "SETITEM", "SETITEMS", "EMPTY_LIST", "APPEND", "APPENDS"])
_TUPLES = frozenset(["EMPTY_TUPLE", "TUPLE", "TUPLE1", "TUPLE2", "TUPLE3"])
_NUMBERS = frozenset(["NONE", "NEWTRUE", "NEWFALSE", "BININT", "BININT1", "BININT2", "LONG1", "BINFLOAT"])
_TEXT = frozenset(["BINUNICODE", "SHORT_BINUNICODE"])
_BYTES = frozenset(["BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8"])
INSTRUCTIONS = _STRUCTURE | _MEMO | _DICTS_AND_LISTS | _TUPLES | _NUMBERS | _TEXT | _BYTES
"""The instructions of a pickle that trees of numpy arrays need."""

_TYPES = frozenset(["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"])
_BROKEN = (
    pickle.UnpicklingError,
    EOFError,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    MemoryError,
    RecursionError,
)


def recognises(head: bytes, _size: int, _suffix: str) -> bool:
    """The mark of pickle protocols 2 to 5."""
    return len(head) > 2 and head[0] == 0x80 and 2 <= head[1] <= 5


def read(path: Path) -> Arrays:
    """The arrays of a pickled tree of dicts, keys joined with `/`. Raises CorruptError as `Format.read` says."""
    data = path.read_bytes()
    try:
        check_instructions(data, INSTRUCTIONS)
        tree = _Reader(io.BytesIO(data)).load()
        arrays: Arrays = {}
        for key, array in _leaves(tree, ()):
            arrays[key] = array
            if len(arrays) > _MOST_ARRAYS:
                raise CorruptError(f"{path} holds more than {_MOST_ARRAYS} arrays")
    except _BROKEN as error:
        raise CorruptError(f"{path} is not a pickle of numpy arrays: {error or type(error).__name__}") from error
    return arrays


def check_instructions(data: bytes, admitted: Set[str]) -> None:
    """Refuse every instruction of a pickle that is not admitted, and memo numbers made to fill the memory.

    Raises pickle.UnpicklingError.
    """
    for count, (code, value, _) in enumerate(pickletools.genops(data)):
        if code.name not in admitted:
            raise pickle.UnpicklingError(f"the instruction {code.name} is not admitted")
        if code.name == "LONG_BINPUT" and isinstance(value, int) and value > count:
            raise pickle.UnpicklingError(f"memo number {value} after {count} instructions")
        if count > _MOST_INSTRUCTIONS:
            raise pickle.UnpicklingError(f"more than {_MOST_INSTRUCTIONS} instructions")


class _Dtype:
    """The recorder behind numpy.dtype: a type code and a byte order."""

    __slots__ = ("code", "order")

    def __init__(self, code: object) -> None:
        if not isinstance(code, str) or code not in _TYPES:
            raise pickle.UnpicklingError(f"arrays of type {code!r} are not admitted")
        self.code = code
        self.order = "="

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        order = state[1]
        if order not in ("<", ">", "|", "="):
            raise pickle.UnpicklingError(f"{order!r} is not a byte order")
        self.order = order

    def resolve(self) -> np.dtype[Any]:
        """The type as numpy knows it."""
        return np.dtype(self.order + self.code)


class _Array:
    """The recorder behind a numpy array: its shape, type, order and bytes."""

    __slots__ = ("array",)
    array: NDArray[Any]

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _version, shape, dtype, fortran, data = state
        if not isinstance(dtype, _Dtype) or not isinstance(data, bytes | bytearray):
            raise pickle.UnpicklingError("an array without a plain type and plain bytes")
        self.array = np.frombuffer(data, dtype.resolve()).reshape(shape, order="F" if fortran else "C")


class _Named:
    """A name of numpy's as it appears in a pickle: without attributes to set, callable where arrays need it."""

    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, *args: object) -> _Array | _Dtype:
        if self._name == "dtype" and args:
            return _Dtype(args[0])
        if self._name == "_reconstruct":
            return _Array()
        if self._name == "_frombuffer" and len(args) == 4:
            made = _Array()
            made.__setstate__((1, args[2], args[1], args[3] == "F", args[0]))
            return made
        raise pickle.UnpicklingError(f"numpy's {self._name} is not called so in a pickle of arrays")


_NAMES = {
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy.core.numeric", "_frombuffer"),
    ("numpy._core.numeric", "_frombuffer"),
}


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> _Named:
        if (module, name) not in _NAMES:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which is not a numpy array")
        return _Named(name)


def _leaves(tree: object, keys: tuple[str, ...]) -> Iterator[tuple[str, NDArray[Any]]]:
    if isinstance(tree, _Array):
        yield "/".join(keys), tree.array
    elif isinstance(tree, Mapping):
        if len(keys) == _DEEPEST:
            raise pickle.UnpicklingError(f"dicts nested more than {_DEEPEST} deep")
        for key, value in tree.items():
            yield from _leaves(value, (*keys, str(key)))
    elif not keys:
        raise pickle.UnpicklingError(f"it holds a {type(tree).__name__}, not arrays by name")


FORMAT = Format("pickled numpy arrays", recognises, read)
