"""The pictures in a folder."""

from __future__ import annotations

from pathlib import Path

from impasto.errors import InputError
from impasto.pictures.formats import EXTENSIONS, READABLE


def pictures_in(folder: Path) -> list[Path]:
    """The pictures right in `folder`, by the endings that are read, in the order of their names.

    Hidden files are passed over. Raises InputError if there is none, or the folder cannot be read.
    """
    try:
        files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    except OSError as error:
        raise InputError(f"the folder {folder} cannot be read ({error.strerror})") from None
    pictures = [path for path in files if path.suffix.lower() in EXTENSIONS]
    if not pictures:
        raise InputError(f"the folder {folder} holds no picture that Impasto reads ({READABLE})")
    return pictures
