"""Seam energy: whether a picture that is laid side by side with itself, or was painted in tiles, shows where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from impasto.errors import InputError, PictureError
from impasto.pictures import Picture
from impasto.solve.tiles import borders

NEARBY = 16
"""Lines on either side of the seam that it is compared with."""

LEAST_SIDE = 8

STRIDE = 16
"""Of the deepest layers that losses usually look at: where tiles of one size meet is a multiple of it."""

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


@dataclass(frozen=True)
class SeamScores:
    """How far lines stand out from those nearby; about 1 is not at all.

    across, down: where left meets right and top meets bottom, if the picture is laid side by side with itself.
    lines_across, lines_down: within which values 98 of 100 of the other upright and level lines lie.
    tiles_across, tiles_down: the lines at every multiple of the tile's side, and where the solver has tiles of one size
    and no larger meet, by column and by row; empty if none was asked for, or lies within the picture.
    """

    across: float
    down: float
    lines_across: tuple[float, float]
    lines_down: tuple[float, float]
    tiles_across: Mapping[int, float]
    tiles_down: Mapping[int, float]


def measure_seams(picture: Picture, *, tile: int | None = None) -> SeamScores:
    """Measure the seams of a picture that goes around, and the borders of the tiles that it was painted in.

    tile: their side in pixels. Raises InputError for a tile of less than one pixel, PictureError like `seam_energy`.
    """
    if tile is not None and tile < 1:
        raise InputError(f"a tile is at least one pixel wide, not {tile}")
    across, down = line_energies(picture, 1), line_energies(picture, 0)
    return SeamScores(
        across=float(across[-1]),
        down=float(down[-1]),
        lines_across=_usual(across, tile),
        lines_down=_usual(down, tile),
        tiles_across=_at_borders(across, tile),
        tiles_down=_at_borders(down, tile),
    )


def _usual(energies: NDArray[np.float64], tile: int | None) -> tuple[float, float]:
    """The quantiles 0.01 and 0.99 of the lines that are no borders; all are alike where there are no others."""
    borders = {len(energies), *_at_borders(energies, tile)}
    others = [energy for place, energy in enumerate(energies, start=1) if place not in borders]
    low, high = np.quantile(others or energies, (0.01, 0.99))
    return float(low), float(high)


def _at_borders(energies: NDArray[np.float64], tile: int | None) -> dict[int, float]:
    """The energies of the lines before every multiple of `tile`, and where tiles of one size would meet."""
    if tile is None:
        return {}
    size = len(energies)
    places = {*range(tile, size, tile), *borders(size, tile, min(STRIDE, tile))}
    return {place: float(energies[place - 1]) for place in sorted(places)}
