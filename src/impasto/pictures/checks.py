"""Whether a picture can be painted."""

from __future__ import annotations

import numpy as np

from impasto.errors import PictureError
from impasto.pictures.picture import Picture
from impasto.pictures.read import MAX_PIXELS

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


def check_result_size(width: int, height: int, name: str) -> None:
    """Raise PictureError if the picture called `name` cannot be painted at this size: see `check_paintable`.

    At most as many pixels as are read, 250 million.
    """
    if min(width, height) < SMALLEST_SIDE:
        raise PictureError(
            f"{name} would be {width}x{height} pixels at this size, too small to paint: each side needs "
            f"{SMALLEST_SIDE}. Ask for a larger --size, or give a picture that is less elongated."
        )
    if width * height > MAX_PIXELS:
        raise PictureError(
            f"{name} would be {width}x{height}, {width * height / 1e6:,.0f} million pixels; "
            f"the limit is {MAX_PIXELS / 1e6:,.0f} million. Ask for a smaller --size."
        )
