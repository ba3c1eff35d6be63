"""Statistics that add up.

What a style loss remembers of a layer (Gram matrix, means, covariances) is a sum over positions. Kept as that sum
and the weight it was taken with, tiles, crops, masks, several styles and several machines become one operation:
add the statistics, then compare once.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Statistic:
    """A sum over positions, and the weight of the positions it was taken over.

    total: any shape, float32 or float64.
    weight: a scalar tensor, the number of positions or the sum of their weights.
    """

    total: Tensor
    weight: Tensor

    def __add__(self, other: Statistic) -> Statistic:
        return Statistic(self.total + other.total, self.weight + other.weight)

    @property
    def mean(self) -> Tensor:
        """The sum per unit of weight."""
        return self.total / self.weight

    def share(self, fraction: float) -> Statistic:
        """The same mean at weight `fraction`, for blending styles of different sizes in given shares."""
        return Statistic(self.mean * fraction, self.weight.new_tensor(fraction))

    def detach(self) -> Statistic:
        """Cut from the graph of gradients."""
        return Statistic(self.total.detach(), self.weight.detach())


def widened(activation: Tensor) -> Tensor:
    """The activation in float32, or in float64 if that is what it is: sums over positions lose too much in half."""
    return activation.to(torch.promote_types(activation.dtype, torch.float32))


def counted(activation: Tensor, positions: Tensor | None = None) -> Tensor:
    """How many positions [1, C, H, W] has, or, if they are weighted by `positions` [H, W], the sum of the weights."""
    dtype = torch.promote_types(activation.dtype, torch.float32)
    if positions is None:
        return activation.new_tensor(activation.shape[-2] * activation.shape[-1], dtype=dtype)
    return positions.sum(dtype=dtype)
