"""Caffe's `.caffemodel`: a serialised NetParameter message, in its present form and in the one before it.

Field numbers after Caffe's caffe.proto. NetParameter: layers = 2 (V1LayerParameter), layer = 100. LayerParameter:
name = 1, blobs = 7; V1LayerParameter: name = 4, blobs = 6. BlobProto: num, channels, height, width = 1 … 4 (legacy),
data = 5, shape = 7 (BlobShape: dim = 1), double_data = 8. Everything else is passed over.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impasto.errors import CorruptError
from impasto.weights.formats.format import Arrays, Format
from impasto.weights.formats.protobuf import BYTES, FIXED32, FIXED64, VARINT, MessageReader, read_varint

_NAME = 1
_OPENINGS = (b"\x12", b"\xa2\x06", b"\x1a", b"\x20")
_SCALARS = {5: (FIXED32, "<f4"), 8: (FIXED64, "<f8")}
_SHAPE, _DIM = 7, 1
_LEGACY_AXES = (1, 2, 3, 4)
_MOST_AXES = 32


@dataclass(frozen=True)
class _LayerFields:
    """Where one generation of layer messages keeps what is wanted."""

    name: int
    blobs: int


_GENERATIONS = {2: _LayerFields(name=4, blobs=6), 100: _LayerFields(name=1, blobs=7)}


def recognises(head: bytes, _size: int, suffix: str) -> bool:
    """The extension, or a name (often empty) followed by a layer or an input."""
    if suffix == ".caffemodel":
        return True
    if len(head) < 2 or head[0] != _NAME << 3 | BYTES or head[1] > len(head) - 4:
        return False
    name, rest = head[2 : 2 + head[1]], head[2 + head[1] :]
    return (name.decode("ascii", errors="replace").isprintable() and name.isascii()) and rest.startswith(_OPENINGS)


def read(path: Path) -> Arrays:
    """The blobs of every layer that has some, as `layer/blobs/0`, `layer/blobs/1` …, in the file's own precision.

    A legacy blob has four axes, but for 1 × 1 × 1 × N, Caffe's form of a bias, which is given as [N].
    Raises CorruptError as `Format.read` says.
    """
    try:
        with path.open("rb") as file:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        return _read_net(memoryview(content))
    except (ValueError, MemoryError) as error:
        raise CorruptError(f"{path} is not a sound .caffemodel: {error}") from error


def _read_net(message: memoryview) -> Arrays:
    reader, arrays, names = MessageReader(), Arrays(), set[str]()
    for number, kind, value in reader.fields(message):
        if number not in _GENERATIONS or kind != BYTES or isinstance(value, int):
            continue
        name, blobs = _read_layer(reader, value, _GENERATIONS[number])
        if blobs and name in names:
            raise ValueError(f"two layers called {name!r} have numbers")
        names.update([name] if blobs else [])
        arrays.update({f"{name}/blobs/{i}": blob for i, blob in enumerate(blobs)})
    if not arrays:
        raise ValueError("no layer in it has numbers")
    return arrays


def _read_layer(reader: MessageReader, message: memoryview, where: _LayerFields) -> tuple[str, list[NDArray[Any]]]:
    name, blobs = "", []
    for number, kind, value in reader.fields(message):
        if kind != BYTES or isinstance(value, int):
            continue
        if number == where.name:
            name = bytes(value).decode("utf-8")
        elif number == where.blobs:
            blobs.append(value)
    return name, [_read_blob(reader, blob, f"blob {i} of the layer {name!r}") for i, blob in enumerate(blobs)]


def _read_blob(reader: MessageReader, message: memoryview, label: str) -> NDArray[Any]:
    legacy: dict[int, int] = {}
    shape: tuple[int, ...] | None = None
    runs: dict[int, list[memoryview]] = {field: [] for field in _SCALARS}
    for number, kind, value in reader.fields(message):
        if isinstance(value, int):
            if number in _LEGACY_AXES:
                legacy[number] = value
        elif number in _SCALARS and kind in (BYTES, _SCALARS[number][0]):
            runs[number].append(value)
        elif number == _SHAPE and kind == BYTES:
            shape = tuple(_dimensions(reader, value))
    field = max(runs, key=lambda number: sum(map(len, runs[number])))
    numbers = np.frombuffer(b"".join(runs[field]), _SCALARS[field][1])
    if shape is None:
        shape = tuple(legacy.get(axis, 0) for axis in _LEGACY_AXES)
        shape = shape[3:] if shape[:3] == (1, 1, 1) else shape
    if prod(shape) != numbers.size or len(shape) > _MOST_AXES:
        raise ValueError(f"{label} has {numbers.size} numbers for the shape {list(shape[:_MOST_AXES])}")
    return numbers.reshape(shape)


def _dimensions(reader: MessageReader, message: memoryview) -> Iterator[int]:
    """The sizes of a BlobShape, packed into one field or each in its own."""
    for number, kind, value in reader.fields(message):
        if number != _DIM:
            continue
        if kind == VARINT and isinstance(value, int):
            yield value
        elif kind == BYTES and not isinstance(value, int):
            if len(value) > _MOST_AXES * 10:
                raise ValueError(f"a blob has more than {_MOST_AXES} axes")
            place = 0
            while place < len(value):
                size, place = read_varint(value, place)
                yield size


FORMAT = Format("Caffe .caffemodel", recognises, read)
