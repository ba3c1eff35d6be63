"""Clipping: where a picture has run into the ends of the scale."""

from __future__ import annotations

import numpy as np

from impasto.pictures import Picture

HALF_A_LEVEL = 0.5 / 255


def clipped_share(picture: Picture) -> float:
    """Return the share of pixels, 0 … 1, with a channel at 0 or 255 of 8 bits.

    Photos of snow and ink on white paper have much of it by right: compare with the photo's and the style's. Blind to
    detail that was lost before the file was written and moved off the ends since.
    """
    at_ends = (picture.pixels < HALF_A_LEVEL) | (picture.pixels > 1 - HALF_A_LEVEL)
    return float(np.any(at_ends, axis=0).mean())
