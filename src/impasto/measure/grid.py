"""Grid energy: the lattice that strided networks print into a picture, which judges with strides do not see."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from impasto.errors import PictureError
from impasto.pictures import Picture

GRID_PERIODS = (2, 4, 8, 16)
"""Pixels: the strides of the networks."""

TILE = 96
"""Side in pixels of the tiles looked at one by one, and the least side of a picture: a multiple of every period, with
frequencies enough between two peaks to tell a peak from its neighbours."""

NEIGHBOURS = (-3, -2, 2, 3)
"""Frequencies along either axis that a peak stands out from; nearer ones are its own foot under a Hann window."""

QUANTISATION = 1 / 12
"""Variance of rounding to 8 bits, in levels²: a lattice below that cannot be in a file."""


def grid_energy(picture: Picture) -> dict[int, float]:
    """Return, for each period in pixels, the spectrum at its lattice frequencies over the spectrum around them.

    P(f) is the power at the two-dimensional frequency f of a tile of 96 × 96 pixels under a Hann window, red, green and
    blue added up: coloured lattices are the strongest. Its geometric mean over all tiles (half overlapping) lets a
    plain sky count as much as a busy roof, as it does for the eye. The lattice frequencies of period p are (i, j)/p
    with i or j odd; the others belong to the shorter periods. The energy is the mean over them of P(f) over the
    geometric mean of P at the frequencies two and three steps away along both axes.

    About 1 without a lattice (0.6 … 1.4, the closer the more tiles), without an upper bound. JPEG files have some of
    their own, at 2 from halved colour and at 8 from blocks, moved to 4 and 16 when enlarged: compare with the photo's.
    Blind to lattices of other periods, and to those drowned in noise. Raises PictureError if a side is shorter than 96
    pixels.
    """
    if not has_room(picture):
        raise PictureError(
            f"a picture of {picture.width}×{picture.height} pixels is too small to look for a grid in; "
            f"its shorter side must be at least {TILE} pixels"
        )
    spectrum = _log_spectrum(picture)
    near = [np.roll(spectrum, step, axis) for step in NEIGHBOURS for axis in (0, 1)]
    above = spectrum - np.mean(near, axis=0)
    return {period: float(np.exp(_of_period(above, period)).mean()) for period in GRID_PERIODS}


def has_room(picture: Picture) -> bool:
    """Whether a picture is large enough to look for a grid in."""
    return min(picture.width, picture.height) >= TILE


def relative_grid(energies: Mapping[int, float], photo: Mapping[int, float]) -> float:
    """Return the energy over the photo's at the period where that is largest; a photo's below 1 counts as 1."""
    return max(energy / max(photo[period], 1.0) for period, energy in energies.items())


def _log_spectrum(picture: Picture) -> NDArray[np.float64]:
    """The mean over tiles of ln P, [TILE, TILE], frequencies in the order of the discrete Fourier transform."""
    window = np.hanning(TILE + 1)[:-1]
    taper = np.outer(window, window)
    floor = 3 * QUANTISATION * (taper**2).sum()
    logs, tiles = np.zeros((TILE, TILE)), 0
    for top in _starts(picture.height):
        for left in _starts(picture.width):
            tile = picture.pixels[:, top : top + TILE, left : left + TILE].astype(np.float64) * 255
            tile -= tile.mean(axis=(1, 2), keepdims=True)
            logs += np.log((np.abs(np.fft.fft2(tile * taper)) ** 2).sum(axis=0) + floor)
            tiles += 1
    mean: NDArray[np.float64] = logs / tiles
    return mean


def _starts(side: int) -> range:
    """Where tiles begin: every half tile, from the first pixel on."""
    return range(0, side - TILE + 1, TILE // 2)


def _of_period(spectrum: NDArray[np.float64], period: int) -> NDArray[np.float64]:
    """The values at the lattice frequencies of `period` that no shorter period has."""
    lattice = spectrum[:: TILE // period, :: TILE // period]
    odd = np.arange(period) % 2 == 1
    values: NDArray[np.float64] = lattice[odd[:, None] | odd[None, :]]
    return values
