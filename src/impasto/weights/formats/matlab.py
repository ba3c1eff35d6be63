"""MATLAB's MAT-file of level 5: one variable of it, as plain Python values and arrays.

Source: MathWorks, MAT-File Format (level 5). A file is a header of 128 bytes and a run of elements; an element is a tag
(type, number of bytes) and its data, padded to 8 bytes; a matrix is an element made of elements.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from math import prod
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Value = NDArray[Any] | str | list["Value"] | list[dict[str, "Value"]] | None
"""Numbers, text, a cell array in column order, a structure array in column order, or what is not read."""

MARK = b"MATLAB 5.0 MAT-file"

_HEADER = 128
_MATRIX, _COMPRESSED = 14, 15
_NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
_TEXT = {1: "latin-1", 2: "latin-1", 4: "utf-16", 16: "utf-8", 17: "utf-16", 18: "utf-32"}
_CELL, _STRUCT, _CHAR = 1, 2, 4
_CLASSES = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8"}
_COMPLEX = 0x0800
_DEEPEST = 6
_PEEK = 512


def read_variable(content: memoryview, wanted: str, limit: int) -> Value:
    """The variable called `wanted` of a MAT-file; None if there is none. Only that one is unpacked.

    limit: bytes that it may unpack to. Raises ValueError for a damaged file or one that goes past the limit.
    """
    mark = bytes(content[_HEADER - 2 : _HEADER])
    if mark not in (b"IM", b"MI"):
        raise ValueError("it does not say in which order its bytes are")
    reader = _Reader("<" if mark == b"IM" else ">")
    for kind, data in reader.elements(content[_HEADER:], partial=False):
        if kind == _COMPRESSED:
            matrix = _unpack(data, limit, reader, wanted)
        else:
            matrix = data if kind == _MATRIX and reader.name(data) == wanted else None
        if matrix is not None:
            return reader.value(matrix, 0)
    return None


def _unpack(packed: memoryview, limit: int, reader: _Reader, wanted: str) -> memoryview | None:
    """The matrix in a compressed element, if it is the one wanted; its name is looked at first."""
    try:
        start = zlib.decompressobj().decompress(packed, _PEEK)
        kind, first = next(reader.elements(memoryview(start), partial=True), (0, memoryview(b"")))
        if kind != _MATRIX or reader.name(first, partial=True) != wanted:
            return None
        unpacker = zlib.decompressobj()
        whole = unpacker.decompress(packed, limit)
    except zlib.error as error:
        raise ValueError(f"a compressed element is damaged: {error}") from error
    if not unpacker.eof:
        raise ValueError(f"{wanted!r} is cut short or unpacks to more than the {limit} bytes that it may")
    return next((data for kind, data in reader.elements(memoryview(whole), partial=False)), None)


class _Reader:
    """Reads elements in one byte order. Numbers are views of the file's own bytes."""

    def __init__(self, order: Literal["<", ">"]) -> None:
        self._order = order

    def elements(self, content: memoryview, *, partial: bool) -> Iterator[tuple[int, memoryview]]:
        """Type and data of each element; `partial` lets the last one be cut short.

        Raises ValueError for one that claims more than is there.
        """
        place = 0
        while place < len(content):
            if len(content) - place < 8:
                raise ValueError("an element's tag is cut short")
            kind, length = (int(n) for n in np.frombuffer(content[place : place + 8], f"{self._order}u4"))
            start = place + 8
            if kind >> 16:
                kind, length, start = kind & 0xFFFF, kind >> 16, place + 4
                if length > 4:
                    raise ValueError(f"a small element claims {length} bytes")
            if length > len(content) - start and not partial:
                raise ValueError(f"an element claims {length} bytes where {len(content) - start} are left")
            yield kind, content[start : start + length]
            end = start + length
            place = end if kind == _COMPRESSED else end + (-(end - place) % 8)

    def name(self, matrix: memoryview, *, partial: bool = False) -> str:
        """The name of a matrix, its third element."""
        for i, (_, data) in enumerate(self.elements(matrix, partial=partial)):
            if i == 2:
                return bytes(data).decode("latin-1")
        return ""

    def value(self, matrix: memoryview, depth: int) -> Value:
        """What a matrix holds. Objects, functions, sparse and complex matrices are None."""
        if len(matrix) == 0:
            return np.zeros((0, 0))
        if depth > _DEEPEST:
            raise ValueError(f"cells and structures nested more than {_DEEPEST} deep")
        parts = self.elements(matrix, partial=False)
        flags, shape = self._numbers(next(parts, None)), self._numbers(next(parts, None)).tolist()
        next(parts, None)
        if flags.size < 1 or any(size < 0 for size in shape):
            raise ValueError("a matrix without flags, or with a negative size")
        kind = int(flags[0]) & 0xFF
        if kind == _CELL:
            return self._cells(parts, prod(shape), depth)
        if kind == _STRUCT:
            return self._structures(parts, prod(shape), depth)
        if kind == _CHAR:
            return self._text(next(parts, None))
        if kind in _CLASSES and not int(flags[0]) & _COMPLEX:
            numbers = self._numbers(next(parts, None))
            if numbers.size != prod(shape):
                raise ValueError(f"a matrix has {numbers.size} numbers for the shape {shape}")
            return numbers.astype(_CLASSES[kind], copy=False).reshape(shape, order="F")
        return None

    def _cells(self, parts: Iterator[tuple[int, memoryview]], count: int, depth: int) -> list[Value]:
        cells = [self.value(data, depth + 1) for _, data in parts]
        if len(cells) != count:
            raise ValueError(f"a cell array has {len(cells)} of {count} cells")
        return cells

    def _structures(self, parts: Iterator[tuple[int, memoryview]], count: int, depth: int) -> list[dict[str, Value]]:
        length = int(self._numbers(next(parts, None)).sum())
        names = bytes(next(parts, (0, memoryview(b"")))[1])
        if length < 1:
            raise ValueError("a structure whose field names have no length")
        fields = [names[i : i + length].split(b"\0")[0].decode("latin-1") for i in range(0, len(names), length)]
        values = [self.value(data, depth + 1) for _, data in parts]
        if len(values) != count * len(fields) or not fields:
            raise ValueError(f"a structure array has {len(values)} values for {count} times {len(fields)} fields")
        step = len(fields)
        return [dict(zip(fields, values[i : i + step], strict=True)) for i in range(0, len(values), step)]

    def _numbers(self, element: tuple[int, memoryview] | None) -> NDArray[Any]:
        if element is None or element[0] not in _NUMBERS:
            raise ValueError("numbers are missing, or of a type that is not in use")
        kind = np.dtype(_NUMBERS[element[0]]).newbyteorder(self._order)
        if len(element[1]) % kind.itemsize:
            raise ValueError(f"{len(element[1])} bytes are no whole number of {kind.itemsize}-byte numbers")
        return np.frombuffer(element[1], kind)

    def _text(self, element: tuple[int, memoryview] | None) -> str:
        if element is None or element[0] not in _TEXT:
            raise ValueError("text is missing, or in an encoding that is not in use")
        encoding = _TEXT[element[0]]
        wide = encoding not in ("latin-1", "utf-8")
        return bytes(element[1]).decode(encoding + ("-le" if self._order == "<" else "-be") * wide)
