"""Masks: grey pictures that say how much each pixel of another picture counts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import numpy as np
import torch
from torch import Tensor

from impasto.errors import PictureError
from impasto.pictures import Picture, picture_from
from impasto.solve import resized_mask
from impasto.tasks.job import SourceOfPicture, picture_source
from impasto.tasks.picture_start import has_shape

ALPHA, ALL = MASK_WORDS = ("alpha", "all")
"""What may stand for the path of a mask: the transparency of the picture it is for, or all of that picture."""


WHITE = 1 - 0.5 / 65535
"""From where on a mask is white: nearer than 16 bits tell, so that rounding in another size changes nothing."""


class SourceOfMask(SourceOfPicture):
    """Marks a field that holds a path, a Picture or a word of `MASK_WORDS`."""

    def is_word(self, value: object) -> bool:
        """Whether it is one of `MASK_WORDS`."""
        return isinstance(value, str) and value in MASK_WORDS

    def admit(self, value: object) -> object:
        """A word as it is, all else as a picture."""
        return value if self.is_word(value) else super().admit(value)


MaskSource = Annotated[Path | Picture | str, SourceOfMask()]
"""Where a mask comes from: a file, a picture in memory, or a word of `MASK_WORDS`."""


def mask_source(value: object) -> Path | Picture | str:
    """What a job keeps of anything that can be a mask."""
    return str(value) if isinstance(value, str | Path) and str(value) in MASK_WORDS else picture_source(value)


def mask_inputs(masks: dict[str, MaskSource]) -> dict[str, Path | Picture]:
    """Of masks by name those that are pictures."""
    return {name: source for name, source in masks.items() if not isinstance(source, str)}


def mask_for(source: MaskSource, picture: Picture, called: str) -> Tensor:
    """The mask [1, 1, H, W] of `picture`, at its size, float32 in 0 … 1.

    A pixel of a picture counts as much as the brightest of its channels says, as it is written in the file, times its
    opacity: white counts whole, so does a pure colour, black and what is clear not at all.
    called: what messages call it.
    Raises PictureError for one that cannot be read, is of another shape, or is black all over.
    """
    if source == ALL:
        return torch.ones(1, 1, picture.height, picture.width)
    if source == ALPHA:
        if picture.alpha is None:
            raise PictureError(
                f"{called}: the picture has no transparency that could be its mask. Name a mask instead."
            )
        plane = picture.alpha
    else:
        drawn = picture_from(source)
        if not has_shape(drawn, picture.width, picture.height):
            raise PictureError(
                f"{called}: it is {drawn.width}x{drawn.height} and the picture it is for "
                f"{picture.width}x{picture.height}: a mask has the shape of its picture. Crop it alike."
            )
        plane = drawn.pixels.max(axis=0)
        plane = plane if drawn.alpha is None else plane * drawn.alpha
    if not np.isfinite(plane).all():
        raise PictureError(f"{called}: it holds values that are not numbers (NaN or infinite). Export it again.")
    mask = resized_mask(torch.from_numpy(np.array(plane))[None, None], picture.width, picture.height)
    mask = mask.masked_fill(mask > WHITE, 1.0)
    if not mask.any():
        raise PictureError(f"{called}: it is black all over, so it marks nothing. White marks what counts.")
    return mask
