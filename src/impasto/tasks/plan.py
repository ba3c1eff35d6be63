"""What a job will take on this machine, and the settings with which it fits: told before painting begins."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from impasto.backbones import Precision
from impasto.errors import JobError, SolveError
from impasto.solve import LBFGS, Level
from impasto.tasks.memory import GIGABYTE, LEAST_TILE
from impasto.tasks.network import to_download
from impasto.tasks.plan_forecast import Choice, Forecast, Storage
from impasto.tasks.plan_machine import free_memory, held_memory, most_held, use_threads_allowed
from impasto.tasks.plan_rehearsal import Rehearsal, Stage, rehearse

if TYPE_CHECKING:
    from impasto.tasks.painting_job import PaintingJob

TILES = (2048, 1024, 512, LEAST_TILE)
"""Sides that are tried in turn; the last only when nothing else helps, as a tile so small is mostly surroundings."""

FEWEST_PAIRS = 5
MARGIN = 1.15
"""By how much more memory there has to be than is foretold, as forecasts are off by that much."""

ROOMY = 0.5
"""The share of the memory there is below which what a job takes need not be known exactly."""

LOADING = 3
"""How many times the bytes of the weights are held while they are loaded."""

PICTURES_READ = 2
"""How often the styles are read again once the plan is made: when the run is created, and to be painted with."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What painting takes, and what was chosen.

    seconds: from now to the result, without fetching weights. memory: the most bytes that the process will hold.
    download: bytes of weights that have to be fetched first. history, history_in: curvature pairs and how they are
    stored; 0 and "fp32" for an optimiser without any. reasons: why something was chosen, in plain words.
    """

    width: int
    height: int
    levels: tuple[Level, ...]
    steps: int
    seconds: float
    memory: int
    download: int
    precision: Precision
    tile: int | None
    history: int
    history_in: Storage
    threads: int
    reasons: tuple[str, ...]


def plan(job: PaintingJob, *, memory: int | None = None, given: Collection[str] = ()) -> Plan:
    """Rehearse `job` and say what it takes, with the settings that make it fit.

    memory: bytes that the process may hold; None takes what is free. given: which of `tile`, `history` and
    `history_in` the user has set, so that they stay; a tile that is not None always does.

    Sets torch to the threads of the plan. Raises SolveError, with the largest size that would do, if the job cannot be
    made to fit; otherwise what `job.check` raises.
    """
    return Planner(job, memory, given).plan()


class Planner:
    """One job, and what was found out about it."""

    def __init__(self, job: PaintingJob, memory: int | None, given: Collection[str]) -> None:
        job.check()
        self.job, self.given = job, set(given) | ({"tile"} if job.tile is not None else set())
        self.threads = use_threads_allowed()
        self.levels = job.levels()
        bare = job.plan_network()
        self.download = to_download(bare)
        self.network = job.random_network() if self.download else job.network
        device = self.network.device
        self.free = memory is None
        self.budget = held_memory(device) + free_memory(device) if memory is None else memory
        self.least = most_held(device) + (LOADING * self.download if device.type == "cpu" else 0)
        self.stage = Stage(job, self.network)
        self._forecasts: dict[bool, Forecast] = {}

    def plan(self) -> Plan:
        """The first choice that fits, and what it takes."""
        for share in (1 / MARGIN, 1.0):
            for choice in self.choices():
                if self.memory(choice) <= share * self.budget:
                    return self._with(choice, self._reasons(choice))
        raise SolveError(self._too_large())

    def choices(self) -> Iterator[Choice]:
        """What may be chosen, from what is best to what takes least: no tiles, shorter numbers, tiles, fewer pairs."""
        optimizer = self.job.optimizer
        first = Choice(self.job.placed_tile, 0, "fp32")
        if isinstance(optimizer, LBFGS):
            first = Choice(self.job.placed_tile, optimizer.history, optimizer.history_in)
        yield first
        if first.history and "history_in" not in self.given:
            first = replace(first, history_in="bf16")
            yield first
        longer = max(self.stage.width, self.stage.height)
        tiles = [tile for tile in TILES if tile < longer]
        tiles = tiles if "tile" not in self.given and tiles and self.can_be_tiled() else []
        yield from (replace(first, tile=tile) for tile in tiles[:-1])
        last = replace(first, tile=tiles[-2]) if len(tiles) > 1 else first
        for pairs in self._fewer(first.history):
            last = replace(last, history=pairs)
            yield last
        if tiles:
            yield replace(last, tile=tiles[-1])

    def _fewer(self, pairs: int) -> Iterator[int]:
        while "history" not in self.given and pairs > FEWEST_PAIRS:
            pairs = max(FEWEST_PAIRS, pairs // 2)
            yield pairs

    def can_be_tiled(self) -> bool:
        """Whether the job takes tiles, and all that it minimises adds up over them."""
        if not self.job.takes_tiles:
            return False
        try:
            self.forecast(tiled=True)
        except JobError:
            return False
        return True

    def forecast(self, *, tiled: bool) -> Forecast:
        """From a rehearsal at once or by way of a tile, which takes place when it is first asked for."""
        if tiled not in self._forecasts:
            shift = self.job.placed_shift

            def of(rehearsal: Rehearsal) -> Forecast:
                return Forecast(rehearsal, self.network, self.job.needed_layers, shift.pixels, shift.every)

            choice = Choice(self.job.placed_tile if tiled else None, 0, "fp32")
            last = self.levels[-1]
            found = rehearse(
                self.stage,
                tiled=tiled,
                estimate=lambda so_far: of(so_far).seconds(self.levels, choice),
                roomy=lambda so_far: (
                    of(so_far).memory(last.width, last.height, last.steps, choice) < ROOMY * self.budget
                ),
            )
            self._forecasts[tiled] = of(found)
        return self._forecasts[tiled]

    def memory(self, choice: Choice, width: int | None = None, height: int | None = None) -> int:
        """The most bytes that the process will hold, at the job's size or another."""
        forecast = self.forecast(tiled=choice.tile is not None)
        last = self.levels[-1]
        return max(self.least, forecast.memory(width or last.width, height or last.height, last.steps, choice))

    def _with(self, choice: Choice, reasons: tuple[str, ...]) -> Plan:
        seconds = self.forecast(tiled=choice.tile is not None).seconds(self.levels, choice)
        return Plan(
            width=self.stage.width,
            height=self.stage.height,
            levels=self.levels,
            steps=sum(level.steps for level in self.levels),
            seconds=seconds + PICTURES_READ * self.stage.reading,
            memory=self.memory(choice),
            download=self.download,
            precision=self.network.precision,
            tile=choice.tile,
            history=choice.history,
            history_in=choice.history_in,
            threads=self.threads,
            reasons=reasons,
        )

    def _reasons(self, chosen: Choice) -> tuple[str, ...]:
        """What was chosen otherwise than wished for, and why."""
        best, room = next(self.choices()), self._room()
        because = f"because {in_gigabytes(self.memory(best))} would be needed otherwise and {room}"
        found = []
        if chosen.tile != best.tile:
            found.append(f"in tiles of {chosen.tile} pixels, {because}")
        if chosen.history != best.history:
            found.append(f"with {chosen.history} curvature pairs instead of {best.history}, {because}")
        if chosen.history_in != best.history_in:
            found.append(f"curvature pairs in {chosen.history_in}, {because}")
        return tuple(found)

    def _room(self) -> str:
        return f"{in_gigabytes(self.budget)} {'are free' if self.free else 'are allowed'}"

    def _too_large(self) -> str:
        """Why nothing fits, and what would."""
        leanest = min(self.choices(), key=self.memory)
        words = (
            f"{self.stage.width}×{self.stage.height} pixels need about {in_gigabytes(self.memory(leanest))} of memory "
            f"here{in_words(leanest)}, and {self._room()}. "
        )
        longest = self._largest_side(leanest)
        if longest is None:
            return f"{words}No size would do: allow more memory, or close other programs."
        return f"{words}A --size of {longest} would do; or allow more memory, or close other programs."

    def _largest_side(self, choice: Choice) -> int | None:
        """The longer side that fits, to a multiple of 8 pixels, and of those of the job; None if none does."""
        longer, step = max(self.stage.width, self.stage.height), math.lcm(8, self.job.multiple)

        def sides(longest: int) -> tuple[int, int]:
            width, height = (max(1, round(n * longest / longer)) for n in (self.stage.width, self.stage.height))
            return width, height

        def too_large(longest: int) -> bool:
            return self.memory(choice, *sides(longest)) * MARGIN > self.budget

        found = step * bisect_left(range(1, longer // step), True, key=lambda n: too_large(step * n))
        return found if found and min(sides(found)) >= self.network.least_side(self.job.needed_layers) else None


def in_gigabytes(count: float) -> str:
    """Bytes as people say them: `1.3 GB`."""
    return f"{count / GIGABYTE:.1f} GB"


def in_words(choice: Choice) -> str:
    """What makes a choice lean, to follow other words."""
    parts = [] if choice.tile is None else [f"in tiles of {choice.tile} pixels"]
    if choice.history:
        parts.append(f"with {choice.history} curvature pairs in {choice.history_in}")
    return f", even {' '.join(parts)}" if parts else ""
