"""Where the pixels come from that a tile of features is decoded to."""

from __future__ import annotations

from dataclasses import dataclass

from impasto.backbones.decoder import SCALE
from impasto.losses import Span


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
