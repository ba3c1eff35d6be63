"""What a study tells while it is worked on; plain data, so that it can pass between processes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class StudyStarted:
    """cells: in all, as far as they are known; done: how many of them are finished already."""

    cells: int
    done: int


@dataclass(frozen=True)
class TrialStarted:
    """A guided search has chosen: trial `number` (from 0) of `trials`, and what it sets, by axis."""

    number: int
    trials: int
    shown: dict[str, str]


@dataclass(frozen=True)
class CellStarted:
    """A cell is begun, or gone on with."""

    cell: str


@dataclass(frozen=True)
class CellStep:
    """`number` of `steps` of a cell are made."""

    cell: str
    number: int
    steps: int


@dataclass(frozen=True)
class CellDone:
    """A cell is painted and judged. style, content: what the judges said."""

    cell: str
    style: float
    content: float


@dataclass(frozen=True)
class CellFailed:
    """A cell could not be painted or judged."""

    cell: str
    message: str


@dataclass(frozen=True)
class Reported:
    """The report is written; `missing` names the extra without which a part of it could not be."""

    path: Path
    missing: str = ""


CellEvent = CellStarted | CellStep | CellDone | CellFailed
StudyEvent = StudyStarted | TrialStarted | CellEvent | Reported
