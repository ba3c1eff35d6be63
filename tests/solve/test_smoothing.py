import pytest
import torch
from torch import Tensor

from impasto.solve.smoothing import Smoothing

CPU = torch.device("cpu")


def as_matrix(smoothing: Smoothing, height: int, width: int) -> Tensor:
    columns = [smoothing(unit.view(1, 1, height, width)).flatten() for unit in torch.eye(height * width)]
    return torch.stack(columns, dim=1)


@pytest.mark.parametrize("size", [(4, 6), (5, 3), (1, 7)])
@pytest.mark.parametrize("wavelength", [1.0, 8.0])
def test_it_is_a_metric(size: tuple[int, int], wavelength: float) -> None:
    matrix = as_matrix(Smoothing(*size, wavelength, CPU), *size)
    torch.testing.assert_close(matrix, matrix.T, rtol=0, atol=1e-6)
    assert float(torch.linalg.eigvalsh(matrix).min()) > 0


def test_waves_are_damped_by_one_over_one_plus_wavelength_times_frequency() -> None:
    smoothing = Smoothing(32, 32, 8.0, CPU)
    flat = float(smoothing(torch.ones(1, 3, 32, 32)).mean())
    x = torch.arange(32) + 0.5
    for halves in (2, 8, 24):
        frequency = halves / 64
        wave = torch.cos(2 * torch.pi * frequency * x).expand(1, 3, 32, 32)
        torch.testing.assert_close(smoothing(wave), wave * flat / (1 + 8 * frequency), rtol=1e-4, atol=1e-4)


def test_borders_do_not_touch_across_the_picture() -> None:
    half = (torch.arange(64.0) < 8).float().expand(1, 1, 64, 64)
    smooth = Smoothing(64, 64, 4.0, CPU)(half)
    assert abs(float(smooth[..., -1].mean())) < 0.05 * float(smooth[..., 0].mean())
