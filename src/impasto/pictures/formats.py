"""The file formats: how each is recognised by its first bytes, and what it can hold."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import PurePath

from impasto.errors import OutputError

HEAD_BYTES = 4096  # what `identify` and `describe` need to see of a file


@dataclass(frozen=True)
class Format:
    """A file format that is read and written.

    extensions: lower case, with the dot; the first is the usual one.
    loader: the libvips operation that reads it from a source.
    alpha: whether it can hold transparency. depths: bits per channel it can be written with. lossy: whether it is
    written with loss, as much as a quality says.
    longest_side: the most pixels a side may have in a file of this format.
    """

    name: str
    extensions: tuple[str, ...]
    loader: str
    alpha: bool
    depths: tuple[int, ...]
    longest_side: int
    lossy: bool = False


PNG = Format("PNG", (".png",), "pngload_source", True, (8, 16), 1_000_000)
JPEG = Format("JPEG", (".jpg", ".jpeg"), "jpegload_source", False, (8,), 65_535, lossy=True)
WEBP = Format("WebP", (".webp",), "webpload_source", True, (8,), 16_383, lossy=True)
TIFF = Format("TIFF", (".tif", ".tiff"), "tiffload_source", True, (8, 16), 1_000_000)
AVIF = Format("AVIF", (".avif",), "heifload_source", True, (8,), 16_384, lossy=True)

FORMATS = (PNG, JPEG, WEBP, TIFF, AVIF)
READABLE = "PNG, JPEG, WebP, TIFF and AVIF"
EXTENSIONS = {extension: known for known in FORMATS for extension in known.extensions}

_HEIF_BRANDS = {b"avif", b"avis", b"mif1", b"msf1", b"miaf", b"heic", b"heix", b"hevc", b"heim", b"heis"}
_CAMERA_RAW = {".dng", ".nef", ".nrw", ".arw", ".sr2", ".cr2", ".cr3", ".pef", ".rw2", ".orf", ".raf", ".3fr"}

_FOREIGN = (
    (b"GIF8", "a GIF"),
    (b"BM", "a Windows bitmap (BMP)"),
    (b"%PDF", "a PDF document"),
    (b"%!PS", "a PostScript document"),
    (b"8BPS", "a Photoshop document"),
    (b"gimp xcf", "a GIMP document"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"\x76\x2f\x31\x01", "an OpenEXR picture"),
    (b"#?RADIANCE", "a Radiance HDR picture"),
    (b"FUJIFILMCCD-RAW", "a camera's raw file"),
    (b"IIRO", "a camera's raw file"),
    (b"IIU\x00", "a camera's raw file"),
    (b"\x00\x00\x01\x00", "a Windows icon"),
    (b"PK\x03\x04", "a ZIP archive or an office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"SQLite format 3", "a database"),
    (b"\x1aE\xdf\xa3", "a Matroska or WebM video"),
    (b"ID3", "a sound file"),
)


def identify(head: bytes, suffix: str = "") -> Format | None:
    """The format whose signature `head` (the first bytes of a file) bears, or None.

    A camera's raw file is a TIFF by its signature, with a thumbnail where a picture is looked for: it is told by
    `suffix`, the file's extension, and is not a format that is read.
    """
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    if head[:4] in {b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"}:
        return None if suffix.lower() in _CAMERA_RAW or head[8:10] == b"CR" else TIFF
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS:
        return AVIF
    return None


def describe(head: bytes, suffix: str = "") -> str:
    """What a file that is no picture Impasto reads looks like, as words to follow "it looks like"."""
    if suffix.lower() in _CAMERA_RAW:
        return "a camera's raw file"
    for signature, words in _FOREIGN:
        if head.startswith(signature):
            return words
    if head[4:8] == b"ftyp":
        return "a video or a picture in an MP4 family container"
    if head.startswith(b"RIFF"):
        return "a sound or video file"
    return _describe_text(head)


def _describe_text(head: bytes) -> str:
    try:
        text = head.decode("utf-8").lstrip("\ufeff \t\r\n").lower()
    except UnicodeDecodeError as error:
        if error.start < len(head) - 3:  # a character cut off by the end of `head` is still text
            return "nothing that Impasto knows"
        text = head[: error.start].decode("utf-8").lower()
    if "\x00" in text:
        return "nothing that Impasto knows"
    if "<svg" in text:
        return "an SVG drawing"
    if text.startswith(("<!doctype html", "<html")):
        return "a web page (perhaps the page that shows the picture, saved in its place)"
    if text.startswith("version https://git-lfs"):
        return "a Git LFS pointer (fetch the picture itself with `git lfs pull`)"
    return "text"


def format_for(path: str | os.PathLike[str]) -> Format:
    """The format that a file of this name is written in, by its extension.

    Raises OutputError naming the known extensions.
    """
    suffix = PurePath(path).suffix
    known = ", ".join(EXTENSIONS)
    if not suffix:
        raise OutputError(f"{path}: the name has no extension that says what to write. Add one of {known}.")
    if suffix.lower() not in EXTENSIONS:
        raise OutputError(f"{path}: {suffix} is not a format that can be written. Use one of {known}.")
    return EXTENSIONS[suffix.lower()]


def keeps_alpha(path: str | os.PathLike[str]) -> bool:
    """Whether a file of this name keeps transparency. Raises OutputError like `format_for`."""
    return format_for(path).alpha
