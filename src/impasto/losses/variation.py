"""Smoothness of the picture itself: total variation (Mahendran & Vedaldi 2015, arXiv 1412.0035, section 3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from impasto.losses.base import PIXELS, Loss, Targets, Term
from impasto.losses.part import Seen
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
        return VariationTerm(self)


@dataclass(frozen=True)
class VariationTerm(Term):
    """Sums of squared differences along rows and columns, and how many there are."""

    loss: VariationLoss

    def sums(self, seen: Seen) -> tuple[Tensor, ...]:
        """Four numbers a layer: squares and count along rows, squares and count along columns."""
        numbers = []
        for name in dict.fromkeys(self.loss.layers):
            for axis, beyond in ((-1, (0, 1)), (-2, (1, 0))):
                differences = widened(seen.own(name, beyond)).diff(dim=axis)
                numbers += [differences.square().sum(), differences.new_tensor(differences.numel())]
        return tuple(numbers)

    def value(self, sums: Sequence[Tensor]) -> Tensor:
        """The weighted roughness of the layers: mean squares along rows plus mean squares along columns."""
        places = {name: 4 * i for i, name in enumerate(dict.fromkeys(self.loss.layers))}
        parts = []
        for name, w in self.loss.weighted_layers:
            rows, row_count, columns, column_count = sums[places[name] : places[name] + 4]
            parts.append(w * (rows / row_count + columns / column_count))
        return sum(parts[1:], parts[0])
