"""Any style in one pass: the features of a photo get a painting's moments, and a decoder makes a picture of them.

Huang & Belongie 2017, "Arbitrary style transfer in real-time with adaptive instance normalization" (arXiv 1703.06868).
The encoder is VGG-19 up to relu4_1, the decoder its mirror, trained once for all styles.

Pictures of any size are painted tile by tile, and come out as if they were painted at once, up to rounding: the moments
are sums over positions, added up over all tiles in a first pass; in a second, each tile is encoded with all that its
own pixels see, and decoded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import torch
from torch import Tensor
from torch.nn.functional import pad

from impasto.artefacts import ProgressCallback
from impasto.backbones import Backbone, Decoder
from impasto.backbones.decoder import FEATURES, SCALE
from impasto.losses import Span, Statistic
from impasto.solve import Target
from impasto.solve.tiles import Tile, tiles
from impasto.tasks.feedforward.channel_moments import ChannelMoments, channel_sums, normalised
from impasto.weights import PrecisionChoice, load_backbone, load_decoder
from impasto.weights.decoder import DEFAULT_DECODER
from impasto.weights.naming import DECODER

NETWORKS = (("vgg19", "vgg19.gatys"), (DECODER, DEFAULT_DECODER))
"""The encoder and the decoder, each with the weights that they were trained with."""

LEAST_SIDE = 16
"""Pixels along each side that encoder and decoder need."""

LARGEST_AT_ONCE = 1_500_000
"""Pixels up to which a picture is seen at once if nobody says; larger ones in tiles of TILE pixels."""

TILE = 1024


@dataclass(frozen=True)
class Progress:
    """One tile is done. painted: how many are painted so far. image: [1, 3, H, W], the photo where they are not."""

    painted: int
    image: Tensor


@dataclass(frozen=True, eq=False)
class AdaIN:
    """Paints any photo in the manner of any painting. Use `AdaIN.load`, or bring networks of your own."""

    encoder: Backbone
    decoder: Decoder

    @classmethod
    def load(
        cls,
        *,
        precision: PrecisionChoice = "fp32",
        device: str = "auto",
        offline: bool = False,
        progress: ProgressCallback | None = None,
    ) -> AdaIN:
        """With published weights, fetched if they are not here yet. Raises like `load_backbone` and `load_decoder`."""
        (name, weights), _ = NETWORKS
        encoder = load_backbone(
            name,
            weights=weights,
            pooling="max",
            padding="reflect",
            precision=precision,
            device=device,
            offline=offline,
            progress=progress,
        )
        decoder = load_decoder(precision=precision, device=device, offline=offline, progress=progress)
        return cls(encoder, decoder)

    def __call__(
        self, content: Tensor, styles: Sequence[Target], *, strength: float = 1.0, tile: int | None = None
    ) -> Tensor:
        """Return [1, 3, H, W] in 0 … 1: `content` [1, 3, H, W] in the manner of `styles`, blended in their shares.

        strength: 1 is all style; 0 is what encoder and decoder make of the photo, near it but not the same.
        tile: the side in pixels of what is computed at once, photo and styles alike; None computes all at once up to
            1.5 million pixels, and takes 1024 for more. H and W are at least 16.
        """
        style = self.style(styles, tile) if strength else None
        *_, last = self.progress(content, style, strength=strength, tile=tile)
        return last.image

    def style(self, styles: Sequence[Target], tile: int | None = None) -> ChannelMoments:
        """The moments of one or more styles, blended in their shares."""
        return ChannelMoments.blended([(style.share, self.moments(style.image, tile)) for style in styles])

    def moments(self, image: Tensor, tile: int | None = None) -> ChannelMoments:
        """The moments of the features of a picture [1, 3, H, W]."""
        whole = continued(image)
        work = self._cut((image.shape[-2], image.shape[-1]), tile)
        sums = (self._summed(self._encoded(whole, each), each) for each in work)
        return ChannelMoments.of(reduce(add, sums))

    def tiles(self, height: int, width: int, tile: int | None) -> list[Tile]:
        """The tiles in which a picture of that size is painted, each with all that its own pixels see."""
        return self._cut((height, width), tile, margin=SCALE * self.decoder.around)

    def progress(
        self,
        content: Tensor,
        style: ChannelMoments | None,
        *,
        strength: float = 1.0,
        tile: int | None = None,
        begun: Progress | None = None,
    ) -> Iterator[Progress]:
        """Paint tile by tile, telling after each. Where there is a style, all are looked at first, and told too.

        style: None leaves the features as they are. begun: what was told last of the very same work when it was
        stopped; what was painted stays, and what was looked at is looked at again untold.
        """
        whole, work = continued(content), self.tiles(content.shape[-2], content.shape[-1], tile)
        image, painted = (content, 0) if begun is None else (begun.image, begun.painted)
        features: Tensor | None = None
        manner: tuple[ChannelMoments, ChannelMoments] | None = None
        if style is not None:
            sums = []
            for each in work:
                features = self._encoded(whole, each)
                sums.append(self._summed(features, each))
                if not painted:
                    yield Progress(0, image)
            manner = (ChannelMoments.of(reduce(add, sums)), style)
        for number, each in enumerate(work[painted:], start=painted + 1):
            if features is None or len(work) > 1:
                features = self._encoded(whole, each)
            image = self._with_tile(image, each, features, manner, strength)
            yield Progress(number, image)

    def _cut(self, size: tuple[int, int], tile: int | None, margin: int = 0) -> list[Tile]:
        height, width = (-(-side // SCALE) * SCALE for side in size)
        side = tile or (max(height, width) if size[0] * size[1] <= LARGEST_AT_ONCE else TILE)
        return tiles(self.encoder.graph, (FEATURES,), (height, width), side, (0, 0), (height, width), margin)

    def _encoded(self, whole: Tensor, tile: Tile) -> Tensor:
        """The features of all that is computed for a tile."""
        with torch.no_grad():
            features: Tensor = self.encoder(whole[..., tile.rows, tile.columns], (FEATURES,))[FEATURES]
        return features

    def _summed(self, features: Tensor, tile: Tile) -> Statistic:
        """The sums over a tile's own positions, of all that was computed for it."""
        return channel_sums(tile.part.own(FEATURES, features))

    def _with_tile(
        self,
        image: Tensor,
        tile: Tile,
        features: Tensor,
        manner: tuple[ChannelMoments, ChannelMoments] | None,
        strength: float,
    ) -> Tensor:
        """The image with a tile painted into it. manner: the moments that the photo has, and those that it gets."""
        down, across = (
            Stretch.of(span, computed, self.decoder.around, side)
            for span, computed, side in zip(
                tile.part.spans[FEATURES], features.shape[-2:], image.shape[-2:], strict=True
            )
        )
        seen = features[..., down.seen, across.seen]
        if manner is not None:
            seen = normalised(seen, *manner, strength)
        with torch.no_grad():
            pixels = self.decoder(seen)
        painted = image.clone()
        painted[..., down.place, across.place] = pixels[..., down.own, across.own].clamp(0, 1)
        return painted


@dataclass(frozen=True)
class Stretch:
    """One axis of a tile as it is decoded.

    seen: the features that are decoded, of those computed. own: the tile's own pixels, of those decoded. place: where
    these are in the picture.
    """

    seen: slice
    own: slice
    place: slice

    @classmethod
    def of(cls, span: Span, computed: int, around: int, side: int) -> Stretch:
        """span: the tile's own features. computed: how many were. around: as of the decoder. side: of the picture."""
        positions = span.computed()
        first, end = positions.start, computed if positions.stop is None else positions.stop
        start = max(0, first - around)
        length = min(SCALE * (end - first), side - SCALE * span.first)
        begin = SCALE * (first - start)
        return cls(
            seen=slice(start, min(computed, end + around)),
            own=slice(begin, begin + length),
            place=slice(SCALE * span.first, SCALE * span.first + length),
        )


def continued(image: Tensor) -> Tensor:
    """[1, 3, H, W] continued by its mirror image, to the right and below, to whole features."""
    down, across = (-side % SCALE for side in image.shape[-2:])
    return pad(image, (0, across, 0, down), mode="reflect") if down or across else image
