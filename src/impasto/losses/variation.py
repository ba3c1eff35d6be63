"""Smoothness of the picture itself: total variation (Mahendran & Vedaldi 2015, arXiv 1412.0035, section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from impasto.losses.base import PIXELS, Features, Loss, Targets, Term
from impasto.losses.statistic import widened


@dataclass(frozen=True, kw_only=True)
class VariationLoss(Loss, kind="variation"):
    """Mean squared difference of neighbours, horizontal plus vertical.

    Of pixels in [0, 1], unless layers of the network are named instead. Both sides must be 2 or more.
    """

    kind: Literal["variation"] = "variation"
    layers: tuple[str, ...] = (PIXELS,)

    def bind(self, targets: Targets) -> Term:  # noqa: ARG002
        """Nothing to remember: the term looks at the image alone."""

        def term(features: Features) -> Tensor:
            parts = [w * roughness(widened(features[name])) for name, w in self.weighted_layers]
            return sum(parts[1:], parts[0])

        return term


def roughness(x: Tensor) -> Tensor:
    """Mean square of the differences between neighbours in [1, C, H, W], along rows plus along columns."""
    return x.diff(dim=-1).square().mean() + x.diff(dim=-2).square().mean()
