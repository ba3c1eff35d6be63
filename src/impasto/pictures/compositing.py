"""Transparency: putting a picture over a colour, and giving it an alpha."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from impasto.pictures.picture import Picture, Pixels
from impasto.pictures.resampling import resample


def composite(picture: Picture, colour: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> Picture:
    """The picture over a plain `colour` (red, green, blue, 0 … 1, sRGB): opaque, without alpha.

    Blended in gamma-encoded values, c·α + b·(1−α), as browsers and image editors do. An opaque picture is returned
    as it is.
    """
    if picture.alpha is None:
        return picture
    backdrop = np.asarray(colour, np.float32).reshape(3, 1, 1)
    pixels = picture.pixels * picture.alpha + backdrop * (1 - picture.alpha)
    return Picture(pixels.astype(np.float32, copy=False), None, picture.depth)


def with_alpha(picture: Picture, alpha: Pixels | None) -> Picture:
    """The picture with `alpha` (float32 [h, w], 0 … 1), resized to fit; None takes transparency away."""
    if alpha is not None and alpha.shape != (picture.height, picture.width):
        alpha = np.clip(resample(alpha, picture.width, picture.height), 0, 1)
    return replace(picture, alpha=alpha)
