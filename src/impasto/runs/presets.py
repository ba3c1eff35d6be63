"""Presets: named settings, one TOML file each in `presets/`."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from impasto.errors import UnknownNameError
from impasto.registry import did_you_mean

DEFAULT_PRESET = "default"


@dataclass(frozen=True)
class Preset:
    """A part of a job under a name. title: a few words; description: what to expect; paper: its source, or empty."""

    name: str
    title: str
    description: str
    paper: str
    job: dict[str, Any]


def preset_names() -> tuple[str, ...]:
    """The names of all presets, the default first, the others in the order of the alphabet."""
    names = {entry.name.removesuffix(".toml") for entry in _folder().iterdir() if entry.name.endswith(".toml")}
    return (DEFAULT_PRESET, *sorted(names - {DEFAULT_PRESET}))


def preset(name: str) -> Preset:
    """The preset called `name`. Raises UnknownNameError, with the nearest names."""
    names = preset_names()
    if name not in names:
        raise UnknownNameError(f"no preset is named {name!r}. {did_you_mean(name, names)}")
    data = tomllib.loads((_folder() / f"{name}.toml").read_text(encoding="utf-8"))
    return Preset(name, data["title"], data["description"], data["paper"], data["job"])


def _folder() -> Traversable:
    return files("impasto.runs") / "presets"
