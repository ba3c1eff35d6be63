"""The one loop behind every task that paints pixels."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from impasto.errors import DivergedError, JobError
from impasto.solve.events import Event, Finished, LevelDone, LevelStarted, Snapshot, Started, Step, TilesHalved
from impasto.solve.gain import Gain
from impasto.solve.grey import in_grey
from impasto.solve.guards import diverged, warnings_about
from impasto.solve.heap import keep_freed, trim
from impasto.solve.optimizers import Descent
from impasto.solve.problem import Level, Problem
from impasto.solve.pyramid import carry_up, resize, zoomed
from impasto.solve.seeds import seeded
from impasto.solve.shortage import objective_that_fits, step_that_fits

LOSS, MARK, SETTLED = "loss ", "mark", "settled"
"""Names among the numbers of a snapshot: what those of the terms begin with, and what is kept of `Gain`."""


def solve(problem: Problem, *, resume: Snapshot | None = None) -> Iterator[Event]:
    """Paint level by level, yielding an event per step; stop iterating to cancel.

    resume: a snapshot of an earlier, interrupted solve of the same problem; painting goes on from there and ends, on
        the CPU, in the very same picture.

    Where memory runs out it goes on in tiles of half the size, from the last step.

    Raises DivergedError, with the last good image, if the objective is no longer a number; SolveError if the memory
    does not suffice for the smallest tiles either.
    """
    keep_freed(problem.backbone.device)
    try:
        yield from _levels(problem, resume)
    finally:
        trim()


def _levels(problem: Problem, resume: Snapshot | None) -> Iterator[Event]:
    """Everything that happens, in turn."""
    yield Started(problem.levels, sum(level.steps for level in problem.levels))
    image = resume.tensors["image"].to(problem.backbone.device) if resume else None
    number = resume.number if resume else 0
    for index, level in enumerate(problem.levels):
        if resume and index < resume.level:
            continue
        resumed = resume if resume and index == resume.level and resume.numbers else None
        if not resumed:
            image = first_image(problem, index, image)
        assert image is not None
        objective, tile = objective_that_fits(problem, index), problem.tile
        if tile is not None:
            trim()  # looking at the targets took other blocks than the steps will
        yield LevelStarted(index, level.width, level.height, objective.weights)
        descent = problem.optimizer.begin(image, lattice=problem.shift.pixels, periodic=problem.periodic)
        losses: Mapping[str, float] = {}
        gain, steps = Gain(problem.least_gain), range(level.steps)
        if resumed:
            restore(descent, resumed, level)
            image, losses = descent.image, losses_in(resumed)
            gain.mark = resumed.numbers.get(MARK, math.inf)
            steps = range(0) if SETTLED in resumed.numbers else steps[resumed.index :]
        for step in steps:
            objective, renewed = step_that_fits(descent, objective, step)
            if objective.problem.tile != tile:
                problem, tile = objective.problem, objective.problem.tile
                yield TilesHalved(index, tile or 0)
            number += 1
            if not math.isfinite(descent.value):
                raise DivergedError(diverged(objective.losses, problem), objective.shown(image))
            if renewed or descent.image is not image:
                image, losses = descent.image, objective.losses
            settled = not gain.pays(step, descent.value) and objective.is_final
            capture = Capture(descent, losses, index, step + 1, number, gain.mark, settled)
            yield Step(index, step, number, losses, descent.value, objective.shown(image), capture)
            if settled:
                break
        image = objective.shown(descent.image)
        yield LevelDone(index, image)
        del objective, descent  # what this size needed makes room for what comes next
    assert image is not None
    yield Finished(image, warnings_about(image, problem))


def first_image(problem: Problem, index: int, previous: Tensor | None) -> Tensor:
    """The image a level begins with: the problem's start, or the level before carried up."""
    begun = coloured_first_image(problem, index, previous)
    return in_grey(begun) if problem.grey else begun


def coloured_first_image(problem: Problem, index: int, previous: Tensor | None) -> Tensor:
    """The same, in the colours of the start and of the content's detail."""
    level = problem.levels[index]
    contents = problem.targets.get("content", ())
    content = resize(contents[0].image, level.width, level.height) if contents else None
    if previous is None:
        blank = torch.full((1, 3, level.height, level.width), 0.5, device=problem.backbone.device)
        return problem.start.image(blank if content is None else content, seeded(problem, index, "start"))
    if level.zoom is not None:
        return zoomed(previous, level.zoom)
    return carry_up(previous, content, level, problem.detail, periodic=problem.periodic)


def restore(descent: Descent, snapshot: Snapshot, level: Level) -> None:
    """Take up the state of a snapshot. Raises JobError if it is that of another kind of descent or size."""
    try:
        descent.restore({k: t.to(descent.image.device) for k, t in snapshot.tensors.items()}, snapshot.numbers)
    except (KeyError, ValueError, OverflowError) as error:
        raise JobError(f"the snapshot is not one of this optimizer ({error!r} is amiss); start anew") from None
    if tuple(descent.image.shape) != (1, 3, level.height, level.width):
        raise JobError(f"the snapshot is not one of a level of {level.width}x{level.height} pixels; start anew")


@dataclass(frozen=True)
class Capture:
    """Makes a snapshot of a descent, when asked to."""

    descent: Descent
    losses: Mapping[str, float]
    level: int
    index: int
    number: int
    mark: float
    settled: bool

    def __call__(self) -> Snapshot:
        """Hold fast the state as it is now, copying nothing; only good until the next step is taken."""
        tensors, numbers = self.descent.state()
        losses = {LOSS + name: value for name, value in self.losses.items()}
        marks = ({MARK: self.mark} if math.isfinite(self.mark) else {}) | ({SETTLED: 1} if self.settled else {})
        return Snapshot(self.level, self.index, self.number, tensors, numbers | losses | marks)


def losses_in(snapshot: Snapshot) -> dict[str, float]:
    """Each term at the image of a snapshot, as the events told it."""
    return {name.removeprefix(LOSS): value for name, value in snapshot.numbers.items() if name.startswith(LOSS)}
