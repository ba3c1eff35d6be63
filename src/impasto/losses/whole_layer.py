"""Losses that compare all positions of a layer at once, so that what they know of it is no sum over positions."""

from __future__ import annotations

import abc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Generator, Tensor

from impasto.errors import JobError
from impasto.losses.base import Loss, Targets, Term
from impasto.losses.part import Seen
from impasto.losses.statistic import widened
from impasto.losses.transforms import sum_of

Distance = Callable[[Tensor], Tensor]
"""From the positions of a layer of the image, [C, M], to one number."""

LayerTargets = Sequence[tuple[float, Tensor]]
"""The positions [C, N] of one layer of each target picture, with its share; the shares sum to one."""

SEEDS = 2**63


@dataclass(frozen=True, kw_only=True)
class WholeLayerLoss(Loss):
    """A loss that compares the positions of a layer with those of its targets.

    Its term does not add up over parts of a picture. So it cannot be painted in tiles, and no weight can be given to
    positions, as a mask would.
    """

    @abc.abstractmethod
    def bind_layer(self, targets: LayerTargets) -> Distance:
        """The distance of one layer from its targets, in float32 or float64 as these are; they have no gradients."""

    def bind(self, targets: Targets) -> Term:
        """Keep of each layer what its distance needs. Raises JobError without targets, or for no positions."""
        if not targets:
            raise JobError(f"the {self.kind} loss needs a {self.target} picture")
        whole = sum(share for share, _ in targets)
        distances = {}
        for name in dict.fromkeys(self.layers):
            seen = [(share / whole, positions_in(name, features[name].detach())) for share, features in targets]
            distances[name] = self.bind_layer(seen)
        return WholeLayerTerm(self, distances)


@dataclass(frozen=True)
class WholeLayerTerm(Term):
    """A loss and the distance of each of its layers."""

    loss: WholeLayerLoss
    distances: Mapping[str, Distance]

    @property
    def adds_up(self) -> bool:
        """It does not."""
        return False

    def sums(self, seen: Seen) -> tuple[Tensor, ...]:
        """The distance of each layer, of a picture that is seen at once."""
        return tuple(distance(positions_in(name, seen.own(name))) for name, distance in self.distances.items())

    def value(self, sums: Sequence[Tensor]) -> Tensor:
        """The weighted distances of the layers."""
        found = dict(zip(self.distances, sums, strict=True))
        return sum_of([weight * found[name] for name, weight in self.loss.weighted_layers])


@dataclass(frozen=True, kw_only=True)
class DrawnLoss(WholeLayerLoss):
    """A loss that looks at a random part of a layer.

    seed: what the part is drawn from, a whole number of 0 or more. Painting adds its own seed, the level and the turn,
        and draws anew whenever the picture would be moved (`impasto.solve.shift`), so that every part has its turn.
    """

    seed: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        if not 0 <= self.seed < SEEDS:
            raise JobError(f"the seed of the {self.kind} loss must be a whole number of 0 or more, not {self.seed}")

    @property
    def draws(self) -> bool:
        """It does."""
        return True

    def drawn(self, number: int) -> Self:
        """The same with another draw."""
        return replace(self, seed=(self.seed + number) % SEEDS)

    @property
    def generator(self) -> Generator:
        """Where chance comes from, in the same state every time."""
        return Generator().manual_seed(self.seed)

    def places(self, count: int, wanted: int) -> Tensor:
        """Which `wanted` of `count` positions are looked at, in order; all of them if they are no more."""
        if count <= wanted:
            return torch.arange(count)
        return torch.randperm(count, generator=self.generator)[:wanted].sort().values


def check_count(kind: str, what: str, count: int) -> None:
    """Raise JobError unless there is one or more."""
    if count < 1:
        raise JobError(f"{what} of the {kind} loss must be 1 or more, not {count}")


def positions_in(name: str, activation: Tensor) -> Tensor:
    """[C, M] of [1, C, H, W], in float32 or wider. Raises JobError for a layer without positions."""
    if activation.dim() < 4:
        raise JobError(f"{name} sees the picture as a whole: choose a layer that has positions")
    return widened(activation)[0].flatten(1)
