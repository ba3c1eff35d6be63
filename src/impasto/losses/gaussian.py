"""Style as a Gaussian: the cost of moving the image's distribution of activations onto the style's.

Of two Gaussians the squared Wasserstein-2 distance is |μ − m|² + tr A + tr B − 2 tr (A^½ B A^½)^½ (Dowson & Landau
1982; Givens & Shortt 1984); without means it is the Bures distance of the covariances. Optimal transport between the
Gaussian statistics of features, to transfer style: Mroueh 2019, "Wasserstein Style Transfer", arXiv 1905.12828.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from impasto.arithmetic import in_double
from impasto.losses.base import StatisticLoss
from impasto.losses.content import TINY
from impasto.losses.moments import MomentsLoss, split_moments
from impasto.losses.part import Seen
from impasto.losses.statistic import Statistic

MOMENTS = MomentsLoss()
"""Measures what is compared here."""

NOISE = 1e-3
"""The variance added to every direction, over the mean square of the style's activations."""


@dataclass(frozen=True, kw_only=True)
class GaussianLoss(StatisticLoss, kind="gaussian"):
    """The squared Wasserstein-2 distance of means and covariances, over the style's energy E|F|².

    Where `moments` compares squares of variances, this compares deviations, so that the weak directions of a layer
    count beside the few strong ones.

    Departure: noise of a variance of 1/1000 of the style's mean square is added to both, in every direction. That hides
    what float32 cannot tell from nothing, and bounds the gradient where a covariance is singular, as it is with fewer
    positions than channels. In float64 throughout; the moments come in float32.
    """

    kind: Literal["gaussian"] = "gaussian"

    def measure(self, activation: Tensor, positions: Tensor | None = None) -> Statistic:
        """[C + 1, C]: the Gram matrix with the channel sums as its last row."""
        return MOMENTS.measure(activation, positions)

    def measure_seen(self, seen: Seen, name: str) -> Statistic:
        """The same, from moments that other losses may share."""
        return MOMENTS.measure_seen(seen, name)

    def compare(self, measured: Statistic, target: Statistic) -> Tensor:
        """Distance of one layer."""
        seen, wanted = in_double(measured.mean), in_double(target.mean)
        energy = wanted[:-1].trace() + TINY
        (mean, covariance), (wanted_mean, wanted_covariance) = split_moments(seen), split_moments(wanted)
        noise = NOISE * energy / len(mean)
        squares = (mean - wanted_mean).square().sum() + bures(covariance, wanted_covariance, noise)
        return (squares / energy).to(measured.total)


def bures(covariance: Tensor, target: Tensor, noise: Tensor) -> Tensor:
    """The squared Bures distance of A + noise·I from B + noise·I, [C, C] each, one number of 0 or more.

    NaN if a number in them is not finite. The gradient goes to A alone.
    """
    whole = covariance.trace() + target.trace() + 2 * len(target) * noise
    if not bool(whole.isfinite()):
        return whole * math.nan
    spread = noise * torch.eye(len(target), dtype=target.dtype, device=target.device)
    lower = factor(target + spread, noise)
    roots: Tensor = _SumOfRoots.apply(covariance + spread, lower, noise)  # type: ignore[no-untyped-call]
    return (whole - 2 * roots).clamp_min(0)


def factor(matrix: Tensor, least: Tensor) -> Tensor:
    """L [C, C] with L Lᵀ = `matrix`, symmetric; its eigenvalues under `least`, left by rounding, are raised to that."""
    found, failed = torch.linalg.cholesky_ex(matrix)
    if int(failed):
        values, vectors = torch.linalg.eigh(matrix)
        found = vectors * values.maximum(least).sqrt()
    lower: Tensor = found
    return lower


class _SumOfRoots(torch.autograd.Function):
    """tr (Lᵀ A L)^½, which is tr (B^½ A B^½)^½ for B = L Lᵀ: the eigenvalues of both are those of A B.

    The gradient to A is ½ L (Lᵀ A L)^−½ Lᵀ. Eigenvalues are no less than `noise` squared, as with exact numbers.
    """

    @staticmethod
    def forward(ctx: Any, covariance: Tensor, lower: Tensor, noise: Tensor) -> Tensor:
        """By the eigenvalues of a symmetric matrix."""
        values, vectors = torch.linalg.eigh(lower.T @ covariance @ lower)
        roots = values.maximum(noise.square()).sqrt()
        turned = lower @ vectors
        ctx.save_for_backward((turned / roots) @ turned.T / 2)
        total: Tensor = roots.sum()
        return total

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        """That of the sum times the slope."""
        (slope,) = ctx.saved_tensors
        return gradient * slope, None, None
