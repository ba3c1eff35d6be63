"""Coarse to fine: the sizes painted on the way, and how one level is carried to the next.

Painting small first lets the network's fixed receptive fields see large parts of the style at once, so that its large
forms appear (Gatys et al. 2017, arXiv 1611.07865, section 6), and most of the work is done on few pixels.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample, interpolate

from impasto.errors import JobError
from impasto.solve.problem import Level


def pyramid(
    width: int,
    height: int,
    *,
    smallest: int,
    steps: Sequence[int],
    shortest: int = 1,
    multiple: int = 1,
    scale: float = 2.0,
    most: int | None = None,
) -> tuple[Level, ...]:
    """Sizes growing up to `width` × `height`, none with a longer side under `smallest` or a shorter under `shortest`.

    steps: for each level, from the first; further levels take the last number, and a pyramid with fewer levels than
        numbers takes the first ones, so that a small picture is not short of steps.
    multiple: of which the sides of the smaller levels are whole multiples.
    scale: by how much each level is larger than the one before. most: levels at most, of those the last.
    """
    if not steps or any(n < 0 for n in steps):
        raise JobError(f"steps must be one or more numbers of 0 or more, not {list(steps)}")
    sizes = [(width, height)]
    while max(sizes[-1]) >= scale * smallest and min(sizes[-1]) >= scale * shortest and len(sizes) != most:
        w, h = (max(1, round(side / scale / multiple)) * multiple for side in sizes[-1])
        sizes.append((w, h))
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


def carry_up(image: Tensor, content: Tensor | None, level: Level, detail: float, *, periodic: bool = False) -> Tensor:
    """Enlarge what is certain of `image` to `level`, and put `detail` of what the content picture lacks there back.

    Enlarged wave by wave: interpolation by a short kernel leaves a lattice with the period of the old pixels.
    periodic: whether the image goes around.
    """
    height, width = (side / CERTAIN for side in image.shape[-2:])
    enlarged = long_waves(image, level.width, level.height, width, height, periodic=periodic)
    if content is not None and detail:
        lost = content - long_waves(content, level.width, level.height, width, height, periodic=periodic)
        enlarged = enlarged + detail * lost
    return enlarged.clamp(0, 1)


def zoomed(image: Tensor, zoom: float) -> Tensor:
    """The middle of [1, 3, H, W] enlarged `zoom` times to the size of the whole, bicubic, clipped to [0, 1]."""
    scale = image.new_tensor([[[1 / zoom, 0, 0], [0, 1 / zoom, 0]]])
    grid = affine_grid(scale, list(image.shape), align_corners=False)
    return grid_sample(image, grid, mode="bicubic", padding_mode="reflection", align_corners=False).clamp(0, 1)


def long_waves(image: Tensor, width: int, height: int, across: float, down: float, *, periodic: bool = False) -> Tensor:
    """The long waves of [1, 3, H, W] as an image [1, 3, height, width].

    across, down: a wave of so many half-periods along the picture passes by half, one of half as many whole, and from
        one and a half times as many on nothing passes.
    The waves are cosines that continue the picture by reflection at its borders (the type II discrete cosine
    transform, Ahmed, Natarajan & Rao 1974); if it is `periodic`, the Fourier waves that go around.
    """
    make = circular_wave_filter if periodic else wave_filter
    columns = make(image.shape[-1], width, across).to(image)
    rows = make(image.shape[-2], height, down).to(image)
    return rows @ image @ columns.T


def wave_filter(size: int, new_size: int, half_periods: float) -> Tensor:
    """The matrix [new_size, size] that passes the long waves of a row of pixels and samples them anew."""
    waves = torch.arange(min(size, new_size, math.ceil(1.5 * half_periods)), dtype=torch.float64)

    def cosines(pixels: int) -> Tensor:
        return (_places(pixels)[:, None] * waves * math.pi).cos()

    return (cosines(new_size) * _shares(waves, half_periods) / size) @ cosines(size).T


def circular_wave_filter(size: int, new_size: int, half_periods: float) -> Tensor:
    """The same for a row of pixels that goes around: its waves have whole periods, two halves each."""
    waves = torch.arange(min((size + 1) // 2, (new_size + 1) // 2, math.ceil(0.75 * half_periods)), dtype=torch.float64)
    shares = _shares(2 * waves, half_periods)
    apart = (_places(new_size)[:, None] - _places(size)) * (2 * math.pi)
    return torch.stack([share * (apart * wave).cos() for wave, share in zip(waves, shares, strict=True)]).sum(0) / size


def _places(pixels: int) -> Tensor:
    """The middles of a row of pixels, in 0 … 1."""
    return (torch.arange(pixels, dtype=torch.float64) + 0.5) / pixels


def _shares(half_waves: Tensor, half_periods: float) -> Tensor:
    """How much of the waves passes, by their numbers of half periods, times the norm of a wave over the mean."""
    gain = (1 + ((half_waves / half_periods - 0.5).clamp(0, 1) * math.pi).cos()) / 2
    return gain * torch.where(half_waves == 0, 1.0, 2.0)
