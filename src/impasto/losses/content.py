"""Content as the activations themselves (Gatys, Ecker & Bethge 2015, arXiv 1508.06576, equation 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal

from torch import Tensor

from impasto.errors import JobError
from impasto.losses.base import Loss, Role, Targets, Term, check_scale
from impasto.losses.part import Seen
from impasto.losses.squares import squared_distance, squared_norm

ContentNormalisation = Literal["energy", "gatys", "deeplearning-ai", "neural-style", "johnson"]

TINY = 1e-12
"""Keeps the division by a target's energy finite where the target is zero throughout."""


@dataclass(frozen=True, kw_only=True)
class ContentLoss(Loss, kind="content"):
    """Squared distance between the activations F of the image and P of the content picture, [C, H, W] each.

    normalisation, what the sum of squares Σ (F − P)² is multiplied by:
      gatys            1/2                  Gatys et al. 2015, equation 1
      deeplearning-ai  1 / (4·H·W·C)        the deeplearning.ai assignment
      neural-style     1 / (C·H·W)          the mean; J. Johnson's neural-style
      johnson          1 / (C·H·W)          Johnson, Alahi & Fei-Fei 2016, section 3.2
      energy           1 / Σ P²             ours: does not change with picture size, layer or network
    activation_scale: multiplies F and P before the formula (see docs/explanation/presets.md).
    """

    in_place: ClassVar[bool] = True

    kind: Literal["content"] = "content"
    layers: tuple[str, ...] = ("relu4_2",)
    target: Role = field(default="content")
    normalisation: ContentNormalisation = "energy"
    activation_scale: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        check_scale(self.kind, self.activation_scale)

    def compare(self, activation: Tensor, target: Tensor) -> Tensor:
        """Distance of one layer; both of one shape [1, C, H, W]."""
        return self.normalised(self.squares(activation, target), activation.numel(), self.energy(target))

    def squares(self, activation: Tensor, target: Tensor) -> Tensor:
        """Σ (F − P)², scaled."""
        return squared_distance(activation, target) * self.activation_scale**2

    def energy(self, target: Tensor) -> Tensor:
        """The mean of P², scaled."""
        return squared_norm(target) / target.numel() * self.activation_scale**2

    def normalised(self, squares: Tensor, count: Tensor | int, energy: Tensor) -> Tensor:
        """The distance, from the sum of squares over `count` values and the mean energy of the target."""
        if self.normalisation == "gatys":
            return squares / 2
        if self.normalisation == "deeplearning-ai":
            return squares / count / 4
        if self.normalisation == "energy":
            return squares / count / (energy + TINY)
        return squares / count

    def bind(self, targets: Targets) -> Term:
        """Keep the activations of the one content picture."""
        if len(targets) != 1:
            raise JobError(f"the content loss needs exactly one content picture, not {len(targets)}")
        remembered = {name: targets[0][1][name].detach() for name in self.layers}
        return ContentTerm(self, remembered, {name: self.energy(kept) for name, kept in remembered.items()})


@dataclass(frozen=True)
class ContentTerm(Term):
    """A content loss, the content's activations and their energies."""

    loss: ContentLoss
    remembered: Mapping[str, Tensor]
    energies: Mapping[str, Tensor]

    def sums(self, seen: Seen) -> tuple[Tensor, ...]:
        """The sum of squares and the number of values of each layer."""
        numbers = []
        for name, kept in self.remembered.items():
            own, target = seen.own(name), seen.of_whole(name, kept)
            squares = self.loss.squares(own, target)
            numbers += [squares, squares.new_tensor(own.numel())]
        return tuple(numbers)

    def value(self, sums: Sequence[Tensor]) -> Tensor:
        """The weighted distances of the layers."""
        places = {name: 2 * i for i, name in enumerate(self.remembered)}
        parts = [
            w * self.loss.normalised(sums[places[name]], sums[places[name] + 1], self.energies[name])
            for name, w in self.loss.weighted_layers
        ]
        return sum(parts[1:], parts[0])
