"""Luma: the grey that the eye's sense of detail follows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from impasto.pictures.picture import Picture

WEIGHTS = np.array([0.2126, 0.7152, 0.0722], dtype=np.float64)
"""Of red, green and blue, ITU-R BT.709, on gamma-encoded values."""


def luma(picture: Picture) -> NDArray[np.float64]:
    """[H, W] in 0 … 255."""
    grey: NDArray[np.float64] = np.tensordot(WEIGHTS, picture.pixels.astype(np.float64), axes=1) * 255
    return grey
