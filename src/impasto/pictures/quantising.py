"""From numbers of 0 … 1 to whole steps, with the noise that hides the steps where there were finer ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from impasto.errors import PictureError
from impasto.pictures.picture import Pixels

ON_A_STEP = 1e-3
"""Values this near to a step, in steps, are on it: they were whole numbers before, and are left alone."""


def quantised(plane: Pixels, full: int) -> NDArray[np.unsignedinteger[Any]]:
    """0 … 1 as whole numbers 0 … `full` (255 or 65535), rounded to the nearest. Raises PictureError for NaN."""
    return np.rint(_scaled(plane, full)).astype(_kind(full))


def dithered(plane: Pixels, full: int, noise: np.random.Generator) -> NDArray[np.unsignedinteger[Any]]:
    """The same, up or down by chance, so often that the mean is the value: even noise of one step (Roberts 1962).

    Slow gradients do not fall into bands. A value on a step stays there. Raises PictureError for NaN.
    """
    values = _scaled(plane, full)
    nearest = np.rint(values)
    drawn = np.floor(values + noise.random(plane.shape, dtype=np.float32))
    return np.where(np.abs(values - nearest) < ON_A_STEP, nearest, np.minimum(drawn, full)).astype(_kind(full))


def on_steps(plane: Pixels, full: int) -> bool:
    """Whether all values are whole numbers of 0 … `full`, but for rounding. Raises PictureError for NaN."""
    values = _scaled(plane, full)
    return bool((np.abs(values - np.rint(values)) < ON_A_STEP).all())


def _scaled(plane: Pixels, full: int) -> Pixels:
    if not np.isfinite(plane).all():
        raise PictureError("the picture holds values that are not numbers (NaN or infinite); it is not written")
    return np.clip(plane, 0, 1) * np.float32(full)


def _kind(full: int) -> type[np.unsignedinteger[Any]]:
    return np.uint8 if full == 255 else np.uint16
