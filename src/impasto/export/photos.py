"""The photographs that an exported network is checked on, and calibrated with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from impasto.backbones.style_network import LEAST_SIDE
from impasto.errors import InputError, UnavailableError
from impasto.pictures import Picture, Size, composite, gathered, read_picture, resize
from impasto.pictures.samples import PHOTOGRAPHS, sample_photograph

LONGER_SIDE = 320
"""Pixels; enough to see each position of a network's widest layer in the middle and at the borders."""

MOST = 24
"""Photographs that are looked at of a larger folder."""


def photos_to_check(folder: Path | None) -> list[NDArray[Any]]:
    """RGB [1, 3, H, W] in 0 … 1 each, fp32: of a folder of photographs, or without one Impasto's own.

    Of a large folder some, spread evenly over the order of their names. Raises InputError for a folder without
    pictures, PictureError for one that cannot be read, UnavailableError if the samples cannot be had.
    """
    if folder is None:
        pictures = _samples()
    else:
        paths = gathered([folder])
        pictures = [read_picture(path) for path in paths[:: -(-len(paths) // MOST)]]
    sized = [resize(composite(p), *Size(longest=LONGER_SIDE).fit(p.width, p.height)) for p in pictures]
    if any(min(picture.width, picture.height) < LEAST_SIDE for picture in sized):
        raise InputError(f"a photograph in {folder} is a strip: at {LONGER_SIDE} pixels it is under {LEAST_SIDE} wide")
    return [picture.pixels[None].astype("float32") for picture in sized]


def _samples() -> list[Picture]:
    try:
        return [sample_photograph(name) for name in PHOTOGRAPHS]
    except UnavailableError as error:
        raise UnavailableError(f"{error}\nPhotographs of your own do as well: --photos FOLDER") from error
