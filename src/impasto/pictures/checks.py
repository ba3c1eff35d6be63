"""Whether a picture can be painted."""

from __future__ import annotations

import numpy as np

from impasto.errors import PictureError
from impasto.pictures.picture import Picture

SMALLEST_SIDE = 16


def check_paintable(picture: Picture, name: str) -> None:
    """Raise PictureError, calling the picture `name`, if nothing can be painted from it.

    It must be at least 16 pixels on each side (four poolings leave one position of that), hold finite numbers in
    0 … 1 only, and not be clear all over.
    """
    if min(picture.width, picture.height) < SMALLEST_SIDE:
        raise PictureError(
            f"{name}: it is {picture.width}x{picture.height}, too small to paint. "
            f"Give a picture of at least {SMALLEST_SIDE} pixels on each side."
        )
    for values in (picture.pixels, picture.alpha):
        if values is None:
            continue
        if not np.isfinite(values).all():
            raise PictureError(f"{name}: it holds values that are not numbers (NaN or infinite). Export it again.")
        if values.min() < 0 or values.max() > 1:
            raise PictureError(
                f"{name}: its values go from {values.min():.6g} to {values.max():.6g}; they must be 0 … 1. Scale them."
            )
    if picture.alpha is not None and not picture.alpha.any():
        raise PictureError(f"{name}: it is transparent all over, so there is nothing to see. Check its alpha channel.")
