"""MatConvNet's `.mat`: a chain of layers in the variable `layers`, in MAT-files of level 5 and of version 7.3.

A layer is a structure with `name` and `weights` {filters, biases}, or, in files before MatConvNet 1.0-beta8, with
the fields `filters` and `biases`. Level 5 is read by `matlab`, version 7.3 (which is HDF5) with h5py.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impasto.errors import CorruptError
from impasto.weights.formats import matlab
from impasto.weights.formats.format import Arrays, Format
from impasto.weights.formats.hdf5 import Hdf5File, opened

_LAYERS = "layers"
_HDF5_MARK = b"MATLAB 7.3 MAT-file"
_MOST_LAYERS = 10_000
_MOST_EXPANSION = 8
_ROOM = 1 << 20


def recognises(head: bytes, _size: int, _suffix: str) -> bool:
    """The text that opens a MAT-file of level 5 or version 7.3."""
    return head.startswith((matlab.MARK, _HDF5_MARK))


def read(path: Path) -> Arrays:
    """The numbers of every layer as `layer/filters` [height, width, in, out] and `layer/biases`.

    Raises CorruptError as `Format.read` says, InputError for version 7.3 when h5py is not installed.
    """
    with path.open("rb") as file:
        if file.read(len(_HDF5_MARK)) == _HDF5_MARK:
            return _read_hdf5(path)
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    try:
        limit = _MOST_EXPANSION * path.stat().st_size + _ROOM
        return _by_name(_chain(matlab.read_variable(memoryview(content), _LAYERS, limit)))
    except (ValueError, MemoryError, OverflowError) as error:
        raise CorruptError(f"{path} is not a sound MatConvNet file: {error}") from error


def _by_name(layers: Iterator[tuple[object, list[Any]]]) -> Arrays:
    arrays: Arrays = {}
    for name, weights in layers:
        numbers = [w for w in weights if isinstance(w, np.ndarray) and w.dtype.kind == "f" and w.size]
        if not numbers:
            continue
        if not isinstance(name, str) or f"{name}/filters" in arrays:
            raise ValueError(f"a layer without a name of its own: {name!r}")
        arrays[f"{name}/filters"] = _four_axes(numbers[0])
        if len(numbers) > 1:
            arrays[f"{name}/biases"] = numbers[1].reshape(-1, order="F")
    if not arrays:
        raise ValueError(f"no layer of its variable {_LAYERS!r} has numbers")
    return arrays


def _four_axes(filters: NDArray[Any]) -> NDArray[Any]:
    """Filters with the last axes back that MATLAB drops when they are 1 long."""
    return filters.reshape(filters.shape + (1,) * (4 - filters.ndim), order="F")


def _chain(layers: matlab.Value) -> Iterator[tuple[object, list[Any]]]:
    """Name and numbers of each layer of a level 5 file."""
    if not isinstance(layers, list):
        raise ValueError(f"it has no cell array {_LAYERS!r}; only chains of layers (SimpleNN) are read, not DagNN")
    for cell in layers:
        layer = cell[0] if isinstance(cell, list) and len(cell) == 1 else cell
        if not isinstance(layer, dict):
            raise ValueError(f"an entry of {_LAYERS!r} is not a structure")
        weights = layer.get("weights")
        yield layer.get("name"), weights if isinstance(weights, list) else [layer.get("filters"), layer.get("biases")]


def _read_hdf5(path: Path) -> Arrays:
    with opened(path) as file:
        references = file.member(file.root, _LAYERS)
        if references.dtype.kind != "O" or references.size > _MOST_LAYERS:
            raise ValueError(f"its variable {_LAYERS!r} is not a cell array of layers")
        return _by_name(_hdf5_layer(file, file.root[reference]) for reference in references[()].reshape(-1))


def _hdf5_layer(file: Hdf5File, layer: Any) -> tuple[object, list[Any]]:
    """Name and numbers of a layer; HDF5 has the axes of MATLAB's arrays backwards."""
    name = "".join(map(chr, file.numbers(layer["name"]).reshape(-1))) if "name" in layer else None
    if "weights" in layer:
        found = file.member(layer, "weights")
        if found.dtype.kind != "O":
            return name, []
        if found.size > _MOST_LAYERS:
            raise ValueError("a layer with thousands of weights")
        datasets = [file.root[reference] for reference in found[()].reshape(-1)]
    else:
        datasets = [file.member(layer, field) for field in ("filters", "biases") if field in layer]
    return name, [file.numbers(dataset).T for dataset in datasets]


FORMAT = Format("MatConvNet .mat", recognises, read)
