"""Studies in the box: experiments that others reported, one TOML file each in `box/`, on the sample pictures."""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING

from impasto.errors import UnknownNameError
from impasto.registry import did_you_mean

if TYPE_CHECKING:
    from impasto.studies.study import Study


def box_names() -> tuple[str, ...]:
    """The names of all studies in the box, in the order of the alphabet."""
    return tuple(sorted(e.name.removesuffix(".toml") for e in _folder().iterdir() if e.name.endswith(".toml")))


def box_text(name: str) -> str:
    """The file of a study in the box. Raises UnknownNameError, with the nearest names."""
    if name not in box_names():
        raise UnknownNameError(f"no study is named {name!r}. {did_you_mean(name, box_names())}")
    return (_folder() / f"{name}.toml").read_text(encoding="utf-8")


def study_in_the_box(name: str) -> Study:
    """The study called `name`; relative names of pictures are taken from the current folder."""
    from impasto.studies.reading import study_from_toml

    return study_from_toml(box_text(name), f"the study {name}", name=name, folder=Path.cwd())


def _folder() -> Traversable:
    return files("impasto.studies") / "box"
