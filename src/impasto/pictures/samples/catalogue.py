"""The sample paintings by name, and how to have one painted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from impasto.errors import InputError
from impasto.pictures.picture import Picture
from impasto.registry import Registry

DEFAULT_WIDTH = 1024
DEFAULT_HEIGHT = 768
SMALLEST = 64
LARGEST = 8192


@dataclass(frozen=True)
class Painting:
    """One sample painting.

    title: as under a picture in a catalogue. description: a sentence on what it shows and what it is good for.
    paint: (width, height, seed) -> Picture, in pixels; the same arguments give the same picture.
    """

    title: str
    description: str
    paint: Callable[[int, int, int], Picture]


PAINTINGS: Registry[Painting] = Registry("sample painting")


def paint_sample(name: str, *, width: int = DEFAULT_WIDTH, height: int = DEFAULT_HEIGHT, seed: int = 0) -> Picture:
    """Paint the sample called `name`, `width` × `height` pixels (64 … 8192 each), varied by `seed` (0 or more).

    The composition does not depend on the size, and the same arguments give the same picture on one machine.
    Raises UnknownNameError for a name that is not in `PAINTINGS` and InputError for a size or seed out of range.
    """
    painting = PAINTINGS[name]
    for what, value in (("width", width), ("height", height)):
        if isinstance(value, bool) or not isinstance(value, int) or not SMALLEST <= value <= LARGEST:
            raise InputError(
                f"cannot paint sample {name!r} with {what} {value!r}: "
                f"give a whole number of pixels from {SMALLEST} to {LARGEST}."
            )
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise InputError(f"cannot paint sample {name!r} with seed {seed!r}: give a whole number, 0 or more.")
    return painting.paint(width, height, seed)
