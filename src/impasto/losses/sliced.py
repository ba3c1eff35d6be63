"""Style as the whole distribution of activations, compared along many directions.

Heitz, Vanhoey, Chambon & Belcour 2021, "A Sliced Wasserstein Loss for Neural Texture Synthesis", arXiv 2006.07229.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Generator, Tensor

from impasto.losses.base import Role
from impasto.losses.content import TINY
from impasto.losses.quantiles import quantiles, squared_transport
from impasto.losses.whole_layer import Distance, DrawnLoss, LayerTargets, check_count


@dataclass(frozen=True, kw_only=True)
class SlicedLoss(DrawnLoss, kind="sliced"):
    """The squared sliced Wasserstein-2 distance of the activations, over the style's own mean square along a direction.

    Mean over directions u of ∫ (Q(t) − Q_style(t))² dt, Q the quantiles of uᵀF over the positions. The paper's sums
    over sorted values are means here, so that image and style may differ in size.

    directions: how many; None takes as many as the layer has channels, as the paper does.

    Departures: the directions are orthogonal to each other as far as there are channels, so that means and the total
    variance count in full; they are drawn anew every few steps where the paper does at each, because L-BFGS compares
    steps; and several styles are met at the barycentre of their quantiles, see `impasto.losses.quantiles`.
    """

    kind: Literal["sliced"] = "sliced"
    target: Role = field(default="style")
    directions: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.directions is not None:
            check_count(self.kind, "directions", self.directions)

    def bind_layer(self, targets: LayerTargets) -> Distance:
        """Keep the style's quantiles along the directions."""
        first = targets[0][1]
        axes = directions(self.directions or first.shape[0], first.shape[0], self.generator).to(first)
        wanted = quantiles([(share, axes @ positions) for share, positions in targets])
        energy = wanted.square().mean() + TINY

        def distance(positions: Tensor) -> Tensor:
            return squared_transport(axes @ positions, wanted) / energy

        return distance


def directions(count: int, channels: int, generator: Generator) -> Tensor:
    """Unit vectors [count, channels] in float64: rows of random orthogonal matrices, as many as it takes."""
    square = (channels, channels)
    drawn = [torch.randn(square, generator=generator, dtype=torch.float64) for _ in range(0, count, channels)]
    return torch.cat([torch.linalg.qr(matrix).Q for matrix in drawn])[:count]
