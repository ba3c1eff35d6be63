"""Style as the mean and the standard deviation of each channel.

Li, Wang, Liu & Hou 2017, "Demystifying Neural Style Transfer", arXiv 1701.01036; Huang & Belongie 2017, arXiv
1703.06868.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from impasto.errors import JobError
from impasto.losses.base import StatisticLoss
from impasto.losses.content import TINY
from impasto.losses.statistic import Statistic, widened


@dataclass(frozen=True, kw_only=True)
class MeanStdLoss(StatisticLoss, kind="mean-std"):
    """Squared distance of the means μ plus that of the deviations σ, each divided by the style's own energy.

    balance · Σ (μ − μ_style)² / Σ μ_style² + (1 − balance) · Σ (σ − σ_style)² / Σ σ_style², σ² = E F² − μ² + 1e-12.
    Both papers weigh the two alike and divide by nothing, or by the number of channels.

    balance: the share of the means in the sum, 0 … 1.

    Of what the loss `moments` compares it leaves out which channels go together: 2·C numbers instead of C² + C, which
    cost next to nothing.
    """

    kind: Literal["mean-std"] = "mean-std"
    balance: float = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.balance <= 1:
            raise JobError(f"balance of the mean-std loss must lie in 0 … 1, not {self.balance}")

    def measure(self, activation: Tensor, positions: Tensor | None = None) -> Statistic:
        """[2, C]: the sums of the channels, and of their squares."""
        flat = widened(activation)[0].flatten(1)
        if positions is None:
            return Statistic(torch.stack([flat.sum(1), flat.square().sum(1)]), flat.new_tensor(flat.shape[1]))
        weights = positions.flatten()
        weighed = flat * weights
        return Statistic(torch.stack([weighed.sum(1), (weighed * flat).sum(1)]), weights.sum())

    def compare(self, measured: Statistic, target: Statistic) -> Tensor:
        """Distance of one layer."""
        parts = [
            (seen - wanted).square().sum() / (wanted.square().sum() + TINY)
            for seen, wanted in zip(_mean_and_deviation(measured.mean), _mean_and_deviation(target.mean), strict=True)
        ]
        return self.balance * parts[0] + (1 - self.balance) * parts[1]


def _mean_and_deviation(moments: Tensor) -> tuple[Tensor, Tensor]:
    """[C] each, from the first and second moments [2, C]."""
    mean, squares = moments
    return mean, ((squares - mean.square()).clamp_min(0) + TINY).sqrt()
