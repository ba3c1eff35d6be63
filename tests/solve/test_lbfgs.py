from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from impasto.errors import JobError
from impasto.solve import LBFGS, SGD, Adam, Optimizer


def descend(optimizer: Optimizer, objective: Callable[[Tensor], tuple[float, Tensor]], steps: int, **start: Any) -> Any:
    descent = optimizer.begin(start.get("image", torch.full((1, 3, 4, 4), 0.5, dtype=torch.float64)))
    for _ in range(steps):
        descent.step(objective)
    return descent


@pytest.mark.parametrize("smoothing", [0.0, 4.0])
def test_finds_the_lowest_point_of_a_quadratic(smoothing: float, quadratic: Callable[..., Any]) -> None:
    objective = quadratic(0.2)
    descent = descend(LBFGS(smoothing=smoothing), objective, 150)
    torch.testing.assert_close(descent.image, objective.centre, rtol=0, atol=1e-4)
    assert descent.value < 1e-8


def test_finds_the_lowest_point_in_the_box_with_bounds_active(quadratic: Callable[..., Any]) -> None:
    objective = quadratic(1.5)
    lowest = objective.lowest_in_box()
    held = (lowest == 0) | (lowest == 1)
    assert 5 < int(held.sum()) < held.numel()
    descent = descend(LBFGS(), objective, 200)
    torch.testing.assert_close(descent.image, lowest, rtol=0, atol=2e-4)
    assert torch.equal((descent.image == 0) | (descent.image == 1), held)


def test_without_a_box_it_leaves_the_box(quadratic: Callable[..., Any]) -> None:
    objective = quadratic(1.5)
    descent = descend(LBFGS(box=False), objective, 150)
    torch.testing.assert_close(descent.image, objective.centre, rtol=0, atol=1e-4)
    assert descent.image.max() > 1


@pytest.mark.parametrize("spread", [0.2, 1.5])
def test_gets_lower_than_adam_and_sgd_in_as_many_evaluations(spread: float, quadratic: Callable[..., Any]) -> None:
    objective = quadratic(spread)
    floor, _ = objective(objective.lowest_in_box())
    ours = descend(LBFGS(), objective, 60).value - floor
    others = [
        descend(kind(learning_rate=rate), objective, 60).value - floor
        for kind in (Adam, SGD)
        for rate in (0.3, 1.0, 3.0, 10.0)
    ]
    assert 0 <= ours < 0.5 * min(others)


@pytest.mark.parametrize(
    "optimizer",
    [LBFGS(), LBFGS(history=1), LBFGS(first_step=100.0), LBFGS(smoothing=4.0), LBFGS(box=False), LBFGS(learning=True)],
)
def test_never_goes_up_and_costs_one_evaluation_a_step(optimizer: LBFGS, quadratic: Callable[..., Any]) -> None:
    objective = quadratic(1.5)
    descent = optimizer.begin(torch.rand(1, 3, 4, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0)))
    values = [descent.value]
    for step in range(80):
        descent.step(objective)
        values.append(descent.value)
        assert objective.evaluations == step + 1
        assert descent.value == objective(descent.image)[0]
        objective.evaluations -= 1
    assert values == sorted(values, reverse=True)
    assert values[-1] < 0.2 * values[1]


def test_a_trial_that_is_no_number_is_shortened_and_forgotten() -> None:
    """−log of every pixel's distance to 0.6, which does not exist beyond."""

    def barrier(x: Tensor) -> tuple[float, Tensor]:
        room = 0.6 - x
        value = float((-room.log()).sum() - 200 * x.sum())
        return (value if bool((room > 0).all()) else float("nan")), 1 / room - 200

    descent = LBFGS(first_step=60.0).begin(torch.full((1, 3, 2, 2), 0.5, dtype=torch.float64))
    values = []
    for _ in range(60):
        descent.step(barrier)
        values.append(descent.value)
    assert all(value == value for value in values)
    assert values == sorted(values, reverse=True)
    torch.testing.assert_close(descent.image, torch.full_like(descent.image, 0.6 - 1 / 200), rtol=0, atol=1e-4)


def test_three_trials_in_vain_forget_the_curvature(quadratic: Callable[..., Any]) -> None:
    descent = descend(LBFGS(), quadratic(0.2), 10)
    kept = descent.image
    worse = (float("inf"), torch.ones_like(kept))
    for tried in range(3):
        assert descent.state()[1]["pairs"] > 0, tried
        descent.step(lambda _: worse)
    assert descent.state()[1]["pairs"] == 0
    assert descent.state()[1]["fraction"] == 1
    assert descent.image is kept


def test_the_first_step_moves_as_far_as_it_says(quadratic: Callable[..., Any]) -> None:
    descent = descend(LBFGS(first_step=3.0), quadratic(0.2), 1)
    before = descent.image
    descent.step(lambda image: (-1.0, torch.zeros_like(image)))
    assert float((descent.image - before).square().mean().sqrt()) * 255 == pytest.approx(3, rel=1e-6)


def test_stays_where_the_gradient_is_zero() -> None:
    start = torch.rand(1, 3, 4, 4)
    descent = descend(LBFGS(), lambda x: (1.0, torch.zeros_like(x)), 5, image=start)
    assert torch.equal(descent.image, start)


def test_remembers_no_more_than_its_history(quadratic: Callable[..., Any]) -> None:
    tensors, numbers = descend(LBFGS(history=3), quadratic(0.2), 20).state()
    assert numbers["pairs"] == 3
    assert set(tensors) == {"image", "gradient", *(f"{what}{i}" for what in ("move", "change") for i in range(3))}


@pytest.mark.parametrize(
    "wrong",
    [
        {"history": 0},
        {"history_in": "fp16"},
        {"smoothing": -1.0},
        {"chroma": 0.0},
        {"first_step": 0.0},
        {"first_step": float("nan")},
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(JobError, match=next(iter(wrong))):
        LBFGS(**wrong)
