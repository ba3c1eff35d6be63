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


def to_cielab(pixels: NDArray[np.float32]) -> NDArray[np.float64]:
    """L* (0 … 100), a*, b* as [3, H, W] of sRGB pixels [3, H, W] in 0 … 1."""
    encoded = pixels.astype(np.float64)
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    xyz = np.tensordot(SRGB_TO_XYZ / SRGB_TO_XYZ.sum(axis=1, keepdims=True), linear, axes=1)
    f = np.where(xyz > _BEND**3, np.cbrt(xyz), xyz / (3 * _BEND**2) + 4 / 29)
    return np.stack([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])
