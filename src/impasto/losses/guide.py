"""Dreams guided by a picture: of all that a layer could answer more to, what answers in that picture as well.

Mordvintsev, Olah & Tyka 2015, "Inceptionism", the last section of the code they published: every position of a layer
is drawn towards the position of the guide that it agrees with the most.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor

from impasto.errors import JobError
from impasto.losses.base import Loss, Role, Targets, Term
from impasto.losses.content import TINY
from impasto.losses.part import Seen
from impasto.losses.statistic import widened

STRIP = 1 << 22
"""About how many scalar products of positions are held at once."""


@dataclass(frozen=True, kw_only=True)
class GuideLoss(Loss, kind="guide"):
    """Minus the mean over positions of max_j x · g_j, divided by the mean of |g_j|².

    x is the activation [C] at a position of the image, g_j that at position j of the guide, whichever agrees most.
    """

    kind: Literal["guide"] = "guide"
    target: Role = field(default="guide")

    @property
    def dreams(self) -> bool:
        """It does."""
        return True

    def bind(self, targets: Targets) -> Term:
        """Remember what each layer answers to the guides, position by position [C, M]."""
        if not targets:
            raise JobError("the guide loss needs a guide picture")
        remembered = {}
        for name in dict.fromkeys(self.layers):
            answers = [features[name] for _, features in targets]
            if any(answer.dim() < 4 for answer in answers):
                raise JobError(f"{name} sees the picture as a whole: guide a layer that has positions")
            remembered[name] = torch.cat([widened(answer.detach()).flatten(2)[0] for answer in answers], dim=1)
        return GuideTerm(self, remembered)


@dataclass(frozen=True)
class GuideTerm(Term):
    """A guide loss and what the guide's positions answer, [C, M] a layer."""

    loss: GuideLoss
    remembered: Mapping[str, Tensor]

    def sums(self, seen: Seen) -> tuple[Tensor, ...]:
        """The sum of the products with the best position of the guide, and how many positions there are."""
        numbers = []
        for name, guide in self.remembered.items():
            answers = widened(seen.own(name)).flatten(2)[0]
            agreeing = guide[:, best_positions(answers.detach(), guide)]
            numbers += [(answers * agreeing).sum(), answers.new_tensor(answers.shape[1])]
        return tuple(numbers)

    def value(self, sums: Sequence[Tensor]) -> Tensor:
        """Minus the weighted means of the layers."""
        places = {name: 2 * i for i, name in enumerate(self.remembered)}
        parts = []
        for name, weight in self.loss.weighted_layers:
            energy = self.remembered[name].square().sum(dim=0).mean() + TINY
            parts.append(weight * sums[places[name]] / (sums[places[name] + 1] * energy))
        return -sum(parts[1:], parts[0])


def best_positions(answers: Tensor, guide: Tensor) -> Tensor:
    """For each column of `answers` [C, M], the column of `guide` [C, N] with the largest scalar product."""
    strips = torch.split(answers, max(1, STRIP // guide.shape[1]), dim=1)
    return torch.cat([(guide.T @ strip).argmax(dim=0) for strip in strips])
