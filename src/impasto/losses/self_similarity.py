"""Content as how alike and unlike its places are, whatever they look like.

Kolkin, Salavon & Shakhnarovich 2019, "Style Transfer by Relaxed Optimal Transport and Self-Similarity", arXiv
1904.12785, section 2.3, after Shechtman & Irani 2007.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from torch import Tensor

from impasto.errors import JobError
from impasto.losses.base import Role
from impasto.losses.cosine import short_of, unit
from impasto.losses.whole_layer import Distance, DrawnLoss, LayerTargets, check_count

LEAST = 1e-3
"""Added to every cosine distance, so that a flat picture is as far from itself everywhere and not nowhere."""

SOFT = 0.1
"""Differences under this share of a typical entry count by their squares."""


@dataclass(frozen=True, kw_only=True)
class SelfSimilarityLoss(DrawnLoss, kind="self-similarity"):
    """Mean over positions j of Σ_i |D_ij / Σ_k D_kj − P_ij / Σ_k P_kj|, with D of the image and P of the photo.

    D_ij is the cosine distance of the activations at positions i and j. So it is by how much the shares differ that a
    position has in its distances from others, 0 … 2. Colours, textures and even the meaning of a place may change, if
    what was alike stays alike.

    anchors: how many positions i there are, drawn at random; j runs over all.

    Departures: only so many positions i, for memory's sake, where the paper draws both i and j; its mean over i is a
    sum here, so that the number of them does not count; layer by layer, where the paper joins the layers of each
    position to one vector; |x| is smooth around 0, over a tenth of a typical entry, since L-BFGS stumbles over kinks.
    """

    in_place: ClassVar[bool] = True

    kind: Literal["self-similarity"] = "self-similarity"
    target: Role = field(default="content")
    anchors: int = 256

    def __post_init__(self) -> None:
        super().__post_init__()
        check_count(self.kind, "anchors", self.anchors)

    def bind_layer(self, targets: LayerTargets) -> Distance:
        """Keep the photo's shares. Raises JobError for more than one photo."""
        if len(targets) != 1:
            raise JobError(f"the {self.kind} loss needs exactly one content picture, not {len(targets)}")
        ((_, photo),) = targets
        anchors, short = self.places(photo.shape[1], self.anchors).to(photo.device), short_of(photo)
        wanted = shares(unit(photo, short), anchors)
        soft = SOFT / len(anchors)

        def distance(positions: Tensor) -> Tensor:
            squares = (shares(unit(positions, short), anchors) - wanted).square()
            return (squares / ((squares + soft**2).sqrt() + soft)).sum(0).mean()

        return distance


def shares(directions: Tensor, anchors: Tensor) -> Tensor:
    """[K, M]: of the cosine distances of each column of [C, M] from K of them, the share of each, summing to one."""
    apart = 1 + LEAST - directions[:, anchors].T @ directions
    return apart / apart.sum(0, keepdim=True)
