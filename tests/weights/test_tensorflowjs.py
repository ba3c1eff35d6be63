"""TensorFlow.js models: quantised tensors, files beside the model, and archives that mean harm."""

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from impasto.errors import CorruptError
from impasto.weights.formats import read_arrays

ONE = np.arange(6, dtype=np.float32).reshape(2, 3)
Entry = dict[str, Any]


def entry(name: str = "a", shape: tuple[int, ...] = (2, 3), dtype: str = "float32", **more: Any) -> Entry:
    return {"name": name, "shape": list(shape), "dtype": dtype, **more}


def manifest(*weights: Entry, paths: tuple[str, ...] = ("shard1",)) -> bytes:
    return json.dumps({"weightsManifest": [{"paths": list(paths), "weights": list(weights)}]}).encode()


def write_folder(folder: Path, model: bytes, **shards: bytes) -> Path:
    for name, data in shards.items():
        (folder / name).write_bytes(data)
    (folder / "model.json").write_bytes(model)
    return folder / "model.json"


def write_archive(path: Path, *files: tuple[str, bytes]) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for name, data in files:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return path


def test_a_model_with_its_shards_beside_it(tmp_path: Path) -> None:
    data = ONE.tobytes() + np.float32(2.5).tobytes()
    model = manifest(entry(), entry("b", ()), paths=("shard1", "shard2"))
    found = read_arrays(write_folder(tmp_path, model, shard1=data[:10], shard2=data[10:]))
    np.testing.assert_array_equal(found["a"], ONE)
    assert found["b"] == 2.5


@pytest.mark.parametrize("kind", ["uint8", "uint16"])
def test_quantised_integers_are_spread_as_they_were_squeezed(tmp_path: Path, kind: str) -> None:
    steps = np.array([[0, 1, 2], [100, 200, 255]], kind)
    weights = entry(quantization={"dtype": kind, "scale": 0.25, "min": -3.0, "original_dtype": "float32"})
    found = read_arrays(write_folder(tmp_path, manifest(weights), shard1=steps.tobytes()))["a"]
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, steps.astype(np.float32) * 0.25 - 3)


def test_half_floats_are_widened(tmp_path: Path) -> None:
    weights = entry(quantization={"dtype": "float16", "original_dtype": "float32"})
    found = read_arrays(write_folder(tmp_path, manifest(weights), shard1=ONE.astype(np.float16).tobytes()))["a"]
    assert found.dtype == np.float32
    np.testing.assert_array_equal(found, ONE)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (b"{}", "has no 'weightsManifest'"),
        (b"{", "Expecting"),
        (b'{"weightsManifest": [1]}', "not a sound TensorFlow.js model"),
        (b"[" * 100_000, r"\.json is not"),
        (manifest(entry(dtype="complex64")), "complex64, which holds no weights"),
        (manifest(entry(shape=(2, 4))), "have 24 bytes where its tensors need 32"),
        (manifest(entry(shape=(2, 2))), "not beside it, or too large"),
        (manifest(entry(shape=(-1, 6))), "negative size"),
        (manifest(entry(shape=(1 << 40, 1 << 40))), "claim"),
        (manifest(entry(), paths=("missing",)), "missing is not beside it"),
        (manifest(entry(), paths=("../shard1",)), "not in the model's folder"),
        (manifest(entry(), paths=("/etc/hostname",)), "not in the model's folder"),
        (manifest(entry(), paths=("C:\\shard1",)), "not in the model's folder"),
        (manifest(entry(quantization={"dtype": "uint8"}), paths=("shard6",)), "has no 'scale'"),
    ],
)
def test_a_model_that_is_not_sound_is_refused(tmp_path: Path, model: bytes, words: str) -> None:
    path = write_folder(tmp_path, model if model[:1] == b"{" else b"{" + model, shard1=ONE.tobytes(), shard6=bytes(6))
    with pytest.raises(CorruptError, match=words):
        read_arrays(path)


def test_an_archive_must_hold_one_model(tmp_path: Path) -> None:
    model = manifest(entry())
    with pytest.raises(CorruptError, match=r"0 files called model\.json"):
        read_arrays(write_archive(tmp_path / "none.tgz", ("net/shard1", ONE.tobytes())))
    with pytest.raises(CorruptError, match=r"2 files called model\.json"):
        read_arrays(write_archive(tmp_path / "two.tgz", ("a/model.json", model), ("b/model.json", model)))
    with pytest.raises(CorruptError, match=r"has no 'a/shard1'"):
        read_arrays(write_archive(tmp_path / "apart.tgz", ("a/model.json", model), ("b/shard1", ONE.tobytes())))


def test_a_shard_that_is_a_link_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "link.tgz"
    with tarfile.open(path, "w:gz") as tar:
        info = tarfile.TarInfo("a/model.json")
        info.size = len(manifest(entry()))
        tar.addfile(info, io.BytesIO(manifest(entry())))
        link = tarfile.TarInfo("a/shard1")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/hostname"
        tar.addfile(link)
    with pytest.raises(CorruptError, match="no plain file"):
        read_arrays(path)


def test_an_archive_that_unpacks_to_far_more_is_refused(tmp_path: Path) -> None:
    bomb = write_archive(tmp_path / "bomb.tgz", ("big", bytes(90 << 20)), ("a/model.json", manifest(entry())))
    with pytest.raises(CorruptError, match="unpacks to more than it may"):
        read_arrays(bomb)


@pytest.mark.parametrize("data", [b"\x1f\x8b\x08" + bytes(100), b"\x1f\x8b"])
def test_what_only_begins_like_an_archive_is_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.tgz").write_bytes(data)
    with pytest.raises(CorruptError, match="not a sound TensorFlow"):
        read_arrays(tmp_path / "x.tgz")
