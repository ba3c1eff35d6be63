"""What a picture is to Impasto: sRGB pixels, and what must be given back with them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.float32]


@dataclass(frozen=True)
class Exif:
    """What a camera or a program wrote of a picture.

    block: the EXIF block as the file held it. fields: those of its entries that are given back, as libvips names and
    words them; an entry of the block that is not among them is left out of what is written.
    """

    block: bytes
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Metadata:
    """What a file says of a picture besides its pixels.

    profile: the ICC profile of the RGB space that it came from, if colours can be brought back into it without loss
        (a matrix and curves); None for sRGB and for all others, such as CMYK.
    exif: None if there was none. resolution: pixels per millimetre across and down, None if the file says none.
    """

    profile: bytes | None = None
    exif: Exif | None = None
    resolution: tuple[float, float] | None = None


@dataclass(frozen=True, eq=False)
class Picture:
    """A still picture, upright and in sRGB.

    pixels: float32 [3, H, W], red green blue, 0 … 1, gamma-encoded sRGB, not premultiplied.
    alpha: float32 [H, W], 0 (clear) … 1 (opaque), or None for a picture without transparency.
    depth: bits per channel of the file it came from (8 or 16); what writing uses unless told otherwise.
    beyond: float32 [3, H, W], how far each channel lies outside 0 … 1 where a colour lies outside sRGB, as one of
        Display P3 may: `pixels + beyond` is the colour itself, in sRGB's encoding continued below 0 (by its mirror
        image) and above 1. None for a picture that has no such colour.
    metadata: what its file says besides.
    """

    pixels: Pixels
    alpha: Pixels | None = None
    depth: int = 8
    beyond: Pixels | None = None
    metadata: Metadata = Metadata()

    def __post_init__(self) -> None:
        if self.pixels.ndim != 3 or self.pixels.shape[0] != 3 or self.pixels.dtype != np.float32:
            raise ValueError(f"pixels must be float32 [3, H, W], not {self.pixels.dtype} {list(self.pixels.shape)}")
        if self.alpha is not None and self.alpha.shape != self.pixels.shape[1:]:
            raise ValueError(f"alpha is {list(self.alpha.shape)} for pixels {list(self.pixels.shape)}")
        if self.beyond is not None and self.beyond.shape != self.pixels.shape:
            raise ValueError(f"beyond is {list(self.beyond.shape)} for pixels {list(self.pixels.shape)}")

    @property
    def height(self) -> int:
        """Rows."""
        return int(self.pixels.shape[1])

    @property
    def width(self) -> int:
        """Columns."""
        return int(self.pixels.shape[2])

    @property
    def colours(self) -> Pixels:
        """The pixels with what lies beyond sRGB, float32 [3, H, W]: `pixels` itself if nothing does."""
        return self.pixels if self.beyond is None else self.pixels + self.beyond


def within_srgb(colours: Pixels) -> tuple[Pixels, Pixels | None]:
    """The pixels and the beyond of a Picture with these colours [3, H, W].

    Less than half a step of 16 bits beyond is rounding, and nothing.
    """
    pixels = np.clip(colours, 0, 1)
    beyond = colours - pixels
    return pixels, beyond if np.abs(beyond).max(initial=0) > 0.5 / 65535 else None
