"""A style network on a picture of any size, tile by tile, to the picture that comes out at once, up to rounding.

Instance normalisation needs the mean and the variance of a layer over the whole picture before the next layer can
begin. So what lies at the picture's full and half side is computed anew for each of them, tile by tile, and only what
lies at a quarter of the side, where the residual blocks are, is kept whole: three tensors of a sixteenth of the
positions.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import torch
from torch import Tensor, nn

from impasto.backbones.style_network import SHRINK, Convolved, Enlarged, ResidualBlock, StyleNetwork
from impasto.losses import Statistic
from impasto.tasks.feedforward.channel_moments import ChannelMoments, channel_sums
from impasto.tasks.feedforward.one_pass import Progress, blended
from impasto.tasks.feedforward.windows import Range, Stage, rectangles, window_for

REPEATED = 2
"""Times that an enlargement repeats a position along each side."""

KEPT = 3
"""Tensors of the whole picture, at a quarter of its side, that are held at once."""

Layer = Convolved | Enlarged | nn.Conv2d
"""What makes one layer of another."""


@dataclass(frozen=True)
class Affine:
    """What a normalisation does, its moments known: scale · x + shift, [1, C, 1, 1], and a rectifier or none."""

    scale: Tensor
    shift: Tensor
    rectified: bool

    @classmethod
    def of(cls, layer: Layer, sums: Statistic) -> Affine:
        """From the sums over what the layer's convolution gives for the whole picture."""
        convolved = convolved_of(layer)
        norm = convolved.normalisation
        moments = ChannelMoments.of(sums, norm.weight.device)
        scale = norm.weight.detach()[None, :, None, None] / (moments.deviation.square() + norm.eps).sqrt()
        shift = norm.bias.detach()[None, :, None, None] - moments.mean * scale
        return cls(scale, shift, convolved.rectified)

    def into(self, features: Tensor) -> Tensor:
        """The features [1, C, h, w] normalised, in their own place."""
        features.mul_(self.scale).add_(self.shift)
        return features.relu_() if self.rectified else features


@dataclass(frozen=True)
class NetworkTiles:
    """Paints pictures with a style network. side: of the tiles in pixels, a multiple of 4."""

    network: StyleNetwork
    side: int

    def work(self, height: int, width: int) -> tuple[int, int]:
        """How many tiles of a picture of that size are looked at, and how many painted."""
        down, blocks, up, _ = self._parts()
        looks = [len(tiles) for _, tiles in self._cuts((height, width), down, 1)]
        quarter, tiles = self._cuts((height, width), down, 1)[-1]
        looks += [2 * len(tiles)] * len(blocks)
        looks += [len(tiles) for _, tiles in self._cuts(quarter, up, SHRINK)]
        return sum(looks), len(rectangles((height, width), self.side))

    def progress(
        self, photo: Tensor, amount: Tensor | None = None, begun: Progress | None = None
    ) -> Iterator[Progress]:
        """Paint [1, 3, H, W], telling after each tile: of those looked at, then of those painted.

        amount: [1, 1, H, W], how much is painted at each pixel; the rest stays the photo. begun: as for
        `AdaIN.progress`.
        """
        image, painted = (photo, 0) if begun is None else (begun.image, begun.painted)
        looks = self._looks(photo)
        while True:
            try:
                next(looks)
            except StopIteration as ended:
                features, known = ended.value
                break
            if not painted:
                yield Progress(0, image)
        _, _, up, last = self._parts()
        height, width = photo.shape[-2:]
        for number, (rows, columns) in enumerate(rectangles((height, width), self.side), start=1):
            if number > painted:
                pixels = self._made(features, [*up, last], known, rows, columns).sigmoid_()
                place = (..., slice(*rows), slice(*columns))
                image = image.clone()
                image[place] = blended(photo[place], pixels, None if amount is None else amount[place])
                yield Progress(number, image)

    def _looks(self, photo: Tensor) -> Generator[None, None, tuple[Tensor, list[Affine]]]:
        """Pause after each tile; at last, what lies behind the residual blocks, and how the layers behind normalise."""
        down, blocks, up, _ = self._parts()
        known, features = yield from self._through(photo, down, 1, keep=True)
        known[-1].into(features)
        for block in blocks:
            added = features
            for layer in (block.first, block.second):
                known, added = yield from self._through(added, [layer], SHRINK, keep=True)
                known[-1].into(added)
            features.add_(added)
        known, _ = yield from self._through(features, up, SHRINK, keep=False)
        return features, known

    def _through(
        self, source: Tensor, layers: Sequence[Layer], shrink: int, *, keep: bool
    ) -> Generator[None, None, tuple[list[Affine], Tensor]]:
        """How each of the layers on `source` normalises, and what the last gives before it does, if it is to be kept.

        shrink: times that the picture's side is longer than the source's.
        """
        known: list[Affine] = []
        kept = source.new_empty(0)
        cuts = self._cuts((source.shape[-2], source.shape[-1]), layers, shrink)
        for count, (size, tiles) in enumerate(cuts, start=1):
            if keep and count == len(layers):
                kept = source.new_empty((1, stage_of(layers[-1]).convolution.out_channels, *size))
            sums = []
            for rows, columns in tiles:
                made = self._made(source, layers[:count], known, rows, columns)
                sums.append(channel_sums(made))
                if kept.numel():
                    kept[..., slice(*rows), slice(*columns)] = made
                yield
            known.append(Affine.of(layers[count - 1], reduce(add, sums)))
        return known, kept

    @torch.no_grad()
    def _made(
        self, source: Tensor, layers: Sequence[Layer], known: Sequence[Affine], rows: Range, columns: Range
    ) -> Tensor:
        """A rectangle of what the last layer's convolution gives; known: how those before it normalise."""
        stages = [stage_of(layer) for layer in layers]
        window = window_for(source, stages, rows, columns)
        for stage, affine in zip(stages, known, strict=False):
            window = stage(window)
            affine.into(window.features)
        return stages[-1](window).own(rows, columns)

    def _cuts(
        self, size: tuple[int, int], layers: Sequence[Layer], shrink: int
    ) -> list[tuple[tuple[int, int], list[tuple[Range, Range]]]]:
        """The size of each of the layers on a source of `size`, and its tiles."""
        found = []
        for layer in layers:
            stage = stage_of(layer)
            size, shrink = stage.size_of(size), shrink * stage.convolution.stride[0] // stage.enlarged
            found.append((size, rectangles(size, self.side // shrink)))
        return found

    def _parts(self) -> tuple[list[Layer], list[ResidualBlock], list[Layer], nn.Conv2d]:
        """The layers down to a quarter of the side, the residual blocks, the layers up again, and the last."""
        layers = list(self.network.layers)
        down: list[Layer] = [layer for layer in layers if isinstance(layer, Convolved)]
        up: list[Layer] = [layer for layer in layers if isinstance(layer, Enlarged)]
        last = layers[-1]
        assert isinstance(last, nn.Conv2d)
        return down, [layer for layer in layers if isinstance(layer, ResidualBlock)], up, last


def convolved_of(layer: Layer) -> Convolved:
    """The convolution with its normalisation. Raises TypeError for the last layer, which has none."""
    if isinstance(layer, nn.Conv2d):
        raise TypeError("the last convolution is not normalised")
    return layer.convolved if isinstance(layer, Enlarged) else layer


def stage_of(layer: Layer) -> Stage:
    """The convolution, with what is done before it."""
    if isinstance(layer, nn.Conv2d):
        return Stage(layer)
    return Stage(convolved_of(layer).convolution, REPEATED if isinstance(layer, Enlarged) else 1)


def kept_bytes(network: StyleNetwork, height: int, width: int) -> int:
    """The bytes of the tensors that are held of a whole picture."""
    quarter = convolved_of(NetworkTiles(network, SHRINK)._parts()[0][-1]).convolution.out_channels
    return KEPT * 4 * quarter * (height // SHRINK + 1) * (width // SHRINK + 1)
