"""Style as the histogram of each channel (Risser, Wilmot & Barnes 2017, arXiv 1701.08893)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from torch import Tensor

from impasto.losses.base import Role
from impasto.losses.content import TINY
from impasto.losses.quantiles import quantiles, squared_transport
from impasto.losses.whole_layer import Distance, LayerTargets, WholeLayerLoss


@dataclass(frozen=True, kw_only=True)
class HistogramLoss(WholeLayerLoss, kind="histogram"):
    """Squared distance of the activations F from R(F), the same remapped to the style's histograms, over those' energy.

    Σ (F − R(F))² / Σ R(F)²: the paper's loss, divided by the energy as all of our losses are. R is taken for
    fixed in the gradient, as there.

    Departures: R replaces the value of each rank by the style's of the same rank, where the paper counts values in 256
    bins; and several styles are met at the barycentre of their histograms, see `impasto.losses.quantiles`.

    It does not see which channels go together. The paper adds it to Gram matrices: `--style-loss gram,histogram`.
    """

    kind: Literal["histogram"] = "histogram"
    target: Role = field(default="style")

    def bind_layer(self, targets: LayerTargets) -> Distance:
        """Keep the style's values of each channel, sorted."""
        wanted = quantiles(targets)
        energy = wanted.square().mean() + TINY

        def distance(positions: Tensor) -> Tensor:
            return squared_transport(positions, wanted) / energy

        return distance
