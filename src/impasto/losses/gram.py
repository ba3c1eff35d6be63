"""Style as the correlations between channels (Gatys, Ecker & Bethge 2015, arXiv 1508.06576, equations 3 to 5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from impasto.losses.base import StatisticLoss, check_scale
from impasto.losses.content import TINY
from impasto.losses.part import Seen
from impasto.losses.second_moments import products_seen, second_moments
from impasto.losses.statistic import Statistic, counted

GramNormalisation = Literal["energy", "gatys", "deeplearning-ai", "neural-style", "johnson"]


def gram(activation: Tensor, positions: Tensor | None = None) -> Statistic:
    """G = F Fᵀ [C, C], summed over the positions of [1, C, H, W], with their number (or summed weight)."""
    return Statistic(second_moments(activation, positions)[:-1], counted(activation, positions))


@dataclass(frozen=True, kw_only=True)
class GramLoss(StatisticLoss, kind="gram"):
    """Squared distance between the Gram matrix G of the image and A of the style, N × N, each over its M positions.

    Every formula is written for means over positions, G/M and A/M, so that image and style may differ in size; where
    they have the same size it is the paper's.

    normalisation, what the sum of squares Σ (G/M − A/M)² is multiplied by:
      gatys            1 / (4·N²)           E_l = 1/(4 N² M²) Σ (G − A)²: Gatys et al. 2015, equation 4
      deeplearning-ai  1 / (4·N²)           the same, 1/(4·C²·(H·W)²) Σ (G − A)²: the deeplearning.ai assignment
      neural-style     1 / N⁴               the mean of squares of G/(C·H·W): J. Johnson's neural-style
      johnson          1 / N²               the squared Frobenius norm of G/(C·H·W): Johnson et al. 2016, equation 4
      energy           1 / Σ (A/M)²         ours: does not change with picture size, layer or network
    activation_scale: multiplies F before the formula (see docs/explanation/presets.md).
    """

    kind: Literal["gram"] = "gram"
    layers: tuple[str, ...] = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
    normalisation: GramNormalisation = "energy"
    activation_scale: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_scale(self.kind, self.activation_scale)

    def measure(self, activation: Tensor, positions: Tensor | None = None) -> Statistic:
        """The Gram matrix of [1, C, H, W], as a sum over positions."""
        return gram(activation, positions)

    def measure_seen(self, seen: Seen, name: str) -> Statistic:
        """The same, from moments that other losses may share."""
        return Statistic(products_seen(seen, name), counted(seen.own(name), seen.positions(name)))

    def compare(self, measured: Statistic, target: Statistic) -> Tensor:
        """Distance of one layer."""
        scale = self.activation_scale**2
        channels = target.total.shape[0]
        squares = ((measured.mean - target.mean) * scale).square().sum()
        if self.normalisation == "neural-style":
            return squares / channels**4
        if self.normalisation == "johnson":
            return squares / channels**2
        if self.normalisation == "energy":
            return squares / ((target.mean * scale).square().sum() + TINY)
        return squares / (4 * channels**2)
