"""Grid energy: the lattice that strided networks print into a picture, which judges with strides do not see."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from impasto.errors import PictureError
from impasto.measure.luma import luma
from impasto.pictures import Picture

GRID_PERIODS = (2, 4, 8, 16)
"""Pixels: the strides of the networks."""

TILE = 96
"""Side in pixels of the tiles looked at one by one, and the least side of a picture: a multiple of every period, with
frequencies enough between two peaks to tell a peak from its neighbours."""

_PEAK = 1  # frequencies on either side that a peak reaches under a Hann window
_QUANTISATION = 1 / 12  # variance of rounding to 8 bits, in levels²: a lattice below that cannot be in a file


def grid_energy(picture: Picture) -> dict[int, float]:
    """Return, for each period in pixels, the spectrum at its peaks over the spectrum around them.

    P(f) is the power of luma at frequency f along the rows of a tile of 96 × 96 under a Hann window, averaged over its
    rows, so that a lattice shows whatever it does along the other axis; its geometric mean over all tiles lets a plain
    sky count as much as a busy roof, as it does for the eye. The peaks of period p are the odd multiples of 1/p up to
    1/2; even ones belong to the shorter periods. The ratio is Σ P at the peaks / Σ background, the background being
    the geometric mean of P over the frequencies beside each peak; the same along columns; the mean of both.

    0.6 … 1.2 a period and 0.9 … 1 over all without a lattice, without an upper bound; JPEG files have some at 8.
    Compare with the photo's. Blind to lattices of other periods, and to those drowned in detail as fine as they are.
    Raises PictureError if a side is shorter than 96 pixels.
    """
    if min(picture.width, picture.height) < TILE:
        raise PictureError(
            f"a picture of {picture.width}×{picture.height} pixels is too small to look for a grid in; "
            f"its shorter side must be at least {TILE} pixels"
        )
    grey = luma(picture)
    along_rows, along_columns = _spectrum(grey), _spectrum(grey.T)
    return {p: (_over_background(along_rows, p) + _over_background(along_columns, p)) / 2 for p in GRID_PERIODS}


def grid_of(energies: dict[int, float]) -> float:
    """One number: the mean over the periods."""
    return sum(energies.values()) / len(energies)


def _spectrum(grey: NDArray[np.float64]) -> NDArray[np.float64]:
    """Power [TILE/2 + 1] along the rows of a tile, averaged over its rows, its geometric mean over the tiles."""
    window = np.hanning(TILE + 1)[:-1]
    floor = _QUANTISATION * (window**2).sum()
    logs = []
    for top in _starts(grey.shape[0]):
        for left in _starts(grey.shape[1]):
            tile = grey[top : top + TILE, left : left + TILE]
            rows = (tile - tile.mean(axis=1, keepdims=True)) * window
            logs.append(np.log((np.abs(np.fft.rfft(rows, axis=1)) ** 2).mean(axis=0) + floor))
    power: NDArray[np.float64] = np.exp(np.mean(logs, axis=0))
    return power


def _starts(side: int) -> range:
    """Where tiles begin: every half tile, from the first pixel on."""
    return range(0, side - TILE + 1, TILE // 2)


def _over_background(power: NDArray[np.float64], period: int) -> float:
    length = 2 * (len(power) - 1)
    spacing = length // max(GRID_PERIODS)
    peaks = [length * odd // period for odd in range(1, period // 2 + 1, 2)]
    reach = max(spacing // 2, _PEAK + 1)
    offsets = [step for step in range(-reach, reach + 1) if abs(step) > _PEAK]
    background = 0.0
    for peak in peaks:
        near = [power[_folded(peak + step, len(power))] for step in offsets]
        background += float(np.exp(np.log(near).mean()))
    return float(sum(power[peak] for peak in peaks) / background)


def _folded(index: int, count: int) -> int:
    """A frequency beyond the highest is the mirror image of one below it."""
    return index if index < count else 2 * (count - 1) - index
