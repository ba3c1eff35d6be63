"""What a file says of a picture besides its pixels: read, and given back, the private part of it left out."""

from __future__ import annotations

import re
from typing import BinaryIO, Literal

import pyvips

from impasto.pictures.picture import Exif, Metadata
from impasto.pictures.tiff_exif import exif_in, in_jpeg

Kept = Literal["public", "all", "none"]
"""What is written of it: `public` leaves out where a picture was taken and whose camera it was; `none` leaves out all,
the resolution excepted, which is about the picture."""

_BLOCK = "exif-data"
_FIELD = "exif-ifd"
_LARGEST_BLOCK = 1_000_000
_UNKNOWN = 1.0
"""Pixels per millimetre: what libvips says of a picture that has no resolution."""

_USUAL = 72 / 25.4
"""What is written of such a picture, 72 dots per inch: some formats cannot say nothing."""

_OF_THE_FILE = re.compile(
    r"""exif-ifd(?:
        1-.* | 4-.*                  # the thumbnail, which shows the picture before; interoperability
        | 2-MakerNote                # in the maker's own way, with places that move when anything else does
        | 2-Pixel[XY]Dimension | [02]-(?:Orientation | [XY]Resolution | ResolutionUnit)
        | 0-(?:Image(?:Width|Length) | BitsPerSample | Compression | PhotometricInterpretation | SamplesPerPixel
             | RowsPerStrip | Strip.* | PlanarConfiguration | YCbCr.* | Reference.* | JPEGInterchange.*)
    )""",
    re.VERBOSE,
)
"""Entries that describe the file they stand in, and say the wrong thing of another."""

_PRIVATE = re.compile(r"exif-ifd(?:3-.*|.-.*(?:SerialNumber|OwnerName|ImageUniqueID|HostComputer|UserComment))")
"""Entries that tell the place (the GPS table) and the owner."""


def metadata_of(image: pyvips.Image, profile: bytes | None) -> Metadata:
    """What the header of a picture says. profile: of the space to go back to, see `Metadata`."""
    known = image.xres > 0 and image.yres > 0 and not image.xres == image.yres == _UNKNOWN
    return Metadata(profile, _exif_of(image), (image.xres, image.yres) if known else None)


def describe(image: pyvips.Image, metadata: Metadata, kept: Kept) -> pyvips.Image:
    """The picture with its metadata but the profile in its header, for the encoders of libvips to write.

    They bring those EXIF entries up to date that tell of the file: its size, that it is upright, its resolution.
    """
    described = image.copy()
    if metadata.exif is not None and kept != "none":
        _tell(described, metadata.exif, everything=kept == "all")
    across, down = metadata.resolution or (_USUAL, _USUAL)
    return described.copy(xres=across, yres=down)


def exif_block(metadata: Metadata, kept: Kept) -> bytes | None:
    """The EXIF that is written of metadata, as a block for where libvips writes none itself; None without any."""
    described = describe(pyvips.Image.black(1, 1), metadata, kept)
    if _BLOCK not in described.get_fields():
        return None
    written = pyvips.Image.new_from_buffer(described.jpegsave_buffer(keep="exif"), "")
    return bytes(written.get(_BLOCK))


def with_exif_of_tiff(image: pyvips.Image, file: BinaryIO) -> pyvips.Image:
    """The picture of a TIFF file with that file's EXIF in its header, as a picture of another format has it."""
    block = exif_in(file)
    if block is None:
        return image
    small = in_jpeg(pyvips.Image.black(1, 1).jpegsave_buffer(keep="none"), block)
    try:
        told = pyvips.Image.new_from_buffer(small, "", fail_on="none")
    except pyvips.Error:
        return image
    described = image.copy()
    _copy_exif(told, described)
    return described


def _copy_exif(told: pyvips.Image, image: pyvips.Image) -> None:
    """Put what a header has of EXIF into another."""
    for name in told.get_fields():
        if name == _BLOCK:
            image.set_type(pyvips.GValue.blob_type, name, told.get(name))
        elif name.startswith(_FIELD):
            image.set_type(pyvips.GValue.refstr_type, name, told.get(name))


def _tell(image: pyvips.Image, exif: Exif, *, everything: bool) -> None:
    """Put EXIF into a picture's header, the private entries only with `everything`."""
    image.set_type(pyvips.GValue.blob_type, _BLOCK, exif.block)
    for name in image.get_fields():  # libvips may have taken the block apart at once
        if name.startswith(_FIELD) or name == "orientation":
            image.remove(name)
    for name, text in exif.fields:
        if everything or not _PRIVATE.fullmatch(name):
            image.set_type(pyvips.GValue.refstr_type, name, text)


def _exif_of(image: pyvips.Image) -> Exif | None:
    names = image.get_fields()
    block = bytes(image.get(_BLOCK)) if _BLOCK in names else b""
    if not block or len(block) > _LARGEST_BLOCK:
        return None
    wanted = [name for name in names if name.startswith(_FIELD) and not _OF_THE_FILE.fullmatch(name)]
    fields = [(name, image.get(name)) for name in wanted]
    kept = tuple((name, text) for name, text in fields if isinstance(text, str))
    return Exif(block, kept) if kept else None
