"""One loss that is asked for different things in different places, or of different layers.

Guided Gram matrices (Gatys, Ecker, Bethge, Hertzmann & Shechtman 2017, "Controlling perceptual factors in neural style
transfer", arXiv 1611.07865, section 4): the sums of a layer are taken once for each region, with every position
counting as much as the region's mask says, and each is compared with the statistics of the region's own style. There
the squares of guidance channels sum to one; here a sum is divided by the weight it was taken with, which is the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor

from impasto.losses.base import Term
from impasto.losses.part import Seen


@dataclass(frozen=True)
class GuidedPart:
    """A bound loss that counts by itself.

    factor: what it is multiplied by. layers: at how many different layers it looks. weights: how much each position of
    a layer counts, see `Seen.weighed`; None where all count alike.
    """

    factor: float
    term: Term
    layers: int
    weights: Mapping[str, Tensor] | None = None


@dataclass(frozen=True)
class GuidedTerm(Term):
    """The sum of the parts, each over its own positions. All are bound from the same loss."""

    parts: tuple[GuidedPart, ...]

    @property
    def adds_up(self) -> bool:
        """Whether all of them do."""
        return all(part.term.adds_up for part in self.parts)

    def sums(self, seen: Seen) -> tuple[Tensor, ...]:
        """Those of each part, in order."""
        return tuple(number for part in self.parts for number in part.term.sums(seen.weighed(part.weights)))

    def value(self, sums: Sequence[Tensor]) -> Tensor:
        """The parts' values, each times its factor."""
        to_a_layer = len(sums) // sum(part.layers for part in self.parts)
        values, first = [], 0
        for part in self.parts:
            end = first + to_a_layer * part.layers
            values.append(part.factor * part.term.value(sums[first:end]))
            first = end
        return sum(values[1:], values[0])
