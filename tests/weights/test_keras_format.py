"""Keras files in both forms: written here with h5py, read back equal; damaged and hostile ones refused."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from impasto.errors import CorruptError
from impasto.weights.formats import read_arrays

RANDOM = np.random.default_rng(13)
LAYERS = {
    "block1_conv1": [RANDOM.normal(size=(3, 3, 3, 4)).astype(np.float32), RANDOM.normal(size=4).astype(np.float32)],
    "block1_conv2": [RANDOM.normal(size=(3, 3, 4, 4)).astype(np.float32), RANDOM.normal(size=4).astype(np.float32)],
}


def write_old(root: h5py.Group) -> None:
    """The layout of `model.save_weights("x.h5")`: an order by attributes, names with slashes and colons."""
    root.attrs["layer_names"] = [b"input_1", *(name.encode() for name in LAYERS)]
    root.create_group("input_1").attrs["weight_names"] = np.zeros(0, "S1")
    for name, (kernel, bias) in LAYERS.items():
        group = root.create_group(name)
        group.attrs["weight_names"] = [f"{name}/kernel:0".encode(), f"{name}/bias:0".encode()]
        group[f"{name}/bias:0"] = bias
        group[f"{name}/kernel:0"] = kernel


def write_new(root: h5py.Group, *, named: bool = True) -> None:
    """The layout of `.weights.h5`: a group to a layer by its class, its variables numbered, its name beside them."""
    root.create_group("layers/input_layer/vars")
    for i, (name, numbers) in enumerate(LAYERS.items()):
        group = root.create_group(f"layers/conv2d{f'_{i}' * (i > 0)}/vars")
        if named:
            group.attrs["name"] = name
        for j, array in enumerate(numbers):
            group[str(j)] = array
    root.create_group("optimizer/vars")["0"] = np.zeros(3, np.int64)


FORMS: dict[str, Callable[[h5py.File], None]] = {
    "old": write_old,
    "old, a whole model": lambda root: write_old(root.create_group("model_weights")),
    "new": write_new,
}


@pytest.mark.parametrize("form", FORMS)
def test_written_and_read_back_equal(tmp_path: Path, form: str) -> None:
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as root:
        FORMS[form](root)
    found = read_arrays(path)
    for name, numbers in LAYERS.items():
        for i, array in enumerate(numbers):
            np.testing.assert_array_equal(found[f"{name}/vars/{i}"], array)


def test_layers_without_names_are_called_by_their_place(tmp_path: Path) -> None:
    path = tmp_path / "x.weights.h5"
    with h5py.File(path, "w") as root:
        write_new(root, named=False)
    found = read_arrays(path)
    np.testing.assert_array_equal(found["layers/conv2d_1/vars/0"], LAYERS["block1_conv2"][0])


@pytest.mark.parametrize("form", FORMS)
def test_truncated_files_are_refused(tmp_path: Path, form: str) -> None:
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as root:
        FORMS[form](root)
    data = path.read_bytes()
    for keep in [*range(8, len(data), max(1, len(data) // 25)), len(data) - 1]:
        path.write_bytes(data[:keep])
        with pytest.raises(CorruptError):
            read_arrays(path)


def test_numbers_that_the_file_only_claims_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as root:
        group = root.create_group("layers/conv2d/vars")
        group.create_dataset("0", (1 << 18, 1 << 18), "f4", chunks=(1 << 9, 1 << 9))
    with pytest.raises(CorruptError, match="claims more numbers"):
        read_arrays(path)


def test_numbers_in_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(bytes(64))
    for i, make in enumerate(
        (
            lambda vars_: vars_.create_dataset("0", (16,), "f4", external=[(tmp_path / "secret", 0, 64)]),
            lambda vars_: vars_.__setitem__("0", h5py.ExternalLink(str(tmp_path / "other.h5"), "/x")),
            lambda vars_: vars_.__setitem__("0", h5py.SoftLink("/elsewhere")),
        )
    ):
        path = tmp_path / f"{i}.h5"
        with h5py.File(path, "w") as root:
            make(root.create_group("layers/conv2d/vars"))
        with pytest.raises(CorruptError, match=r"other files|is a link"):
            read_arrays(path)


def test_a_group_that_contains_itself_ends(tmp_path: Path) -> None:
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as root:
        group = root.create_group("layers")
        group["a"] = group["b"] = group
    with pytest.raises(CorruptError, match="no layers"):
        read_arrays(path)


def test_other_hdf5_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.h5"
    with h5py.File(path, "w") as root:
        root["table"] = np.arange(3)
    with pytest.raises(CorruptError, match="no layers as Keras writes them"):
        read_arrays(path)


def test_without_h5py_it_is_said_what_to_install(tmp_path: Path) -> None:
    path = tmp_path / "x.h5"
    path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    code = (
        "import sys; sys.modules['h5py'] = None\n"
        "from pathlib import Path\n"
        "from impasto.errors import InputError\n"
        "from impasto.weights.formats import read_arrays\n"
        "try:\n    read_arrays(Path(sys.argv[1]))\n"
        "except InputError as error:\n    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert 'pip install "impasto[import]"' in done.stdout
