"""Masks made of a photo, or of its shape alone, to show regions, protection and strength maps with."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from impasto.pictures import Picture, picture_from, resize

Plane = NDArray[np.float32]
"""[H, W] in 0 … 1."""

DISC = 0.03
"""The share of the area of a picture that the disc takes."""

MARKED = 0.12
"""The change of a channel from one pixel to the next but one that ends a sky, in a picture 256 pixels wide."""


def sky_of(photo: Picture) -> Plane:
    """From the top of each column down to the first marked change of light, smoothed along the columns and softened."""
    small = resize(photo, 256, max(16, round(256 * photo.height / photo.width)))
    change = np.abs(small.pixels[:, 2:] - small.pixels[:, :-2]).max(axis=0)
    change[-1] = 1
    ends = (change > MARKED).argmax(axis=0) + 1
    smooth = np.array([np.median(ends[max(0, i - 8) : i + 9]) for i in range(ends.size)])
    rows = np.arange(small.height, dtype=np.float32)[:, None]
    soft = np.clip((smooth[None] - rows) / 4 + 0.5, 0, 1).astype(np.float32)
    plane: Plane = resize(picture_from(soft), photo.width, photo.height).pixels[0]
    return plane


def half_of(photo: Picture) -> Plane:
    """The left half."""
    columns = np.arange(photo.width)[None] < photo.width // 2
    half: Plane = np.broadcast_to(columns, (photo.height, photo.width)).astype(np.float32)
    return half


def disc_of(photo: Picture) -> Plane:
    """A disc in the middle, of `DISC` of the area."""
    rows, columns = np.mgrid[: photo.height, : photo.width]
    away = np.hypot(rows - (photo.height - 1) / 2, columns - (photo.width - 1) / 2)
    disc: Plane = (away <= np.sqrt(DISC * photo.width * photo.height / np.pi)).astype(np.float32)
    return disc


def ramp_of(photo: Picture) -> Plane:
    """From black on the left to white on the right."""
    columns = np.linspace(0, 1, photo.width, dtype=np.float32)[None]
    ramp: Plane = np.broadcast_to(columns, (photo.height, photo.width)).copy()
    return ramp


MASKS: Mapping[str, Callable[[Picture], Plane]] = {"sky": sky_of, "half": half_of, "disc": disc_of, "ramp": ramp_of}
"""By the names they go by at the command line: each a function of a photo, at its size."""
