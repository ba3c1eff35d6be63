"""What a job is: data that says what to paint, and the events of painting it."""

from __future__ import annotations

import abc
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from torch import Tensor

from impasto.errors import JobError
from impasto.pictures import Picture
from impasto.registry import Registry
from impasto.solve import Event, Snapshot

PictureSource = Path | Picture
"""Where a job's picture comes from: a file, or one already in memory."""

JOBS: Registry[type[Job]] = Registry("kind of job")


@dataclass(frozen=True, kw_only=True)
class Job(abc.ABC):
    """A piece of work as data. A subclass is registered under its kind.

    seed: all that is random comes from it; the same job and seed give the same picture.
    device: `auto` (a GPU if there is one), `cpu`, `cuda`, `cuda:1`, `mps`.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid", "arbitrary_types_allowed": True}

    kind: str
    seed: int = 0
    device: str = "auto"

    def __init_subclass__(cls, kind: str = "") -> None:
        if kind:
            JOBS.add(kind, cls)

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 2**32:
            raise JobError(f"the seed must be a whole number from 0 to 4294967295, not {self.seed}")

    @property
    @abc.abstractmethod
    def inputs(self) -> dict[str, PictureSource]:
        """The pictures the job reads, by a name that can serve as a file's."""

    @abc.abstractmethod
    def check(self) -> None:
        """Raise the error that `events` would raise before its first step, as far as can be told cheaply."""

    @abc.abstractmethod
    def events(self, *, resume: Snapshot | None = None) -> Iterator[Event]:
        """Do the work, yielding an event per step. `resume`: a snapshot of an earlier run of the same job."""

    @abc.abstractmethod
    def picture(self, image: Tensor) -> Picture:
        """What is handed to the user for an image [1, 3, H, W] of an event: transparency restored."""
