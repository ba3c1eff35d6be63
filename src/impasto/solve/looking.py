"""How a picture is looked at: at once, or in tiles with the exact gradient of the whole.

What the losses know of a picture are sums over positions. So a first pass without gradients adds up the sums of all
tiles; the gradient of the objective to those sums is the same for every tile; and a second pass carries it back through
each tile by itself. Each tile is computed with all the pixels around that its own positions see, so its sums are exact:
this is the gradient of the whole picture up to rounding, and no seam can be.
"""

from __future__ import annotations

import abc
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import torch
from torch import Tensor

from impasto.backbones import Backbone
from impasto.losses import PIXELS, Features, Seen, SeenInParts, Term
from impasto.solve.heap import trim
from impasto.solve.shift import Offset, places, shifted
from impasto.solve.tiles import Tile, tiles

MANY = 50
"""Tiles from which on the passes over them do not keep memory for each other."""

Terms = Mapping[str, tuple[float, Term]]
"""Terms with what they are multiplied by, by name."""


@dataclass(frozen=True)
class Look(abc.ABC):
    """Looks at pictures through a network, at the layers asked for.

    pixels, offset: the place that a picture is seen from, see `impasto.solve.shift`; without an offset it is not moved.
    """

    backbone: Backbone
    layers: tuple[str, ...]
    pixels: int = 1
    offset: Offset | None = None

    def moved_to(self, offset: Offset) -> Look:
        """The same from another place."""
        return replace(self, offset=offset)

    def at(self, layers: Sequence[str]) -> Look:
        """The same at other layers."""
        return replace(self, layers=tuple(layers))

    @abc.abstractmethod
    def parts(self, image: Tensor) -> Iterator[Seen]:
        """What is seen of each part of a picture [1, 3, H, W], without gradients."""

    def seen(self, image: Tensor) -> SeenInParts:
        """A picture to be looked at as often as is asked."""
        return partial(self.parts, image)

    @abc.abstractmethod
    def gradient(self, image: Tensor, terms: Terms) -> tuple[Tensor, Tensor]:
        """The weighted terms at `image` [1, 3, H, W], one number each, and the gradient of their sum to it."""

    def _place(self, image: Tensor) -> Tensor:
        return image if self.offset is None else shifted(image, self.offset, self.pixels)


@dataclass(frozen=True)
class AtOnce(Look):
    """The whole picture in one pass."""

    def parts(self, image: Tensor) -> Iterator[Seen]:
        """The one part."""
        with torch.no_grad():
            features = self.features(image)
        yield Seen(features)

    def seen(self, image: Tensor) -> SeenInParts:
        """What was seen once is kept."""
        parts = list(self.parts(image))
        return lambda: parts

    def gradient(self, image: Tensor, terms: Terms) -> tuple[Tensor, Tensor]:
        """By one pass forwards and one back."""
        leaf = image.detach().requires_grad_()
        seen = Seen(self.features(leaf))
        values = torch.stack([weight * term.value(term.sums(seen)) for weight, term in terms.values()])
        total = values.sum()
        del seen  # so that each layer can go as soon as the way back is past it
        gradient = torch.autograd.grad(total, leaf)[0] if total.requires_grad else torch.zeros_like(image)
        return values.detach(), gradient.contiguous()

    def features(self, image: Tensor) -> Features:
        """The activations of pictures [N, 3, H, W] at the layers, of all of them at once."""
        seen: dict[str, Tensor] = self.backbone(self._place(image), self.layers)
        return {name: image if name == PIXELS else activation for name, activation in seen.items()}


@dataclass(frozen=True)
class InTiles(Look):
    """Tile by tile; memory depends on the tile, not on the picture. side: of a tile without what it sees around."""

    side: int = 1024

    def parts(self, image: Tensor) -> Iterator[Seen]:
        """A part to a tile, good until the next is asked for."""
        for tile in self._tiles(image):
            with torch.no_grad():
                features = dict(self.backbone(self._window(image, tile).seen, self.layers))
            yield Seen(features, tile.part)
            features.clear()  # whoever holds it still would hold two at once

    def gradient(self, image: Tensor, terms: Terms) -> tuple[Tensor, Tensor]:
        """By two passes forwards and one back. The terms must add up."""
        added = self._sums(image, terms)
        self._tidy(image)
        with torch.enable_grad():
            # What two losses share is a leaf to each, or both would be given the slopes of both.
            leaves = {name: [number.detach().requires_grad_() for number in numbers] for name, numbers in added.items()}
            values = torch.stack([weight * term.value(leaves[name]) for name, (weight, term) in terms.items()])
            flat = [number for numbers in leaves.values() for number in numbers]
            slopes = torch.autograd.grad(values.sum(), flat, allow_unused=True)
        gradient = self._carried_back(image, terms, slopes)
        self._tidy(image)
        return values.detach(), gradient

    def _sums(self, image: Tensor, terms: Terms) -> dict[str, list[Tensor]]:
        """What each term sums over the picture."""
        added: dict[str, list[Tensor]] = {}
        for seen in self.parts(image):
            for name, (_, term) in terms.items():
                numbers = term.sums(seen)
                earlier = added.get(name)
                added[name] = (
                    list(numbers) if earlier is None else [a + b for a, b in zip(earlier, numbers, strict=True)]
                )
        return added

    def _carried_back(self, image: Tensor, terms: Terms, slopes: Sequence[Tensor | None]) -> Tensor:
        """The gradient to the picture, given that to the sums."""
        gradient = torch.zeros_like(image)
        for tile in self._tiles(image):
            with torch.enable_grad():
                window = self._window(image.detach(), tile)
                seen = Seen(self.backbone(window.seen, self.layers), tile.part)
                numbers = [n for _, term in terms.values() for n in term.sums(seen)]
                parts = [
                    (slope * n).sum()
                    for slope, n in zip(slopes, numbers, strict=True)
                    if slope is not None and n.requires_grad
                ]
                if parts:
                    total = torch.stack(parts).sum()
                    del seen, numbers, parts  # so that each layer can go as soon as the way back is past it
                    gradient[..., window.rows, window.columns] += torch.autograd.grad(total, window.pixels)[0]
        return gradient

    def _tidy(self, image: Tensor) -> None:
        """Give back what a pass left, where it had so many tiles that touching it anew is little beside that."""
        if len(self._tiles(image)) >= MANY:
            trim()

    def _tiles(self, image: Tensor) -> list[Tile]:
        inner = (image.shape[-2], image.shape[-1])
        size = inner
        if self.offset is not None:
            rows, columns = self._places(image)
            size = (len(rows), len(columns))
        return tiles(self.backbone.graph, self.layers, size, self.side, self.offset or (0, 0), inner)

    def _places(self, image: Tensor) -> tuple[Tensor, Tensor]:
        """Which rows and columns of the image are those of the picture as it is moved."""
        rows, columns = (
            places(side, before, self.pixels).to(image.device)
            for side, before in zip(image.shape[-2:], self.offset or (0, 0), strict=True)
        )
        return rows, columns

    def _window(self, image: Tensor, tile: Tile) -> Window:
        """What of the image a tile computes, moved without moving the rest."""
        if self.offset is None:
            pixels = image[..., tile.rows, tile.columns]
            pixels = pixels.requires_grad_() if torch.is_grad_enabled() else pixels
            return Window(tile.rows, tile.columns, pixels, pixels)
        down, across = self._places(image)
        down, across = down[tile.rows], across[tile.columns]
        rows, columns = (slice(int(axis.min()), int(axis.max()) + 1) for axis in (down, across))
        pixels = image[..., rows, columns]
        pixels = pixels.requires_grad_() if torch.is_grad_enabled() else pixels
        seen = pixels.index_select(-2, down - rows.start).index_select(-1, across - columns.start)
        return Window(rows, columns, pixels, seen)


@dataclass(frozen=True)
class Window:
    """Rows and columns of an image, the pixels there, and those pixels as a tile sees them."""

    rows: slice
    columns: slice
    pixels: Tensor
    seen: Tensor
