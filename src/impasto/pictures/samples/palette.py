"""Pigments: colours in OKLab, where mixing and shifting look even to the eye.

The conversion is Björn Ottosson's (A perceptual color space for image processing, 2020).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from impasto.pictures.picture import Pixels
from impasto.pictures.samples.frame import Field

_RGB_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    np.float32,
)
_LMS_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    np.float32,
)
_LMS_TO_RGB = np.linalg.inv(_RGB_TO_LMS.astype(np.float64)).astype(np.float32)
_LAB_TO_LMS = np.linalg.inv(_LMS_TO_LAB.astype(np.float64)).astype(np.float32)


def pigment(code: str) -> Field:
    """The OKLab colour [3] of an sRGB colour written as six hexadecimal digits, with or without a leading #."""
    digits = code.lstrip("#")
    srgb = np.array([int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)], np.float32)
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4).astype(np.float32)
    return np.asarray(_LMS_TO_LAB @ np.cbrt(_RGB_TO_LMS @ linear), dtype=np.float32)


def linear_rgb(lab: Field) -> Field:
    """OKLab [3, ...] as linear-light RGB [3, ...] with the sRGB primaries; may leave 0 … 1."""
    flat = lab.reshape(3, -1)
    roots = _LAB_TO_LMS @ flat
    return np.asarray(_LMS_TO_RGB @ (roots * roots * roots), dtype=np.float32).reshape(lab.shape)


def encode(linear: Field) -> Pixels:
    """Linear light as gamma-encoded sRGB, clipped to 0 … 1."""
    value = np.clip(linear, 0, 1)
    low = value * np.float32(12.92)
    high = np.float32(1.055) * value ** np.float32(1 / 2.4) - np.float32(0.055)
    return np.clip(np.where(value <= 0.0031308, low, high), 0, 1).astype(np.float32)


class Ramp:
    """Colours along a line from 0 to 1, mixed in OKLab between the stops."""

    def __init__(self, *codes: str, stops: Sequence[float] | None = None) -> None:
        self._colours = np.stack([pigment(code) for code in codes])
        self._stops = np.linspace(0, 1, len(codes)) if stops is None else np.asarray(stops)

    def __call__(self, position: Field) -> Field:
        """The OKLab colours [3, *shape] at `position`, clamped to 0 … 1."""
        flat = np.ravel(position)
        mixed = [np.interp(flat, self._stops, channel) for channel in self._colours.T]
        return np.stack(mixed).reshape(3, *np.shape(position)).astype(np.float32)


class Swatches:
    """A handful of pigments to choose from at random."""

    def __init__(self, *codes: str) -> None:
        self.colours = np.stack([pigment(code) for code in codes])

    def pick(self, rng: np.random.Generator, count: int) -> Field:
        """`count` of them, OKLab [count, 3]."""
        return np.asarray(self.colours[rng.integers(len(self.colours), size=count)], dtype=np.float32)


def mix(under: Field, over: Field, amount: Field | float) -> Field:
    """`under` [3, ...] with `over` ([3, ...] or one colour [3]) laid on it by `amount`, 0 … 1."""
    top = over.reshape(3, *(1,) * (under.ndim - 1)) if over.ndim == 1 else over
    return np.asarray(under + (top - under) * np.float32(1) * amount, dtype=np.float32)


def vary(colours: Field, rng: np.random.Generator, lightness: float, hue: float) -> Field:
    """Colours [N, 3], each off by a normal deviate in lightness and in hue (OKLab units)."""
    deviation = np.array([lightness, hue, hue], np.float32)
    off = rng.standard_normal(colours.shape, dtype=np.float32) * deviation
    return np.asarray(colours + off, dtype=np.float32)
