"""CIELAB, in which equal distances look about equally different (CIE 15:2004, section 8.2.1; sRGB: IEC 61966-2-1).

Linear light: u = v/12.92 for v ≤ 0.04045, else ((v + 0.055)/1.055)^2.4. XYZ = M u for the white D65, whose XYZ is M's
row sums. With t = X/X_white, f(t) = t^(1/3) for t > (6/29)³, else t/(3 (6/29)²) + 4/29:
L* = 116 f(Y) − 16, a* = 500 (f(X) − f(Y)), b* = 200 (f(Y) − f(Z)).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

SRGB_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_BEND = 6 / 29
_TO_WHITE = SRGB_TO_XYZ / SRGB_TO_XYZ.sum(axis=1, keepdims=True)
_FROM_WHITE = np.linalg.inv(_TO_WHITE)

_HALVINGS = 12
"""How often the interval is halved in which the chroma lies that sRGB can just show; to 1/4096 of the chroma."""

_ROUNDING = 1e-6
"""By how much linear light may leave 0 … 1 and still count as inside."""


def to_cielab(pixels: NDArray[np.float32]) -> NDArray[np.float64]:
    """L* (0 … 100), a*, b* as [3, H, W] of sRGB pixels [3, H, W] in 0 … 1."""
    encoded = pixels.astype(np.float64)
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    xyz = np.tensordot(_TO_WHITE, linear, axes=1)
    f = np.where(xyz > _BEND**3, np.cbrt(xyz), xyz / (3 * _BEND**2) + 4 / 29)
    return np.stack([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def from_cielab(lab: NDArray[np.float64]) -> NDArray[np.float32]:
    """Pixels [3, H, W] of sRGB in 0 … 1 from L*, a*, b* as [3, H, W].

    L* is clipped to 0 … 100. A colour that sRGB cannot show keeps its lightness and its hue, and gets the largest
    chroma that can be shown: clipping the channels one by one would change all three.
    """
    lightness = np.clip(lab[0], 0, 100)
    linear = _linear(lightness, lab[1], lab[2])
    outside = ~_shown(linear)
    if outside.any():
        held, a, b = lightness[outside], lab[1][outside], lab[2][outside]
        low, high = np.zeros_like(held), np.ones_like(held)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            fits = _shown(_linear(held, a * middle, b * middle))
            low, high = np.where(fits, middle, low), np.where(fits, high, middle)
        linear[:, outside] = _linear(held, a * low, b * low)
    linear = np.clip(linear, 0, 1)
    encoded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.clip(encoded, 0, 1).astype(np.float32)


def _linear(lightness: NDArray[np.float64], a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Linear light [3, …], which may leave 0 … 1."""
    middle = (lightness + 16) / 116
    f = np.stack([middle + a / 500, middle, middle - b / 200])
    xyz = np.where(f > _BEND, f**3, 3 * _BEND**2 * (f - 4 / 29))
    return np.tensordot(_FROM_WHITE, xyz, axes=1)


def _shown(linear: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether sRGB can show each colour of [3, …]."""
    inside: NDArray[np.bool_] = np.all((linear >= -_ROUNDING) & (linear <= 1 + _ROUNDING), axis=0)
    return inside
