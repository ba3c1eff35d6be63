"""Noise: how strong the grain of single pixels is, over the whole picture and where nothing is painted."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from impasto.errors import PictureError
from impasto.pictures import Picture
from impasto.pictures.luma import luma

FLATTEST = 0.25
"""The share of the picture, by least gradient, that counts as flat."""

SMOOTHING = 7
"""Side in pixels of the box over which gradients are taken: larger than grain, smaller than things."""

LEAST_SIDE = SMOOTHING + 4

NORMAL_QUARTILE = 0.6745
"""The median of |x| for normal x of deviation 1."""


def noise_everywhere(picture: Picture) -> float:
    """Return the deviation of the noise by Immerkær's estimate, in levels of 255.

    σ = √(π/2) · Σ |I ∗ N| / (6 (W−2)(H−2)), N = [1 −2 1; −2 4 −2; 1 −2 1], which is blind to planes and to straight
    edges along the axes (Immerkær 1996, "Fast noise variance estimation"). 0 … about 255. Fine texture counts as noise:
    compare with the photo's. Raises PictureError for a side under 11 pixels.
    """
    return float(math.sqrt(math.pi / 2) * np.abs(_response(picture)).mean() / 6)


def noise_in_flat_areas(picture: Picture) -> float:
    """Return the deviation of the noise in the flattest quarter of the picture, in levels of 255.

    The filter of `noise_everywhere`, as σ = median |I ∗ N| / (6 · 0.6745), over those positions where the gradient of
    the picture smoothed by a 7×7 box is least. What is drawn is left out as far as it can be told; a texture that
    covers everything cannot. Raises PictureError for a side under 11 pixels.
    """
    response = np.abs(_response(picture))
    smooth = _box(luma(picture), SMOOTHING)
    down, across = np.gradient(smooth)
    gradient = np.hypot(down, across)
    rim = (SMOOTHING - 1) // 2 - 1
    inside = response[rim : rim + gradient.shape[0], rim : rim + gradient.shape[1]]
    flat = gradient <= np.quantile(gradient, FLATTEST)
    return float(np.median(inside[flat]) / (6 * NORMAL_QUARTILE))


def _response(picture: Picture) -> NDArray[np.float64]:
    """I ∗ N [H − 2, W − 2]: the second difference along both axes."""
    if min(picture.width, picture.height) < LEAST_SIDE:
        raise PictureError(
            f"a picture of {picture.width}×{picture.height} pixels is too small to measure noise in; "
            f"its shorter side must be at least {LEAST_SIDE} pixels"
        )
    response: NDArray[np.float64] = np.diff(np.diff(luma(picture), n=2, axis=0), n=2, axis=1)
    return response


def _box(plane: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """Means over squares of `side`: [H − side + 1, W − side + 1]."""
    sums = np.pad(plane, ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
    total = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    means: NDArray[np.float64] = total / side**2
    return means
