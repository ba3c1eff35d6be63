"""What a training is, as data: everything but the teacher, which is a job in a file of its own."""

from __future__ import annotations

import dataclasses
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tomli_w

from impasto.backbones.style_network import NETWORK_SIZES
from impasto.errors import InputError, JobError

LEAST_PIXELS = 32
"""A crop's side at the least; the teacher's network may ask for more."""


@dataclass(frozen=True, kw_only=True)
class TrainingPlan:
    """The settings of a training.

    name: of the style. licence: of the numbers, for the file that comes out; empty says nothing.
    photos: a folder, or a .tar. output: the file that the network is written to.
    size: a name of `NETWORK_SIZES`. steps: of the optimiser. batch: photos to a step, on each machine. pixels: the side
        of the crops. early: the side of the crops in the first half of the steps; 0 takes `pixels`.
    copying: the first steps, in which the network learns to give photos back in the colours asked for.
    learning_rate: at its highest. averaging: how slowly the mean of the network's numbers follows them, 0 … 1.
    held_out: photos that are not learnt from but looked at, every `look_every` steps.
    seed: what the network's first numbers and the order of photos are drawn by.
    """

    name: str
    photos: Path
    output: Path
    licence: str = ""
    size: str = "small"
    steps: int = 2000
    batch: int = 4
    pixels: int = 256
    early: int = 0
    copying: int = 0
    learning_rate: float = 2e-3
    averaging: float = 0.995
    held_out: int = 8
    look_every: int = 250
    seed: int = 0

    def __post_init__(self) -> None:
        NETWORK_SIZES[self.size]
        for name, least, most in (
            ("steps", 1, 10_000_000),
            ("batch", 1, 4096),
            ("copying", 0, 1_000_000),
            ("pixels", LEAST_PIXELS, 4096),
            ("held_out", 1, 1000),
            ("look_every", 1, 10_000_000),
            ("seed", 0, 2**32 - 1),
        ):
            if not least <= getattr(self, name) <= most:
                raise JobError(f"{name} must lie in {least:,} … {most:,}, not {getattr(self, name):,}")
        if self.early and not LEAST_PIXELS <= self.early <= self.pixels:
            raise JobError(f"early crops must have {LEAST_PIXELS} to {self.pixels} pixels, not {self.early}")
        if not 0 < self.learning_rate <= 1:
            raise JobError(f"the learning rate must lie above 0 and up to 1, not {self.learning_rate}")
        if not 0 <= self.averaging < 1:
            raise JobError(f"averaging must lie in 0 … 1, below 1, not {self.averaging}")

    def pixels_at(self, step: int) -> int:
        """The side of the crops at a step, counted from 0."""
        return self.early if self.early and step < self.steps // 2 else self.pixels

    def lasting(self) -> str:
        """Of the settings, as TOML, those that may not change while a training is gone on with."""
        return replace(self, steps=1, output=Path(), look_every=1).to_toml()

    def to_toml(self) -> str:
        """The settings as TOML."""
        return tomli_w.dumps({key: str(v) if isinstance(v, Path) else v for key, v in vars(self).items()})


def plan_from_toml(text: str, where: str) -> TrainingPlan:
    """The settings in a TOML text of ours. Raises InputError for anything else."""
    try:
        data = tomllib.loads(text)
        kinds: dict[str, Any] = {"str": str, "int": int, "float": float, "Path": Path}
        plain = {f.name: kinds[str(f.type)](data[f.name]) for f in dataclasses.fields(TrainingPlan)}
        return TrainingPlan(**plain)
    except (ValueError, TypeError, KeyError, InputError) as error:
        raise InputError(f"{where}: it is damaged, or of another version of Impasto ({error})") from None
