"""Many pictures by name: those of a folder and all folders in it, or those in a .tar file, read one at a time."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from impasto.errors import InputError, PictureError
from impasto.pictures.formats import EXTENSIONS, READABLE

LARGEST_FILE = 1 << 30
"""Bytes of a member of a .tar beyond which it is not read into memory."""


@dataclass(frozen=True)
class Collection:
    """Pictures that lie in one place.

    names: of all, in order, as paths inside the place. passed_over: how many other files lie there.
    """

    place: Path
    names: tuple[str, ...]
    passed_over: int
    offsets: dict[str, tuple[int, int]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, place: Path) -> Collection:
        """The pictures in a folder, or in a .tar that is not compressed, by the endings that are read.

        Hidden files are passed over. Raises InputError if the place is not there, cannot be read or holds no picture.
        """
        if not place.exists():
            raise InputError(f"{place}: there is no such folder or file. Check the spelling.")
        try:
            offsets = {} if place.is_dir() else members_of(place)
            found = sorted(offsets) if offsets else sorted(files_in(place)) if place.is_dir() else []
        except OSError as error:
            raise InputError(f"{place}: it cannot be read ({error.strerror})") from None
        names = tuple(name for name in found if PurePosixPath(name).suffix.lower() in EXTENSIONS)
        if not names:
            raise InputError(f"{place} holds no picture that Impasto reads ({READABLE})")
        return cls(place, names, len(found) - len(names), offsets)

    def read(self, name: str) -> bytes:
        """The bytes of the file of a picture. Raises PictureError if they cannot be read."""
        try:
            if not self.offsets:
                return (self.place / name).read_bytes()
            start, size = self.offsets[name]
            if size > LARGEST_FILE:
                raise PictureError(f"{name}: it is larger than {LARGEST_FILE >> 20} MiB")
            with self.place.open("rb") as file:
                file.seek(start)
                data = file.read(size)
        except OSError as error:
            raise PictureError(f"{name}: it cannot be read ({error.strerror})") from None
        if len(data) < size:
            raise PictureError(f"{name}: {self.place.name} is cut short")
        return data


def files_in(folder: Path) -> Iterator[str]:
    """The files in a folder and in all folders in it, as paths inside it; hidden ones are passed over."""
    for parent, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        inside = Path(parent).relative_to(folder)
        yield from ((inside / name).as_posix() for name in files if not name.startswith("."))


def members_of(archive: Path) -> dict[str, tuple[int, int]]:
    """Where in a .tar the files in it begin, and their bytes, by their names. Raises InputError for another file."""
    try:
        with tarfile.open(archive, "r:") as file:
            return {
                member.name: (member.offset_data, member.size)
                for member in file
                if member.isfile() and not PurePosixPath(member.name).name.startswith(".")
            }
    except tarfile.TarError:
        advice = "give a folder, or a .tar that is not compressed (gunzip one that is)"
        raise InputError(f"{archive} is no .tar archive that can be read in any order; {advice}") from None
