"""Flatness: where a picture, or a layer's answer to one, has nothing going on."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import avg_pool2d, max_pool2d

from impasto.errors import JobError
from impasto.losses.content import TINY
from impasto.losses.statistic import widened

RADIUS = 0.04
"""How wide an empty area must be: half its side, as a share of the longer side of the picture."""

CONTRAST = 0.15
"""How much may be going on there: the share of the deviation of the whole picture that is half flat."""

NARROW = 8
"""Into how many parts the radius is divided for the square in which a place itself must be flat."""


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
