"""Seam energy: whether a picture that is laid side by side with itself shows where it begins."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from impasto.errors import PictureError
from impasto.pictures import Picture

NEARBY = 16
"""Lines on either side of the seam that it is compared with."""

LEAST_SIDE = 8

ROUNDING = 1e-6
"""Mean squared difference, of values in 0 … 1, that is too small to see: an eighth of a level of 255, squared."""


def seam_energy(picture: Picture) -> tuple[float, float]:
    """Return how far the seams stand out where left meets right and where top meets bottom.

    For a seam, the mean squared difference of the pixels on its two sides, over the mean of the same across the 16
    lines parallel to it on either side; the square of the boundary mismatch that image quilting minimises (Efros &
    Freeman 2001, "Image quilting for texture synthesis and transfer", section 2.1), by its surroundings.

    About 1 without a seam, above 0 and without an upper bound; compare with `line_energies`, for what single lines of a
    texture scatter by. The sample photographs, never meant to repeat, have 5 … 900. Blind to what no two neighbouring
    pixels show: a fold, where the picture turns back on itself, and a slow shading that does not meet under a lively
    texture. Raises PictureError if a side is shorter than 8 pixels; under 33 there are fewer lines to compare with.
    """
    across, down = (float(line_energies(picture, axis)[-1]) for axis in (1, 0))
    return across, down


def line_energies(picture: Picture, axis: int) -> NDArray[np.float64]:
    """The energy of every line between two columns (axis 1) or rows (axis 0), the last one being the seam.

    What `seam_energy` says of the seam, said of each line of the picture laid side by side with itself.
    """
    pixels = picture.pixels.astype(np.float64)
    side = pixels.shape[1 + axis]
    if side < LEAST_SIDE:
        raise PictureError(
            f"a picture of {picture.width}×{picture.height} pixels is too small to look for seams in; "
            f"its sides must be at least {LEAST_SIDE} pixels"
        )
    steps = np.roll(pixels, -1, axis=1 + axis) - pixels
    squares = (steps**2).mean(axis=(0, 2 - axis)) + ROUNDING
    reach = min(NEARBY, (side - 1) // 2)
    near = [np.roll(squares, step) for step in range(-reach, reach + 1) if step]
    energies: NDArray[np.float64] = squares / np.mean(near, axis=0)
    return energies
