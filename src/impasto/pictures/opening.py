"""Opening a picture file: everything that can be wrong with it before its pixels are looked at."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyvips

from impasto.errors import PictureError
from impasto.pictures import library
from impasto.pictures.formats import HEAD_BYTES, READABLE, Format, describe, identify

PathLike = str | os.PathLike[str]


@contextmanager
def opened(path: PathLike) -> Iterator[tuple[pyvips.Image, Format]]:
    """The picture in the file at `path`, header only, and its format; the file is closed on leaving.

    Raises PictureError if there is no such file, it is not a regular file, cannot be read, is empty, is of no
    format that is read, or has a damaged header, and if libvips fails on the pixels inside the block.
    """
    descriptor = _open_regular(path)
    try:
        suffix = Path(path).suffix
        form = _identify(descriptor, path, suffix)
        try:
            yield library.open_source(descriptor, form), form
        except pyvips.Error as error:
            raise PictureError(_damaged(path, form, error)) from None
    finally:
        os.close(descriptor)


def _open_regular(path: PathLike) -> int:
    """An open descriptor of a regular file; special files are refused without being waited on."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        _check_regular(Path(path).stat().st_mode, path)
        descriptor = os.open(path, flags)
    except FileNotFoundError:
        raise PictureError(f"{path}: there is no such file. Check the spelling and the folder.") from None
    except PermissionError:
        raise PictureError(f"{path}: no permission to read it. Change its permissions or copy it.") from None
    except ValueError:  # a NUL in the name
        raise PictureError(f"{str(path)!r} cannot be the name of a file. Check the spelling.") from None
    except OSError as error:
        raise PictureError(f"{path}: it cannot be opened ({error.strerror}). Check the path and the disk.") from None
    try:
        _check_regular(os.fstat(descriptor).st_mode, path)
    except PictureError:
        os.close(descriptor)
        raise
    return descriptor


def _check_regular(mode: int, path: PathLike) -> None:
    if stat.S_ISDIR(mode):
        raise PictureError(f"{path}: it is a folder, not a picture. Name a file in it.")
    if not stat.S_ISREG(mode):
        raise PictureError(f"{path}: it is a device or a pipe, not a file. Save the picture to a file first.")


def _identify(descriptor: int, path: PathLike, suffix: str) -> Format:
    try:
        head = os.read(descriptor, HEAD_BYTES)
        os.lseek(descriptor, 0, os.SEEK_SET)
    except OSError as error:
        raise PictureError(f"{path}: it cannot be read ({error.strerror}). Check the disk.") from None
    if not head:
        raise PictureError(f"{path}: the file is empty. Copy or download it again.")
    form = identify(head, suffix)
    if form is None:
        raise PictureError(
            f"{path}: it is not a picture Impasto reads; it looks like {describe(head, suffix)}. "
            f"Impasto reads {READABLE}: save the picture as one of these."
        )
    return form


def _damaged(path: PathLike, form: Format, error: pyvips.Error) -> str:
    advice = "Copy or download it again, or open it in an image editor and save it anew."
    if form.extensions == (".avif",):
        advice = f"If it is a HEIC photo, save it as JPEG or PNG first. {advice}"
    return (
        f"{path}: the {form.name} file is damaged, cut short or of an unusual kind ({library.reason(error)}). {advice}"
    )
