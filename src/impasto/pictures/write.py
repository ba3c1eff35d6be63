"""Writing picture files: whole or not at all, and the same bytes for the same picture."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import pyvips

from impasto.errors import OutputError
from impasto.pictures.colour import srgb_profile
from impasto.pictures.compositing import composite
from impasto.pictures.formats import AVIF, JPEG, PNG, TIFF, WEBP, Format, format_for
from impasto.pictures.library import reason
from impasto.pictures.metadata import Kept, describe, exif_block
from impasto.pictures.opening import PathLike
from impasto.pictures.picture import Picture, Pixels
from impasto.pictures.quantising import dithered, on_steps, quantised
from impasto.pictures.recipe import png_with_xmp, xmp_packet
from impasto.pictures.rgb_space import rgb_space
from impasto.pictures.tiff_exif import with_exif

Profile = Literal["photo", "srgb"]
"""The space that colours are written in: the photo's own, or sRGB."""

DITHER_SEED = 0
"""Of the noise that hides the steps of 8 bits: the same picture gives the same bytes."""

_BIGTIFF_BYTES = 3_500_000_000  # beyond 4 GiB a classic TIFF cannot point; deflate may grow a little


def write_picture(
    picture: Picture,
    path: PathLike,
    *,
    recipe: str | None = None,
    quality: int = 95,
    depth: int | None = None,
    profile: Profile = "photo",
    metadata: Kept = "public",
) -> None:
    """Write a picture in the format its name asks for: .png .jpg .jpeg .webp .tif .tiff .avif.

    - `quality`, 1 … 100, counts for JPEG, WebP and AVIF; at 100 WebP and AVIF are written without loss. Chroma is
      not subsampled in JPEG from 90 on.
    - `depth`, 8 or 16 bits, defaults to the picture's own; PNG and TIFF hold 16, the others are written with 8.
      Values are rounded to the nearest step; those of a picture of 16 bits that is written with 8 go up or down by
      chance, the same each time, so that no bands show.
    - Transparency is kept; JPEG, which has none, gets the picture over white.
    - `profile`: `photo` writes a picture that came from a wider space, such as Display P3 or Adobe RGB, in that space
      and with its profile; `srgb`, and every other picture, gets sRGB with its profile. Colours outside are clipped.
    - `metadata`: what is written of the picture's own, see `impasto.pictures.metadata.Kept`. The resolution
      stays.
    - `recipe`, a JSON text, becomes XMP for `read_recipe`. No time of writing is put down.

    The file is written beside its place, flushed to the disk and renamed: whatever stood there is replaced whole or
    left as it was. Raises OutputError if it cannot be written, PictureError if the picture holds NaN or infinities,
    ValueError for a quality or depth that does not exist.
    """
    if not 1 <= quality <= 100:
        raise ValueError(f"quality must be 1 … 100, not {quality}")
    if depth not in (None, 8, 16):
        raise ValueError(f"depth must be 8 or 16, not {depth}")
    if profile not in get_args(Profile) or metadata not in get_args(Kept):
        raise ValueError(f"no profile {profile!r} or metadata {metadata!r} can be asked for")
    form = format_for(path)
    _check_size(form, picture.width, picture.height, path)
    wanted = picture.depth if depth is None else depth
    own = picture.metadata.profile if profile == "photo" else None
    bits = 16 if wanted == 16 and 16 in form.depths else 8
    image = describe(_image(picture, form, bits, own), picture.metadata, metadata)
    image.set_type(pyvips.GValue.blob_type, "icc-profile-data", own or srgb_profile())
    packet = None if recipe is None else xmp_packet(recipe)
    if packet is not None and form is not PNG:
        image.set_type(pyvips.GValue.blob_type, "xmp-data", packet)
    try:
        tells = picture.metadata.resolution is not None or "exif-data" in image.get_fields()
        data = _encoded(image, form, quality, tells=tells)
    except pyvips.Error as error:
        raise OutputError(f"{path}: the {form.name} encoder failed ({reason(error)}). Try another format.") from None
    if packet is not None and form is PNG:
        data = png_with_xmp(data, packet)
    block = exif_block(picture.metadata, metadata) if form is TIFF else None
    if block is not None:
        data = with_exif(data, block)
    _replace(path, data)


def depth_of(picture: Picture) -> int:
    """The bits per channel that hold a picture in its own space: 8 if all its values are on steps, else 16."""
    planes = [*_in_space(picture, picture.metadata.profile), *([] if picture.alpha is None else [picture.alpha])]
    return 8 if all(on_steps(plane, 255) for plane in planes) else 16


def check_output(path: PathLike, *, size: tuple[int, int] | None = None) -> None:
    """Make sure, before an hour of painting, that a picture could be written to `path`.

    `size`: the (width, height) it will have, if that is known. A file is created in the folder and removed again:
    nothing less tells whether it can be. Raises OutputError for an unknown extension, a missing or unwritable
    folder, a path that is a folder or a device, or a size the format cannot hold.
    """
    form = format_for(path)
    if size is not None:
        _check_size(form, *size, path)
    target = _target(path)
    beside = _beside(target)
    try:
        os.close(_create(beside))
    except OSError as error:
        raise OutputError(_unwritable(path, target, error)) from None
    finally:
        with suppress(OSError):
            beside.unlink()


def _check_size(form: Format, width: int, height: int, path: PathLike) -> None:
    if max(width, height) > form.longest_side:
        raise OutputError(
            f"{path}: {form.name} holds at most {form.longest_side:,} pixels a side, and the picture is "
            f"{width}x{height}. Write PNG or TIFF, or make it smaller."
        )


def _image(picture: Picture, form: Format, depth: int, profile: bytes | None) -> pyvips.Image:
    """The picture as a libvips image of 8 or 16 bits, with a band of alpha if it has one and may keep it.

    profile: of the space that its colours are written in, None for sRGB.
    """
    if not form.alpha:
        picture = composite(picture)
    colours = _in_space(picture, profile)
    full, bands = 2**depth - 1, 3 if picture.alpha is None else 4
    values = np.empty((picture.height, picture.width, bands), np.uint8 if depth == 8 else np.uint16)
    noise = np.random.default_rng(DITHER_SEED)
    for band, plane in enumerate(colours):
        values[..., band] = dithered(plane, full, noise) if picture.depth > depth else quantised(plane, full)
    if picture.alpha is not None:
        values[..., 3] = quantised(picture.alpha, full)
    kind, name = ("uchar", "srgb") if depth == 8 else ("ushort", "rgb16")
    image = pyvips.Image.new_from_memory(values, picture.width, picture.height, bands, kind)
    return image.copy(interpretation=name)


def _in_space(picture: Picture, profile: bytes | None) -> Pixels:
    """The colours in the space of a profile, in sRGB for None: float32 [3, H, W], 0 … 1."""
    space = None if profile is None else rgb_space(profile)
    return picture.pixels if space is None else space.from_srgb(picture.colours)


def _encoded(image: pyvips.Image, form: Format, quality: int, *, tells: bool) -> bytes:
    """The bytes of a file. tells: whether there is anything to tell of the picture, its resolution included."""
    # Where there is no EXIF the encoders make one for the resolution, which JPEG, WebP and AVIF hold nowhere else.
    keep = {"keep": "icc|xmp|exif" if tells else "icc|xmp"}
    lossless = quality == 100
    if form is PNG:
        data = image.pngsave_buffer(compression=6, **keep)
    elif form is JPEG:
        data = image.jpegsave_buffer(Q=quality, optimize_coding=True, **keep)
    elif form is WEBP:
        data = image.webpsave_buffer(Q=quality, lossless=lossless, exact=lossless, smart_subsample=True, **keep)
    elif form is TIFF:
        bytes_raw = image.width * image.height * image.bands * (2 if image.format == "ushort" else 1)
        data = image.tiffsave_buffer(
            compression="deflate", predictor="horizontal", bigtiff=bytes_raw > _BIGTIFF_BYTES, **keep
        )
    else:
        assert form is AVIF, form
        data = image.heifsave_buffer(compression="av1", Q=quality, lossless=lossless, bitdepth=8, **keep)
    return bytes(data)


def _target(path: PathLike) -> Path:
    """Where the file will really be: links are written through, not replaced."""
    try:
        target = Path(os.path.realpath(path))
        if target.is_dir():
            raise OutputError(f"{path}: it is a folder. Name a file in it.")
        if target.exists() and not target.is_file():
            raise OutputError(f"{path}: it is a device or a pipe. Name a file.")
    except ValueError:  # a NUL in the name
        raise OutputError(f"{str(path)!r} cannot be the name of a file.") from None
    except OSError as error:
        raise OutputError(f"{path}: it cannot be written ({error.strerror}). Choose another name.") from None
    return target


def _beside(target: Path) -> Path:
    return target.with_name(f".impasto-{secrets.token_hex(8)}.part")


def _create(path: Path) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    return os.open(path, flags, 0o666)


def _replace(path: PathLike, data: bytes) -> None:
    target = _target(path)
    beside = _beside(target)
    try:
        with open(_create(beside), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(target)
    except BaseException as error:
        with suppress(OSError):
            beside.unlink()
        if isinstance(error, OSError):
            raise OutputError(_unwritable(path, target, error)) from None
        raise


def _unwritable(path: PathLike, target: Path, error: OSError) -> str:
    folder = target.parent
    if not folder.exists():
        return f"{path}: there is no folder {folder}. Make it first, or name another."
    if not folder.is_dir():
        return f"{path}: {folder} is a file, not a folder. Name a folder."
    return f"{path}: it cannot be written ({error.strerror}). Free space, or choose a folder you may write to."
