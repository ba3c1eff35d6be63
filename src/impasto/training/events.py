"""What training tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from impasto.runs import Warned


@dataclass(frozen=True)
class Rehearsed:
    """What training will take, from a few steps that were tried out.

    steps: in all. seconds: for those that are left. memory: the most bytes held. photos, held_out: how many to learn
    from and to look at. weights: what each term of the objective is multiplied by.
    """

    steps: int
    seconds: float
    memory: int
    photos: int
    held_out: int
    weights: Mapping[str, float]


@dataclass(frozen=True)
class LearningBegun:
    """Learning begins, or goes on, towards so many steps, in a folder."""

    steps: int
    folder: Path


@dataclass(frozen=True)
class TrainingResumed:
    """Training goes on after so many steps."""

    number: int


@dataclass(frozen=True)
class Learnt:
    """A step is taken: its number from 1, the objective before it, its terms, the learning rate, and its seconds."""

    number: int
    value: float
    losses: Mapping[str, float]
    rate: float
    seconds: float


@dataclass(frozen=True)
class LookedAt:
    """The photos held out, painted after so many steps: the objective there, its terms, and the sheet to look at."""

    number: int
    value: float
    losses: Mapping[str, float]
    sheet: Path


@dataclass(frozen=True)
class PhotoSkipped:
    """A photo cannot be learnt from, and why."""

    reason: str


@dataclass(frozen=True)
class StateKept:
    """The state after so many steps lies on the disk."""

    number: int
    path: Path


@dataclass(frozen=True)
class NetworkWritten:
    """The network is in its file."""

    path: Path
    bytes: int
    skipped: int


TrainingEvent = (
    Rehearsed | LearningBegun | TrainingResumed | Learnt | LookedAt | PhotoSkipped | StateKept | NetworkWritten | Warned
)
