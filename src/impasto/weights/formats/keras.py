"""Keras: `.h5` with its named weights, and the `.weights.h5` of Keras 3. Read with h5py; no model code is run.

The older form says in attributes which layers there are (`layer_names`) and in which order their numbers come
(`weight_names`). The newer has a group `vars` to each layer with datasets `0`, `1` …, and the layer's name on it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from impasto.weights.formats import hdf5
from impasto.weights.formats.format import Arrays, Format
from impasto.weights.formats.hdf5 import Hdf5File, opened

if TYPE_CHECKING:
    import h5py

_MOST_ENTRIES = 20_000
_DEEPEST = 8


def recognises(head: bytes, _size: int, _suffix: str) -> bool:
    """The signature of HDF5."""
    return head.startswith(hdf5.MARK)


def read(path: Path) -> Arrays:
    """The numbers of every layer as `layer/vars/0`, `layer/vars/1` …: for a convolution kernel (HWIO) and bias.

    Raises CorruptError as `Format.read` says, InputError when h5py is not installed.
    """
    with opened(path) as file:
        root = file.root
        if "model_weights" in root:
            root = file.member(root, "model_weights")
        arrays = _by_attributes(file, root) if "layer_names" in root.attrs else _by_groups(file, root)
        if not arrays:
            raise ValueError("it holds no layers as Keras writes them")
    return arrays


def _by_attributes(file: Hdf5File, root: h5py.Group) -> Arrays:
    arrays: Arrays = {}
    for layer in _texts(root.attrs["layer_names"]):
        group = file.member(root, layer)
        for i, name in enumerate(_texts(group.attrs.get("weight_names", ()))):
            arrays[f"{layer}/vars/{i}"] = file.numbers(file.member(group, name))
    return arrays


def _by_groups(file: Hdf5File, root: h5py.Group) -> Arrays:
    import h5py

    arrays: Arrays = {}
    waiting, seen = [("", root)], 0
    while waiting:
        path, group = waiting.pop()
        for name in group:
            seen += 1
            if seen > _MOST_ENTRIES:
                raise ValueError(f"it has more than {_MOST_ENTRIES} entries")
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise ValueError(f"{path}{name} is a link")
            entry = group[name]
            if name == "vars":
                arrays.update(_vars(file, _name_of(entry, path), entry))
            elif isinstance(entry, h5py.Group) and path.count("/") < _DEEPEST:
                waiting.append((f"{path}{name}/", entry))
    return arrays


def _vars(file: Hdf5File, layer: str, group: h5py.Group) -> Arrays:
    return {f"{layer}/vars/{name}": file.numbers(file.member(group, name)) for name in group if name.isdecimal()}


def _name_of(group: h5py.Group, path: str) -> str:
    """The layer's own name where the file says it, else where its group stands in the file."""
    said = group.attrs.get("name", "")
    return (said.decode() if isinstance(said, bytes) else str(said)) or path.rstrip("/")


def _texts(names: Any) -> list[str]:
    found = [name.decode() if isinstance(name, bytes) else str(name) for name in np.asarray(names).reshape(-1)]
    if len(found) > _MOST_ENTRIES:
        raise ValueError(f"it names more than {_MOST_ENTRIES} layers")
    return found


FORMAT = Format("Keras .h5", recognises, read)
