"""Adaptive instance normalisation: features are given the mean and the deviation of others, channel by channel.

AdaIN(x, y) = σ(y) (x − μ(x)) / σ(x) + μ(y), with μ and σ over the positions of a channel (Huang & Belongie 2017, arXiv
1703.06868, equation 8).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from impasto.arithmetic import in_double
from impasto.losses import Statistic

EPSILON = 1e-5
"""Added to the variance that is divided by, as the authors' code does, so that a channel that is flat stays flat."""


@dataclass(frozen=True)
class ChannelMoments:
    """Mean and standard deviation of each channel over all positions, float32 [1, C, 1, 1]."""

    mean: Tensor
    deviation: Tensor

    @classmethod
    def of(cls, sums: Statistic, device: torch.device) -> ChannelMoments:
        """From `channel_sums`, those of parts added up, for use on a device."""
        mean, square = sums.mean
        deviation = (square - mean.square()).clamp_min(0).sqrt()
        both = (each.float().to(device)[None, :, None, None] for each in (mean, deviation))
        return cls(*both)

    @classmethod
    def blended(cls, styles: Sequence[tuple[float, ChannelMoments]]) -> ChannelMoments:
        """Those of several styles in the given shares, which need not sum to 1.

        Normalising to them is the same as normalising to each and adding up what comes out in those shares, as section
        7.3 of the paper does.
        """
        whole = sum(share for share, _ in styles)
        return cls(
            torch.stack([moments.mean * (share / whole) for share, moments in styles]).sum(0),
            torch.stack([moments.deviation * (share / whole) for share, moments in styles]).sum(0),
        )


def channel_sums(features: Tensor, positions: Tensor | None = None) -> Statistic:
    """Of [1, C, H, W] the sums over positions of F and of F², [2, C] in float64, so that the variance is exact.

    positions: [H, W], how much each counts; None counts all alike.
    """
    flat = in_double(features[0].flatten(1))
    if positions is None:
        return Statistic(torch.stack([flat.sum(1), flat.square().sum(1)]), flat.new_tensor(flat.shape[1]))
    weights = in_double(positions.flatten())
    return Statistic(torch.stack([flat @ weights, flat.square() @ weights]), weights.sum())


def normalised(features: Tensor, own: ChannelMoments, wanted: ChannelMoments, strength: float = 1.0) -> Tensor:
    """AdaIN of [1, C, H, W], whose moments in the whole picture are `own`, in float32.

    strength: from 0, the features as they are, to 1; between, the two are mixed (section 7.3 of the paper).
    """
    ratio = wanted.deviation / (own.deviation.square() + EPSILON).sqrt()
    gain = 1 + strength * (ratio - 1)
    centre = own.mean + strength * (wanted.mean - own.mean)
    return torch.addcmul(centre, features.float() - own.mean, gain)
