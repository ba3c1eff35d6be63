from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from impasto.solve import LBFGS
from impasto.solve.curvature import (
    BLOCK,
    CELL,
    EDGES,
    EVERY,
    FIRST,
    KEPT,
    LEAST,
    LONG,
    MIDDLES,
    STEPS,
    UNEVEN,
    Curvature,
)
from impasto.solve.lbfgs import FARTHER
from impasto.solve.smoothing import OPPONENTS, Cosines

CPU = torch.device("cpu")
BANDS = len(MIDDLES)


def bands_of(height: int, width: int) -> Tensor:
    """The band of each wave, [across, down]."""
    rows, columns = (Cosines(side, CPU).frequencies for side in (height, width))
    return torch.bucketize((rows.square() + columns.square()[:, None]).sqrt(), torch.tensor(EDGES))


def by_waves(image: Tensor, factors: Tensor) -> Tensor:
    """Multiply each wave of [1, 3, H, W] by the factor of its band and of its opponent colour, [3, bands]."""
    height, width = image.shape[-2:]
    rows, columns = Cosines(height, CPU), Cosines(width, CPU)
    opponents = torch.tensor(OPPONENTS)
    opponents /= opponents.norm(dim=1, keepdim=True)
    waves = rows.forward(columns.forward(torch.einsum("oc,chw->ohw", opponents, image[0])).transpose(1, 2))
    waves = waves * factors[:, bands_of(height, width)]
    upright, level = torch.empty_like(waves), torch.empty_like(image[0])
    rows.back(waves, upright)
    columns.back(upright.transpose(1, 2), level)
    return torch.einsum("oc,ohw->chw", opponents, level)[None]


def steep(spread: float) -> Tensor:
    """A curvature for every band and colour: a hump along brightness, as networks have it, and less along colour."""
    hump = torch.exp(-(((torch.tensor(MIDDLES) - 0.18) / 0.15) ** 2))
    return torch.stack([hump, hump / 5, hump / 8]) * (1 - 1 / spread) + 1 / spread


def noise(seed: int, height: int = 96, width: int = 120) -> Tensor:
    return torch.randn(1, 3, height, width, generator=torch.Generator().manual_seed(seed))


def taught(moves: int, factors: Tensor, height: int = 96, width: int = 120) -> Curvature:
    learner = Curvature(height, width, CPU)
    for seed in range(moves):
        move = noise(seed, height, width) * (1 + seed % 3)
        learner.learn(move, by_waves(move, factors))
    return learner


def test_nothing_is_believed_of_few_moves() -> None:
    assert taught(FIRST - 1, steep(100)).gains is None
    assert taught(FIRST, steep(100)).gains is not None


def test_it_finds_the_inverse_of_the_curvature_of_every_band_and_colour() -> None:
    factors = steep(40).clamp_min(1.01 * LEAST)
    gains = taught(FIRST, factors).gains
    assert gains is not None
    assert gains.shape == (3, STEPS)
    places = (torch.tensor(MIDDLES) * STEPS).long()
    wanted = 1 / factors
    torch.testing.assert_close(gains[:, places], (wanted / wanted[0].mean()).float(), rtol=0.02, atol=0)


def test_what_hardly_curves_or_curves_down_counts_as_the_least_that_is_believed_in() -> None:
    factors = torch.ones(3, BANDS)
    factors[1, 4], factors[2, 5] = 1e-6, -5.0
    gains = taught(FIRST, factors).gains
    assert gains is not None
    places = (torch.tensor(MIDDLES) * STEPS).long()
    torch.testing.assert_close(gains[0, places], torch.ones(BANDS), rtol=1e-4, atol=0)
    assert float(gains.max()) == pytest.approx(1 / LEAST, rel=0.05)
    assert float(gains.min()) > 0.9


def test_less_is_believed_in_along_longer_waves() -> None:
    factors = torch.ones(3, BANDS)
    factors[1], factors[2, 0], factors[2, -1] = 1e-6, 0.02, 0.02
    gains = taught(FIRST, factors).gains
    assert gains is not None
    believed = 1 / gains[:, (torch.tensor(MIDDLES) * STEPS).long()]
    long = [middle for middle in MIDDLES if middle < LONG]
    for band, middle in enumerate(long):
        assert float(believed[1, band]) == pytest.approx(LEAST * (middle / LONG) ** 1.5, rel=0.15)
    torch.testing.assert_close(believed[1, len(long) :], torch.full((BANDS - len(long),), LEAST), rtol=0.02, atol=0)
    assert float(believed[2, 0]) == pytest.approx(0.02, rel=0.02)
    assert float(believed[2, -1]) == pytest.approx(LEAST, rel=0.02)


def test_blocks_of_a_large_picture_tell_what_the_whole_would() -> None:
    """Up to what the edges of blocks change in long waves."""
    factors = steep(40).clamp_min(1.01 * LEAST)
    in_blocks = taught(FIRST, factors, 2 * BLOCK + 9, 3 * BLOCK).gains
    whole = 1 / factors
    assert in_blocks is not None
    places = (torch.tensor(MIDDLES) * STEPS).long()
    torch.testing.assert_close(in_blocks[:, places], (whole / whole[0].mean()).float(), rtol=0.3, atol=0)


@pytest.mark.parametrize("size", [(1, 1), (1, 5), (129, 3)])
def test_any_size_will_do(size: tuple[int, int]) -> None:
    learner = Curvature(*size, CPU)
    for seed in range(FIRST):
        learner.learn(noise(seed, *size), noise(seed, *size))
    assert learner.gains is not None
    assert learner.gains.isfinite().all()
    assert learner.shares is not None
    assert learner.shares.shape == (1, *size)
    torch.testing.assert_close(learner.shares, torch.ones(1, *size))


def test_a_picture_that_did_not_move_says_nothing() -> None:
    learner, still = Curvature(40, 40, CPU), torch.zeros(1, 3, 40, 40)
    for seed in range(FIRST - 1):
        learner.learn(noise(seed, 40, 40), noise(seed, 40, 40))
    waves, cells = learner.waves.clone(), learner.cells.clone()
    learner.learn(still, still)
    torch.testing.assert_close(learner.waves, KEPT * waves)
    torch.testing.assert_close(learner.cells, KEPT * cells)


def uneven(height: int, width: int) -> Tensor:
    """How hard places curve: eight times as hard on the right as on the left, gently from one to the other."""
    across = (torch.arange(width) / width - 0.5) * 6
    return (8 ** across.sigmoid()).expand(1, height, width)


def test_it_finds_the_root_of_the_inverse_of_the_curvature_of_places() -> None:
    height, width = 5 * CELL + 7, 12 * CELL + 7
    learner, hardness = Curvature(height, width, CPU), uneven(height, width)
    for seed in range(FIRST):
        move = noise(seed, height, width)
        learner.learn(move, move * hardness)
    usual = hardness[..., ::CELL].median()
    assert learner.shares is not None
    torch.testing.assert_close(learner.shares, (hardness / usual).rsqrt(), rtol=0.15, atol=0)


def test_no_place_is_believed_to_be_too_different_from_the_rest() -> None:
    side = 6 * CELL
    learner, hardness = Curvature(side, side, CPU), torch.ones(1, side, side)
    hardness[:, :, : 2 * CELL] = 1e4
    hardness[:, :, 4 * CELL :] = -1.0
    for seed in range(FIRST):
        move = noise(seed, side, side)
        learner.learn(move, move * hardness)
    assert learner.shares is not None
    assert float(learner.shares.min()) == pytest.approx(1 / UNEVEN**0.5)
    assert float(learner.shares.max()) == pytest.approx(UNEVEN**0.5)


def valley(factors: Tensor) -> Callable[[Tensor], tuple[float, Tensor]]:
    """A quadratic objective that curves along every wave as `factors` say, and harder on the right."""
    bottom = 0.5 + 0.05 * noise(99)
    stiff = uneven(96, 120).sqrt()

    def evaluate(image: Tensor) -> tuple[float, Tensor]:
        apart = (image - bottom) * stiff
        slope = by_waves(apart, factors)
        return float((slope * apart).sum(dtype=torch.float64)), 2 * slope * stiff

    return evaluate


def lowest(optimizer: LBFGS, steps: int) -> float:
    evaluate = valley(steep(1000))
    descent = optimizer.begin(torch.full((1, 3, 96, 120), 0.5))
    for _ in range(steps):
        descent.step(evaluate)
    return descent.value


def test_it_goes_down_faster_than_what_is_taken_for_granted() -> None:
    learnt = lowest(LBFGS(history=10, learning=True, box=False), 60)
    others = [lowest(LBFGS(history=10, smoothing=smoothing, box=False), 60) for smoothing in (0.0, 8.0)]
    assert learnt < 0.5 * min(others)


@pytest.mark.parametrize(("learning", "as_far"), [(False, 1.0), (True, FARTHER)])
def test_where_no_pair_says_otherwise_it_goes_farther(learning: bool, as_far: float) -> None:
    hardness, bottom = 1 + torch.rand(1, 3, 4, 5, generator=torch.Generator().manual_seed(1)), noise(2, 4, 5)

    def evaluate(image: Tensor) -> tuple[float, Tensor]:
        slope = hardness * (image - bottom)
        return 0.5 * float((slope * (image - bottom)).sum()), slope

    descent = LBFGS(learning=learning, box=False).begin(torch.zeros(1, 3, 4, 5))
    images = []
    for _ in range(3):
        descent.step(evaluate)
        images.append(descent.image.clone())
    s, y = (images[1] - images[0]).flatten().double(), (hardness * (images[1] - images[0])).flatten().double()
    apart = torch.eye(60, dtype=torch.float64) - torch.outer(s, y) / (s @ y)
    inverse = apart @ apart.T * (as_far * (s @ y) / (y @ y)) + torch.outer(s, s) / (s @ y)  # BFGS, 6.17
    step = -inverse @ evaluate(images[1])[1].flatten().double()
    assert torch.allclose((images[2] - images[1]).flatten().double(), step, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("stopped", [FIRST - 2, FIRST + 3, FIRST + EVERY + 4])
def test_a_descent_taken_up_again_goes_on_as_if_it_had_not_stopped(stopped: int) -> None:
    evaluate, settings = valley(steep(1000)), LBFGS(history=4, learning=True)
    whole = settings.begin(torch.full((1, 3, 96, 120), 0.5))
    for _ in range(stopped):
        whole.step(evaluate)
    tensors, numbers = whole.state()
    again = settings.begin(torch.full((1, 3, 96, 120), 0.5))
    again.restore(tensors, numbers)
    for _ in range(EVERY + 3):
        whole.step(evaluate)
        again.step(evaluate)
    assert torch.equal(whole.image, again.image)
    assert whole.value == again.value


def test_what_was_learnt_at_another_size_is_refused() -> None:
    learner = Curvature(96, 120, CPU)
    with pytest.raises(ValueError, match="another size"):
        learner.restore(Curvature(96, 1200, CPU).state(), 3)
