"""Multi-scale structural similarity: how much of the photo's light and dark is still where it was."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from impasto.errors import PictureError
from impasto.pictures import Picture
from impasto.pictures.luma import luma

EXPONENTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Of the scales from fine to coarse, as people were found to weigh them (the paper's section 3.2)."""

WINDOW = 11
DEVIATION = 1.5
"""Side and standard deviation, in pixels, of the Gaussian window."""

STABLE_LIGHT = (0.01 * 255) ** 2
STABLE_STRUCTURE = (0.03 * 255) ** 2
"""C₁ and C₂, for luma from 0 to 255."""

Plane = NDArray[np.float64]


def ms_ssim(a: Picture, b: Picture) -> float:
    """Return the multi-scale structural similarity of the luma of two pictures of one size.

    With the local means μ, variances σ² and covariance σ_ab under an 11×11 Gaussian window (deviation 1.5) that lies
    whole within the picture, l = (2 μ_a μ_b + C₁) / (μ_a² + μ_b² + C₁) and s = (2 σ_ab + C₂) / (σ_a² + σ_b² + C₂) are
    averaged over positions; the picture is averaged over 2×2 pixels from one scale to the next, and the result is
    l_M^{α_M} · Π_j s_j^{α_j} over M = 5 scales (Wang, Simoncelli & Bovik 2003, "Multi-scale structural similarity for
    image quality assessment"). l and s are averaged together at the last scale, as in the authors' program.

    Departures: a picture with a shorter side under 176 pixels has room for fewer scales (`scales_of`), whose exponents
    are then enlarged to the same sum; a negative average, of a picture turned to its negative, counts as 0.

    1: the same picture; 0: nothing in common at one scale at least. Blind to colour, and to what is the same but moved
    by more than a few pixels, which it takes for lost. Raises PictureError for two sizes and for a side under 11
    pixels.
    """
    if (a.width, a.height) != (b.width, b.height):
        raise PictureError(
            f"structural similarity compares pictures of one size, not {a.width}×{a.height} and {b.width}×{b.height}"
        )
    scales = scales_of(a.width, a.height)
    exponents = np.array(EXPONENTS[:scales]) * (sum(EXPONENTS) / sum(EXPONENTS[:scales]))
    x, y = luma(a), luma(b)
    result = 1.0
    for number, exponent in enumerate(exponents, start=1):
        light, structure = _light_and_structure(x, y)
        seen = (light * structure if number == scales else structure).mean()
        result *= max(0.0, float(seen)) ** float(exponent)
        x, y = _halved(x), _halved(y)
    return result


def scales_of(width: int, height: int) -> int:
    """How many scales, 1 … 5, a picture has room for. Raises PictureError for a side under 11 pixels."""
    if min(width, height) < WINDOW:
        raise PictureError(
            f"a picture of {width}×{height} pixels is too small to compare structures in; "
            f"its shorter side must be at least {WINDOW} pixels"
        )
    return min(len(EXPONENTS), (min(width, height) // WINDOW).bit_length())


def _light_and_structure(x: Plane, y: Plane) -> tuple[Plane, Plane]:
    """The terms l and s at every position of the window."""
    mean_x, mean_y = _windowed(x), _windowed(y)
    variances = _windowed(x * x) - mean_x**2 + _windowed(y * y) - mean_y**2
    covariance = _windowed(x * y) - mean_x * mean_y
    light = (2 * mean_x * mean_y + STABLE_LIGHT) / (mean_x**2 + mean_y**2 + STABLE_LIGHT)
    return light, (2 * covariance + STABLE_STRUCTURE) / (variances + STABLE_STRUCTURE)


def _windowed(plane: Plane) -> Plane:
    """Means under the window, [H − 10, W − 10]."""
    places = np.arange(WINDOW) - (WINDOW - 1) / 2
    weights = np.exp(-(places**2) / (2 * DEVIATION**2))
    weights /= weights.sum()
    for axis in (0, 1):
        inside = plane.shape[axis] - WINDOW + 1
        shifted = (plane.take(range(k, k + inside), axis) * weight for k, weight in enumerate(weights))
        plane = sum(shifted, np.zeros(()))
    return plane


def _halved(plane: Plane) -> Plane:
    """Means of squares of 2×2; what is left of an odd side is dropped."""
    height, width = plane.shape[0] // 2, plane.shape[1] // 2
    means: Plane = plane[: 2 * height, : 2 * width].reshape(height, 2, width, 2).mean(axis=(1, 3))
    return means
