"""What an artefact is: one published file, known by name and hash, and the sources that may give it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from impasto.errors import UnavailableError

GIBIBYTE = 1 << 30


@dataclass(frozen=True)
class Progress:
    """How far one transfer is. done and total are bytes; total is None where the source does not say."""

    label: str
    done: int
    total: int | None


ProgressCallback = Callable[[Progress], None]


@dataclass(frozen=True)
class Patience:
    """How long a source may keep us waiting, in seconds.

    connect: for a connection to stand. silence: without news from a connection that stands.
    A transfer that brings less than `slowest` bytes per second over a whole `silence` is given up as well.
    """

    connect: float = 5.0
    silence: float = 30.0
    slowest: float = 256.0


@dataclass(frozen=True)
class Order:
    """What a source is asked for: a file into `folder`, never directly under its final name.

    size is the exact number of bytes where it is known; limit is what may be written in any case.
    """

    folder: Path
    filename: str
    size: int | None
    limit: int
    patience: Patience
    progress: ProgressCallback


@dataclass(frozen=True)
class Delivery:
    """What a source put down: a complete but unverified file. resumed: part of it came from an earlier try."""

    path: Path
    resumed: bool = False


class SourceFailedError(UnavailableError):
    """One source did not give the file; the text is the reason. `obtain` goes on to the next source."""


class Source(Protocol):
    """A place that may give a file."""

    @property
    def label(self) -> str:
        """How messages name this place."""
        ...

    def deliver(self, order: Order) -> Delivery:
        """Put the file down in `order.folder`.

        Raises SourceFailedError when this place cannot give it, UnavailableError when the folder cannot take it.
        """
        ...


@dataclass(frozen=True)
class Artefact:
    """One published file.

    filename: its name in the cache. sha256: 64 lower-case hexadecimal digits, or the first 8 or more of them
    where the publisher gives no more. sources: tried in this order; all give the same bytes.
    size: exact bytes where known. limit: bytes beyond which no source is believed.
    """

    filename: str
    sha256: str
    sources: tuple[Source, ...]
    size: int | None = None
    limit: int = 2 * GIBIBYTE

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._+-]*", self.filename):
            raise ValueError(f"an artefact's filename must be a plain name, not {self.filename!r}")
        if not re.fullmatch(r"[0-9a-f]{8,64}", self.sha256):
            raise ValueError(f"sha256 must be 8 to 64 lower-case hexadecimal digits, not {self.sha256!r}")
        if self.size is not None and not 0 < self.size <= self.limit:
            raise ValueError(f"size {self.size} is not between 1 and the limit {self.limit}")

    def is_named_by(self, digest: str) -> bool:
        """Whether a full SHA-256 in hexadecimal is this artefact's."""
        return digest.startswith(self.sha256)
