"""Taking what comes back every four pixels out of a picture."""

import pytest
import torch
from torch import Tensor

from impasto.tasks.feedforward import lattice
from impasto.tasks.feedforward.lattice import without_lattice

ROWS, COLUMNS = torch.meshgrid(torch.arange(128.0), torch.arange(160.0), indexing="ij")
SLOPE = (0.2 + 0.002 * ROWS + 0.001 * COLUMNS).expand(1, 3, -1, -1)


def wave(down: int, across: int, period: float = 4) -> Tensor:
    return torch.cos(2 * torch.pi * (down * ROWS + across * COLUMNS) / period + 0.3)


def inside(image: Tensor) -> Tensor:
    return image[..., 30:-30, 30:-30]


@pytest.mark.parametrize("direction", [(1, 0), (0, 1), (1, 1), (1, 3), (2, 1), (2, 2), (0, 2)])
def test_every_wave_of_the_lattice_goes(direction: tuple[int, int]) -> None:
    found = without_lattice(SLOPE + 0.03 * wave(*direction))
    assert float(inside(found - SLOPE).abs().max()) < 1e-3
    assert float((found - SLOPE).abs().mean()) < 1e-3


@pytest.mark.parametrize("period", [3, 6, 8, 16])
def test_waves_of_other_lengths_stay(period: float) -> None:
    other = SLOPE + 0.03 * wave(1, 1, period)
    assert float(inside(without_lattice(other) - other).abs().max()) < 1e-3


def test_slopes_stay_and_edges_cast_next_to_no_pattern() -> None:
    assert float((without_lattice(SLOPE) - SLOPE).abs().max()) < 2e-3
    edge = (0.2 + 0.6 * (COLUMNS > 81)).expand(1, 3, -1, -1)
    assert float((without_lattice(edge) - edge).abs().max()) < 0.03


def test_in_strips_it_is_as_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    image = torch.rand(1, 3, 150, 40, generator=torch.Generator().manual_seed(0))
    whole = without_lattice(image)
    monkeypatch.setattr(lattice, "STRIP", 37)
    assert torch.allclose(without_lattice(image), whole, atol=1e-6)


def test_pictures_smaller_than_the_bell_are_cleaned_too() -> None:
    small = (SLOPE + 0.03 * wave(0, 1))[..., :16, :17]
    found = without_lattice(small)
    assert found.shape == small.shape
    assert float((found - SLOPE[..., :16, :17]).abs().mean()) < 0.01
