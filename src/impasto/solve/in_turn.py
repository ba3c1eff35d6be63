"""Several pictures painted one after the other, told and resumed as one piece of work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from impasto.errors import DivergedError, JobError
from impasto.solve.events import Event, Finished, LevelDone, LevelStarted, Snapshot, Started, Step, TilesHalved
from impasto.solve.problem import Problem
from impasto.solve.solve import solve

DONE = "done"
"""What the names of finished pictures begin with among the tensors of a snapshot."""


def solve_in_turn(problems: Sequence[Problem], *, resume: Snapshot | None = None) -> Iterator[Event]:
    """Solve problems of one level and of one size each, as if each were a level of one problem.

    The image of every event shows the pictures side by side, in order, as far as they are begun. Tiles that memory
    asked for at one are kept for those after it.

    resume: a snapshot of an earlier, interrupted go at the same problems.

    Raises what `solve` raises, and JobError for problems of several levels or sizes.
    """
    if any(len(problem.levels) != 1 for problem in problems) or len({_size(problem) for problem in problems}) != 1:
        raise JobError("problems that are solved in turn have one level and one size")
    levels = tuple(problem.levels[0] for problem in problems)
    yield Started(levels, sum(level.steps for level in levels))
    device = problems[0].backbone.device
    done = [picture.to(device) for picture in finished_in(resume, levels[0].width)] if resume else []
    warnings: list[str] = []
    tile: int | None = None
    for index in range(resume.level if resume else 0, len(problems)):
        turn = Turn(index, sum(level.steps for level in levels[:index]), tuple(done))
        inner = turn.inner(resume) if resume and resume.numbers and resume.level == index else None
        problem = replace(problems[index], tile=tile or problems[index].tile)
        try:
            for event in solve(problem, resume=inner):
                if isinstance(event, Finished):
                    done.append(event.image)
                    warnings += event.warnings
                elif not isinstance(event, Started):
                    tile = event.tile if isinstance(event, TilesHalved) else tile
                    yield turn.told(event)
        except DivergedError as error:
            raise DivergedError(
                str(error), turn.strip(error.image) if isinstance(error.image, Tensor) else None
            ) from error
    yield Finished(torch.cat(done, dim=-1), tuple(dict.fromkeys(warnings)))


def finished_in(snapshot: Snapshot, width: int) -> list[Tensor]:
    """The pictures, each `width` wide, that were finished before a snapshot."""
    if snapshot.numbers:
        return [snapshot.tensors[f"{DONE}{i}"] for i in range(snapshot.level)]
    return list(torch.split(snapshot.tensors["image"], width, dim=-1))


@dataclass(frozen=True)
class Turn:
    """One of the problems: its place, how many steps were taken for those before it, and their pictures."""

    index: int
    before: int
    done: tuple[Tensor, ...]

    def strip(self, image: Tensor) -> Tensor:
        """The pictures so far side by side, this one's `image` last."""
        return torch.cat([*self.done, image], dim=-1)

    def told(self, event: Event) -> Event:
        """An event of the one problem as one of the whole work."""
        match event:
            case LevelStarted() | TilesHalved():
                return replace(event, level=self.index)
            case LevelDone():
                return LevelDone(self.index, self.strip(event.image))
            case Step():
                return replace(
                    event,
                    level=self.index,
                    number=self.before + event.number,
                    image=self.strip(event.image),
                    snapshot=lambda: self.outer(event.snapshot()),
                )
        return event

    def outer(self, snapshot: Snapshot) -> Snapshot:
        """A snapshot of the one problem as one of the whole work."""
        done = {f"{DONE}{i}": picture for i, picture in enumerate(self.done)}
        return replace(
            snapshot,
            level=self.index,
            number=self.before + snapshot.number,
            tensors={**snapshot.tensors, **done},
        )

    def inner(self, snapshot: Snapshot) -> Snapshot:
        """A snapshot of the whole work as one of the problem whose turn it is."""
        own = {name: tensor for name, tensor in snapshot.tensors.items() if not name.startswith(DONE)}
        return replace(snapshot, level=0, number=snapshot.number - self.before, tensors=own)


def _size(problem: Problem) -> tuple[int, int]:
    return problem.levels[0].width, problem.levels[0].height
