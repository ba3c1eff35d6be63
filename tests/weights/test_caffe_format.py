"""Caffe models: bytes encoded here, field by field, and read back equal; damaged and hostile ones refused at once."""

import contextlib
import struct
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from impasto.errors import CorruptError
from impasto.weights.formats import read_arrays

Layers = dict[str, list[np.ndarray]]


def layers() -> Layers:
    random = np.random.default_rng(11)
    return {
        "conv1": [random.normal(size=(4, 3, 5, 2)).astype(np.float32), random.normal(size=4).astype(np.float32)],
        "fire2/squeeze1x1": [random.normal(size=(2, 4, 1, 1)).astype(np.float32)],
    }


def varint(number: int) -> bytes:
    groups = [number >> 7 * i & 0x7F for i in range(10)]
    while len(groups) > 1 and not groups[-1]:
        groups.pop()
    return bytes([group | 0x80 for group in groups[:-1]] + groups[-1:])


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def chunk(field: int, data: bytes) -> bytes:
    return varint(field << 3 | 2) + varint(len(data)) + data


def blob(array: np.ndarray, *, legacy: bool = False, double: bool = False, packed: bool = True) -> bytes:
    if legacy:
        sizes = [1] * (4 - array.ndim) + list(array.shape)
        shape = b"".join(number(field, size) for field, size in enumerate(sizes, start=1))
    elif packed:
        shape = chunk(7, chunk(1, b"".join(map(varint, array.shape))))
    else:
        shape = chunk(7, b"".join(number(1, size) for size in array.shape))
    field, kind, wire = (8, "<f8", 1) if double else (5, "<f4", 5)
    if packed:
        return shape + chunk(field, array.astype(kind).tobytes())
    return shape + b"".join(varint(field << 3 | wire) + x.tobytes() for x in array.astype(kind).reshape(-1))


def new_model(content: Layers, **options: bool) -> bytes:
    """A name, an input layer without numbers, then the layers: `layer` messages, with other fields in between."""
    made = chunk(1, b"net") + chunk(100, chunk(1, b"data") + chunk(2, b"Input") + chunk(4, b"data"))
    for name, blobs in content.items():
        body = chunk(1, name.encode()) + chunk(2, b"Convolution") + chunk(3, b"data") + chunk(6, struct.pack("<f", 1))
        made += chunk(100, body + b"".join(chunk(7, blob(b, **options)) for b in blobs) + number(10, 1))
    return made


def old_model(content: Layers, *, named: bool = True, **options: bool) -> bytes:
    """The same as V1LayerParameter messages, whose type is a number and whose fields have other numbers."""
    made = chunk(1, b"net") if named else b""
    for name, blobs in content.items():
        body = chunk(2, b"data") + chunk(3, b"conv") + chunk(4, name.encode()) + number(5, 4)
        made += chunk(2, body + b"".join(chunk(6, blob(b, **options)) for b in blobs))
    return made


MODELS = {
    "new": lambda content: new_model(content),
    "new, double": lambda content: new_model(content, double=True),
    "new, one by one": lambda content: new_model(content, packed=False),
    "new, legacy shapes": lambda content: new_model(content, legacy=True),
    "old, legacy shapes": lambda content: old_model(content, legacy=True),
    "old, double": lambda content: old_model(content, legacy=True, double=True),
    "old, nameless": lambda content: old_model(content, named=False),
}


@pytest.mark.parametrize(
    ("model", "suffix"), [*((m, ".caffemodel") for m in MODELS), *((m, ".bin") for m in MODELS if "nameless" not in m)]
)
def test_written_and_read_back_equal(tmp_path: Path, model: str, suffix: str) -> None:
    path, content = tmp_path / f"net{suffix}", layers()
    path.write_bytes(MODELS[model](content))
    found = read_arrays(path)
    assert set(found) == {"conv1/blobs/0", "conv1/blobs/1", "fire2/squeeze1x1/blobs/0"}
    for name, blobs in content.items():
        for i, array in enumerate(blobs):
            np.testing.assert_array_equal(found[f"{name}/blobs/{i}"], array)
            assert found[f"{name}/blobs/{i}"].dtype == (np.float64 if "double" in model else np.float32)


def test_half_of_a_model_gives_only_layers_that_are_whole(tmp_path: Path) -> None:
    content, path = layers(), tmp_path / "cut.caffemodel"
    data = new_model(content)
    whole_layers = 0
    for keep in range(0, len(data), 7):
        path.write_bytes(data[:keep])
        try:
            found = read_arrays(path)
        except CorruptError:
            continue
        whole_layers += 1
        for key, array in found.items():
            layer, _, i = key.rpartition("/blobs/")
            np.testing.assert_array_equal(array, content[layer][int(i)])
    assert whole_layers <= 2


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), value=st.integers(0, 255))
def test_a_changed_byte_is_read_or_refused_but_never_breaks(tmp_path: Path, place: float, value: int) -> None:
    data = bytearray(old_model(layers(), legacy=True))
    data[int(place * len(data))] = value
    path = tmp_path / "x.caffemodel"
    path.write_bytes(data)
    with contextlib.suppress(CorruptError):
        read_arrays(path)


FLOATS = chunk(5, np.zeros(4, "<f4").tobytes())
HOSTILE = {
    "empty": (b"", "empty"),
    "no numbers": (chunk(1, b"net") + chunk(100, chunk(1, b"data")), "no layer in it has numbers"),
    "a length past the end": (varint(100 << 3 | 2) + varint(1 << 60), "claims"),
    "a varint without end": (b"\xa2\x06" + b"\xff" * 30, "no end"),
    "a group": (varint(100 << 3 | 3), "wire type 3"),
    "more claimed than there": (chunk(100, chunk(7, number(1, 1 << 62) + FLOATS)), "4 numbers for the shape"),
    "negative size": (chunk(100, chunk(7, chunk(7, number(1, 2**64 - 4)) + FLOATS)), "4 numbers for the shape"),
    "no shape": (chunk(100, chunk(7, FLOATS)), "4 numbers for the shape"),
    "odd bytes": (chunk(100, chunk(7, chunk(5, b"12345"))), "not a sound"),
    "many axes": (chunk(100, chunk(7, chunk(7, chunk(1, b"\x01" * 5000)) + FLOATS)), "more than 32 axes"),
    "forty axes": (chunk(100, chunk(7, chunk(7, chunk(1, b"\x01" * 39 + b"\x04")) + FLOATS)), "4 numbers for"),
    "no text": (chunk(100, chunk(1, b"\xff\xfe") + chunk(7, number(4, 4) + FLOATS)), "not a sound"),
    "twice": (2 * chunk(100, chunk(1, b"a") + chunk(7, chunk(7, number(1, 4)) + FLOATS)), "two layers called 'a'"),
    "a million fields": (b"\x18\x01" * 1_000_000, "more than 100000 fields"),
    "a million fields within": (chunk(100, b"\x18\x01" * 1_000_000), "more than 100000 fields"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_models_are_refused_at_once(tmp_path: Path, name: str) -> None:
    data, words = HOSTILE[name]
    path = tmp_path / "bad.caffemodel"
    path.write_bytes(data)
    start = time.monotonic()
    with pytest.raises(CorruptError, match=words):
        read_arrays(path)
    assert time.monotonic() - start < 5
