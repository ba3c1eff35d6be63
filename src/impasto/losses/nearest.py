"""Style as the features that it is made of: each position takes after the one of the style that it is most like.

Relaxed earth mover's distance: Kolkin, Salavon & Shakhnarovich 2019, "Style Transfer by Relaxed Optimal Transport and
Self-Similarity", arXiv 1904.12785, section 2.2. Nearest neighbours alone, of centred features: Kolkin, Kucera, Paris,
Sýkora, Shechtman & Shakhnarovich 2022, "Neural Neighbor Style Transfer", arXiv 2203.13215.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor

from impasto.errors import JobError
from impasto.losses.base import Role
from impasto.losses.cosine import short_of, unit
from impasto.losses.transforms import sum_of
from impasto.losses.whole_layer import Distance, DrawnLoss, LayerTargets, check_count

STRIP = 1 << 22
"""About how many scalar products of positions are held at once."""


@dataclass(frozen=True, kw_only=True)
class NearestLoss(DrawnLoss, kind="nearest"):
    """Cosine distances to the nearest: of each position of the image to the style's, and of the style's to the image's.

    (1 − balance) · mean over image positions i of min_j d_ij + balance · mean over style positions j of min_i d_ij,
    d the cosine distance of the activations, from which the style's mean activation is taken.

    balance: the share of the second, which asks that all of the style come up somewhere; 0 is nearest neighbours alone.
    positions: how many of the styles' positions are compared with, drawn in the styles' shares; all of the image's are.

    Departures: layer by layer, as all losses here are, where both papers join the layers of each position to one
    vector; the two means are added where the first paper takes the larger, whose kink is where a descent leads; and the
    second paper centres the content by its own mean.

    Lengths do not count, so contrast and brightness are left to other losses: `--style-loss nearest,moments`.
    """

    kind: Literal["nearest"] = "nearest"
    target: Role = field(default="style")
    balance: float = 0.5
    positions: int = 1024

    def __post_init__(self) -> None:
        super().__post_init__()
        check_count(self.kind, "positions", self.positions)
        if not 0 <= self.balance <= 1:
            raise JobError(f"balance of the nearest loss must lie in 0 … 1, not {self.balance}")

    def bind_layer(self, targets: LayerTargets) -> Distance:
        """Keep some of the styles' positions, and their mean."""
        centre = sum_of([share * seen.mean(1, keepdim=True) for share, seen in targets])
        parts, weights = [], []
        for share, seen in targets:
            drawn = seen[:, self.places(seen.shape[1], max(1, round(self.positions * share))).to(seen.device)]
            parts.append(drawn - centre)
            weights.append(drawn.new_full((drawn.shape[1],), share / drawn.shape[1]))
        kept, counting = torch.cat(parts, dim=1), torch.cat(weights)
        short = short_of(kept)
        style = unit(kept, short)

        def distance(positions: Tensor) -> Tensor:
            image = unit(positions - centre, short)
            of_image, of_style = nearest(image.detach(), style)
            there = half_squares(image, style[:, of_image]).mean()
            back = (counting * half_squares(image[:, of_style], style)).sum()
            return (1 - self.balance) * there + self.balance * back

        return distance


def half_squares(left: Tensor, right: Tensor) -> Tensor:
    """Half the squared distances of the columns: of unit vectors their cosine distances."""
    return (left - right).square().sum(0) / 2


def nearest(image: Tensor, style: Tensor) -> tuple[Tensor, Tensor]:
    """For each column of `image` [C, M] the nearest of `style` [C, N], and the other way round: [M] and [N] places."""
    of_image = []
    greatest = style.new_full((style.shape[1],), -torch.inf)
    of_style = torch.zeros_like(greatest, dtype=torch.long)
    first = 0
    for strip in torch.split(image, max(1, STRIP // style.shape[1]), dim=1):
        products = style.T @ strip
        of_image.append(products.argmax(dim=0))
        values, places = products.max(dim=1)
        better = values > greatest
        greatest, of_style = values.where(better, greatest), (places + first).where(better, of_style)
        first += strip.shape[1]
    return torch.cat(of_image), of_style
