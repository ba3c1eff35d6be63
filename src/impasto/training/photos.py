"""Which photos a network is taught on: drawn by the seed and the number of the step, and by nothing that was before.

So training that was interrupted goes on with the very pictures it would have seen, on however many machines.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from impasto.errors import InputError, PictureError
from impasto.pictures import Collection, read_shrunk

MOST_ZOOM = 1.6
"""How much larger than the crop, along its shorter side, a photo is made at the most before it is cropped."""

MOST_ENLARGED = 2.0
"""How many times a photo may be enlarged, so that it is not too small."""

MOST_TRIES = 64
"""Photos in a row that may turn out to be of no use before training gives up."""

AHEAD = 2
"""Batches that are read while one is learnt from."""

Skipping = Callable[[str], None]
"""Is told of a photo that cannot be used, in one line."""


@dataclass(frozen=True)
class Crop:
    """A part of a photo: how many times its shorter side is as long as the crop's, where the crop lies in what is left
    over, 0 … 1 down and across, and whether it is seen in a mirror.
    """

    zoom: float
    down: float
    across: float
    mirrored: bool


MIDDLE = Crop(1.0, 0.5, 0.5, mirrored=False)


def cropped(photos: Collection, name: str, pixels: int, crop: Crop, least: float) -> Tensor:
    """A crop of a photo, [3, pixels, pixels] in 0 … 1. Raises PictureError for one with a side of fewer than `least`
    pixels, or that cannot be read.
    """
    shorter = max(pixels, round(pixels * crop.zoom))
    picture = read_shrunk(photos.read(name), name, shorter, most_enlarged=shorter / least)
    top, left = (
        round(place * (side - pixels)) for place, side in ((crop.down, picture.height), (crop.across, picture.width))
    )
    part = torch.from_numpy(picture.pixels[:, top : top + pixels, left : left + pixels].copy())
    return part.flip(-1) if crop.mirrored else part


class Photos:
    """The photos of a collection for training, but for those held out to look at.

    pixels: the side of the largest crops: a photo that would be enlarged too much for those is not used for any.
    held_out: the names of those, always the same of the same collection: the first in the order of their hashes that
        can be used.
    skipped: why each photo was not used that could not be, by its name.
    """

    def __init__(self, photos: Collection, *, seed: int, held_out: int, pixels: int) -> None:
        self.photos, self.seed, self.least = photos, seed, pixels / MOST_ENLARGED
        self._known: tuple[int, list[int]] = (-1, [])
        self.skipped: dict[str, str] = {}
        self.untold: list[str] = []
        self.held_out = self._held_out(held_out, pixels)
        self.names = tuple(n for n in photos.names if n not in self.held_out and n not in self.skipped)
        if not self.names:
            raise InputError(f"{photos.place}: {held_out} photos are held out and none is left to learn from; add some")
        self._pool = ThreadPoolExecutor(1, "photos")
        self._coming: dict[int, Future[Tensor]] = {}

    def validation(self, pixels: int) -> Tensor:
        """The middles of the photos held out, [N, 3, pixels, pixels]."""
        return torch.stack([cropped(self.photos, name, pixels, MIDDLE, self.least) for name in self.held_out])

    def batch(self, step: int, count: int, pixels: int, *, part: int = 0, parts: int = 1) -> Tensor:
        """Crops for a step, [count, 3, pixels, pixels]; the same for the same numbers, whenever it is asked for.

        part, parts: which of how many machines asks; together they get what one would with as many times the count.
        Raises InputError if hardly any photo can be used.
        """
        places = [step * count * parts + part + parts * i for i in range(count)]
        return torch.stack([self._photo(place, pixels) for place in places])

    def ahead(self, step: int, count: int, pixels_at: Callable[[int], int], *, part: int = 0, parts: int = 1) -> Tensor:
        """The same, the batches after it being read meanwhile. pixels_at: the side of the crops at a step."""
        for number in range(step, step + 1 + AHEAD):
            if number not in self._coming:
                args = (number, count, pixels_at(number))
                self._coming[number] = self._pool.submit(self.batch, *args, part=part, parts=parts)
        return self._coming.pop(step).result()

    def close(self) -> None:
        """Read no further."""
        self._pool.shutdown(cancel_futures=True)

    def told(self) -> list[str]:
        """Lines on photos that were found useless since it was last asked."""
        lines, self.untold = self.untold, []
        return lines

    def _photo(self, place: int, pixels: int) -> Tensor:
        """The photo in a place of the endless order, or, if it is of no use, another drawn for the place."""
        generator = Generator().manual_seed(_number(self.seed, "crop", place))
        turn, index = divmod(place, len(self.names))
        name = self.names[self._order(turn)[index]]
        for _ in range(MOST_TRIES):
            zoom, down, across, mirror = torch.rand(4, generator=generator).tolist()
            if name not in self.skipped:
                try:
                    crop = Crop(MOST_ZOOM**zoom, down, across, mirrored=mirror < 0.5)
                    return cropped(self.photos, name, pixels, crop, self.least)
                except PictureError as error:
                    self._skip(name, error)
            name = self.names[int(torch.randint(len(self.names), (1,), generator=generator))]
        raise InputError(self._useless())

    def _order(self, turn: int) -> list[int]:
        """The photos once through, shuffled."""
        if self._known[0] != turn:
            generator = Generator().manual_seed(_number(self.seed, "order", turn))
            self._known = (turn, torch.randperm(len(self.names), generator=generator).tolist())
        return self._known[1]

    def _held_out(self, count: int, pixels: int) -> tuple[str, ...]:
        found: list[str] = []
        for name in sorted(self.photos.names, key=lambda name: hashlib.sha256(name.encode()).digest()):
            if len(found) == count:
                break
            try:
                cropped(self.photos, name, pixels, MIDDLE, self.least)
            except PictureError as error:
                self._skip(name, error)
            else:
                found.append(name)
        if not found and count:
            raise InputError(self._useless())
        return tuple(found)

    def _skip(self, name: str, error: PictureError) -> None:
        self.skipped[name] = str(error)
        self.untold.append(str(error))

    def _useless(self) -> str:
        first = next(iter(self.skipped.values()))
        return f"{self.photos.place}: hardly any of its {len(self.photos.names)} pictures can be learnt from ({first})"


def _number(*words: object) -> int:
    """A seed of its own for every purpose."""
    return int.from_bytes(hashlib.sha256("/".join(map(str, words)).encode()).digest()[:8], "little") >> 1
