"""A level ends when it no longer pays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from impasto.errors import JobError
from impasto.solve import Level, LevelDone, Problem, Step, solve
from impasto.solve.gain import STEPS, Gain


def last_step(values: list[float], least: float) -> int:
    """The index of the step after which a level ends; one beyond the last if none ends it."""
    gain = Gain(least)
    return next((i for i, value in enumerate(values) if not gain.pays(i, value)), len(values))


def test_ten_steps_are_looked_at_together() -> None:
    falling = [100 * 0.998**i for i in range(60)]  # two per cent in ten steps
    assert last_step(falling, 0.015) == 60
    assert last_step(falling, 0.025) == 2 * STEPS - 1
    assert last_step([1.0] * 60, 0.0) == 60
    in_vain = [1.0, 1.0, 1.0, 0.5, 0.5, 0.5, 0.5, 0.2, 0.2, 0.2]
    assert last_step([v * 10 ** -(i // 10) for i, v in enumerate(in_vain * 3)], 0.1) == 30


def test_an_objective_that_rises_or_lies_below_zero() -> None:
    assert last_step([1.0] * 10 + [2.0] * 20, 0.01) == 2 * STEPS - 1
    assert last_step([-1.0 - i for i in range(40)], 0.01) == 40


@pytest.fixture
def long(make_problem: Callable[..., Problem]) -> Problem:
    return make_problem(levels=(Level(16, 12, 60), Level(32, 24, 60)), least_gain=0.3)


def test_a_level_ends_early_and_the_next_begins(long: Problem) -> None:
    events = list(solve(long))
    steps = [event for event in events if isinstance(event, Step)]
    counts = [sum(step.level == level for step in steps) for level in (0, 1)]
    assert all(0 < count < 60 and count % STEPS == 0 for count in counts)
    assert [event.level for event in events if isinstance(event, LevelDone)] == [0, 1]
    whole = [event for event in solve(replace(long, least_gain=0.0)) if isinstance(event, Step)]
    assert len(whole) == 120
    assert [step.value for step in whole[: counts[0]]] == [step.value for step in steps[: counts[0]]]


def test_resumed_it_ends_where_it_would_have(long: Problem) -> None:
    steps = [event for event in solve(long) if isinstance(event, Step)]
    ends = [i for i, step in enumerate(steps) if i + 1 == len(steps) or steps[i + 1].level != step.level]
    stops = {0, 5, 9, 10, ends[0] - 1, *ends}
    snapshots = {}
    for i, event in enumerate(event for event in solve(long) if isinstance(event, Step)):
        if i in stops:
            snapshots[i] = event.snapshot()
    for i, snapshot in snapshots.items():
        rest = list(solve(long, resume=snapshot))
        assert sum(isinstance(event, Step) for event in rest) == len(steps) - 1 - i
        assert torch.equal(rest[-1].image, steps[-1].image)


@pytest.mark.parametrize("share", [-0.1, 1.0, float("nan")])
def test_a_share_that_is_none_is_refused(make_problem: Callable[..., Problem], share: float) -> None:
    with pytest.raises(JobError, match="least_gain must be a share"):
        make_problem(least_gain=share)
