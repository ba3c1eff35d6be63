"""Style as the mean and covariance of the channels.

The Gram matrix is their sum: G/M = covariance + mean meanᵀ. Compared apart, an image can no longer pay for a wrong
mean with a wrong covariance, which is how Gram matching lets brightness and contrast drift (Risser, Wilmot & Barnes
2017, arXiv 1701.08893, section 3; means and standard deviations alone: Li et al. 2017, arXiv 1701.01036).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from impasto.errors import JobError
from impasto.losses.base import StatisticLoss
from impasto.losses.content import TINY
from impasto.losses.part import Seen
from impasto.losses.second_moments import moments_seen, second_moments
from impasto.losses.statistic import Statistic, counted


@dataclass(frozen=True, kw_only=True)
class MomentsLoss(StatisticLoss, kind="moments"):
    """Distance of channel means plus distance of channel covariances, each divided by the style's own energy.

    balance: the share of the means in the sum, 0 … 1.
    """

    kind: Literal["moments"] = "moments"
    layers: tuple[str, ...] = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
    balance: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.balance <= 1:
            raise JobError(f"balance of the moments loss must lie in 0 … 1, not {self.balance}")

    def measure(self, activation: Tensor, positions: Tensor | None = None) -> Statistic:
        """[C + 1, C]: the Gram matrix with the channel sums as its last row."""
        return Statistic(second_moments(activation, positions), counted(activation, positions))

    def measure_seen(self, seen: Seen, name: str) -> Statistic:
        """The same, from moments that other losses may share."""
        return Statistic(moments_seen(seen, name), counted(seen.own(name), seen.positions(name)))

    def compare(self, measured: Statistic, target: Statistic) -> Tensor:
        """Distance of one layer."""
        mean, covariance = split_moments(measured.mean)
        wanted_mean, wanted_covariance = split_moments(target.mean)
        of_means = (mean - wanted_mean).square().sum() / (wanted_mean.square().sum() + TINY)
        of_covariances = (covariance - wanted_covariance).square().sum() / (wanted_covariance.square().sum() + TINY)
        return self.balance * of_means + (1 - self.balance) * of_covariances


def split_moments(moments: Tensor) -> tuple[Tensor, Tensor]:
    """Mean [C] and covariance [C, C] from the second and first moments [C + 1, C]."""
    mean = moments[-1]
    return mean, moments[:-1] - torch.outer(mean, mean)
