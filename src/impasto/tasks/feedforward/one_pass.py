"""What painting in one pass has in common: it goes tile by tile, and can be stopped after each and gone on with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from impasto.solve import Event, Finished, Level, LevelDone, LevelStarted, Snapshot, Started, Step

LARGEST_AT_ONCE = 1_500_000
"""Pixels up to which a picture is seen at once if nobody says; larger ones in tiles of TILE pixels."""

TILE = 1024


@dataclass(frozen=True)
class Progress:
    """One tile is done. painted: how many are painted so far. image: [1, 3, H, W], the photo where they are not."""

    painted: int
    image: Tensor


def blended(content: Tensor, painted: Tensor, amount: Tensor | None) -> Tensor:
    """As much of what is painted, [1, 3, h, w], as `amount` says, [1, 1, h, w] in 0 … 1, over the content.

    None is all of it.
    """
    return painted if amount is None else torch.lerp(content, painted, amount)


def painting_events(
    photo: Tensor,
    work: tuple[int, int],
    paint: Callable[[Progress | None], Iterator[Progress]],
    resume: Snapshot | None,
    warnings: Callable[[], tuple[str, ...]],
) -> Iterator[Event]:
    """The events of painting `photo` [1, 3, H, W], a step for each tile: of those looked at, then of those painted.

    work: how many are looked at, and how many painted. paint: does it, from what was told last when it was stopped.
    A step's image is painted as far as it is.
    """
    looks, paints = work
    level = Level(photo.shape[-1], photo.shape[-2], looks + paints)
    yield Started((level,), level.steps)
    image = photo if resume is None else resume.tensors["image"].to(photo.device)
    begun = None if resume is None else Progress(max(0, resume.index - looks), image)
    if resume is None or resume.level == 0:
        yield LevelStarted(0, level.width, level.height, {})
        index = looks + begun.painted if begun is not None and begun.painted else 0
        for done in paint(begun):
            index, image = index + 1, done.image
            yield Step(0, index - 1, index, {}, 0.0, image, partial(Snapshot, 0, index, index, {"image": image}, {}))
        yield LevelDone(0, image)
    yield Finished(image, warnings())
