"""The one loop behind every task that paints pixels."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Generator, Tensor

from impasto.errors import DivergedError, JobError
from impasto.losses import Loss, Role, Targets, Term
from impasto.solve.balance import balance
from impasto.solve.events import Event, Finished, LevelDone, LevelStarted, Snapshot, Started, Step
from impasto.solve.guards import diverged, warnings_about
from impasto.solve.optimizers import Descent
from impasto.solve.problem import Level, Problem, Target
from impasto.solve.pyramid import carry_up, resize

LOSS = "loss "
"""What the names of the terms begin with among the numbers of a snapshot."""


def solve(problem: Problem, *, resume: Snapshot | None = None) -> Iterator[Event]:
    """Paint level by level, yielding an event per step; stop iterating to cancel.

    resume: a snapshot of an earlier, interrupted solve of the same problem; painting goes on from there and ends, on
        the CPU, in the very same picture.

    Raises DivergedError, with the last good image, if the objective is no longer a number.
    """
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
        objective = Objective(problem, index)
        yield LevelStarted(index, level.width, level.height, objective.weights)
        descent = problem.optimizer.begin(image)
        losses: Mapping[str, float] = {}
        if resumed:
            restore(descent, resumed, level)
            image, losses = descent.image, losses_in(resumed)
        for step in range(resumed.index if resumed else 0, level.steps):
            descent.step(objective)
            number += 1
            if not math.isfinite(descent.value):
                raise DivergedError(diverged(objective.losses, problem), image)
            if descent.image is not image:
                image, losses = descent.image, objective.losses
            capture = Capture(descent, losses, index, step + 1, number)
            yield Step(index, step, number, losses, descent.value, image, capture)
        image = descent.image
        yield LevelDone(index, image)
    assert image is not None
    yield Finished(image, warnings_about(image, problem))


def first_image(problem: Problem, index: int, previous: Tensor | None) -> Tensor:
    """The image a level begins with: the problem's start, or the level before carried up."""
    level = problem.levels[index]
    contents = problem.targets.get("content", ())
    content = resize(contents[0].image, level.width, level.height) if contents else None
    if previous is None:
        blank = torch.full((1, 3, level.height, level.width), 0.5, device=problem.backbone.device)
        return problem.start.image(blank if content is None else content, seeded(problem, index, "start"))
    return carry_up(previous, content, level, problem.detail)


def restore(descent: Descent, snapshot: Snapshot, level: Level) -> None:
    """Take up the state of a snapshot. Raises JobError if it is that of another kind of descent or size."""
    try:
        descent.restore({k: t.to(descent.image, copy=True) for k, t in snapshot.tensors.items()}, snapshot.numbers)
    except (KeyError, ValueError, OverflowError) as error:
        raise JobError(f"the snapshot is not one of this optimizer ({error!r} is amiss); start anew") from None
    if tuple(descent.image.shape) != (1, 3, level.height, level.width):
        raise JobError(f"the snapshot is not one of a level of {level.width}x{level.height} pixels; start anew")


def seeded(problem: Problem, index: int, purpose: str) -> Generator:
    """A generator that depends on the seed, the level and what it is for, and on nothing that happened before."""
    word = sum(ord(letter) << (8 * i) for i, letter in enumerate(purpose[:4]))
    return Generator().manual_seed((problem.seed * 1_000_003 + index * 7919 + word) % 2**63)


@dataclass(frozen=True)
class Capture:
    """Makes a snapshot of a descent, when asked to."""

    descent: Descent
    losses: Mapping[str, float]
    level: int
    index: int
    number: int

    def __call__(self) -> Snapshot:
        """Copy the state as it is now; only good until the next step is taken."""
        tensors, numbers = self.descent.state()
        copies = {name: tensor.detach().clone() for name, tensor in tensors.items()}
        losses = {LOSS + name: value for name, value in self.losses.items()}
        return Snapshot(self.level, self.index, self.number, copies, numbers | losses)


def losses_in(snapshot: Snapshot) -> dict[str, float]:
    """Each term at the image of a snapshot, as the events told it."""
    return {name.removeprefix(LOSS): value for name, value in snapshot.numbers.items() if name.startswith(LOSS)}


class Objective:
    """The weighted sum of the terms at one level: an image in, its value and gradient out.

    weights: what each term is multiplied by, by name; losses: each term of the last evaluation as it counted.
    """

    def __init__(self, problem: Problem, index: int) -> None:
        self.backbone = problem.backbone
        self.layers = problem.layers
        level, last = problem.levels[index], problem.levels[-1]
        with torch.no_grad():
            seen: dict[Role, Targets] = {
                role: [(t.share, self._look(t, role, level, last)) for t in targets]
                for role, targets in problem.targets.items()
                if any(loss.target == role for loss in problem.losses)
            }
            bound = [(loss, loss.bind(seen.get(loss.target, ()))) for loss in problem.losses]
        factors = [1.0] * len(bound)
        if problem.strength is not None:
            content = resize(problem.targets["content"][0].image, level.width, level.height)
            generator = seeded(problem, index, "balance")
            factors = balance(self.backbone, bound, self.layers, content, problem.strength, generator)
        self.terms: dict[str, tuple[float, Term]] = {}
        for (loss, term), factor in zip(bound, factors, strict=True):
            self.terms[self._name(loss)] = (loss.weight * factor, term)
        self.weights = {name: weight for name, (weight, _) in self.terms.items()}
        self.losses: dict[str, float] = {}

    def __call__(self, image: Tensor) -> tuple[float, Tensor]:
        """Value and gradient [1, 3, H, W] at `image`; a value that is not finite comes out as NaN."""
        leaf = image.detach().requires_grad_()
        features = self.backbone(leaf, self.layers)
        parts = {name: weight * term(features) for name, (weight, term) in self.terms.items() if weight}
        if not parts:
            self.losses = dict.fromkeys(self.terms, 0.0)
            return 0.0, torch.zeros_like(image)
        total = torch.stack(list(parts.values())).sum()
        (gradient,) = torch.autograd.grad(total, leaf)
        self.losses = {name: float(parts[name].detach()) if name in parts else 0.0 for name in self.terms}
        value = float(total.detach())
        good = math.isfinite(value) and bool(gradient.isfinite().all())
        return (value if good else math.nan), gradient.contiguous()

    def _look(self, target: Target, role: Role, level: Level, last: Level) -> dict[str, Tensor]:
        """The features of a target at the scale of a level, no smaller than the network can look at."""
        if role == "content":
            width, height = level.width, level.height
        else:
            shortest = self.backbone.least_side(self.layers) / min(target.image.shape[-2:])
            scale = min(1.0, max(max(level.width, level.height) / max(last.width, last.height), shortest))
            width = max(1, round(target.image.shape[-1] * scale))
            height = max(1, round(target.image.shape[-2] * scale))
        image = resize(target.image, width, height)
        return dict(self.backbone(image, self.layers))

    def _name(self, loss: Loss) -> str:
        """The kind, with a number if it is not the first of its kind."""
        same = sum(1 for name in self.terms if name.split(" ")[0] == loss.kind)
        return loss.kind if not same else f"{loss.kind} {same + 1}"
