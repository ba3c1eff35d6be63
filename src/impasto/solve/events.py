"""What the solver tells while it paints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from torch import Tensor

from impasto.solve.problem import Level


@dataclass(frozen=True)
class Snapshot:
    """All that is needed to go on as if nothing had happened.

    level, index: where to go on: this level, its step of this index (from 0).
    number: how many steps were taken before.
    tensors, numbers: the state of the descent, and each term at its image; both empty at the start of a level, but for
        the `image`.
    """

    level: int
    index: int
    number: int
    tensors: Mapping[str, Tensor]
    numbers: Mapping[str, float]


@dataclass(frozen=True)
class Started:
    """The levels to come, and how many steps in all."""

    levels: tuple[Level, ...]
    steps: int


@dataclass(frozen=True)
class Noted:
    """Something about the job that was found before painting, in plain words: a choice made, or what may go wrong."""

    text: str
    warning: bool = False


@dataclass(frozen=True)
class LevelStarted:
    """A level begins; `weights` is what each term is multiplied by there, by the term's name."""

    level: int
    width: int
    height: int
    weights: Mapping[str, float]


@dataclass(frozen=True)
class TilesHalved:
    """Memory ran out at a level, so that pictures are looked at in tiles of `tile` pixels from here on."""

    level: int
    tile: int


@dataclass(frozen=True)
class Step:
    """One evaluation of the objective.

    level, index: which level, which step in it (both from 0); number: which step of all (from 1).
    losses: each term at `image` as it counts, weights included; value: their sum, the objective.
    image: where the descent stands, shared and not to be changed; the same as before if the step was tried in vain.
    snapshot: hands out the solver's state, from which `solve` can resume; to be asked before the next step.
    """

    level: int
    index: int
    number: int
    losses: Mapping[str, float]
    value: float
    image: Tensor = field(repr=False)
    snapshot: Callable[[], Snapshot] = field(repr=False)


@dataclass(frozen=True)
class LevelDone:
    """A level is finished."""

    level: int
    image: Tensor = field(repr=False)


@dataclass(frozen=True)
class Finished:
    """The picture is done; `warnings` says in plain words what looks wrong with it, if anything."""

    image: Tensor = field(repr=False)
    warnings: tuple[str, ...] = ()


Event = Noted | Started | LevelStarted | TilesHalved | Step | LevelDone | Finished
