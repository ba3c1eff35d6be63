"""Style distance: how much of the way from the photo to the style a picture is still to go, as a judge sees it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from impasto.backbones import Backbone, averaged, cells_of
from impasto.errors import PictureError
from impasto.losses.gram import gram
from impasto.losses.moments import MomentsLoss, split_moments

SAME = 1e-6
"""Relative distance under which a judge cannot tell content and style apart."""


@dataclass(frozen=True)
class StyleDistance:
    """1: as far from the style as the photo is, 0: the style itself; above 1: farther off than the photo.

    gram: by the correlations of channels. moments: by their means and standard deviations.
    """

    gram: float
    moments: float


def style_distance(
    out: Tensor,
    content: Tensor,
    style: Tensor,
    judge: Backbone,
    layers: Sequence[str],
    where: Tensor | None = None,
) -> StyleDistance:
    """Return how far `out` is from `style`, in units of how far `content` is from it.

    out, content, style: [1, 3, H, W], sRGB in [0, 1]; the sizes may differ, the scale of brushwork must not.

    With Ḡ = F Fᵀ / M the Gram matrix of a layer per position (Gatys, Ecker & Bethge 2015, arXiv 1508.06576),
    D(x) = mean over layers of ‖Ḡ_x − Ḡ_style‖ / ‖Ḡ_style‖, Frobenius norms; the result is D(out) / D(content).
    For the means μ and deviations σ of channels (Li, Wang, Liu & Hou 2017, arXiv 1701.01036),
    D(x) = mean over layers of (‖μ_x − μ_style‖ / ‖μ_style‖ + ‖σ_x − σ_style‖ / ‖σ_style‖) / 2.

    where: [1, 1, H, W] in 0 … 1, how much each pixel of `out` and `content` counts, so that a region can be judged by
    itself; positions count as `impasto.backbones.cells_of` says, and those near its border see beyond it. None counts
    all alike.

    Blind to where things stand, to a grid finer than the first layer resolves, and to what the judge never learned
    to tell apart. Raises PictureError if the judge sees no difference between content and style.
    """
    with torch.no_grad():
        seen = [judge(image.to(judge.device), layers) for image in (out, content, style)]
    weights = _position_weights(where, judge, layers)
    return StyleDistance(_normalised(seen, weights, _gram_distance), _normalised(seen, weights, _moments_distance))


Weights = Mapping[str, Tensor | None]
"""How much each position of each layer counts, [h, w]; None counts all alike."""

Measure = Callable[[Tensor, Tensor, Tensor | None], float]


def _position_weights(where: Tensor | None, judge: Backbone, layers: Sequence[str]) -> Weights:
    if where is None:
        return dict.fromkeys(layers)
    cells = cells_of(judge.graph.plan(layers), *where.shape[-2:])
    mask = where[0, 0].to(judge.device)
    return {name: averaged(mask, *cells[judge.graph.aliases.get(name, name)]) for name in layers}


def _normalised(seen: Sequence[Mapping[str, Tensor]], weights: Weights, distance: Measure) -> float:
    out, content, style = seen
    own, whole = (
        sum(distance(features[layer], style[layer], weights[layer]) for layer in style) / len(style)
        for features in (out, content)
    )
    if whole < SAME:
        raise PictureError(
            "the content and the style are the same picture to this judge, so there is no distance to go; "
            "give the photo as content and the painting as style"
        )
    return own / whole


def _gram_distance(activation: Tensor, style: Tensor, positions: Tensor | None) -> float:
    return _relative(gram(activation, positions).mean, gram(style).mean)


def _moments_distance(activation: Tensor, style: Tensor, positions: Tensor | None) -> float:
    mean, deviation = _moments(activation, positions)
    wanted_mean, wanted_deviation = _moments(style)
    return (_relative(mean, wanted_mean) + _relative(deviation, wanted_deviation)) / 2


def _moments(activation: Tensor, positions: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Means and standard deviations [C] of the channels of [1, C, H, W]."""
    mean, covariance = split_moments(MomentsLoss().measure(activation.double(), positions).mean)
    return mean, covariance.diagonal().clamp_min(0).sqrt()


def _relative(value: Tensor, wanted: Tensor) -> float:
    return float((value - wanted).norm() / wanted.norm().clamp_min(torch.finfo(wanted.dtype).tiny))
