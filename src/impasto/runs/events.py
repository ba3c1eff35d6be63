"""What a run tells, besides what the solver tells; and events as data."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Resumed:
    """Painting goes on from a checkpoint: at this level, after `number` steps of all."""

    level: int
    number: int


@dataclass(frozen=True)
class Checkpointed:
    """The state after `number` steps is on the disk; `seconds` is what writing it took."""

    number: int
    path: Path
    seconds: float


@dataclass(frozen=True)
class PreviewWritten:
    """The picture as it is now can be looked at."""

    path: Path


@dataclass(frozen=True)
class FrameWritten:
    """A frame of a sequence, counted from 1, is finished and lies on the disk."""

    number: int
    path: Path


@dataclass(frozen=True)
class Warned:
    """Something the user should know, in plain words; painting goes on."""

    text: str


@dataclass(frozen=True)
class Saved:
    """The result is written."""

    path: Path


RunEvent = Resumed | Checkpointed | PreviewWritten | FrameWritten | Warned | Saved


def event_name(event: object) -> str:
    """How an event is called in data: `level_started` for LevelStarted."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower()


def event_to_dict(event: object) -> dict[str, Any]:
    """An event of the solver or of a run as data for JSON: its name as `event`, its fields without images."""
    assert dataclasses.is_dataclass(event)
    shown = {f.name: _plain(getattr(event, f.name)) for f in dataclasses.fields(event) if f.repr}
    return {"event": event_name(event), **shown}


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, Path) else value
