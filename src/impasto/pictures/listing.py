"""The pictures that a folder, or a name with wildcards in it, stands for."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable
from pathlib import Path

from impasto.errors import InputError
from impasto.pictures.formats import EXTENSIONS, READABLE


def stands_for_many(path: Path) -> bool:
    """Whether a path is a folder, or has wildcards (`*`, `?`, `[…]`) and is no file itself."""
    return path.is_dir() or (glob.has_magic(str(path)) and not path.is_file())


def gathered(paths: Iterable[Path]) -> list[Path]:
    """The pictures that files, folders and names with wildcards stand for, in their order, each once.

    `**` stands for folders of any depth. Raises InputError for what stands for none, and for a file that is not there.
    """
    found: dict[str, Path] = {}
    for path in paths:
        if path.is_dir():
            pictures = pictures_in(path)
        elif stands_for_many(path):
            pictures = _matching(path)
        elif path.exists():
            pictures = [path]
        else:
            raise InputError(f"{path}: there is no such file. Check the spelling and the folder.")
        for picture in pictures:
            found.setdefault(os.path.normpath(picture.absolute()), picture)
    return list(found.values())


def pictures_in(folder: Path) -> list[Path]:
    """The pictures right in `folder`, by the endings that are read, in the order of their names.

    Hidden files are passed over. Raises InputError if there is none, or the folder cannot be read.
    """
    try:
        files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    except OSError as error:
        raise InputError(f"the folder {folder} cannot be read ({error.strerror})") from None
    pictures = _pictures_among(files)
    if not pictures:
        raise InputError(f"the folder {folder} holds no picture that Impasto reads ({READABLE})")
    return pictures


def _matching(pattern: Path) -> list[Path]:
    pictures = _pictures_among(sorted(Path(name) for name in glob.glob(str(pattern), recursive=True)))  # noqa: PTH207 from anywhere
    if not pictures:
        raise InputError(f"no picture that Impasto reads ({READABLE}) is called {pattern}")
    return pictures


def _pictures_among(paths: Iterable[Path]) -> list[Path]:
    return [path for path in paths if path.suffix.lower() in EXTENSIONS and path.is_file()]
