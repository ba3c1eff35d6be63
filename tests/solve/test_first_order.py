"""Adam and SGD against torch's own, step for step, and what all optimizers share."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from impasto.errors import JobError
from impasto.solve import LBFGS, OPTIMIZERS, SGD, Adam, Normalised, Optimizer

START = torch.rand(1, 3, 4, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(3))
EVERY = [LBFGS(), Adam(), SGD(), Normalised()]


def torchs(make: Callable[[list[Tensor]], torch.optim.Optimizer], objective: Any, steps: int) -> list[Tensor]:
    """The images a torch optimizer evaluates at."""
    leaf = START.clone().requires_grad_()
    optimizer = make([leaf])
    seen = []
    for _ in range(steps):
        seen.append(leaf.detach().clone())
        _, leaf.grad = objective(leaf.detach())
        optimizer.step()
    return seen


def ours(optimizer: Optimizer, objective: Any, steps: int) -> list[Tensor]:
    descent = optimizer.begin(START)
    seen = []
    for _ in range(steps):
        descent.step(objective)
        seen.append(descent.image)
    return seen


@pytest.mark.parametrize(("rate", "betas"), [(5.0, (0.9, 0.99)), (2.0, (0.9, 0.999)), (1.0, (0.0, 0.5))])
def test_adam_is_torchs(rate: float, betas: tuple[float, float], quadratic: Callable[..., Any]) -> None:
    objective = quadratic(1.5)
    theirs = torchs(lambda p: torch.optim.Adam(p, lr=rate / 255, betas=betas, eps=1e-12), objective, 40)
    settings = Adam(learning_rate=rate, beta1=betas[0], beta2=betas[1], box=False)
    for a, b in zip(ours(settings, objective, 40), theirs, strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-5)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_sgd_is_torchs_once_its_factor_is_known(momentum: float, quadratic: Callable[..., Any]) -> None:
    objective = quadratic(1.5)
    _, gradient = objective(START)
    factor = 0.5 / 255 / float(gradient.square().mean().sqrt())
    theirs = torchs(lambda p: torch.optim.SGD(p, lr=factor, momentum=momentum), objective, 40)
    for a, b in zip(ours(SGD(learning_rate=0.5, momentum=momentum, box=False), objective, 40), theirs, strict=True):
        torch.testing.assert_close(a, b, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("optimizer", [Adam(), SGD(), Normalised()])
def test_a_factor_before_the_objective_changes_nothing(optimizer: Optimizer, quadratic: Callable[..., Any]) -> None:
    objective = quadratic(1.5)

    def scaled(image: Tensor) -> tuple[float, Tensor]:
        value, gradient = objective(image)
        return 1e-9 * value, 1e-9 * gradient

    for a, b in zip(ours(optimizer, objective, 20), ours(optimizer, scaled, 20), strict=True):
        torch.testing.assert_close(a, b, rtol=0, atol=1e-6)


@pytest.mark.parametrize("smoothing", [0.0, 4.0])
def test_normalised_steps_are_of_one_length_against_the_gradient(smoothing: float) -> None:
    objective = torch.linspace(-1, 3, START.numel(), dtype=torch.float64).view_as(START)
    optimizer = Normalised(learning_rate=2.0, smoothing=smoothing, chroma=2.0, box=False)
    start, slope = (START.float(), objective.float()) if smoothing else (START, objective)
    descent = optimizer.begin(start)
    for scale in (1.0, 1e-6, 1e6):
        before = descent.image
        descent.step(lambda x, scale=scale: (float((x * slope).sum()), scale * slope))
        if scale != 1.0:
            move = descent.image - before
            assert float(move.abs().mean()) == pytest.approx(2 / 255, rel=1e-4)
            assert float((move * slope).sum()) < 0
            if not smoothing:
                torch.testing.assert_close(move / move.norm(), -slope / slope.norm())


def test_every_kind_is_covered_here() -> None:
    elsewhere = {"wave-adam"}  # moves amplitudes, not pixels: test_waves.py
    assert {optimizer.kind for optimizer in EVERY} == set(OPTIMIZERS) - elsewhere


@pytest.mark.parametrize("optimizer", EVERY)
class TestEvery:
    def test_value_belongs_to_image_and_each_step_costs_one_evaluation(
        self, optimizer: Optimizer, quadratic: Callable[..., Any]
    ) -> None:
        objective, check = quadratic(1.5), quadratic(1.5)
        descent = optimizer.begin(START)
        assert descent.value == float("inf")
        for step in range(12):
            descent.step(objective)
            assert objective.evaluations == step + 1
            assert descent.value == check(descent.image)[0]
            assert 0 <= float(descent.image.min()) <= float(descent.image.max()) <= 1
        assert descent.value < check(START)[0]

    def test_the_start_is_copied_and_boxed(self, optimizer: Optimizer, quadratic: Callable[..., Any]) -> None:
        outside = 3 * START - 1
        before = outside.clone()
        descent = optimizer.begin(outside)
        assert torch.equal(descent.image, before.clamp(0, 1))
        descent.step(quadratic(0.2))
        descent.step(quadratic(0.2))
        assert torch.equal(outside, before)

    def test_images_handed_out_do_not_change_later(self, optimizer: Optimizer, quadratic: Callable[..., Any]) -> None:
        objective = quadratic(1.5)
        descent = optimizer.begin(START)
        kept = []
        for _ in range(10):
            descent.step(objective)
            kept.append((descent.image, descent.image.clone()))
        assert all(torch.equal(image, copy) for image, copy in kept)

    def test_a_state_is_enough_to_go_on(self, optimizer: Optimizer, quadratic: Callable[..., Any]) -> None:
        objective = quadratic(1.5)
        descent = optimizer.begin(START)
        for _ in range(7):
            descent.step(objective)
        tensors, numbers = descent.state()
        other = optimizer.begin(torch.zeros_like(START))
        other.restore({name: tensor.clone() for name, tensor in tensors.items()}, dict(numbers))
        for _ in range(9):
            descent.step(objective)
            other.step(objective)
            assert torch.equal(descent.image, other.image)
            assert descent.value == other.value

    def test_after_an_evaluation_that_failed_the_next_step_goes_on_as_if_it_had_not(
        self, optimizer: Optimizer, quadratic: Callable[..., Any]
    ) -> None:
        def fails(image: Tensor) -> tuple[float, Tensor]:
            raise MemoryError(str(image.shape))

        smooth, rough = optimizer.begin(START), optimizer.begin(START)
        objective = quadratic(0.2)
        for step in range(6):
            if step != 3:
                with pytest.raises(MemoryError):
                    rough.step(fails)
            rough.step(objective)
            smooth.step(objective)
            assert torch.equal(rough.image, smooth.image)

    def test_a_flat_objective_moves_nothing(self, optimizer: Optimizer) -> None:
        descent = optimizer.begin(START)
        for _ in range(4):
            descent.step(lambda x: (0.0, torch.zeros_like(x)))
        assert torch.equal(descent.image, START)


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        (Adam, {"learning_rate": 0.0}),
        (Adam, {"learning_rate": float("inf")}),
        (Adam, {"beta1": 1.0}),
        (Adam, {"beta2": -0.1}),
        (SGD, {"learning_rate": -1.0}),
        (SGD, {"momentum": 1.0}),
        (SGD, {"momentum": float("nan")}),
        (Normalised, {"learning_rate": 0.0}),
        (Normalised, {"smoothing": -1.0}),
        (Normalised, {"chroma": 0.0}),
    ],
)
def test_wrong_settings_are_refused(kind: type[Optimizer], wrong: dict[str, float]) -> None:
    with pytest.raises(JobError, match=next(iter(wrong))):
        kind(**wrong)
