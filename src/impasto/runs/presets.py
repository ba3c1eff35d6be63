"""Presets: named settings, one TOML file each: those in the box in `presets/`, a user's own under `IMPASTO_HOME`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from impasto.artefacts import home
from impasto.errors import JobError, UnknownNameError
from impasto.registry import did_you_mean

DEFAULT_PRESET = "default"

LARGEST = 100_000
"""Bytes of a preset's file; one takes a few thousand."""

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?", re.ASCII)


@dataclass(frozen=True)
class Preset:
    """A part of a job under a name.

    title: a few words. description: what to expect. paper: its source, or empty. shipped: whether it is in the box, and
    not a user's own.
    """

    name: str
    title: str
    description: str
    paper: str
    job: dict[str, Any]
    shipped: bool = True

    @property
    def thumbnail(self) -> Path | None:
        """A small picture painted with it, if one was made."""
        path = thumbnail_path(self.name)
        return path if path.is_file() else None


def preset_names() -> tuple[str, ...]:
    """The names of all presets: the default, the others in the box, and the user's, by the alphabet."""
    shipped = shipped_names()
    return (DEFAULT_PRESET, *sorted(shipped - {DEFAULT_PRESET}), *sorted(_own_names() - shipped))


def preset(name: str) -> Preset:
    """The preset called `name`. Raises UnknownNameError, with the nearest names; JobError for a damaged one."""
    if name in shipped_names():
        return preset_in((_shipped() / f"{name}.toml").read_bytes(), name, f"the preset {name}", shipped=True)
    if name in _own_names():
        path = own_path(name)
        try:
            with path.open("rb") as file:
                data = file.read(LARGEST + 1)
        except OSError as error:
            raise JobError(f"{path}: the preset cannot be read ({error.strerror})") from None
        return preset_in(data, name, str(path))
    raise UnknownNameError(f"no preset is named {name!r}. {did_you_mean(name, preset_names())}")


def preset_in(data: bytes, name: str, where: str, *, shipped: bool = False) -> Preset:
    """The preset in a file's bytes; its settings are not looked at. Raises JobError, calling the file `where`."""
    if len(data) > LARGEST:
        raise JobError(f"{where}: it is larger than {LARGEST:,} bytes, so no preset")
    try:
        table = tomllib.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise JobError(f"{where}: no preset: it is not valid TOML ({error})") from None
    title, description, paper = (table.get(key, "") for key in ("title", "description", "paper"))
    job = table.get("job")
    if not isinstance(job, Mapping) or not all(isinstance(word, str) for word in (title, description, paper)):
        raise JobError(f"{where}: no preset: it needs a table [job], and texts for title, description and paper")
    return Preset(name, title, description, paper, dict(job), shipped)


def shipped_names() -> set[str]:
    """The names of the presets in the box."""
    return _names_in(_shipped())


def is_name(name: str) -> bool:
    """Whether a preset can be called so: small letters, digits, - and _, at most 64 of them."""
    return _NAME.fullmatch(name) is not None


def own_folder() -> Path:
    """Where the user's presets lie, and the thumbnails of all."""
    return home() / "presets"


def own_path(name: str) -> Path:
    """Where the user's preset of a name lies, there or not."""
    return own_folder() / f"{name}.toml"


def thumbnail_path(name: str) -> Path:
    """Where the thumbnail of a preset lies, there or not."""
    return own_folder() / f"{name}.jpg"


def _own_names() -> set[str]:
    folder = own_folder()
    return {name for name in _names_in(folder) if is_name(name)} if folder.is_dir() else set()


def _names_in(folder: Traversable) -> set[str]:
    return {entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml")}


def _shipped() -> Traversable:
    return files("impasto.runs") / "presets"
