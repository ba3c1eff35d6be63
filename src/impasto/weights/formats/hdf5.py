"""HDF5 files, read with h5py: what the Keras and the MATLAB 7.3 format have in common.

h5py comes with the extra `import`. An HDF5 file may point to other files and may claim sizes that it does not hold;
both are refused before anything is read.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from impasto.errors import CorruptError, InputError

if TYPE_CHECKING:
    import h5py

MARK = b"\x89HDF\r\n\x1a\n"

_MOST_EXPANSION = 16
_BROKEN = (OSError, RuntimeError, ValueError, KeyError, TypeError, AttributeError, MemoryError, RecursionError)


class Hdf5File:
    """An open file, and how many bytes may still be read from it."""

    def __init__(self, root: h5py.File, allowance: int) -> None:
        self.root = root
        self._allowance = allowance

    def member(self, group: h5py.Group, name: str) -> Any:
        """The group or dataset directly in `group` called `name`. Raises ValueError for a link out of the file."""
        import h5py

        place = group
        for part in filter(None, name.split("/")):
            if not isinstance(place.get(part, getlink=True), h5py.HardLink):
                raise ValueError(f"{name!r} is missing or is a link")
            place = place[part]
        return place

    def numbers(self, dataset: object) -> NDArray[Any]:
        """A dataset of numbers as it lies in the file. Raises ValueError for anything else, or past the allowance."""
        import h5py

        if not isinstance(dataset, h5py.Dataset) or dataset.dtype.kind not in "fiu":
            raise ValueError(f"{dataset!r} holds no numbers")
        if dataset.external or dataset.is_virtual:
            raise ValueError(f"{dataset.name} keeps its numbers in other files")
        self._allowance -= int(dataset.size or 0) * dataset.dtype.itemsize
        if self._allowance < 0:
            raise ValueError("it claims more numbers than a file of its size holds")
        return np.asarray(dataset[()])


@contextmanager
def opened(path: Path) -> Iterator[Hdf5File]:
    """Open an HDF5 file for reading.

    Raises InputError when h5py is not installed, CorruptError for whatever goes wrong while the file is open.
    """
    try:
        import h5py
    except ImportError as error:
        raise InputError(f'{path} is an HDF5 file, which needs h5py: pip install "impasto[import]"') from error
    try:
        with h5py.File(path, "r") as root:
            yield Hdf5File(root, _MOST_EXPANSION * path.stat().st_size)
    except _BROKEN as error:
        raise CorruptError(f"{path} is not a sound HDF5 file of weights: {error}") from error
