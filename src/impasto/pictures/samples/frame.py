"""Where things are in a sample painting: a frame whose units do not depend on how many pixels it has."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Field = NDArray[np.floating[Any]]
Truth = NDArray[np.bool_]
Numbers = NDArray[np.int64]

SKETCH_PIXELS = 640 * 480
OVERSAMPLED_PIXELS = 12_000_000


@dataclass(frozen=True)
class Frame:
    """A raster of width × height pixels over a rectangle of area 1.

    Lengths and positions are in units of √(width·height) pixels, from the top left corner, so that a composition
    and its brushes are the same at every size.
    """

    width: int
    height: int

    @property
    def unit(self) -> float:
        """Pixels in one unit of length."""
        return math.sqrt(self.width * self.height)

    @property
    def right(self) -> float:
        """The right edge, in units."""
        return self.width / self.unit

    @property
    def bottom(self) -> float:
        """The lower edge, in units."""
        return self.height / self.unit

    def grid(self) -> tuple[Field, Field]:
        """The x and y of every pixel's centre, in units, float32 [H, W] each."""
        x = (np.arange(self.width, dtype=np.float32) + 0.5) / np.float32(self.unit)
        y = (np.arange(self.height, dtype=np.float32) + 0.5) / np.float32(self.unit)
        xs, ys = np.meshgrid(x, y)
        return xs, ys

    def at(self, across: float, down: float) -> tuple[float, float]:
        """The position, in units, that lies `across` and `down` the frame, both 0 … 1."""
        return across * self.right, down * self.bottom

    def sketch(self) -> Frame:
        """The same frame for fields that need no more than a sketch: twice as fine, up to SKETCH_PIXELS."""
        scale = min(2.0, math.sqrt(SKETCH_PIXELS / (self.width * self.height)))
        return Frame(max(8, round(self.width * scale)), max(8, round(self.height * scale)))

    def oversampling(self) -> int:
        """How many times finer, per side, to paint before averaging down: 2, or 1 for very large pictures."""
        return 2 if 4 * self.width * self.height <= OVERSAMPLED_PIXELS else 1

    def oversampled(self) -> Frame:
        """The frame that is painted, `oversampling` times finer than the picture."""
        times = self.oversampling()
        return Frame(self.width * times, self.height * times)


def bilinear(field: Field, x: Field, y: Field) -> Field:
    """`field` [..., h, w], stretched over 0 … 1 both ways, read at x, y (of one shape, clamped): [..., *shape]."""
    h, w = field.shape[-2:]
    column = np.clip(x * w - 0.5, 0, w - 1).astype(np.float32)
    row = np.clip(y * h - 0.5, 0, h - 1).astype(np.float32)
    left = np.minimum(column.astype(np.int32), max(w - 2, 0))
    top = np.minimum(row.astype(np.int32), max(h - 2, 0))
    fx, fy = column - left, row - top
    right, below = np.minimum(left + 1, w - 1), np.minimum(top + 1, h - 1)
    upper = field[..., top, left] * (1 - fx) + field[..., top, right] * fx
    lower = field[..., below, left] * (1 - fx) + field[..., below, right] * fx
    return np.asarray(upper * (1 - fy) + lower * fy, dtype=np.float32)


def read(frame: Frame, field: Field, x: Field, y: Field) -> Field:
    """`field`, drawn over `frame` at any resolution, at the positions x, y in units."""
    return bilinear(field, x / np.float32(frame.right), y / np.float32(frame.bottom))


def smoothstep(low: float | np.floating[Any], high: float | np.floating[Any], value: Field) -> Field:
    """0 below `low`, 1 above `high`, and a smooth cubic between; `low` above `high` turns it round."""
    t = np.clip((value - np.float32(low)) / np.float32(high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), dtype=np.float32)


def blur(field: Field, radius: float, passes: int = 3) -> Field:
    """`field` [H, W] under `passes` box means of about `radius` pixels to each side: nearly a Gaussian."""
    reach = max(1, round(radius))
    out = field.astype(np.float32)
    for _ in range(passes):
        for axis in (0, 1):
            padding = [(0, 0), (0, 0)]
            padding[axis] = (reach + 1, reach)
            total = np.cumsum(np.pad(out, padding, mode="edge"), axis=axis, dtype=np.float64)
            span = 2 * reach + 1
            if axis == 0:
                out = ((total[span:] - total[:-span]) / span).astype(np.float32)
            else:
                out = ((total[:, span:] - total[:, :-span]) / span).astype(np.float32)
    return out
