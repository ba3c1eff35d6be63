"""Smoothness of the picture itself: total variation (Mahendran & Vedaldi 2015, arXiv 1412.0035, section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from impasto.losses.base import PIXELS, Features, Loss, Targets, Term


@dataclass(frozen=True, kw_only=True)
class VariationLoss(Loss, kind="variation"):
    """Mean squared difference of neighbouring pixels, horizontal plus vertical, pixels in [0, 1]."""

    kind: Literal["variation"] = "variation"
    layers: tuple[str, ...] = (PIXELS,)

    def bind(self, targets: Targets) -> Term:
        """Nothing to remember: the term looks at the image alone."""

        def term(features: Features) -> Tensor:
            x = features[PIXELS]
            return x.diff(dim=-1).square().mean() + x.diff(dim=-2).square().mean()

        return term
