"""What a job is: data that says what to paint, and the events of painting it."""

from __future__ import annotations

import abc
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Self

from torch import Tensor

from impasto.errors import JobError
from impasto.pictures import Picture, picture_from
from impasto.registry import Registry
from impasto.solve import Event, Snapshot


class SourceOfPicture:
    """Marks a field that holds a path or a Picture, for pydantic: written down it is the path, as text."""

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        """Admit a path, as text or as Path, and a Picture as it is; encode the path alone."""
        from pydantic_core import core_schema

        return core_schema.no_info_plain_validator_function(
            self.admit,
            json_schema_input_schema=core_schema.str_schema(min_length=1),
            serialization=core_schema.plain_serializer_function_ser_schema(
                self.encode, return_schema=core_schema.str_schema()
            ),
        )

    def is_word(self, value: object) -> bool:  # noqa: ARG002
        """Whether a value stands for itself and is no path."""
        return False

    def admit(self, value: object) -> object:
        """What the field holds for a value. Raises ValueError for one that is no picture's."""
        if isinstance(value, str) and value:
            return Path(value)
        if isinstance(value, Path | Picture):
            return value
        raise ValueError("must be the path of a picture")

    def encode(self, value: object) -> str:
        """How it is written down. Raises JobError for a picture in memory."""
        if isinstance(value, Picture):
            raise JobError("a picture in memory cannot be written down; create a run, which stores it in a file")
        return str(value)


PictureSource = Annotated[Path | Picture, SourceOfPicture()]
"""Where a job's picture comes from: a file, or one already in memory."""


def picture_source(value: object) -> Path | Picture:
    """What a job keeps of anything that `picture_from` reads: a path as it is, all else as a Picture."""
    return Path(value) if isinstance(value, str | os.PathLike) else picture_from(value)


def name_of(source: PictureSource | str, otherwise: str) -> str:
    """How messages call a picture: by its path, or `otherwise`."""
    return str(source) if isinstance(source, Path) else otherwise


def absolute(source: PictureSource) -> PictureSource:
    """A path from the root; a picture as it is."""
    return source.absolute() if isinstance(source, Path) else source


_DEVICE = re.compile(r"auto|cpu|(?:cuda|mps)(?::\d{1,3})?", re.ASCII)

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
        if not _DEVICE.fullmatch(self.device):
            raise JobError(
                f"the device must be auto, cpu, cuda, mps or one of several like cuda:1, not {self.device!r}"
            )

    @property
    @abc.abstractmethod
    def inputs(self) -> dict[str, PictureSource]:
        """The pictures the job reads, by a name that can serve as a file's."""

    @abc.abstractmethod
    def with_inputs(self, inputs: Mapping[str, PictureSource]) -> Self:
        """The same job reading other pictures; those not named stay."""

    @property
    def result_word(self) -> str:
        """What results are called after their pictures; nothing where the pictures say enough."""
        return ""

    @abc.abstractmethod
    def weights_used(self) -> dict[str, str]:
        """The pretrained weights by name with the SHA-256 of their tensors; loads them, so that `events` need not."""

    @abc.abstractmethod
    def lend(self, other: Job) -> None:
        """Let `other` use what this job has loaded so far, where it needs the very same."""

    @abc.abstractmethod
    def check(self) -> None:
        """Raise the error that `events` would raise before its first step, as far as can be told cheaply."""

    @abc.abstractmethod
    def events(self, *, resume: Snapshot | None = None) -> Iterator[Event]:
        """Do the work, yielding an event per step. `resume`: a snapshot of an earlier run of the same job."""

    def frame_of(self, level: int) -> int | None:  # noqa: ARG002
        """Which frame of a sequence, from 1, the image is that a level ends with; None if it is none."""
        return None

    @abc.abstractmethod
    def picture(self, image: Tensor) -> Picture:
        """What is handed to the user for an image [1, 3, H, W] of an event: transparency restored."""
