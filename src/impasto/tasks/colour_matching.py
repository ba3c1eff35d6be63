"""Giving one picture the colours of others, as a whole: which colours there are and how much of each, not where.

The linear maps take the mean μ and covariance Σ of the colours of a picture to those wanted, x ↦ T (x − μ) + μ_w
(Gatys, Bethge, Hertzmann & Shechtman 2016, "Preserving color in neural artistic style transfer", arXiv 1606.05897,
section 4.1). They differ in T, of which there are many, as T may be followed by any rotation:

  transport   T = Σ^-½ (Σ^½ Σ_w Σ^½)^½ Σ^-½   the least motion (Pitié & Kokaram 2007, "The linear Monge-Kantorovitch
                                              linear colour mapping")
  pca         T = Σ_w^½ Σ^-½                  Hertzmann et al. 2001, "Image analogies", as the paper above writes it
  cholesky    T = L_w L^-1, Σ = L Lᵀ          red first, then what green has beside red, then what blue has beside both

`histogram` matches the whole distribution: the values along turned axes are matched one axis after the other, again and
again (Pitié, Kokaram & Dahyot 2007, "Automated colour grading using colour distribution transfer"), and those of red,
green and blue themselves at the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from impasto.solve import Target

Matching = Literal["transport", "cholesky", "pca", "histogram"]

FLOOR = 1e-4
"""Variance added to every channel, so that grey pictures have an invertible covariance; about (2.5 levels)²."""

TURNS = 8
"""How many sets of axes are matched before red, green and blue; the linear map has done most by then."""

QUANTILES = 1024
"""In how many values a distribution along an axis is known."""

SAMPLED = 1 << 18
"""How many pixels tell the distribution of a large picture."""


def match_colours(
    picture: Tensor,
    targets: Sequence[Target],
    amount: float,
    by: Matching = "transport",
    where: Tensor | None = None,
) -> Tensor:
    """Return `picture` [1, 3, H, W] with its colours `amount` of the way to those of the targets, clipped to [0, 1].

    where: [1, 1, H, W], how much each pixel counts for what the colours of the picture are; None counts all alike.
    """
    own = Target(picture, mask=where)
    moved = linearly_matched(own, targets, LINEAR_MAPS.get(by, transport_map))
    if by == "histogram":
        moved = torch.from_numpy(histogram_matched(moved.numpy(), sampled(targets), weights_of(own)))
    matched = moved.to(picture).view_as(picture)
    result: Tensor = (picture + amount * (matched - picture)).clamp(0, 1)
    return result


def match_greys(picture: Tensor, targets: Sequence[Target], amount: float, where: Tensor | None = None) -> Tensor:
    """Return a grey picture [1, 3, H, W], `amount` of the way to the distribution of values of grey targets.

    where: as in `match_colours`.
    """
    values = picture[0, 0].flatten().cpu().double().numpy()
    weights = weights_of(Target(picture, mask=where))
    matched = torch.from_numpy(match_values(values, sampled(targets)[0], weights)).to(picture).view_as(picture[:, :1])
    return torch.lerp(picture, matched.expand_as(picture), amount)


LinearMap = Callable[[Tensor, Tensor], Tensor]
"""From the covariance [3, 3] that there is and the one wanted to a T with T Σ Tᵀ = Σ_w."""


def linearly_matched(own: Target, targets: Sequence[Target], linear_map: LinearMap) -> Tensor:
    """The colours of `own`, [3, N] in float64, with mean and covariance of the targets together, in their shares."""
    total = sum(target.share for target in targets)
    wanted_mean, wanted_covariance = torch.zeros(3).double(), torch.zeros(3, 3).double()
    for target in targets:
        mean, covariance = colour_moments(target)
        wanted_mean += mean * (target.share / total)
        wanted_covariance += covariance * (target.share / total)
    own_mean, own_covariance = colour_moments(own)
    matrix = linear_map(own_covariance, wanted_covariance)
    return matrix @ (own.image[0].flatten(1).cpu().double() - own_mean[:, None]) + wanted_mean[:, None]


def colour_moments(target: Target) -> tuple[Tensor, Tensor]:
    """Mean [3] and covariance [3, 3], with the floor, of the colours of what counts of a picture, in float64."""
    colours = target.image[0].flatten(1).cpu().double()
    weights = torch.ones_like(colours[0]) if target.mask is None else target.mask.flatten().cpu().double()
    shares = weights / weights.sum()
    mean = colours @ shares
    centred = colours - mean[:, None]
    return mean, (centred * shares) @ centred.T + FLOOR * torch.eye(3, dtype=torch.float64)


def matrix_root(matrix: Tensor) -> Tensor:
    """The symmetric square root of a symmetric matrix without negative eigenvalues."""
    values, vectors = torch.linalg.eigh(matrix)
    root: Tensor = vectors @ torch.diag(values.clamp_min(0).sqrt()) @ vectors.T
    return root


def transport_map(own: Tensor, wanted: Tensor) -> Tensor:
    """The T of least motion: symmetric and positive definite."""
    root = matrix_root(own)
    inverse = torch.linalg.inv(root)
    moved: Tensor = inverse @ matrix_root(root @ wanted @ root) @ inverse
    return moved


def pca_map(own: Tensor, wanted: Tensor) -> Tensor:
    """The T by whitening along the main axes of one and colouring along those of the other."""
    moved: Tensor = matrix_root(wanted) @ torch.linalg.inv(matrix_root(own))
    return moved


def cholesky_map(own: Tensor, wanted: Tensor) -> Tensor:
    """The T that is lower triangular."""
    moved: Tensor = torch.linalg.cholesky(wanted) @ torch.linalg.inv(torch.linalg.cholesky(own))
    return moved


LINEAR_MAPS: Mapping[Matching, LinearMap] = {
    "transport": transport_map,
    "cholesky": cholesky_map,
    "pca": pca_map,
}

Colours = NDArray[np.float64]
"""[3, N]."""

Weights = NDArray[np.float64] | None
"""[N], how much each colour counts; None counts all alike."""


def weights_of(target: Target) -> Weights:
    """How much each pixel of a picture counts."""
    return None if target.mask is None else target.mask.flatten().cpu().double().numpy()


def sampled(targets: Sequence[Target]) -> Colours:
    """Colours of the targets, as many of each as its share asks for."""
    total = sum(target.share for target in targets)
    parts = []
    for target in targets:
        colours = target.image[0].flatten(1).cpu().double().numpy()
        parts.append(spread_over(colours, max(1, round(SAMPLED * target.share / total)), weights_of(target)))
    return np.concatenate(parts, axis=1)


def spread_over(colours: Colours, count: int, weights: Weights = None) -> Colours:
    """`count` of the colours, evenly spread over what counts of a picture; several times the same if it has fewer."""
    if weights is None:
        return colours[:, np.arange(count) * colours.shape[1] // count]
    reached = np.cumsum(weights)
    return colours[:, np.searchsorted(reached, (np.arange(count) + 0.5) / count * reached[-1])]


def histogram_matched(colours: Colours, wanted: Colours, weights: Weights = None) -> Colours:
    """Colours with the distribution of those wanted; equal colours stay equal."""
    moved = colours
    for axes in (*turned_axes(), np.eye(3)):
        along, goal = axes @ moved, axes @ wanted
        pairs = zip(along, goal, strict=True)
        moved = axes.T @ np.stack([match_values(own, other, weights) for own, other in pairs])
    return moved


def turned_axes() -> list[NDArray[np.float64]]:
    """Orthogonal axes [3, 3] turned at random, the same ones always."""
    drawn = torch.randn(TURNS, 3, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return list(torch.linalg.qr(drawn).Q.numpy())


def match_values(
    values: NDArray[np.float64], wanted: NDArray[np.float64], weights: Weights = None
) -> NDArray[np.float64]:
    """The values [N], by a map that never falls, with the distribution of those wanted [M].

    Where many values are one and the same, as in a flat area, it is moved to the mean of its share of those wanted.
    """
    shares = np.linspace(0, 1, QUANTILES)
    own = np.quantile(spread_over(values[None], min(len(values), SAMPLED), weights)[0], shares)
    goal = np.quantile(wanted, shares)
    places, group = np.unique(own, return_inverse=True)
    return np.interp(values, places, np.bincount(group, goal) / np.bincount(group))
