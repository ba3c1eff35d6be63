"""MatConvNet files: written here by SciPy (level 5) and h5py (version 7.3); damaged and hostile ones refused."""

import contextlib
import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.io import savemat

from impasto.errors import CorruptError
from impasto.weights.formats import read_arrays

RANDOM = np.random.default_rng(17)
FILTERS = RANDOM.normal(size=(3, 3, 2, 5)).astype(np.float32)
BIASES = RANDOM.normal(size=(1, 5)).astype(np.float32)
WIDE = RANDOM.normal(size=(3, 1, 5, 1)).astype(np.float64)


def cells(values: list[Any]) -> np.ndarray:
    array = np.empty((1, len(values)), object)
    for i, value in enumerate(values):
        array[0, i] = value
    return array


def structures(*, legacy: bool) -> list[dict[str, Any]]:
    """conv1 with filters and biases, a ReLU without, and conv2 whose filters have one output."""
    conv = {"filters": FILTERS, "biases": BIASES} if legacy else {"weights": cells([FILTERS, BIASES])}
    last = {"filters": WIDE, "biases": np.zeros((0, 0))} if legacy else {"weights": cells([WIDE])}
    return [
        {**conv, "pad": np.array([[1.0, 1, 1, 1]]), "type": "conv", "name": "conv1"},
        {"type": "relu", "name": "relu1"},
        {**last, "type": "conv", "name": "conv2"},
    ]


def write_level_5(path: Path, *, legacy: bool, compressed: bool) -> None:
    meta = {"averageImage": np.zeros((4, 4, 3)), "classes": cells(["cat", "dog"])}
    content = {"meta": meta, "layers": cells(structures(legacy=legacy))}
    with path.open("wb") as file:
        savemat(file, content, do_compression=compressed)


def write_hdf5(path: Path, *, legacy: bool) -> None:
    """As MATLAB 7.3: 512 bytes of its own, axes backwards, cells as references, text as numbers."""
    with h5py.File(path, "w", userblock_size=512) as root:
        kept = root.create_group("#refs#")

        def put(name: str, value: Any, into: h5py.Group) -> Any:
            if isinstance(value, str):
                into[name] = np.array([[ord(letter)] for letter in value], np.uint16)
            elif isinstance(value, dict):
                group = into.create_group(name)
                for key, entry in value.items():
                    put(key, entry, group)
            elif value.dtype == object:
                references = [
                    put(f"{into.name}{name}{i}".replace("/", "_"), v, kept).ref for i, v in enumerate(value[0])
                ]
                into.create_dataset(name, (len(references), 1), h5py.ref_dtype, [[ref] for ref in references])
            else:
                into[name] = value.T
            return into[name]

        put("layers", cells(structures(legacy=legacy)), root)
    data = bytearray(path.read_bytes())
    data[:19] = b"MATLAB 7.3 MAT-file"
    path.write_bytes(data)


Writer = Callable[[Path], None]
WRITERS: dict[str, Writer] = {
    f"{kind}{', legacy' * legacy}": writer
    for legacy in (False, True)
    for kind, writer in {
        "level 5": lambda path, legacy=legacy: write_level_5(path, legacy=legacy, compressed=False),
        "level 5, compressed": lambda path, legacy=legacy: write_level_5(path, legacy=legacy, compressed=True),
        "version 7.3": lambda path, legacy=legacy: write_hdf5(path, legacy=legacy),
    }.items()
}


@pytest.mark.parametrize("writer", WRITERS)
def test_written_and_read_back_equal(tmp_path: Path, writer: str) -> None:
    path = tmp_path / "x"
    WRITERS[writer](path)
    found = read_arrays(path)
    assert set(found) == {"conv1/filters", "conv1/biases", "conv2/filters"}
    np.testing.assert_array_equal(found["conv1/filters"], FILTERS)
    np.testing.assert_array_equal(found["conv1/biases"], BIASES[0])
    np.testing.assert_array_equal(found["conv2/filters"], WIDE)


@pytest.mark.parametrize("writer", WRITERS)
def test_truncated_anywhere_is_refused(tmp_path: Path, writer: str) -> None:
    path = tmp_path / "x"
    WRITERS[writer](path)
    data = path.read_bytes()
    for keep in [*range(0, len(data), max(1, len(data) // 50)), len(data) - 1]:
        path.write_bytes(data[:keep])
        with pytest.raises(CorruptError):
            read_arrays(path)


@pytest.mark.parametrize("writer", [name for name in WRITERS if "level 5" in name])
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), value=st.integers(0, 255))
def test_a_changed_byte_is_read_or_refused_but_never_breaks(
    tmp_path: Path, writer: str, place: float, value: int
) -> None:
    path = tmp_path / "x"
    WRITERS[writer](path)
    data = bytearray(path.read_bytes())
    data[int(place * len(data))] = value
    path.write_bytes(data)
    with contextlib.suppress(CorruptError):
        read_arrays(path)


HEADER = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM"


def element(kind: int, data: bytes) -> bytes:
    return struct.pack("<II", kind, len(data)) + data + bytes(-len(data) % 8)


def matrix(kind: int, shape: tuple[int, ...], *parts: bytes, name: bytes = b"") -> bytes:
    flags = element(6, struct.pack("<II", kind, 0))
    sizes = element(5, struct.pack(f"<{len(shape)}i", *shape))
    return element(14, flags + sizes + element(1, name) + b"".join(parts))


def nested(depth: int) -> bytes:
    inner = matrix(6, (1, 1), element(9, struct.pack("<d", 1)))
    for _ in range(depth):
        inner = matrix(1, (1, 1), inner)
    return inner


def bomb() -> bytes:
    """Three hundred megabytes of zeros in three hundred kilobytes."""
    claim = 300 << 20
    packer = zlib.compressobj()
    head = element(6, struct.pack("<II", 6, 0)) + element(5, struct.pack("<2i", 1, claim // 8)) + element(1, b"layers")
    data = packer.compress(struct.pack("<II", 14, len(head) + 8 + claim) + head + struct.pack("<II", 9, claim))
    for _ in range(300):
        data += packer.compress(bytes(1 << 20))
    data += packer.flush()
    return struct.pack("<II", 15, len(data)) + data


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", "no cell array 'layers'"),
    "another variable": (lambda: matrix(6, (1, 1), element(9, bytes(8)), name=b"x"), "no cell array 'layers'"),
    "numbers for layers": (lambda: matrix(6, (1, 1), element(9, bytes(8)), name=b"layers"), "no cell array 'layers'"),
    "numbers in layers": (lambda: matrix(1, (1, 1), nested(0), name=b"layers"), "is not a structure"),
    "no layers": (lambda: matrix(1, (0, 0), name=b"layers"), "has numbers"),
    "two thousand million cells": (lambda: matrix(1, (46341, 46341), name=b"layers"), "0 of 2147488281 cells"),
    "negative": (lambda: matrix(1, (-1, -1), name=b"layers"), "negative size"),
    "deep": (lambda: matrix(1, (1, 1), nested(500), name=b"layers"), "nested more than"),
    "a long element": (lambda: struct.pack("<II", 14, 1 << 31), "claims 2147483648 bytes"),
    "a long name": (lambda: matrix(2, (1, 1), element(5, struct.pack("<i", 0)), name=b"layers"), "no length"),
    "bomb": (bomb, "unpacks to more"),
    "not zlib": (lambda: struct.pack("<II", 15, 8) + b"notzlib!", "compressed element is damaged"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_are_refused_at_once(tmp_path: Path, name: str) -> None:
    make, words = HOSTILE[name]
    path = tmp_path / "bad.mat"
    path.write_bytes(HEADER + make())
    start = time.monotonic()
    with pytest.raises(CorruptError, match=words):
        read_arrays(path)
    assert time.monotonic() - start < 5


def test_big_endian_files_are_read(tmp_path: Path) -> None:
    """A double stored as one byte, as MATLAB stores whole numbers, in a file of a big-endian machine."""

    def big(kind: int, data: bytes) -> bytes:
        return struct.pack(">II", kind, len(data)) + data + bytes(-len(data) % 8)

    def made(kind: int, shape: tuple[int, int], *parts: bytes, name: bytes = b"") -> bytes:
        flags = big(6, struct.pack(">II", kind, 0))
        return big(14, flags + big(5, struct.pack(">2i", *shape)) + big(1, name) + b"".join(parts))

    text = made(4, (1, 2), big(16, b"c1"))
    filters = made(7, (1, 1), big(7, struct.pack(">f", 2.5)))
    biases = made(6, (1, 1), struct.pack(">HHB3x", 1, 2, 7))
    fields = big(5, struct.pack(">i", 8)) + big(1, b"name\0\0\0\0filters\0biases\0\0")
    layer = made(2, (1, 1), fields, text, filters, biases)
    header = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x01\x00MI"
    path = tmp_path / "x.mat"
    path.write_bytes(header + made(1, (1, 1), layer, name=b"layers"))
    found = read_arrays(path)
    assert found["c1/filters"].item() == 2.5
    assert found["c1/biases"].tolist() == [7.0]
