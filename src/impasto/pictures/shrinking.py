"""Reading pictures that are wanted small: a JPEG or WebP is decoded no larger than it must be."""

from __future__ import annotations

import numpy as np
import pyvips

from impasto.errors import PictureError
from impasto.pictures.colour import colour_bands, develop
from impasto.pictures.compositing import composite
from impasto.pictures.formats import HEAD_BYTES, JPEG, READABLE, WEBP, Format, describe, identify
from impasto.pictures.library import open_bytes, reason
from impasto.pictures.picture import Picture
from impasto.pictures.read import MAX_PIXELS
from impasto.pictures.resampling import resize

MOST_ELONGATED = 20
"""Longer over shorter side beyond which nothing is a photo."""


def read_shrunk(data: bytes, name: str, shorter: int, *, most_enlarged: float = 1.0) -> Picture:
    """The picture in the bytes of a file, opaque, upright, in sRGB, its shorter side `shorter` pixels.

    Of an animation or several pages the first is taken. Raises PictureError for what is no picture, damaged, larger
    than `impasto.pictures.read.MAX_PIXELS`, or so small that it would be enlarged more than `most_enlarged` times.
    """
    form = identify(data[:HEAD_BYTES])
    if form is None:
        looks = describe(data[:HEAD_BYTES]) if data else "an empty file"
        raise PictureError(f"{name}: it looks like {looks}; Impasto reads {READABLE}")
    try:
        image = open_bytes(data, form)
        least = min(image.width, image.height)
        _check_sides(image, name, shorter / most_enlarged)
        colour_bands(image, name)
        factor = _shrink(form, least / shorter)
        picture = composite(develop(open_bytes(data, form, factor).copy_memory(), name))
    except pyvips.Error as error:
        raise PictureError(f"{name}: it is damaged or of an unusual kind ({reason(error)})") from None
    scale = shorter / min(picture.width, picture.height)
    return resize(picture, *(max(shorter, round(side * scale)) for side in (picture.width, picture.height)))


def _check_sides(image: pyvips.Image, name: str, least: float) -> None:
    shorter, longer = sorted((image.width, image.height))
    if shorter < least:
        raise PictureError(f"{name}: {image.width}×{image.height} pixels are too few; {np.ceil(least):.0f} are needed")
    if longer > MOST_ELONGATED * shorter:
        raise PictureError(f"{name}: {image.width}×{image.height} pixels are too elongated for a photo")
    if shorter * longer > MAX_PIXELS:
        raise PictureError(
            f"{name}: {image.width}×{image.height} pixels are more than the {MAX_PIXELS:,} that are read"
        )


def _shrink(form: Format, ratio: float) -> dict[str, float]:
    """How the loader is told to decode small: at least twice the size wanted, so that the resampling decides."""
    if form is JPEG:
        return {"shrink": next((n for n in (8, 4, 2) if ratio >= 2 * n), 1)}
    if form is WEBP and ratio >= 4:
        return {"scale": 2 / ratio}
    return {}
