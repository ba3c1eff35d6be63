"""Resizing by the Lanczos filter of three lobes.

The filter is separable: rows first, then columns. Enlarging interpolates with it; reducing stretches it over as many
pixels as fall into one, so that what is too fine for the new size is averaged away and does not alias. Weights are
made in float64 and sum to 1; sums are float32, added in one fixed order, so a result has the same bits everywhere.
Pixels are areas: the centre of the first lies half a pixel inside the edge. Beyond the edge the filter is cut off and
its weights are scaled up again.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from impasto.pictures.picture import Picture, Pixels, within_srgb

_LOBES = 3
CLEAR = 0.5 / 255  # alpha under half a step of 8 bits: too little to tell a colour by


def resize(picture: Picture, width: int, height: int) -> Picture:
    """The picture at exactly `width` x `height` pixels; unchanged if it has that size.

    Works on gamma-encoded values, clipped to 0 … 1 unless the picture has colours beyond sRGB. Colours weigh as much as
    they are opaque (premultiplied while resizing), so clear pixels bleed no colour into their neighbours. Raises
    ValueError for a side under 1.
    """
    if width < 1 or height < 1:
        raise ValueError(f"a picture is at least 1x1, not {width}x{height}")
    if (width, height) == (picture.width, picture.height):
        return picture
    straight = np.stack([resample(plane, width, height) for plane in picture.colours])
    if picture.alpha is None:
        return _with_colours(picture, straight, None)
    alpha = np.clip(resample(picture.alpha, width, height), 0, 1)
    pixels = np.empty_like(straight)
    for channel, plane in enumerate(picture.colours):
        premultiplied = resample(plane * picture.alpha, width, height)
        pixels[channel] = np.where(alpha > CLEAR, premultiplied / np.maximum(alpha, CLEAR), straight[channel])
    return _with_colours(picture, pixels, alpha)


def _with_colours(picture: Picture, colours: Pixels, alpha: Pixels | None) -> Picture:
    """The picture with other colours, those beyond sRGB kept if it has had such, and another alpha."""
    pixels, beyond = within_srgb(colours)
    return replace(picture, pixels=pixels, alpha=alpha, beyond=None if picture.beyond is None else beyond)


def resample(plane: Pixels, width: int, height: int) -> Pixels:
    """One plane, float32 [h, w], at [height, width]; may overshoot the range of its values at sharp edges."""
    across_rows = _resample_rows(plane, height)
    return np.ascontiguousarray(_resample_rows(np.ascontiguousarray(across_rows.T), width).T)


def _resample_rows(plane: Pixels, count: int) -> Pixels:
    """A plane of [n, w] at [count, w]."""
    if count == plane.shape[0]:
        return plane
    first, weights = _weights(plane.shape[0], count)
    out = np.zeros((count, plane.shape[1]), np.float32)
    for tap in range(weights.shape[1]):
        rows = plane[np.minimum(first + tap, plane.shape[0] - 1)]
        rows *= weights[:, tap, None]
        out += rows
    return out


def _weights(old: int, new: int) -> tuple[NDArray[np.intp], Pixels]:
    """For each of `new` samples of `old`: the index its filter starts at, and float32 [new, taps] weights."""
    stretch = max(old / new, 1.0)
    reach = _LOBES * stretch
    centre = (np.arange(new) + 0.5) * (old / new)
    first = np.maximum(np.floor(centre - reach + 0.5), 0).astype(np.intp)
    taps = min(2 * math.ceil(reach) + 1, old)
    index = first[:, None] + np.arange(taps)
    x = (index + 0.5 - centre[:, None]) / stretch
    weights = np.where((np.abs(x) < _LOBES) & (index < old), np.sinc(x) * np.sinc(x / _LOBES), 0.0)
    weights /= weights.sum(axis=1, keepdims=True)
    return first, weights.astype(np.float32)
