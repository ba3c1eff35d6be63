"""Looking at the picture from a new place now and then, so that no network can print its grid.

A network with strides looks at the pixels of one lattice more than at those between, so descent writes a pattern with
the period of the strides into the picture. Moved by a few pixels against the lattice, the picture is judged by other
pixels; over several such moves all are judged alike. Feature visualisation jitters its images for the same reason
(Olah, Mordvintsev & Schubert 2017, "Feature visualization", section on transformation robustness).

That alone wipes a grid out only after it was printed, and the first steps print most. So L-BFGS keeps off the waves of
the lattice besides, see `impasto.solve.smoothing`.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn.functional import pad

from impasto.errors import JobError

Offset = tuple[int, int]
"""How far the picture lies from the top and from the left of what the network sees, in pixels."""


@dataclass(frozen=True, kw_only=True)
class Shift:
    """Take a new place every `every` steps, `0 … pixels - 1` from the top and from the left.

    pixels: a power of two: the longest period that is countered, in number the stride of the layers that print. 1 never
        moves.
    every: no less than the optimizer's `stay`.
    """

    pixels: int = 8
    every: int = 8

    def __post_init__(self) -> None:
        if not isinstance(self.pixels, int) or self.pixels not in (1, 2, 4, 8, 16, 32, 64):
            raise JobError(f"the picture is shifted by up to 1 (not at all), 2, 4, 8 … 64 pixels, not {self.pixels}")
        if self.every < 1:
            raise JobError(f"the picture can be shifted every step, or every few, not every {self.every} steps")

    def check_stay(self, steps: int) -> None:
        """Raise JobError if a method must stay at a place for more steps than it does."""
        if self.every < steps:
            raise JobError(
                f"with this optimizer the picture can be shifted every {steps} or more steps, not every {self.every}: "
                "the first step at a new place only looks"
            )

    def turns(self, step: int) -> bool:
        """Whether `every` steps more are over before the step of this index, from 0."""
        return step > 0 and step % self.every == 0

    def due(self, step: int) -> bool:
        """Whether a new place is taken before the step of this index, from 0."""
        return self.pixels > 1 and self.turns(step)

    def offset(self, step: int, generator: Generator) -> Offset:
        """The place at a step. generator: in the same state whenever a level is asked about.

        Of each binary digit of the two offsets, four shifts in a row take all four values once, in random order: so a
        handful of shifts already meets every lattice alike, which independent draws would not.
        """
        number = step // self.every
        top = left = 0
        for digit in range(self.pixels.bit_length() - 1):
            turns = [torch.randperm(4, generator=generator) for _ in range(number // 4 + 1)]
            value = int(turns[-1][number % 4])
            top, left = top + (value // 2 << digit), left + (value % 2 << digit)
        return top, left


def shifted(image: Tensor, offset: Offset, pixels: int) -> Tensor:
    """The image [1, 3, H, W] mirrored at its borders to H + pixels - 1 and W + pixels - 1, `offset` from the corner.

    Every offset gives the same size. A side that is too short to be mirrored that far is mirrored as far as it goes.
    """
    (top, bottom), (left, right) = (
        _margins(side, before, pixels) for side, before in zip(image.shape[-2:], offset, strict=True)
    )
    return pad(image, (left, right, top, bottom), mode="reflect")


def places(side: int, before: int, pixels: int) -> Tensor:
    """Which row (or column) of an image of `side` rows is each row of what `shifted` makes of it."""
    first, last = _margins(side, before, pixels)
    there = torch.arange(-first, side + last).abs()
    return (side - 1) - ((side - 1) - there).abs()


def _margins(side: int, before: int, pixels: int) -> tuple[int, int]:
    """By how much an axis is mirrored at its two ends."""
    room = min(pixels - 1, side - 1)
    return min(before, room), room - min(before, room)
