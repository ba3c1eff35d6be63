"""Flatness: where a picture, or a layer's answer to one, has nothing going on."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import adaptive_max_pool2d, avg_pool2d, interpolate, max_pool2d

from impasto.errors import JobError
from impasto.losses.content import TINY
from impasto.losses.statistic import widened

RADIUS = 0.04
"""How wide an empty area must be: half its side, as a share of the longer side of the picture."""

CONTRAST = 0.15
"""How much may be going on there: the share of the deviation of the whole picture that is half flat."""

NARROW = 8
"""Into how many parts the radius is divided for the square in which a place itself must be flat."""


CELLS = 160
"""On a grid of how many cells along the longer side paths to the border are looked for, at most."""


LIKE = 0.12
"""By how much an enclosed area may be darker than the background, in 0 … 1; darker by twice that, it is a thing."""


def check_flatness(radius: float, contrast: float) -> None:
    """Raise JobError for a radius or a contrast that `flatness` cannot go by."""
    if not 0 < radius <= 0.5:
        raise JobError(f"radius must be a share of the longer side, above 0 and up to 0.5, not {radius}")
    if not 0 < contrast < float("inf"):
        raise JobError(f"contrast must be a number above 0, not {contrast}")


def flatness(activation: Tensor, radius: float, contrast: float) -> Tensor:
    """How flat [1, C, H, W] is at each position: [1, 1, H, W], from near 0, structure, to 1, part of an empty area.

    f_r = 1 / (1 + (σ / (contrast · σ_whole))⁴), where σ² is the variance in a square of 2r + 1 positions, the mean over
    the channels, smoothed by the same square; σ_whole² is that of the whole. A wide square finds areas that are empty
    and wide, but not as far as their edges, a narrow one finds edges: the result is the largest f_r within 2r, which is
    as far as squares of r keep off structure, times f of an eighth of r. What is narrower than the wide square is not
    empty. A whole of one value is.

    The measure does not depend on the scale of values, and on the size of a picture only by what shows at that size.

    radius: r as a share of the longer side. contrast: the share of the deviation of the whole that is half flat.
    """
    values = widened(activation.detach())
    centred = values - values.mean(dim=(2, 3), keepdim=True)
    allowed = contrast**2 * centred.square().mean() + TINY
    reach = max(1, round(radius * max(values.shape[-2:])))
    wide = _flat(centred, reach, allowed)
    for size, padding in (((4 * reach + 1, 1), (2 * reach, 0)), ((1, 4 * reach + 1), (0, 2 * reach))):
        wide = max_pool2d(wide, size, stride=1, padding=padding)
    return wide * _flat(centred, max(1, reach // NARROW), allowed)


def joined_to_border(flat: Tensor) -> Tensor:
    """How flat [1, 1, H, W] each place is that flat places join to the border of the picture; elsewhere 0.

    Of all paths to the border the best counts, and of a path its least flat place: the grey reconstruction by dilation
    of Vincent (1993, IEEE Transactions on Image Processing 2 (2)) from the border. It is found on a grid of at most 160
    cells along the longer side, each as flat as its least flat place, so that a thin outline is no way through.
    """
    height, width = flat.shape[-2:]
    scale = min(1.0, CELLS / max(height, width))
    cells = -adaptive_max_pool2d(-flat, (max(1, round(height * scale)), max(1, round(width * scale))))
    reached = cells.clone()
    reached[..., 1:-1, 1:-1] = 0
    while True:
        further = torch.minimum(cells, max_pool2d(reached, 3, stride=1, padding=1))
        if torch.equal(further, reached):
            break
        reached = further
    near = max_pool2d(reached, 3, stride=1, padding=1)  # cells at an edge are as little flat as the edge
    return torch.minimum(flat, interpolate(near, (height, width), mode="bilinear", align_corners=False))


def background(grey: Tensor, radius: float, contrast: float) -> Tensor:
    """What of a grey picture [1, 3, H, W] is flat and no thing of its own, [1, 1, H, W] in 0 … 1.

    That is what reaches to the border, and what is enclosed and no darker than that: a sky between towers is the sky, a
    dark coat before it is not.
    """
    flat = flatness(grey, radius, contrast)
    outer = joined_to_border(flat)
    light = grey.mean(dim=1, keepdim=True)
    level = (light * outer).sum() / outer.sum().clamp_min(1)
    return torch.maximum(outer, flat * (1 + (light - level + LIKE) / LIKE).clamp(0, 1))


def surroundings(image: Tensor, radius: float) -> Tensor:
    """[1, C, H, W] without what is finer than `radius`, a share of the longer side: means over squares, twice."""
    reach = max(1, round(radius * max(image.shape[-2:])))
    return _box(_box(image, reach), reach)


def _flat(centred: Tensor, reach: int, allowed: Tensor) -> Tensor:
    """F [1, 1, H, W], for squares of `reach` positions to each side and a variance that is half flat."""
    variance = (_box(centred.square(), reach) - _box(centred, reach).square()).clamp_min(0).mean(dim=1, keepdim=True)
    return 1 / (1 + (_box(variance, reach) / allowed).square())


def _box(planes: Tensor, reach: int) -> Tensor:
    """Means over squares of `reach` positions to each side, as far as there are any."""
    for size, padding in (((2 * reach + 1, 1), (reach, 0)), ((1, 2 * reach + 1), (0, reach))):
        planes = avg_pool2d(planes, size, stride=1, padding=padding, count_include_pad=False)
    return planes
