"""Coarse to fine: the sizes painted on the way, and how one level is carried to the next.

Painting small first lets the network's fixed receptive fields see large parts of the style at once, so that its large
forms appear (Gatys et al. 2017, arXiv 1611.07865, section 6), and most of the work is done on few pixels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from impasto.errors import JobError
from impasto.solve.problem import Level


def pyramid(width: int, height: int, *, smallest: int, steps: Sequence[int], shortest: int = 1) -> tuple[Level, ...]:
    """Sizes doubling up to `width` × `height`, none with a longer side under `smallest` or a shorter under `shortest`.

    steps: for each level, from the first; further levels take the last number, and a pyramid with fewer levels than
        numbers takes the first ones, so that a small picture is not short of steps.
    """
    if not steps or any(n < 0 for n in steps):
        raise JobError(f"steps must be one or more numbers of 0 or more, not {list(steps)}")
    sizes = [(width, height)]
    while max(sizes[-1]) >= 2 * smallest and min(sizes[-1]) >= 2 * shortest:
        w, h = sizes[-1]
        sizes.append((max(1, round(w / 2)), max(1, round(h / 2))))
    sizes.reverse()
    counts = [steps[min(i, len(steps) - 1)] for i in range(len(sizes))]
    return tuple(Level(w, h, n) for (w, h), n in zip(sizes, counts, strict=True))


def resize(image: Tensor, width: int, height: int) -> Tensor:
    """Bicubic, antialiased when it shrinks; [1, 3, H, W] in, [1, 3, height, width] out, clipped to [0, 1]."""
    if image.shape[-2:] == (height, width):
        return image
    return interpolate(image, (height, width), mode="bicubic", antialias=True, align_corners=False).clamp(0, 1)


CERTAIN = 2.0
"""How many pixels of a finished level make up one that is carried to the next. The finest waves of a level are the
least certain: the network sees them worst, and enlarged they would be ripples."""


def carry_up(image: Tensor, content: Tensor | None, level: Level, detail: float) -> Tensor:
    """Enlarge what is certain of `image` to `level`, and put `detail` of what the content picture lacks there back.

    Enlarged wave by wave: interpolation by a short kernel leaves a lattice with the period of the old pixels.
    """
    height, width = (side / CERTAIN for side in image.shape[-2:])
    enlarged = long_waves(image, level.width, level.height, width, height)
    if content is not None and detail:
        lost = content - long_waves(content, level.width, level.height, width, height)
        enlarged = enlarged + detail * lost
    return enlarged.clamp(0, 1)


def long_waves(image: Tensor, width: int, height: int, across: float, down: float) -> Tensor:
    """The long waves of [1, 3, H, W] as an image [1, 3, height, width].

    across, down: a wave of so many half-periods along the picture passes by half, one of half as many whole, and from
        one and a half times as many on nothing passes.
    The waves are cosines that continue the picture by reflection at its borders (the type II discrete cosine
    transform, Ahmed, Natarajan & Rao 1974).
    """
    columns = wave_filter(image.shape[-1], width, across).to(image)
    rows = wave_filter(image.shape[-2], height, down).to(image)
    return rows @ image @ columns.T


def wave_filter(size: int, new_size: int, half_periods: float) -> Tensor:
    """The matrix [new_size, size] that passes the long waves of a row of pixels and samples them anew."""
    count = min(size, new_size, math.ceil(1.5 * half_periods))
    waves = torch.arange(count, dtype=torch.float64)
    rolled = ((waves / half_periods - 0.5).clamp(0, 1) * math.pi).cos()
    gain = (1 + rolled) / 2

    def cosines(pixels: int) -> Tensor:
        places = (torch.arange(pixels, dtype=torch.float64) + 0.5) / pixels
        return (places[:, None] * waves * math.pi).cos()

    share = torch.where(waves == 0, 1.0, 2.0) / size
    return (cosines(new_size) * gain * share) @ cosines(size).T
