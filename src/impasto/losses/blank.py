"""Blank space: what is empty in the content stays empty.

A style loss asks for its texture on the average of the whole picture and does not care where, so it fills a clear sky
or bare paper as readily as anything else. Paintings with much bare paper are lost by that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import torch
from torch import Tensor

from impasto.errors import JobError
from impasto.losses.base import PIXELS, Loss, Role, Targets, Term
from impasto.losses.content import TINY
from impasto.losses.flatness import CONTRAST, RADIUS, check_flatness, flatness
from impasto.losses.part import Seen
from impasto.losses.squares import squared_norm
from impasto.losses.statistic import widened

STEPS = 50
"""In how many steps of lightness the ground is looked for."""

WITHIN = 0.06
"""How far from the ground something is half of it, in 0 … 1."""


@dataclass(frozen=True, kw_only=True)
class BlankLoss(Loss, kind="blank"):
    """Squared distance from the content where the content is flat: Σ w (F − P)² / Σ P², w as `flatness` says.

    Of pixels, unless layers of the network are named instead. Both sums run over the whole picture, so that a picture
    without flat areas has hardly any such term.

    weight: beside a strength, the gradient of the term at the start over that of the content losses together.
    radius: how far around a place nothing must be going on, as a share of the longer side; smaller blanks, as between
        two strokes, do not count.
    contrast: how much may be going on there, as a share of the deviation of the whole picture.
    ground: only where the content is also as light as most of what is flat, within a few hundredths of 0 … 1: paper
        counts, and a dark coat is painted. Of pixels alone.
    """

    in_place: ClassVar[bool] = True

    kind: Literal["blank"] = "blank"
    layers: tuple[str, ...] = (PIXELS,)
    target: Role = field(default="content")
    radius: float = RADIUS
    contrast: float = CONTRAST
    ground: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        check_flatness(self.radius, self.contrast)
        if self.ground and self.layers != (PIXELS,):
            raise JobError(f"the ground of a blank loss is one of pixels, not of {', '.join(self.layers)}")

    @property
    def balanced_apart(self) -> bool:
        """It is, for pixels and activations have no scale in common."""
        return True

    def bind(self, targets: Targets) -> Term:
        """Keep the one content picture, and where it is flat. Raises JobError for none or several."""
        if len(targets) != 1:
            raise JobError(f"the blank loss needs exactly one content picture, not {len(targets)}")
        remembered = {name: targets[0][1][name].detach() for name in self.layers}
        weights = {name: flatness(kept, self.radius, self.contrast) for name, kept in remembered.items()}
        if self.ground:
            weights = {name: flat * as_ground(remembered[name], flat) for name, flat in weights.items()}
        energies = {name: squared_norm(kept) / kept.numel() for name, kept in remembered.items()}
        return BlankTerm(self, remembered, weights, energies)


def as_ground(pixels: Tensor, flat: Tensor) -> Tensor:
    """How near [1, 3, H, W] is to the lightness of most of what is flat: [1, 1, H, W] in 0 … 1, half at WITHIN."""
    grey = pixels.mean(dim=1, keepdim=True)
    steps = (grey * STEPS).round().clamp(0, STEPS).long()
    counts = torch.bincount(steps.flatten().cpu(), flat.flatten().cpu().double(), STEPS + 1)
    return 1 / (1 + ((grey - int(counts.argmax()) / STEPS) / WITHIN) ** 4)


@dataclass(frozen=True)
class BlankTerm(Term):
    """A blank loss, and of each layer the content's activations, their flatness [1, 1, H, W] and mean square."""

    loss: BlankLoss
    remembered: Mapping[str, Tensor]
    flatness: Mapping[str, Tensor]
    energies: Mapping[str, Tensor]

    def sums(self, seen: Seen) -> tuple[Tensor, ...]:
        """The weighted sum of squares and the number of values of each layer."""
        numbers = []
        for name, kept in self.remembered.items():
            own, target = seen.own(name), seen.of_whole(name, kept)
            squares = (widened(own) - widened(target)).square() * seen.of_whole(name, self.flatness[name])
            total = squares.sum()
            numbers += [total, total.new_tensor(own.numel())]
        return tuple(numbers)

    def value(self, sums: Sequence[Tensor]) -> Tensor:
        """The weighted distances of the layers."""
        places = {name: 2 * i for i, name in enumerate(self.remembered)}
        parts = [
            w * sums[places[name]] / sums[places[name] + 1] / (self.energies[name] + TINY)
            for name, w in self.loss.weighted_layers
        ]
        return sum(parts[1:], parts[0])
