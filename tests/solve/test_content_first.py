"""Content counts for more at first, and in the end for what it should."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import pytest
import torch
from torch import Tensor

from impasto.errors import JobError
from impasto.solve import LBFGS, Adam, Level, Optimizer, Problem, Step, solve
from impasto.solve.content_first import content_factor
from impasto.solve.objective import Objective


@pytest.mark.parametrize("steps", [0, 1, 2, 7, 25, 60, 143, 200, 10_000])
@pytest.mark.parametrize("first", [1.0, 1.5, 3.0, 100.0])
def test_the_factor_sinks_to_one_in_time(steps: int, first: float) -> None:
    factors = [content_factor(first, step, steps) for step in range(steps + 1)]
    assert all(before >= after for before, after in pairwise(factors))
    assert all(factor == 1 for factor in factors[min(95, -(-2 * steps // 3)) :])
    assert steps == 0 or factors[0] == first


def test_stages_of_a_long_level() -> None:
    factors = [content_factor(16.0, step, 300) for step in range(300)]
    assert factors == [16.0] * 45 + [4.0] * 25 + [2.0] * 25 + [1.0] * 205


def test_content_alone_is_multiplied(make_problem: Callable[..., Problem], image_of: Callable[..., Tensor]) -> None:
    image = image_of(24, 32, 5)
    plain = Objective(make_problem(strength=None), 1)
    value, gradient = plain(image)
    eased = Objective(make_problem(strength=None, content_first=9.0), 1)
    assert eased(image)[0] == value  # asked for itself, it is the objective
    assert not eased.look_from(0)
    higher, steeper = eased(image)
    assert eased.losses["gram"] == plain.losses["gram"]
    assert higher - value == pytest.approx(8 * plain.losses["content"], rel=1e-5)
    content = {"content": plain.terms["content"]}
    _, of_content = plain.look.gradient(image, content)
    assert torch.allclose(steeper - gradient, 8 * of_content, rtol=1e-3, atol=1e-6 * float(steeper.abs().max()))
    assert eased.look_from(3)
    again, slope = eased(image)
    assert again == value
    assert torch.equal(slope, gradient)


@pytest.mark.parametrize("optimizer", [LBFGS(history=5), Adam()], ids=["lbfgs", "adam"])
def test_it_ends_with_the_objective_that_was_asked_for(
    optimizer: Optimizer, make_problem: Callable[..., Problem]
) -> None:
    problem = make_problem(optimizer=optimizer, levels=(Level(16, 12, 6), Level(32, 24, 24)), content_first=4.0)
    every = [event for event in solve(problem) if isinstance(event, Step)]
    smaller = Objective(problem, 0)
    assert all(smaller(step.image)[0] == pytest.approx(step.value, rel=1e-6) for step in every[:6])
    steps = every[6:]
    objective = Objective(problem, 1)
    final = [step for step in steps if step.index >= 16]
    assert all(objective(step.image)[0] == pytest.approx(step.value, rel=1e-6) for step in final)
    assert len(final) == 8
    heavier = Objective(problem, 1)
    heavier.look_from(0)
    assert all(heavier(step.image)[0] == pytest.approx(step.value, rel=1e-6) for step in steps[:8])


def test_the_content_stays_nearer_on_the_way(make_problem: Callable[..., Problem]) -> None:
    def way(first: float) -> list[float]:
        problem = make_problem(
            optimizer=LBFGS(history=5), levels=(Level(32, 24, 40),), content_first=first, strength=0.6
        )
        measure = Objective(problem, 0)
        contents = []
        for event in solve(problem):
            if isinstance(event, Step):
                measure(event.image)
                contents.append(measure.losses["content"])
        return contents

    usual, first = way(1.0), way(6.0)
    assert max(first[:12]) < 0.8 * max(usual[:12])
    assert first[-1] == pytest.approx(usual[-1], rel=0.3)


def test_a_level_does_not_end_before_content_counts_as_it_should(make_problem: Callable[..., Problem]) -> None:
    problem = make_problem(levels=(Level(32, 24, 90),), least_gain=0.9, content_first=3.0)
    steps = [event for event in solve(problem) if isinstance(event, Step)]
    assert 60 <= len(steps) < 90


@pytest.mark.parametrize("first", [0.0, 0.99, -3.0, 101.0, float("inf"), float("nan")])
def test_a_factor_that_is_none_is_refused(make_problem: Callable[..., Problem], first: float) -> None:
    with pytest.raises(JobError, match="content_first must be a number from 1"):
        make_problem(content_first=first)
