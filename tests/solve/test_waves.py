"""Pictures as waves of decorrelated colour, and Adam on them."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Generator, Tensor

from impasto.errors import JobError
from impasto.losses import ActivationLoss
from impasto.solve import Adam, Finished, Problem, Shift, WaveAdam, Waves, WaveStart, pyramid, solve
from impasto.solve.waves import COLOURS, hartley

CPU = torch.device("cpu")
SIZES = [(12, 17), (16, 16), (7, 6)]


def noise(height: int, width: int, dtype: torch.dtype = torch.float64) -> Tensor:
    return torch.randn(1, 3, height, width, generator=Generator().manual_seed(2), dtype=dtype)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_the_transform_is_the_sum_over_cosines_plus_sines(height: int, width: int) -> None:
    image = noise(height, width)
    y, x = torch.meshgrid(torch.arange(height).double(), torch.arange(width).double(), indexing="ij")
    expected = torch.empty_like(image)
    for k in range(height):
        for m in range(width):
            angle = 2 * math.pi * (k * y / height + m * x / width)
            expected[..., k, m] = (image * (angle.cos() + angle.sin())).sum((2, 3)) / math.sqrt(height * width)
    torch.testing.assert_close(hartley(image), expected)
    torch.testing.assert_close(hartley(hartley(image)), image)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_there_and_back_it_is_the_same_picture(height: int, width: int, image_of: Callable[..., Tensor]) -> None:
    image = image_of(height, width)
    waves = Waves(height, width, CPU)
    torch.testing.assert_close(waves.image(waves.amplitudes(image)), image, rtol=0, atol=1e-5)
    amplitudes = 0.01 * noise(height, width, torch.float32)
    torch.testing.assert_close(waves.amplitudes(waves.image(amplitudes)), amplitudes, rtol=1e-2, atol=1e-3)


def test_black_and_white_are_taken_no_nearer_than_half_a_level() -> None:
    image = torch.zeros(1, 3, 8, 8)
    image[..., 4:] = 1
    waves = Waves(8, 8, CPU)
    again = waves.image(waves.amplitudes(image))
    torch.testing.assert_close(again, image.clamp(1 / 510, 1 - 1 / 510), rtol=0, atol=1e-5)


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_the_gradient_is_that_of_differentiation(height: int, width: int) -> None:
    waves = Waves(height, width, CPU)
    amplitudes = (0.3 * noise(height, width, torch.float32)).requires_grad_()
    towards = noise(height, width, torch.float32).flip(-1)
    image = waves.image(amplitudes)
    (expected,) = torch.autograd.grad((image * towards).sum(), amplitudes)
    torch.testing.assert_close(waves.gradient(image.detach(), towards), expected, rtol=1e-4, atol=1e-6)


def test_long_waves_are_larger_by_their_length_and_the_finest_smaller_still() -> None:
    gain = Waves(64, 64, CPU).gain
    assert float(gain[0, 1] / gain[0, 2]) == pytest.approx(2, rel=0.01)
    assert float(gain[3, 0] / gain[6, 0]) == pytest.approx(2, rel=0.06)
    assert float(gain[0, 0]) == pytest.approx(float(gain[0, 1]), rel=1e-3)
    assert float(gain[0, 16] / gain[0, 32]) > 20
    assert torch.equal(gain, gain.T)


def test_noise_of_waves_has_the_colours_of_photographs_and_is_soft() -> None:
    image = WaveStart().image(torch.zeros(1, 3, 128, 128), Generator().manual_seed(1))
    assert float((image - 0.5).abs().max()) < 0.15
    before = torch.logit(image)[0]
    covariance = before.flatten(1).double().cov()
    root = torch.tensor(COLOURS, dtype=torch.float64)
    expected = root @ root.T
    torch.testing.assert_close(covariance / covariance.trace(), expected / expected.trace(), rtol=0, atol=0.05)
    neighbours = torch.corrcoef(torch.stack([before[..., 1:].flatten(), before[..., :-1].flatten()]))[0, 1]
    assert float(neighbours) > 0.7


def test_each_step_is_adams_on_the_amplitudes(image_of: Callable[..., Tensor]) -> None:
    start, goal = image_of(12, 16, 1), image_of(12, 16, 2)

    def objective(image: Tensor) -> tuple[float, Tensor]:
        return float((image - goal).square().sum()), 2 * (image - goal)

    descent = WaveAdam(learning_rate=0.1).begin(start)
    waves = Waves(12, 16, CPU)
    leaf = waves.amplitudes(start).requires_grad_()
    theirs = torch.optim.Adam([leaf], lr=0.1, betas=(0.9, 0.999), eps=1e-10)
    values = []
    for _ in range(20):
        descent.step(objective)
        image = waves.image(leaf)
        torch.testing.assert_close(descent.image, image.detach(), rtol=0, atol=1e-4)
        values.append(descent.value)
        theirs.zero_grad()
        (image - goal).square().sum().backward()
        theirs.step()
    assert values[-1] < 0.6 * values[0]


def test_pixels_stay_inside_however_far_it_goes(make_problem: Callable[..., Problem]) -> None:
    problem = make_problem(
        losses=(ActivationLoss(layers=("conv2_1",), channel=3),),
        targets={},
        strength=None,
        start=WaveStart(),
        optimizer=WaveAdam(learning_rate=3.0),
        shift=Shift(pixels=4, every=1),
        levels=pyramid(32, 24, smallest=32, steps=(12,)),
    )
    image = next(event.image for event in solve(problem) if isinstance(event, Finished))
    assert bool(image.isfinite().all())
    assert 0 <= float(image.min()) < 0.2 < 0.8 < float(image.max()) <= 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"learning_rate": 0.0}, "learning_rate must be a number above 0"),
        ({"beta1": 1.0}, "beta1 and beta2 must lie in"),
        ({"box": False}, "keeps every pixel in"),
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(JobError, match=said):
        WaveAdam(**wrong)
    assert WaveAdam().on_amplitudes == Adam(learning_rate=0.05 * 255, beta2=0.999, box=False)
