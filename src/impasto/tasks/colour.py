"""Moving a photograph's colours towards a painting's.

The linear map of least motion between two Gaussians, which takes the photo's mean and covariance of colour to the
painting's: x ↦ T (x − μ_p) + μ_s with T = Σ_p^-½ (Σ_p^½ Σ_s Σ_p^½)^½ Σ_p^-½ (Pitié & Kokaram 2007, "The linear
Monge-Kantorovitch linear colour mapping").
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from impasto.solve import Target

FLOOR = 1e-4
"""Variance added to every channel, so that grey pictures have an invertible covariance; about (2.5 levels)²."""


def match_colours(photo: Tensor, styles: Sequence[Target], amount: float, where: Tensor | None = None) -> Tensor:
    """Return `photo` [1, 3, H, W] with its colours `amount` of the way to those of the styles, clipped to [0, 1].

    where: [1, 1, H, W], how much each pixel counts for what the colours of the photo are; None counts all alike.
    """
    total = sum(style.share for style in styles)
    moments = [colour_moments(style.image, style.mask) for style in styles]
    mean = sum((m * (s.share / total) for (m, _), s in zip(moments, styles, strict=True)), torch.zeros(()))
    covariance = sum((c * (s.share / total) for (_, c), s in zip(moments, styles, strict=True)), torch.zeros(()))
    own_mean, own_covariance = colour_moments(photo, where)
    root = matrix_root(own_covariance)
    inverse = torch.linalg.inv(root)
    transport = inverse @ matrix_root(root @ covariance @ root) @ inverse
    colours = photo[0].flatten(1).double().cpu()
    moved = transport @ (colours - own_mean[:, None]) + mean[:, None]
    matched = moved.to(photo).view_as(photo)
    result: Tensor = (photo + amount * (matched - photo)).clamp(0, 1)
    return result


def colour_moments(image: Tensor, where: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """Mean [3] and covariance [3, 3] of the colours of [1, 3, H, W], in float64 on the CPU.

    where: [1, 1, H, W], how much each pixel counts; None counts all alike.
    """
    colours = image[0].flatten(1).double().cpu()
    weights = torch.ones_like(colours[0]) if where is None else where.flatten().double().cpu()
    shares = weights / weights.sum()
    mean = colours @ shares
    centred = colours - mean[:, None]
    return mean, (centred * shares) @ centred.T + FLOOR * torch.eye(3, dtype=torch.float64)


def matrix_root(matrix: Tensor) -> Tensor:
    """The symmetric square root of a symmetric matrix without negative eigenvalues."""
    values, vectors = torch.linalg.eigh(matrix)
    root: Tensor = vectors @ torch.diag(values.clamp_min(0).sqrt()) @ vectors.T
    return root
