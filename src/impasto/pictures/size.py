"""The size a picture is asked for in."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from typing import SupportsIndex, TypeGuard

from impasto.errors import InputError

MAX_SIDE = 65_000

_WRITTEN = re.compile(r"\s*(\d{1,9})\s*(?:[xX×]\s*(\d{1,9})\s*)?", re.ASCII)


@dataclass(frozen=True)
class Size:
    """A size in pixels: the longest side (`longest`), or both sides (`exact`, width and height); one of the two.

    Sides are 1 … 65,000. Raises InputError otherwise. `str(size)` reads back with `parse_size`.
    """

    longest: int | None = None
    exact: tuple[int, int] | None = None

    def __post_init__(self) -> None:
        if (self.longest is None) == (self.exact is None):
            raise InputError("a size is either the longest side or a width and a height")
        for side in self.exact or (self.longest,):
            if not isinstance(side, int) or isinstance(side, bool) or not 1 <= side <= MAX_SIDE:
                raise InputError(f"a side of {side} pixels is not possible. Give 1 to {MAX_SIDE:,}.")

    def fit(self, width: int, height: int) -> tuple[int, int]:
        """The (width, height) that a picture of `width` x `height` gets.

        With `longest`, the longer side gets that length, whether it was longer or shorter, and the other keeps the
        aspect to the nearest pixel and is at least 1. With `exact`, the aspect is not kept.
        """
        if self.exact is not None:
            return self.exact
        assert self.longest is not None
        longer = max(width, height)
        wide, high = ((2 * side * self.longest + longer) // (2 * longer) for side in (width, height))
        return max(wide, 1), max(high, 1)

    def __str__(self) -> str:
        return str(self.longest) if self.exact is None else f"{self.exact[0]}x{self.exact[1]}"


def parse_size(size: str | int | tuple[int, int] | Size | None) -> Size | None:
    """A Size from "1024" or 1024 (the longest side), "1024x512" or (1024, 512) (width and height); None stays None.

    None means: keep the size. Raises InputError for anything else, and for sides that are not 1 … 65,000.
    """
    if size is None or isinstance(size, Size):
        return size
    if isinstance(size, str):
        return _parse_text(size)
    if _is_whole(size):
        return Size(longest=operator.index(size))
    if isinstance(size, tuple | list) and len(size) == 2 and all(map(_is_whole, size)):
        return Size(exact=(operator.index(size[0]), operator.index(size[1])))
    raise InputError(f"{size!r} is not a size. Give 1024 for the longest side, or 1024x512 for width and height.")


def _parse_text(text: str) -> Size:
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise InputError(f"{text!r} is not a size. Give 1024 for the longest side, or 1024x512 for width and height.")
    width, height = match.groups()
    return Size(longest=int(width)) if height is None else Size(exact=(int(width), int(height)))


def _is_whole(value: object) -> TypeGuard[SupportsIndex]:
    """Whether it is a whole number, Python's or NumPy's."""
    return isinstance(value, SupportsIndex) and not isinstance(value, bool)
