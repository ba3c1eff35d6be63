from collections.abc import Callable
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from impasto.errors import JobError
from impasto.solve import Level, pyramid, resize
from impasto.solve.pyramid import carry_up, long_waves, zoomed

SIDES = st.integers(1, 5000)


@given(
    width=SIDES, height=SIDES, smallest=st.integers(16, 1000), shortest=st.integers(1, 64),
    steps=st.lists(st.integers(0, 500), min_size=1, max_size=5),
)  # fmt: skip
def test_levels_double_up_to_the_full_size(
    width: int, height: int, smallest: int, shortest: int, steps: list[int]
) -> None:
    levels = pyramid(width, height, smallest=smallest, shortest=shortest, steps=steps)
    assert (levels[-1].width, levels[-1].height) == (width, height)
    for i, (small, large) in enumerate(pairwise(levels)):
        assert abs(2 * small.width - large.width) <= 1
        assert abs(2 * small.height - large.height) <= 1
        assert max(small.width, small.height) >= smallest
        assert min(small.width, small.height) >= shortest
        assert small.steps == steps[min(i, len(steps) - 1)]
    assert levels[-1].steps == steps[min(len(levels), len(steps)) - 1]
    first = levels[0]
    assert max(first.width, first.height) < 2 * smallest or min(first.width, first.height) < 2 * shortest


def test_a_few_by_hand() -> None:
    assert pyramid(512, 384, smallest=128, steps=(60, 50)) == (
        Level(128, 96, 60),
        Level(256, 192, 50),
        Level(512, 384, 50),
    )
    assert pyramid(512, 384, smallest=512, steps=(7, 8)) == (Level(512, 384, 7),)
    assert pyramid(2000, 40, smallest=128, shortest=32, steps=(1,)) == (Level(2000, 40, 1),)
    assert pyramid(10, 10, smallest=128, steps=(0,)) == (Level(10, 10, 0),)


def test_octaves_grow_by_another_scale_and_the_last_ones_are_kept() -> None:
    every = pyramid(512, 384, smallest=128, steps=(9,), scale=1.4)
    assert [level.width for level in every] == [133, 186, 261, 366, 512]
    assert pyramid(512, 384, smallest=128, steps=(9,), scale=1.4, most=2) == every[-2:]
    assert pyramid(512, 384, smallest=128, steps=(9,), scale=1.4, most=1) == (Level(512, 384, 9),)


def test_zooming_enlarges_the_middle(image_of: Callable[..., Tensor]) -> None:
    image = image_of(40, 60)
    torch.testing.assert_close(zoomed(image, 1.0), image, atol=1e-5, rtol=0)
    across = torch.linspace(-1, 1, 60).expand(1, 3, 40, 60) * 0.4 + 0.5
    torch.testing.assert_close(zoomed(across, 2.0)[..., 2:-2], (across - 0.5)[..., 2:-2] / 2 + 0.5, atol=2e-3, rtol=0)


@pytest.mark.parametrize("zoom", [0.9, 2.5, float("nan")])
def test_a_zoom_out_of_range_is_refused(zoom: float) -> None:
    with pytest.raises(JobError, match="zoomed into by 1 to 2"):
        Level(8, 8, 1, zoom=zoom)


@pytest.mark.parametrize("steps", [(), (1, -1)])
def test_wrong_steps_are_refused(steps: tuple[int, ...]) -> None:
    with pytest.raises(JobError, match="steps must be one or more numbers"):
        pyramid(64, 64, smallest=16, steps=steps)


@pytest.mark.parametrize("size", [(0, 5, 1), (5, 0, 1), (5, 5, -1)])
def test_a_level_has_a_size(size: tuple[int, int, int]) -> None:
    with pytest.raises(JobError, match="at least 1×1"):
        Level(*size)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40), st.integers(1, 40), st.floats(0, 1, width=32))
def test_resizing_keeps_a_flat_colour_and_gives_the_size(w: int, h: int, wide: int, high: int, colour: float) -> None:
    resized = resize(torch.full((1, 3, h, w), colour), wide, high)
    assert resized.shape == (1, 3, high, wide)
    torch.testing.assert_close(resized, torch.full_like(resized, colour), rtol=0, atol=1e-5)


def test_resizing_keeps_the_mean_the_orientation_and_the_range(image_of: Callable[..., Tensor]) -> None:
    image = image_of(32, 48)
    for width, height in ((24, 16), (96, 64), (31, 17)):
        resized = resize(image, width, height)
        assert float((resized.mean((2, 3)) - image.mean((2, 3))).abs().max()) < 0.02
        turned = resize(image.flip(-1).transpose(-1, -2), height, width).transpose(-1, -2).flip(-1)
        torch.testing.assert_close(turned, resized, rtol=0, atol=1e-5)
    edge = resize((torch.arange(16.0) > 7).float().expand(1, 3, 16, 16), 64, 64)
    assert edge.min() == 0
    assert edge.max() == 1


def test_shrinking_does_not_alias() -> None:
    board = ((torch.arange(64)[:, None] + torch.arange(64)) % 2).float().expand(1, 3, 64, 64)
    assert float((resize(board, 16, 16)[..., 2:-2, 2:-2] - 0.5).abs().max()) < 0.05


def test_the_same_size_is_the_same_image(image_of: Callable[..., Tensor]) -> None:
    image = image_of(9, 7)
    assert resize(image, 7, 9) is image


def test_carried_up_with_all_detail_the_content_comes_back(image_of: Callable[..., Tensor]) -> None:
    content, level = image_of(24, 32), Level(32, 24, 1)
    small = resize(content, 16, 12)
    without, half, with_all = (carry_up(small, content, level, detail) for detail in (0.0, 0.5, 1.0))
    torch.testing.assert_close(with_all, content, rtol=0, atol=0.02)
    torch.testing.assert_close(half, (without + with_all) / 2, rtol=0, atol=1e-6)
    assert torch.equal(without, carry_up(small, None, level, 1.0))
    assert float((without - content).abs().max()) > 0.03


def test_carrying_up_drops_the_finest_waves_and_keeps_the_large_ones() -> None:
    x = torch.arange(64.0)
    for wavelength, left in ((32, 0.9), (2, 0.0)):
        wave = (0.5 + 0.4 * torch.cos(2 * torch.pi * (x + 0.5) / wavelength)).expand(1, 3, 64, 64)
        carried = carry_up(wave, None, Level(128, 128, 1), 0.0)
        amplitude = float(carried[..., 16:-16].max() - carried[..., 16:-16].min()) / 0.8
        assert amplitude == pytest.approx(left, abs=0.1)


def test_carrying_up_stays_in_range(image_of: Callable[..., Tensor]) -> None:
    painted = torch.rand(1, 3, 12, 16, generator=torch.Generator().manual_seed(0)).round()
    carried = carry_up(painted, image_of(24, 32), Level(32, 24, 1), 1.0)
    assert carried.min() >= 0
    assert carried.max() <= 1


def test_enlarging_leaves_no_lattice_of_the_old_pixels() -> None:
    """Enlarged four times, nothing stands at the frequencies of the old pixels, as it does after a cubic kernel."""
    painted = torch.rand(1, 3, 24, 32, generator=torch.Generator().manual_seed(0), dtype=torch.float64) * 0.5 + 0.25
    carried = carry_up(painted, None, Level(128, 96, 1), 0.0)
    cubic = resize(resize(painted, 16, 12), 128, 96)

    window = torch.blackman_window(96, dtype=torch.float64)[:, None] * torch.blackman_window(128, dtype=torch.float64)

    def at_old_pixels(image: Tensor) -> float:
        spectrum = torch.fft.rfft2(image * window).abs()
        return float(spectrum[..., 24, 1:8].mean())

    assert at_old_pixels(carried) < 0.25 * at_old_pixels(cubic)


def test_long_waves_are_passed_by_their_length_and_continue_by_reflection() -> None:
    size, new = 40, 100
    for half_periods, gain in ((0, 1.0), (4, 1.0), (10, 0.5), (15, 0.0), (30, 0.0)):
        wave = (torch.pi * half_periods * (torch.arange(size) + 0.5) / size).cos().expand(1, 3, size, size)
        finer = (torch.pi * half_periods * (torch.arange(new) + 0.5) / new).cos().expand(1, 3, new, new)
        passed = long_waves(wave, new, new, 10.0, 10.0)
        torch.testing.assert_close(passed, gain * finer, rtol=0, atol=2e-2 if half_periods == 10 else 1e-5)
