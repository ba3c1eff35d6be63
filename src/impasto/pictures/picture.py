"""What a picture is to Impasto: sRGB pixels, and what must be given back with them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Picture:
    """A still picture, upright and in sRGB.

    pixels: float32 [3, H, W], red green blue, 0 … 1, gamma-encoded sRGB, not premultiplied.
    alpha: float32 [H, W], 0 (clear) … 1 (opaque), or None for a picture without transparency.
    depth: bits per channel of the file it came from (8 or 16); what writing uses unless told otherwise.
    """

    pixels: Pixels
    alpha: Pixels | None = None
    depth: int = 8

    def __post_init__(self) -> None:
        if self.pixels.ndim != 3 or self.pixels.shape[0] != 3 or self.pixels.dtype != np.float32:
            raise ValueError(f"pixels must be float32 [3, H, W], not {self.pixels.dtype} {list(self.pixels.shape)}")
        if self.alpha is not None and self.alpha.shape != self.pixels.shape[1:]:
            raise ValueError(f"alpha is {list(self.alpha.shape)} for pixels {list(self.pixels.shape)}")

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.pixels.shape[1])

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.pixels.shape[2])
