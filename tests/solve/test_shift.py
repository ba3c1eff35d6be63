"""Moved against the network now and then, the picture carries no print of its strides."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Generator, Tensor

from impasto.errors import JobError
from impasto.losses import ContentLoss, GramLoss, VariationLoss
from impasto.solve import LBFGS, Adam, Problem, Shift, Step, pyramid, solve
from impasto.solve.objective import Objective
from impasto.solve.shift import shifted


def offsets(shift: Shift, seed: int, count: int) -> list[tuple[int, int]]:
    return [shift.offset(i * shift.every, Generator().manual_seed(seed)) for i in range(count)]


@given(st.sampled_from([2, 4, 8, 16]), st.integers(0, 50))
def test_four_shifts_in_a_row_meet_each_parity_of_every_digit_once(pixels: int, seed: int) -> None:
    places = offsets(Shift(pixels=pixels, every=3), seed, 12)
    assert all(0 <= top < pixels and 0 <= left < pixels for top, left in places)
    for digit in range(pixels.bit_length() - 1):
        seen = [(top >> digit & 1, left >> digit & 1) for top, left in places]
        for first in range(0, 12, 4):
            assert len(set(seen[first : first + 4])) == 4


def test_a_place_lasts_and_depends_on_step_and_seed_alone() -> None:
    shift = Shift(pixels=8, every=5)
    same = [shift.offset(step, Generator().manual_seed(1)) for step in range(5, 10)]
    assert len(set(same)) == 1
    assert [step for step in range(16) if shift.due(step)] == [5, 10, 15]
    assert offsets(shift, 1, 8) == offsets(shift, 1, 8)
    assert offsets(shift, 1, 8) != offsets(shift, 2, 8)
    assert not any(Shift(pixels=1).due(step) for step in range(40))


@given(st.tuples(st.integers(0, 7), st.integers(0, 7)))
def test_the_picture_lies_where_the_offset_says_and_is_mirrored_around(offset: tuple[int, int]) -> None:
    image = torch.rand(1, 3, 12, 16)
    moved = shifted(image, offset, 8)
    assert moved.shape == (1, 3, 19, 23)
    top, left = offset
    assert torch.equal(moved[..., top : top + 12, left : left + 16], image)
    if top:
        assert torch.equal(moved[..., top - 1, left : left + 16], image[..., 1, :])


def test_a_picture_smaller_than_the_shift_is_mirrored_as_far_as_it_goes() -> None:
    assert shifted(torch.rand(1, 3, 3, 16), (7, 7), 8).shape == (1, 3, 5, 23)


@pytest.mark.parametrize("wrong", [{"pixels": 0}, {"pixels": 3}, {"pixels": 128}, {"pixels": 8.0}, {"every": 0}])
def test_shifts_that_cannot_be_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(JobError, match="shifted"):
        Shift(**wrong)


def test_at_every_place_the_content_is_at_no_distance_from_itself(make_problem: Callable[..., Problem]) -> None:
    problem = make_problem(losses=(ContentLoss(layers=("relu2_1",)),), strength=None, shift=Shift(every=2))
    objective = Objective(problem, 1)
    content = problem.targets["content"][0].image
    for step in range(0, 10, 2):
        objective.look_from(step)
        assert objective(content)[0] == 0
    objective.look = objective.look.moved_to((5, 2))
    assert objective(content)[0] > 0


def test_the_gradient_reaches_the_picture_itself(make_problem: Callable[..., Problem]) -> None:
    """Against differences, at a place off the corner, with a loss on the pixels that stay where they are."""
    losses = (GramLoss(layers=("input", "relu2_1")), VariationLoss(weight=0.5))
    problem = make_problem(losses=losses, strength=None, shift=Shift(every=2))
    objective = Objective(problem, 0)
    objective.look_from(2)
    assert objective.look.offset not in (None, (0, 0))
    image = torch.rand(1, 3, 12, 16, generator=Generator().manual_seed(3))
    direction = torch.randn(1, 3, 12, 16, generator=Generator().manual_seed(4))
    _, gradient = objective(image)
    step = 1e-3
    rise = (objective(image + step * direction)[0] - objective(image - step * direction)[0]) / (2 * step)
    assert float((gradient * direction).sum()) == pytest.approx(rise, rel=2e-2)


def test_a_shift_costs_one_evaluation_and_no_curvature() -> None:
    descent = LBFGS().begin(torch.full((1, 3, 4, 4), 0.5))
    steep = torch.linspace(0.5, 2, 48).view(1, 3, 4, 4)

    def bowl(image: Tensor) -> tuple[float, Tensor]:
        return float((steep * (image - 0.3).square()).sum()), 2 * steep * (image - 0.3)

    for _ in range(4):
        descent.step(bowl)
    pairs, image = descent.state()[1]["pairs"], descent.image
    descent.renew()
    descent.step(lambda x: (bowl(x)[0] + 7, bowl(x)[1]))
    assert descent.image is image
    assert descent.state()[1]["pairs"] == pairs > 0
    assert descent.value > 7


def test_with_adam_every_step_still_moves(make_problem: Callable[..., Problem]) -> None:
    problem = make_problem(optimizer=Adam(), shift=Shift(every=2), levels=pyramid(32, 24, smallest=32, steps=(6,)))
    images = [e.image for e in solve(problem) if isinstance(e, Step)]
    assert all(not torch.equal(a, b) for a, b in pairwise(images))


def test_the_losses_told_add_up_to_the_value_at_every_place(make_problem: Callable[..., Problem]) -> None:
    """A new place gives the same image other losses: told are those, and not what they were at the place before."""
    problem = make_problem(shift=Shift(every=2), levels=pyramid(32, 24, smallest=32, steps=(12,)))
    steps = [e for e in solve(problem) if isinstance(e, Step)]
    assert any(a.image is b.image for a, b in pairwise(steps))
    kept = [e for before, e in pairwise(steps) if e.image is not before.image or problem.shift.due(e.index)]
    assert [sum(e.losses.values()) for e in kept] == pytest.approx([e.value for e in kept], rel=1e-5)


def test_only_methods_that_move_at_every_step_may_be_shifted_at_every_step(
    make_problem: Callable[..., Problem],
) -> None:
    level = pyramid(32, 24, smallest=32, steps=(6,))
    with pytest.raises(JobError, match="every 2 or more steps"):
        make_problem(optimizer=LBFGS(), shift=Shift(every=1), levels=level)
    problem = make_problem(optimizer=Adam(), shift=Shift(every=1), levels=level)
    images = [event.image for event in solve(problem) if isinstance(event, Step)]
    assert all(not torch.equal(a, b) for a, b in pairwise(images))
