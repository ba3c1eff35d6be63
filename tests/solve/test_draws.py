"""Losses that look at a random part draw it anew every few steps, and the same again when a run is resumed."""

from collections.abc import Callable
from itertools import pairwise

import pytest
import torch
from torch import Generator

from impasto.losses import ContentLoss, Log, Loss, NearestLoss, SelfSimilarityLoss, SlicedLoss, SmoothedLoss
from impasto.solve import LBFGS, Finished, Problem, Shift, Snapshot, Step, pyramid, solve
from impasto.solve.objective import Objective

STYLE = ("relu1_1", "relu2_1")
DRAWING: tuple[Loss, ...] = (
    SelfSimilarityLoss(layers=("relu2_1",), anchors=16),
    SlicedLoss(layers=STYLE, directions=4),
    NearestLoss(layers=STYLE, positions=20),
)


def told(problem: Problem, steps: range) -> list[float]:
    """The objective at one picture at each step, as if nothing moved."""
    objective = Objective(problem, 1)
    image = torch.rand(1, 3, 24, 32, generator=Generator().manual_seed(3))
    found = []
    for step in steps:
        objective.look_from(step)
        found.append(objective(image)[0])
    return found


@pytest.mark.parametrize("loss", [*DRAWING, SmoothedLoss(loss=DRAWING[1], transform=Log())], ids=lambda loss: loss.kind)
def test_what_is_drawn_lasts_for_a_turn_and_depends_on_the_seed(
    loss: Loss, make_problem: Callable[..., Problem]
) -> None:
    problem = make_problem(losses=(loss,), strength=None, shift=Shift(pixels=1, every=3))
    values = told(problem, range(9))
    assert [a == b for a, b in pairwise(values)] == [True, True, False, True, True, False, True, True]
    assert told(problem, range(4, 9)) == values[4:]
    other = make_problem(losses=(loss,), strength=None, shift=Shift(pixels=1, every=3), seed=1)
    assert told(other, range(1)) != values[:1]


def test_the_solver_is_told_when_the_draw_has_changed(make_problem: Callable[..., Problem]) -> None:
    every = Shift(pixels=1, every=3)
    objective = Objective(make_problem(losses=DRAWING, shift=every), 1)
    assert [objective.look_from(step) for step in range(7)] == [False, False, False, True, False, False, True]
    still = Objective(make_problem(shift=every), 1)
    assert not any(still.look_from(step) for step in range(7))


@pytest.mark.parametrize("pixels", [1, 4])
def test_resumed_between_draws_it_is_the_same_bit_for_bit(pixels: int, make_problem: Callable[..., Problem]) -> None:
    problem = make_problem(
        losses=(ContentLoss(layers=("relu2_1",)), *DRAWING),
        shift=Shift(pixels=pixels, every=2),
        optimizer=LBFGS(),
        levels=pyramid(32, 24, smallest=16, steps=(3, 5)),
    )
    whole, snapshots = run(problem)
    for snapshot in snapshots:
        assert torch.equal(run(problem, snapshot)[0], whole)


def run(problem: Problem, resume: Snapshot | None = None) -> tuple[torch.Tensor, list[Snapshot]]:
    snapshots = []
    for event in solve(problem, resume=resume):
        if isinstance(event, Step):
            kept = event.snapshot()
            tensors = {name: tensor.clone() for name, tensor in kept.tensors.items()}
            snapshots.append(Snapshot(kept.level, kept.index, kept.number, tensors, dict(kept.numbers)))
        if isinstance(event, Finished):
            image = event.image
    return image, snapshots
