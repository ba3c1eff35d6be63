"""A part of a picture: which positions of each layer it owns, and where they lie in what was computed for it.

A part is computed with a margin around it, so that its own positions see all that they see in the whole picture. The
parts of a picture own every position of every layer once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor


@dataclass(frozen=True)
class Span:
    """Positions along one axis of a layer that a part owns.

    first: the first of them; end: the first beyond, None where the layer ends.
    origin: the position at which begins what was computed for the part.
    size: how many positions the layer has, if what was computed goes on beyond them.
    """

    first: int
    end: int | None = None
    origin: int = 0
    size: int | None = None

    def computed(self, beyond: int = 0) -> slice:
        """The positions, and `beyond` more where the layer has them, in what was computed for the part."""
        if self.end is None:
            return slice(self.first - self.origin, None)
        end = self.end + beyond if self.size is None else min(self.end + beyond, self.size)
        return slice(self.first - self.origin, max(end, self.first) - self.origin)

    @property
    def whole(self) -> slice:
        """The positions in the layer."""
        return slice(self.first, self.end)


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
        down, across = (span.computed(more) for span, more in zip(self.spans[name], beyond, strict=True))
        return activation[..., down, across]

    def of_whole(self, name: str, activation: Tensor) -> Tensor:
        """Of a layer of the whole picture, the positions that this part owns."""
        if name not in self.spans:
            return activation
        down, across = (span.whole for span in self.spans[name])
        return activation[..., down, across]


WHOLE = Part()
"""The whole picture, computed at once."""


class Seen:
    """What was computed of a part of a picture: the features, and which of them are the part's own.

    weights: how much each position of a layer counts, [H, W] of the whole layer, 0 or more; None counts all alike.
    What several losses measure of a layer is measured once.
    """

    def __init__(
        self, features: Mapping[str, Tensor], part: Part = WHOLE, weights: Mapping[str, Tensor] | None = None
    ) -> None:
        self.features = features
        self.part = part
        self.weights = weights
        self._measured: dict[tuple[Callable[..., Tensor], str], Tensor] = {}
        self._weighed: dict[int, Seen] = {}

    def weighed(self, weights: Mapping[str, Tensor] | None) -> Seen:
        """The same with positions that count as much as `weights` say; the same weights give the same object."""
        if weights is None:
            return self
        if id(weights) not in self._weighed:
            self._weighed[id(weights)] = Seen(self.features, self.part, weights)
        return self._weighed[id(weights)]

    def positions(self, name: str) -> Tensor | None:
        """How much each of the part's own positions of a layer counts, [h, w]; None if all count alike."""
        return None if self.weights is None else self.part.of_whole(name, self.weights[name])

    def own(self, name: str, beyond: tuple[int, int] = (0, 0)) -> Tensor:
        """The part's own positions of a layer, [1, C, h, w]; `beyond` as in `Part.own`."""
        return self.part.own(name, self.features[name], beyond)

    def of_whole(self, name: str, activation: Tensor) -> Tensor:
        """The same positions of the layer of another, whole picture."""
        return self.part.of_whole(name, activation)

    def measured(self, measure: Callable[..., Tensor], name: str) -> Tensor:
        """What `measure` finds at the part's own positions of a layer; it is told their weights if they have any."""
        if (measure, name) not in self._measured:
            positions = self.positions(name)
            told = () if positions is None else (positions,)
            self._measured[measure, name] = measure(self.own(name), *told)
        return self._measured[measure, name]


SeenInParts = Callable[[], Iterable[Seen]]
"""Looks at a picture part by part."""


def put_together(parts: SeenInParts, layers: Iterable[str]) -> Mapping[str, Tensor]:
    """The activations of the whole picture at `layers`, from its parts in any order."""
    return whole_of(parts, layers).features


def whole_of(parts: SeenInParts, layers: Iterable[str]) -> Seen:
    """The whole picture at `layers`, with the weights of its positions, from its parts in any order."""
    pieces: dict[str, list[tuple[tuple[int, int], Tensor]]] = {name: [] for name in layers}
    weights: Mapping[str, Tensor] | None = None
    for seen in parts():
        weights = seen.weights
        for name, kept in pieces.items():
            down, across = seen.part.spans.get(name, (Span(0), Span(0)))
            own = seen.own(name)
            if own.numel():
                kept.append(((down.first, across.first), own.clone()))
    return Seen({name: _pasted(kept) for name, kept in pieces.items()}, weights=weights)


def _pasted(pieces: list[tuple[tuple[int, int], Tensor]]) -> Tensor:
    """Pieces [1, C, h, w] with their places, as one."""
    height = max(top + piece.shape[-2] for (top, _), piece in pieces)
    width = max(left + piece.shape[-1] for (_, left), piece in pieces)
    first = pieces[0][1]
    shape = (1, first.shape[1], height, width)
    whole = torch.empty(shape, dtype=first.dtype, device=first.device, memory_format=torch.channels_last)
    for (top, left), piece in pieces:
        whole[..., top : top + piece.shape[-2], left : left + piece.shape[-1]] = piece
    return whole
