"""Reading picture files."""

from __future__ import annotations

import os
import struct

import pyvips

from impasto.errors import PictureError
from impasto.pictures.colour import colour_bands, develop
from impasto.pictures.formats import PNG, TIFF, Format
from impasto.pictures.metadata import with_exif_of_tiff
from impasto.pictures.opening import PathLike, opened
from impasto.pictures.picture import Picture

MAX_PIXELS = 250_000_000


def read_picture(path: PathLike, *, max_pixels: int = MAX_PIXELS) -> Picture:
    """Read a still picture from a PNG, JPEG, WebP, TIFF or AVIF file, upright and in sRGB.

    - EXIF orientation is applied. Transparency is kept, not premultiplied.
    - Colours go through the embedded ICC profile (RGB, grey, CMYK or Lab) to sRGB, relative colorimetric with black
      point compensation. Without a profile RGB and grey are taken as sRGB, and CMYK as libvips' built-in press.
      Colour told in other ways than by a profile (PNG's gAMA and cHRM, AVIF's nclx) is not looked at.
    - 16-bit and floating-point files keep 16 bits (`depth` 16). Floating-point values are taken as gamma-encoded
      sRGB and clipped to 0 … 1.

    The size is judged from the header, before any pixel is decoded: more than `max_pixels` pixels are refused.

    Raises PictureError for a file that is missing, unreadable, damaged, cut short, too large, animated, of several
    pages, or of another format. Warns (UserWarning) when an embedded profile cannot be used and is ignored.
    """
    with opened(path) as (image, form):
        _check_size(image, path, max_pixels)
        _check_still(image, form, path)
        colour_bands(image, os.fspath(path))
        if form is TIFF:
            with open(path, "rb") as file:  # noqa: PTH123 - a path of any kind
                image = with_exif_of_tiff(image, file)
        return develop(image.copy_memory(), os.fspath(path))


def _check_size(image: pyvips.Image, path: PathLike, max_pixels: int) -> None:
    if image.width * image.height > max_pixels:
        raise PictureError(
            f"{path}: it is {image.width}x{image.height}, {image.width * image.height / 1e6:,.0f} million pixels; "
            f"the limit is {max_pixels / 1e6:,.0f} million. Make it smaller first."
        )


def _check_still(image: pyvips.Image, form: Format, path: PathLike) -> None:
    frames = _png_frames(path) if form is PNG else image.get_n_pages()
    if frames > 1:
        raise PictureError(
            f"{path}: it holds {frames} frames or pages, and a still picture holds one. "
            "Export the one you want as a picture of its own."
        )


def _png_frames(path: PathLike) -> int:
    """How many frames an animated PNG announces: its acTL chunk, which stands before the pixels; 1 without one."""
    with open(path, "rb") as file:  # noqa: PTH123 - a path of any kind
        file.seek(8)
        for _ in range(1000):
            header = file.read(8)
            if len(header) < 8 or header[4:] in {b"IDAT", b"IEND"}:
                break
            length = struct.unpack(">I", header[:4])[0]
            if header[4:] == b"acTL" and length == 8:
                return int(struct.unpack(">I", file.read(4).ljust(4, b"\0"))[0])
            file.seek(length + 4, os.SEEK_CUR)
    return 1
