"""Rehearsals: a few real steps of a job at small sizes, weighed and timed, from which its own size is foretold."""

from __future__ import annotations

import mmap
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from impasto.backbones import Backbone
from impasto.pictures import picture_from, resize
from impasto.solve import Finished, Problem, solve
from impasto.tasks.plan_machine import held_memory
from impasto.tasks.plan_watching import Notes, Scales, Watched

if TYPE_CHECKING:
    from impasto.tasks.painting_job import PaintingJob

SIDES = (96, 256, 512, 1024, 2048)
"""Longer sides at which a job is rehearsed, as far as its own size and the time allow. The second one is passed over
where the job is small, see `is_worth_it`.
"""

SMALL = 160
"""The longer side up to which a job is small: what it takes is soon over, and a guess in proportion will do."""

SMALL_SHARE = 0.1
"""The share of a small job that rehearsing it at its own size may take."""

TAKEN = 5
"""Evaluations by the network, with what goes around them, that weighing and timing a size come to."""

MOST_SECONDS = 2.0
MOST_SHARE = 0.03
LONGEST_SECONDS = 15.0
"""How long a rehearsal may take: some seconds or a share of the job, whichever is more, but never longer than that."""

NEW_BYTES = 1 << 26
"""How much is had from the system to find what that costs."""

DESCENDED = (384, 768)
"""Longer sides at which the optimiser is weighed by itself, large enough that what it works with is small beside; the
first alone for small jobs.
"""

DESCENT_STEPS = 14
LARGEST_SOURCE = 1024
"""Longer side to which pictures are brought before they are rehearsed with."""


@dataclass(frozen=True)
class Weighed:
    """Live bytes of one level. began: the most while it begins. held: of the pictures and of what the targets are known
    by, as the descent begins; added: by the network as it looks.
    """

    pixels: int
    began: int
    held: int
    added: int


@dataclass(frozen=True)
class Descended:
    """Live bytes of the optimiser beyond the image it begins at, curvature pairs apart. looking: while the network
    looks. beside: the most between.
    """

    pixels: int
    looking: int
    beside: int


@dataclass(frozen=True)
class Timed:
    """Seconds of one level. prepare: to read and bring to size. begin: until the first step. look: of one evaluation by
    the network. aim: to look at the content from another place. finish: to give what was painted its colours.
    """

    pixels: int
    prepare: float
    begin: float
    look: float
    aim: float
    finish: float


@dataclass(frozen=True)
class Rehearsal:
    """What was found, from the smallest size to the largest.

    base: bytes that the process holds afterwards. descent: seconds a pixel of the optimiser's own step,
    and what each of its curvature pairs adds. touching: seconds that a byte costs when it is had from the system.
    """

    weighed: tuple[Weighed, ...]
    timed: tuple[Timed, ...]
    descended: tuple[Descended, ...]
    base: int
    descent: tuple[float, float]
    touching: float


class Stage:
    """Where a job is rehearsed: its settings, its network, and its pictures made small.

    width, height: of the job's result. reading: seconds that reading the other pictures took.
    With `tiled` the picture is looked at by way of tiles, of which there is one, as large as the picture.
    """

    def __init__(self, job: PaintingJob, network: Backbone) -> None:
        self.job, self.network = job, network
        self.width, self.height = job.result_size
        shrunk = job.pictures_read
        began = time.perf_counter()
        shrunk |= {name: picture_from(source) for name, source in job.inputs.items() if name not in shrunk}
        self.reading = time.perf_counter() - began
        for name, picture in shrunk.items():
            scale = LARGEST_SOURCE / max(picture.width, picture.height)
            if scale < 1:
                sides = (max(1, round(side * scale)) for side in (picture.width, picture.height))
                shrunk[name] = resize(picture, *sides)
        self.small = job.with_small(shrunk)

    def sizes(self) -> list[tuple[int, int]]:
        """The sizes to rehearse at, of the job's shape and no larger; none has a side too short for the network."""
        least = self.network.least_side(self.job.needed_layers) / min(self.width, self.height)
        found, multiple = [], self.job.multiple
        for side in SIDES:
            scale = min(1.0, max(side / max(self.width, self.height), least))
            width, height = (max(1, round(n * scale / multiple)) * multiple for n in (self.width, self.height))
            found.append((width, height))
        return list(dict.fromkeys(found))

    def sized(self, width: int, height: int, steps: int, tiled: bool) -> PaintingJob:
        """The job at a size, with one level."""
        longer = max(width, height)
        tile = max(64, longer + 64) if tiled else None
        job = self.small.at_size(width, height, steps=steps, tile=tile)
        vars(job)["network"] = self.network
        return job

    def weigh(self, width: int, height: int, tiled: bool) -> Weighed:
        """Take one step and weigh what lives."""
        notes, pixels = Notes(), width * height
        with Scales() as scales:
            problem = self.sized(width, height, 1, tiled).problem()
            scales.peak = scales.now
            play(replace(problem, optimizer=Watched(inner=problem.optimizer, notes=notes, scales=scales)))
        return Weighed(pixels=pixels, began=notes.began, held=notes.held, added=notes.added)

    def weigh_descent(self, side: int) -> Descended:
        """Weigh the optimiser alone, at a picture of this longer side."""
        scale, notes = side / max(self.width, self.height), Notes()
        width, height = (max(1, round(length * scale)) for length in (self.width, self.height))
        with Scales() as scales:
            self.descend(width, height, 3, notes, scales)
        known = notes.held + notes.paired
        return Descended(width * height, looking=notes.looking - known, beside=notes.beside - known)

    def time(self, width: int, height: int, tiled: bool) -> Timed:
        """Take two steps and time them; the first takes longer, for the network's first look at a size prepares it."""
        notes = Notes()
        began = time.perf_counter()
        job = self.sized(width, height, 2, tiled)
        problem = job.problem()
        prepared = time.perf_counter()
        painted = play(replace(problem, optimizer=Watched(inner=problem.optimizer, notes=notes)))
        done = time.perf_counter()
        job.picture(painted)
        finish = time.perf_counter() - done
        first, look = notes.looked
        return Timed(
            pixels=width * height,
            prepare=prepared - began,
            begin=notes.begun - prepared + max(0.0, first - look),
            look=look,
            aim=notes.starts[0] - notes.begun if problem.shift.pixels > 1 else 0.0,
            finish=finish,
        )

    def time_descent(self, width: int, height: int) -> tuple[float, float]:
        """Seconds a pixel of a step of the optimiser alone, and what each curvature pair adds to them."""
        notes = Notes()
        self.descend(width, height, DESCENT_STEPS, notes)
        own = [end - start - looked for start, end, looked in zip(notes.starts, notes.ends, notes.looked, strict=True)]
        growth, _ = np.polyfit(np.arange(DESCENT_STEPS - 2), own[2:], 1)
        growth = max(0.0, float(growth))
        first = max(0.0, float(np.mean(own[2:])) - growth * (DESCENT_STEPS - 1) / 2)
        return first / (width * height), growth / (width * height)

    def descend(self, width: int, height: int, steps: int, notes: Notes, scales: Scales | None = None) -> None:
        """Let the optimiser go down into a long valley, where the network costs nothing."""
        draw = torch.Generator().manual_seed(0)
        bottom, stiffness = (torch.rand(1, 3, height, width, generator=draw).to(self.network.device) for _ in range(2))

        def valley(image: Tensor) -> tuple[float, Tensor]:
            slope = (0.01 + stiffness) * (image - bottom)
            return float((slope * (image - bottom)).sum()), 2 * slope

        watched = Watched(inner=self.job.optimizer, notes=notes, scales=scales)
        descent = watched.begin(torch.full_like(bottom, 0.5), lattice=self.job.placed_shift.pixels)
        for _ in range(steps):
            descent.step(valley)


def play(problem: Problem) -> Tensor:
    """Solve to the end, for the image."""
    return next(event.image for event in solve(problem) if isinstance(event, Finished))


def time_touching() -> float:
    """Seconds that a byte costs when it is new, for the system hands it out page by page, each cleared."""
    block = torch.frombuffer(mmap.mmap(-1, NEW_BYTES), dtype=torch.uint8)
    stamps = [time.perf_counter()]
    for _ in range(2):
        block.zero_()
        stamps.append(time.perf_counter())
    first, again = (after - before for before, after in pairwise(stamps))
    return max(0.0, first - again) / NEW_BYTES


def rehearse(
    stage: Stage, *, tiled: bool, estimate: Callable[[Rehearsal], float], roomy: Callable[[Rehearsal], bool]
) -> Rehearsal:
    """Rehearse at growing sizes, as far as it is worth it.

    tiled: look by way of a tile. estimate: the seconds of the whole job, as what was found so far tells them. roomy:
    whether, as that tells it, the job fits by a large margin.
    """
    began = time.perf_counter()
    first, *larger = stage.sizes()
    small = max(stage.width, stage.height) <= SMALL
    found = Rehearsal(
        weighed=(stage.weigh(*first, tiled),),
        timed=(stage.time(*first, tiled),),
        descended=tuple(stage.weigh_descent(side) for side in DESCENDED[: 1 if small else 2]),
        base=held_memory(stage.network.device),
        descent=stage.time_descent(*first),
        touching=time_touching() if stage.network.device.type == "cpu" else 0.0,
    )
    if not larger or (small and roomy(found) and not is_worth_it(found, larger[0], estimate(found))):
        return found
    second, *larger = larger
    found = replace(
        found,
        weighed=(*found.weighed, stage.weigh(*second, tiled)),
        timed=(*found.timed, stage.time(*second, tiled)),
        descent=stage.time_descent(*second),
        base=held_memory(stage.network.device),
    )
    for width, height in larger:
        last = found.timed[-1]
        cost = (last.begin + 2 * last.look) * width * height / last.pixels
        if time.perf_counter() - began + cost > min(LONGEST_SECONDS, max(MOST_SECONDS, MOST_SHARE * estimate(found))):
            break
        found = replace(found, timed=(*found.timed, stage.time(width, height, tiled)))
    return found


def is_worth_it(found: Rehearsal, size: tuple[int, int], seconds: float) -> bool:
    """Whether rehearsing at a job's own size takes a small share of its seconds, so that nobody waits for it.

    Otherwise what one size tells is taken in proportion to the pixels, which says too much of what does not grow.
    """
    timed = found.timed[-1]
    cost = (2 * timed.begin + TAKEN * timed.look) * size[0] * size[1] / timed.pixels
    return cost <= SMALL_SHARE * seconds
