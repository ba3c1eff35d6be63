"""Transparency: putting a picture over a colour, making it opaque, and giving it an alpha."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from impasto.pictures.picture import Picture, Pixels
from impasto.pictures.resampling import CLEAR, resample


def composite(picture: Picture, colour: tuple[float, float, float] = (1.0, 1.0, 1.0)) -> Picture:
    """The picture over a plain `colour` (red, green, blue, 0 … 1, sRGB): opaque, without alpha.

    Blended in gamma-encoded values, c·α + b·(1−α), as browsers and image editors do. An opaque picture is returned
    as it is.
    """
    if picture.alpha is None:
        return picture
    backdrop = np.asarray(colour, np.float32).reshape(3, 1, 1)
    pixels = picture.pixels * picture.alpha + backdrop * (1 - picture.alpha)
    beyond = None if picture.beyond is None else picture.beyond * picture.alpha
    return replace(picture, pixels=pixels.astype(np.float32, copy=False), alpha=None, beyond=beyond)


def continued(picture: Picture) -> Picture:
    """The picture made opaque: its own colours where anything shows, carried on smoothly into what is clear.

    What is painted of it and made transparent again has no fringe of another colour at its edges, as one that was
    painted over a colour has. Clear pixels take the mean of what shows around them, from ever further away (pull-push,
    Gortler et al. 1996, "The Lumigraph"). An opaque picture is returned as it is.
    """
    if picture.alpha is None:
        return picture
    shown: Pixels = np.where(picture.alpha > CLEAR, picture.alpha, np.float32(0)).astype(np.float32)
    pixels = np.clip(_filled(picture.pixels, shown), 0, 1)
    beyond = None if picture.beyond is None else np.where(shown > 0, picture.beyond, np.float32(0))
    return replace(picture, pixels=pixels, alpha=None, beyond=beyond)


def with_alpha(picture: Picture, alpha: Pixels | None) -> Picture:
    """The picture with `alpha` (float32 [h, w], 0 … 1), resized to fit; None takes transparency away."""
    if alpha is not None and alpha.shape != (picture.height, picture.width):
        alpha = np.clip(resample(alpha, picture.width, picture.height), 0, 1)
    return replace(picture, alpha=alpha)


def _filled(colours: Pixels, weight: Pixels) -> Pixels:
    """Colours [3, h, w], those of weight [h, w] 0 taken from a picture of half the size, filled in the same way."""
    height, width = weight.shape
    if weight.all() or max(height, width) == 1:
        return colours
    coarse_weight = _halved(weight)
    counted = np.maximum(coarse_weight, np.float32(1e-12))
    means: Pixels = np.stack([_halved(plane * weight) / counted for plane in colours]).astype(np.float32, copy=False)
    coarse = _filled(means, coarse_weight)
    return np.stack(
        [
            np.where(weight > 0, plane, np.clip(resample(small, width, height), 0, 1))
            for plane, small in zip(colours, coarse, strict=True)
        ]
    )


def _halved(plane: Pixels) -> Pixels:
    """Means of two by two pixels; at an odd edge of what there is."""
    height, width = plane.shape
    padded = np.pad(plane, ((0, height % 2), (0, width % 2)), mode="edge")
    halved: Pixels = padded.reshape((height + 1) // 2, 2, (width + 1) // 2, 2).mean(axis=(1, 3), dtype=np.float32)
    return halved
