"""The options of `impasto fast train`, one class to a panel of its help."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Group, Parameter

from impasto.apps.cli.options import MACHINE, DecimalNumber, Machine, Name, WholeNumber
from impasto.apps.cli.stylize_options import Settings
from impasto.errors import InputError

LEARNING = Group("How it learns", sort_key=1.5)
TEACHER = Group("The teacher", sort_key=6.5)


@Parameter(name="*", group=LEARNING)
@dataclass(frozen=True, kw_only=True)
class Learning:
    """How it learns.

    Parameters
    ----------
    photos
        A folder of photos, with those in it, or a .tar of photos. Thousands are best; hundreds will do.
    size
        Of the network: tiny (90 kB), small (850 kB) or full (3.4 MB).
    steps
        Steps in all; 2000 without it. Without haste, 20000 and more are better.
    minutes
        Take as many steps as go into so many minutes on this machine.
    batch
        Photos to a step, on each machine; 1 on a processor and 4 on a GPU without it.
    pixels
        The side of the crops that are learnt from, 256 without it.
    early
        The side of the crops in the first half of the steps; half of --pixels without it.
    copying
        The first steps, in which photos are learnt to be given back in the style's colours, which is quick and keeps
        their content; a tenth of the steps without it, but no more than 500.
    learning_rate
        At its highest; it rises at first and falls to the end.
    """

    photos: Annotated[Path | None, Parameter(metavar="FOLDER|TAR")] = None
    size: Name = None
    steps: WholeNumber = None
    minutes: DecimalNumber = None
    batch: WholeNumber = None
    pixels: WholeNumber = None
    early: WholeNumber = None
    copying: WholeNumber = None
    learning_rate: DecimalNumber = None

    def settings(self) -> dict[str, Any]:
        """Those that were given, by their names in the plan."""
        names = ("size", "steps", "batch", "pixels", "early", "copying", "learning_rate")
        found = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        if self.minutes is not None and not 0 < self.minutes < 1e6:
            raise InputError(f"--minutes must be more than 0, not {self.minutes:g}")
        if self.minutes is not None and self.steps is not None:
            raise InputError("--steps and --minutes both say how long: give one of them")
        return found


@Parameter(name="*", group=TEACHER)
@dataclass(frozen=True, kw_only=True)
class Taught:
    """The job whose objective is learnt.

    Parameters
    ----------
    teacher
        A job file, or the folder of a run: its settings and styles are learnt, whatever its photo. Without it, the
        preset.
    sets
        One setting of the teacher by its name, counting more than all else; may be given again: --set size=1024.
    """

    teacher: Annotated[Path | None, Parameter(metavar="FILE|RUN")] = None
    sets: Annotated[
        tuple[str, ...], Parameter(name="--set", negative=(), show_default=False, metavar="NAME=VALUE")
    ] = ()

    def sources(self) -> Settings:
        """The teacher as a source of settings. Raises InputError for a folder that is no run's."""
        config = self.teacher
        if config is not None and config.is_dir():
            config = config / "job.toml"
            if not config.is_file():
                raise InputError(f"{self.teacher} is no run's folder: it has no job.toml")
        return Settings(config=config, sets=self.sets)


@Parameter(name="*", group=MACHINE)
@dataclass(frozen=True, kw_only=True)
class TrainingMachine(Machine):
    """On what it is computed.

    Parameters
    ----------
    precision
        Of the convolutions of the network that looks: auto, fp32, tf32 (on CUDA GPUs) or bf16.
    threads
        Processors to compute on; all without it.
    """

    threads: WholeNumber = None
