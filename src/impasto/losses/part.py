"""A part of a picture: which positions of each layer it owns, and where they lie in what was computed for it.

A part is computed with a margin around it, so that its own positions see all that they see in the whole picture. The
parts of a picture own every position of every layer once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import Tensor


@dataclass(frozen=True)
class Span:
    """Positions along one axis of a layer: the first, the first beyond, and `origin`, where the computed ones begin."""

    first: int
    end: int
    origin: int = 0


@dataclass(frozen=True)
class Part:
    """The positions of each layer that a part owns, down and across; without layers it is the whole picture."""

    spans: Mapping[str, tuple[Span, Span]] = field(default_factory=dict)

    def own(self, name: str, activation: Tensor, beyond: tuple[int, int] = (0, 0)) -> Tensor:
        """Of what was computed of a layer for this part, [1, C, h, w], its own positions.

        beyond: so many positions more below and to the right, if the picture has them.
        """
        if name not in self.spans:
            return activation
        down, across = (
            slice(span.first - span.origin, span.end - span.origin + more)
            for span, more in zip(self.spans[name], beyond, strict=True)
        )
        return activation[..., down, across]

    def of_whole(self, name: str, activation: Tensor) -> Tensor:
        """Of a layer of the whole picture, the positions that this part owns."""
        if name not in self.spans:
            return activation
        down, across = (slice(span.first, span.end) for span in self.spans[name])
        return activation[..., down, across]


WHOLE = Part()
"""The whole picture, computed at once."""
