import pytest
import torch
from torch import Tensor

from impasto.solve import smoothing as module
from impasto.solve.smoothing import NOTCH, OPPONENTS, PASSED, Smoothing

CPU = torch.device("cpu")


def smoothed(smoothing: Smoothing, image: Tensor) -> Tensor:
    return smoothing.apply_(image.contiguous().clone())


def by_mirrors(image: Tensor, wavelength: float, chroma: float, lattice: int) -> Tensor:
    """The oracle: the image continued by its mirror images to the right and below, and filtered as periodic."""
    height, width = image.shape[-2:]
    rows = torch.fft.fftfreq(2 * height, dtype=image.dtype)[:, None]
    columns = torch.fft.rfftfreq(2 * width, dtype=image.dtype)[None]
    frequency = (rows.square() + columns.square()).sqrt()
    apart = [(f * lattice - (f * lattice).round()) / lattice for f in (rows, columns)]
    near = torch.exp(-(apart[0].square() + apart[1].square()) / (2 * NOTCH**2))
    long = (rows.abs() < 0.5 / lattice) & (columns.abs() < 0.5 / lattice)
    brightness, colour = (1 / (1 + length * frequency) for length in (wavelength, wavelength * chroma))
    gain = torch.stack([brightness, colour, colour]) * torch.where(long, 1.0, 1 - (1 - PASSED) * near)
    opponents = torch.tensor(OPPONENTS, dtype=image.dtype)
    opponents /= opponents.norm(dim=1, keepdim=True)
    wide = torch.einsum("oc,nchw->nohw", opponents, image)
    wide = torch.cat([wide, wide.flip(-1)], dim=-1)
    whole = torch.cat([wide, wide.flip(-2)], dim=-2)
    filtered = torch.fft.irfft2(torch.fft.rfft2(whole) * gain / brightness.mean(), s=whole.shape[-2:])
    return torch.einsum("oc,nohw->nchw", opponents, filtered[..., :height, :width])


@pytest.mark.parametrize("strip", [1, 100, 1 << 20])
@pytest.mark.parametrize("size", [(1, 1), (1, 2), (2, 1), (1, 7), (8, 1), (5, 3), (4, 6), (31, 16), (40, 57)])
@pytest.mark.parametrize(("wavelength", "chroma", "lattice"), [(16.0, 4.0, 8), (1.0, 0.5, 1), (8.0, 1.0, 32)])
def test_it_is_the_filter_of_the_mirrored_image(
    size: tuple[int, int], wavelength: float, chroma: float, lattice: int, strip: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "STRIP", strip)
    image = torch.randn(1, 3, *size, generator=torch.Generator().manual_seed(0))
    smoothing = Smoothing(*size, wavelength, CPU, chroma=chroma, lattice=lattice)
    wanted = by_mirrors(image.double(), wavelength, chroma, lattice)
    got = smoothed(smoothing, image).double()
    assert float((got - wanted).norm()) < 1e-6 * float(wanted.norm())
    squared = smoothing.norm_squared_(image.clone())
    assert squared == pytest.approx(float((image.double() * wanted).sum()), rel=1e-6)


def as_matrix(smoothing: Smoothing, height: int, width: int) -> Tensor:
    columns = [smoothed(smoothing, unit.view(1, 3, height, width)).flatten() for unit in torch.eye(3 * height * width)]
    return torch.stack(columns, dim=1)


@pytest.mark.parametrize("size", [(4, 6), (5, 3), (1, 7)])
@pytest.mark.parametrize(("wavelength", "chroma"), [(1.0, 1.0), (8.0, 1.0), (8.0, 4.0), (8.0, 0.5)])
def test_it_is_a_metric(size: tuple[int, int], wavelength: float, chroma: float) -> None:
    matrix = as_matrix(Smoothing(*size, wavelength, CPU, chroma=chroma, lattice=4), *size)
    torch.testing.assert_close(matrix, matrix.T, rtol=0, atol=1e-6)
    assert float(torch.linalg.eigvalsh(matrix).min()) > 0


def test_waves_are_damped_by_one_over_one_plus_wavelength_times_frequency() -> None:
    smoothing = Smoothing(32, 32, 8.0, CPU)
    flat = float(smoothed(smoothing, torch.ones(1, 3, 32, 32)).mean())
    x = torch.arange(32) + 0.5
    for halves in (2, 8, 24):
        frequency = halves / 64
        wave = torch.cos(2 * torch.pi * frequency * x).expand(1, 3, 32, 32)
        torch.testing.assert_close(smoothed(smoothing, wave), wave * flat / (1 + 8 * frequency), rtol=1e-4, atol=1e-4)


def test_borders_do_not_touch_across_the_picture() -> None:
    half = (torch.arange(64.0) < 8).float().expand(1, 3, 64, 64)
    smooth = smoothed(Smoothing(64, 64, 4.0, CPU), half)
    assert abs(float(smooth[..., -1].mean())) < 0.05 * float(smooth[..., 0].mean())


def test_colour_is_damped_as_by_a_longer_wavelength_and_brightness_is_not() -> None:
    x = torch.arange(32) + 0.5
    wave = torch.cos(2 * torch.pi * 8 / 64 * x).expand(1, 1, 32, 32)
    grey = wave.expand(1, 3, 32, 32)
    plain, apart = Smoothing(32, 32, 8.0, CPU), Smoothing(32, 32, 8.0, CPU, chroma=4.0)
    torch.testing.assert_close(smoothed(apart, grey), smoothed(plain, grey))
    for tint in ((1.0, -1.0, 0.0), (-0.5, -0.5, 1.0), (0.3, 0.2, -0.5)):
        colour = wave * torch.tensor(tint).view(1, 3, 1, 1)
        ratio = (1 + 8 * 8 / 64) / (1 + 32 * 8 / 64)
        torch.testing.assert_close(smoothed(apart, colour), smoothed(plain, colour) * ratio, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("lattice", [4, 8])
def test_waves_of_the_lattice_are_damped_and_others_are_not(lattice: int) -> None:
    plain, apart = Smoothing(96, 96, 8.0, CPU), Smoothing(96, 96, 8.0, CPU, lattice=lattice)
    x = torch.arange(96) + 0.5

    def left(across: float, down: float) -> float:
        wave = (torch.cos(2 * torch.pi * across * x) * torch.cos(2 * torch.pi * down * x)[:, None]).expand(1, 3, 96, 96)
        return float(smoothed(apart, wave).norm() / smoothed(plain, wave).norm())

    for across in range(lattice // 2):
        for down in range(lattice // 2):
            assert left(across / lattice, down / lattice) < 0.05 or across == down == 0
    for across, down in ((0.0, 0.0), (0.01, 0.02), (1 / lattice - 0.04, 0.0), (1 / lattice - 0.03, 1 / lattice - 0.03)):
        assert left(across, down) > 0.95
