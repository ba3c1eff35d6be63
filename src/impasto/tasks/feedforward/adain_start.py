"""Painting on from what one pass gives."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from torch import Generator, Tensor

from impasto.errors import JobError
from impasto.solve import Start, Target, resize
from impasto.solve.pyramid import long_waves
from impasto.tasks.feedforward.adain import LEAST_SIDE, NETWORKS, AdaIN


@dataclass(frozen=True, kw_only=True)
class AdaINStart(Start, kind="adain"):
    """The content in the manner of the styles as `AdaIN` paints it, at the size of the first level.

    Its waves under about 8 pixels are left to the content: there the decoder's lattice of 4 pixels lies, and an
    optimiser that begins with strokes and ends with grain would leave what is left of it.

    strength: of AdaIN, 0 … 1.
    smallest: the longer side that the first level has at the least, for what AdaIN paints smaller is hardly a picture.
    """

    kind: Literal["adain"] = "adain"
    strength: float = 1.0
    smallest: int = 256

    def __post_init__(self) -> None:
        if not 0 <= self.strength <= 1:
            raise JobError(f"the strength of the start must lie in 0 … 1, not {self.strength}")
        if self.smallest < LEAST_SIDE:
            raise JobError(f"smallest of the start must be at least {LEAST_SIDE} pixels, not {self.smallest}")

    @property
    def networks(self) -> tuple[tuple[str, str], ...]:
        """The encoder and the decoder."""
        return NETWORKS

    @property
    def least_level(self) -> int:
        """`smallest`."""
        return self.smallest

    def towards(self, styles: tuple[Target, ...], width: int) -> Start:
        """The start that paints in the manner of `styles`."""
        return _Aimed(strength=self.strength, smallest=self.smallest, styles=styles, width=width)

    def image(self, content: Tensor, generator: Generator) -> Tensor:  # noqa: ARG002 nothing is random
        """Raise JobError: without styles there is nothing to paint in the manner of."""
        raise JobError("the start adain needs a style to paint in the manner of, and only stylising has one")


@dataclass(frozen=True, kw_only=True, eq=False)
class _Aimed(AdaINStart):
    """An `AdaINStart` that knows its styles."""

    styles: tuple[Target, ...]
    width: int

    def image(self, content: Tensor, generator: Generator) -> Tensor:  # noqa: ARG002 nothing is random
        """The start for content [1, 3, H, W]. The networks are loaded for it and let go. Raises WeightsError."""
        network = AdaIN.load(device=str(content.device))
        scale = content.shape[-1] / self.width
        painted = network(content, [_scaled(style, scale) for style in self.styles], strength=self.strength)
        return (_long(painted) + content - _long(content)).clamp(0, 1)


def _scaled(style: Target, scale: float) -> Target:
    """A style so many times as large, though no side shorter than the encoder can do with."""
    height, width = (max(LEAST_SIDE, round(side * scale)) for side in style.image.shape[-2:])
    return replace(style, image=resize(style.image, width, height))


def _long(image: Tensor) -> Tensor:
    """The waves of [1, 3, H, W] that are longer than 8 pixels, those of 8 by half, and none under 5."""
    height, width = image.shape[-2:]
    return long_waves(image, width, height, width / 4, height / 4)
