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
from impasto.backbones import Backbone, Decoder, averaged, cells_of
from impasto.backbones.decoder import FEATURES, SCALE
from impasto.losses import Statistic
from impasto.solve import Target
from impasto.solve.tiles import Tile, tiles
from impasto.tasks.feedforward.channel_moments import ChannelMoments, channel_sums, normalised
from impasto.tasks.feedforward.decoded import Stretch
from impasto.tasks.feedforward.lattice import without_lattice
from impasto.tasks.feedforward.one_pass import LARGEST_AT_ONCE, TILE, Progress, blended
from impasto.weights import PrecisionChoice, load_backbone, load_decoder
from impasto.weights.decoder import DEFAULT_DECODER
from impasto.weights.naming import DECODER

NETWORKS = (("vgg19", "vgg19.gatys"), (DECODER, DEFAULT_DECODER))
"""The encoder and the decoder, each with the weights that they were trained with."""

LEAST_SIDE = 16
"""Pixels along each side that encoder and decoder need."""


@dataclass(frozen=True)
class Aim:
    """The moments that the features of an area of the picture get.

    share: [1, 1, H, W] in 0 … 1, how far each pixel belongs to the area; None for the whole picture.
    counting: [1, 1, H, W], how much each pixel counts for what the moments of the photo there are; None counts all
        alike.
    """

    moments: ChannelMoments
    share: Tensor | None = None
    counting: Tensor | None = None


@dataclass(frozen=True)
class _Move:
    """From the moments that the photo has in an area to those that its features get."""

    own: ChannelMoments
    wanted: ChannelMoments


@dataclass(frozen=True)
class _Laid:
    """A picture made ready to be painted.

    whole: continued to whole features. work: the tiles. shares: of each area, how far every position belongs to it,
    [h, w]; None for the whole picture.
    """

    whole: Tensor
    work: list[Tile]
    shares: tuple[Tensor | None, ...]


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
        aims = (Aim(self.style(styles, tile)),) if strength else ()
        *_, last = self.progress(content, aims, strength=strength, tile=tile)
        return last.image

    def style(self, styles: Sequence[Target], tile: int | None = None) -> ChannelMoments:
        """The moments of what counts of one or more styles, blended in their shares."""
        return ChannelMoments.blended([(s.share, self.moments(s.image, tile, s.mask)) for s in styles])

    def moments(self, image: Tensor, tile: int | None = None, mask: Tensor | None = None) -> ChannelMoments:
        """The moments of the features of a picture [1, 3, H, W]. mask: [1, 1, H, W], how much each pixel counts."""
        whole, positions = continued(image), self._positions(mask)
        work = self._cut((image.shape[-2], image.shape[-1]), tile)
        sums = (self._summed(self._encoded(whole, each), each, positions) for each in work)
        return ChannelMoments.of(reduce(add, sums), image.device)

    def tiles(self, height: int, width: int, tile: int | None) -> list[Tile]:
        """The tiles in which a picture of that size is painted, each with all that its own pixels see."""
        return self._cut((height, width), tile, margin=SCALE * self.decoder.around)

    def progress(
        self,
        content: Tensor,
        aims: Sequence[Aim],
        *,
        strength: float = 1.0,
        tile: int | None = None,
        amount: Tensor | None = None,
        begun: Progress | None = None,
    ) -> Iterator[Progress]:
        """Paint tile by tile, telling after each. Where there are aims, all are looked at first, and told too.

        aims: what the features get; none leaves them as they are. amount: [1, 1, H, W], how much is painted at each
        pixel; the rest stays the content. With the last tile, the decoder's lattice is taken out. begun: what was told
        last of the very same work when it was stopped; what was painted stays, and what was looked at is looked at
        again untold.
        """
        image, painted = (content, 0) if begun is None else (begun.image, begun.painted)
        laid = self._laid(content, aims, tile)
        moves: list[_Move] = []
        features = None
        if aims:
            counting = [self._positions(aim.share if aim.counting is None else aim.counting) for aim in aims]
            sums: list[Statistic] = []
            for each in laid.work:
                features = self._encoded(laid.whole, each)
                seen = [self._summed(features, each, positions) for positions in counting]
                sums = [a + b for a, b in zip(sums, seen, strict=True)] if sums else seen
                if not painted:
                    yield Progress(0, image)
            found = [ChannelMoments.of(own, content.device) for own in sums]
            moves = [_Move(own, aim.moments) for own, aim in zip(found, aims, strict=True)]
        for number, each in enumerate(laid.work[painted:], start=painted + 1):
            if features is None or len(laid.work) > 1:
                features = self._encoded(laid.whole, each)
            moved = self._moved(laid, each, features, moves, strength)
            image = self._with_tile(image, each, moved)
            if number == len(laid.work):
                image = blended(content, without_lattice(image), amount)
            yield Progress(number, image)

    def _laid(self, content: Tensor, aims: Sequence[Aim], tile: int | None) -> _Laid:
        shares = tuple(self._positions(aim.share) for aim in aims)
        return _Laid(continued(content), self.tiles(content.shape[-2], content.shape[-1], tile), shares)

    def _cut(self, size: tuple[int, int], tile: int | None, margin: int = 0) -> list[Tile]:
        height, width = (-(-side // SCALE) * SCALE for side in size)
        side = tile or (max(height, width) if size[0] * size[1] <= LARGEST_AT_ONCE else TILE)
        return tiles(self.encoder.graph, (FEATURES,), (height, width), side, (0, 0), (height, width), margin)

    def _positions(self, mask: Tensor | None) -> Tensor | None:
        """The means of a mask [1, 1, H, W] over the pixels that each position of the features stands for, [h, w]."""
        if mask is None:
            return None
        graph, whole = self.encoder.graph, continued(mask)
        cells = cells_of(graph.plan((FEATURES,)), whole.shape[-2], whole.shape[-1])
        return averaged(whole[0, 0], *cells[graph.aliases.get(FEATURES, FEATURES)])

    def _encoded(self, whole: Tensor, tile: Tile) -> Tensor:
        """The features of all that is computed for a tile."""
        with torch.no_grad():
            features: Tensor = self.encoder(whole[..., tile.rows, tile.columns], (FEATURES,))[FEATURES]
        return features

    def _summed(self, features: Tensor, tile: Tile, positions: Tensor | None) -> Statistic:
        """The sums over a tile's own positions, of all that was computed for it. positions: how much each counts."""
        own = None if positions is None else tile.part.of_whole(FEATURES, positions)
        return channel_sums(tile.part.own(FEATURES, features), own)

    def _moved(self, laid: _Laid, tile: Tile, features: Tensor, moves: Sequence[_Move], strength: float) -> Tensor:
        """The features computed for a tile, each area's moved to the moments that it gets."""
        down, across = tile.part.spans[FEATURES]
        rows, columns = (
            slice(span.origin, span.origin + side)
            for span, side in zip((down, across), features.shape[-2:], strict=True)
        )
        moved = features
        for move, share in zip(moves, laid.shares if moves else (), strict=True):
            changed = normalised(features, move.own, move.wanted, strength)
            moved = changed if share is None else moved + share[rows, columns] * (changed - features)
        return moved

    def _with_tile(self, image: Tensor, tile: Tile, features: Tensor) -> Tensor:
        """The image with a tile painted into it, from the features computed for it."""
        down, across = (
            Stretch.of(span, computed, self.decoder.around, side)
            for span, computed, side in zip(
                tile.part.spans[FEATURES], features.shape[-2:], image.shape[-2:], strict=True
            )
        )
        with torch.no_grad():
            pixels = self.decoder(features[..., down.seen, across.seen])
        painted = image.clone()
        painted[..., down.place, across.place] = pixels[..., down.own, across.own].clamp(0, 1)
        return painted


def continued(image: Tensor) -> Tensor:
    """[1, C, H, W] continued by its mirror image, to the right and below, to whole features."""
    down, across = (-side % SCALE for side in image.shape[-2:])
    return pad(image, (0, across, 0, down), mode="reflect") if down or across else image
