"""What a file format is: how to know it, and how to read named arrays from it without running anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from impasto.errors import CorruptError
from impasto.registry import Registry

Arrays = dict[str, NDArray[Any]]

HEAD = 64
"""How many of a file's first bytes `recognises` is given."""

LARGEST = 4 << 30
"""Bytes beyond which no file of weights is opened."""


@dataclass(frozen=True)
class Format:
    """One file format.

    description: for people. recognises: whether a file begins so; head is its first HEAD bytes, size its
    length, suffix its lower-case extension with the dot. read: the arrays of a file by their keys in it,
    nested keys joined with `/`; raises CorruptError for anything that is not a sound file of the format.
    """

    description: str
    recognises: Callable[[bytes, int, str], bool]
    read: Callable[[Path], Arrays]


FORMATS: Registry[Format] = Registry("weights format")


def read_arrays(path: Path) -> Arrays:
    """The named arrays of a file in whichever known format it is.

    Nothing in the file is run. Raises CorruptError when no format knows it, when it is damaged, or when it
    claims more than it holds; OSError when it cannot be read.
    """
    size = path.stat().st_size
    if size > LARGEST:
        raise CorruptError(f"{path} has {size} bytes; no file of weights has more than {LARGEST}")
    with path.open("rb") as file:
        head = file.read(HEAD)
    for form in FORMATS.values():
        if form.recognises(head, size, path.suffix.lower()):
            return form.read(path)
    known = ", ".join(form.description for form in FORMATS.values())
    raise CorruptError(f"{path} is not in a format that holds weights. Known: {known}.")
