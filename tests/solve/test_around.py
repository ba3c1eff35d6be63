"""Pictures that go around: nothing tells where they begin."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from impasto.backbones import Backbone
from impasto.errors import JobError, SolveError
from impasto.losses import ContentLoss, GramLoss, MomentsLoss
from impasto.solve import LBFGS, Finished, Level, NoiseStart, Problem, Shift, Target, pyramid, solve
from impasto.solve.around import Around
from impasto.solve.objective import Objective
from impasto.solve.pyramid import carry_up, long_waves
from impasto.solve.shortage import in_smaller_tiles
from impasto.solve.smoothing import Smoothing

CPU = torch.device("cpu")
LAYERS = ("relu1_1", "relu2_1", "relu3_1")


@pytest.fixture
def make_around(make_vgg: Callable[..., Backbone], image_of: Callable[..., Tensor]) -> Callable[..., Problem]:
    """Makes a problem of style alone on random weights, of 24×32 pixels."""

    def make(**changes: Any) -> Problem:
        settings: dict[str, Any] = {
            "backbone": make_vgg(padding="circular", pooling="average"),
            "losses": (GramLoss(layers=LAYERS), MomentsLoss(layers=LAYERS)),
            "targets": {"style": (Target(image_of(40, 36, 2)),)},
            "levels": pyramid(32, 24, smallest=16, steps=(5, 5), multiple=4),
            "start": NoiseStart(),
            "periodic": True,
        }
        return Problem(**(settings | changes))

    return make


@pytest.mark.parametrize("moved", [(4, 8), (-8, 4)])
def test_the_gradient_moves_around_with_the_picture(
    moved: tuple[int, int], make_around: Callable[..., Problem], image_of: Callable[..., Tensor]
) -> None:
    objective, image = Objective(make_around(), 1), image_of(24, 32, 5)
    value, gradient = objective(image)
    value_moved, gradient_moved = objective(image.roll(moved, (-2, -1)))
    assert value_moved == pytest.approx(value, rel=1e-4)
    wanted = gradient.roll(moved, (-2, -1))
    assert float((gradient_moved - wanted).norm()) < 1e-3 * float(wanted.norm())


def test_looked_at_from_another_place_it_is_the_picture_moved_around(
    make_around: Callable[..., Problem], image_of: Callable[..., Tensor]
) -> None:
    shifted, plain = (Objective(make_around(shift=Shift(pixels=pixels, every=2)), 1) for pixels in (4, 1))
    image, places = image_of(24, 32, 5), set()
    for step in range(0, 8, 2):
        shifted.look_from(step)
        offset = shifted.look.offset
        assert offset is not None
        places.add(offset)
        value, gradient = shifted(image)
        wanted, slope = plain(image.roll(offset, (-2, -1)))
        assert value == pytest.approx(wanted, rel=1e-4)
        back = slope.roll((-offset[0], -offset[1]), (-2, -1))
        assert float((gradient - back).norm()) < 1e-3 * float(back.norm())
    assert len(places) == 4


def test_a_whole_descent_moves_around_with_its_start(make_around: Callable[..., Problem]) -> None:
    """Noise moved around is painted into the picture moved around: optimiser and pyramid have no border either."""

    class Moved(NoiseStart):
        def image(self, content: Tensor, generator: torch.Generator) -> Tensor:
            return super().image(content, generator).roll((4, 4), (-2, -1))

    problem = make_around(optimizer=LBFGS(history=5, smoothing=8.0, chroma=2.0))
    plain, moved = (
        next(event.image for event in solve(each) if isinstance(event, Finished))
        for each in (problem, replace(problem, start=Moved()))
    )
    wanted = plain.roll((8, 8), (-2, -1))
    assert float((moved - wanted).abs().max()) < 0.02
    assert float((plain - wanted).abs().max()) > 0.2


def test_the_borders_of_a_style_do_not_count_as_its_style(make_vgg: Callable[..., Backbone]) -> None:
    """A slope from dark to bright has no edge; where its borders met, it would have one."""
    slope = torch.linspace(0.1, 0.9, 48).expand(1, 3, 32, 48)
    look = Around(make_vgg(padding="circular"), ("conv1_1", "input"))
    (seen,) = look.parts(slope)
    reflected = make_vgg(padding="reflect")(slope, ["conv1_1"])["conv1_1"]
    torch.testing.assert_close(seen.own("conv1_1"), reflected)
    assert torch.equal(seen.own("input"), slope)
    met = make_vgg(padding="circular")(slope, ["conv1_1"])["conv1_1"]
    assert float((met - reflected).abs().max()) > 1


@pytest.mark.parametrize("size", [(40, 52), (33, 21), (16, 20)])
def test_of_a_style_every_layer_has_the_positions_of_the_picture(
    size: tuple[int, int], make_vgg: Callable[..., Backbone], image_of: Callable[..., Tensor]
) -> None:
    """Far from the borders they are those of the network without any."""
    layers = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")
    (seen,) = Around(make_vgg(padding="circular"), layers).parts(image_of(*size))
    plain = make_vgg(padding="reflect")(image_of(*size), layers)
    for name in layers:
        assert seen.own(name).shape == plain[name].shape
    if min(size) >= 33:
        inside = (..., slice(6, -6), slice(6, -6))
        torch.testing.assert_close(seen.own("relu1_1")[inside], plain["relu1_1"][inside])


def by_fourier(image: Tensor, wavelength: float) -> Tensor:
    """The oracle: the image filtered as it repeats."""
    rows, columns = (torch.fft.fftfreq(side, dtype=image.dtype) for side in image.shape[-2:])
    gain = 1 / (1 + wavelength * (rows.square()[:, None] + columns.square()).sqrt())
    half = gain[:, : image.shape[-1] // 2 + 1]
    return torch.fft.ifft2(torch.fft.fft2(image) * gain / half.mean()).real


@pytest.mark.parametrize("size", [(1, 1), (1, 2), (2, 3), (8, 6), (31, 16), (40, 57)])
def test_the_metric_is_the_filter_of_the_image_that_repeats(size: tuple[int, int]) -> None:
    image = torch.randn(1, 3, *size, generator=torch.Generator().manual_seed(0))
    smoothing = Smoothing(*size, 16.0, CPU, periodic=True)
    wanted = by_fourier(image.double(), 16.0)
    got = smoothing.apply_(image.contiguous().clone())
    assert float((got.double() - wanted).norm()) < 1e-5 * float(wanted.norm())
    squared = smoothing.norm_squared_(image.clone())
    assert squared == pytest.approx(float((image.double() * wanted).sum()), rel=1e-5)


def test_carried_up_a_picture_goes_around_as_before() -> None:
    image = torch.rand(1, 3, 12, 20, generator=torch.Generator().manual_seed(0))
    level = Level(40, 24, 1)
    carried = carry_up(image, None, level, 1.0, periodic=True)
    moved = carry_up(image.roll((3, -2), (-2, -1)), None, level, 1.0, periodic=True)
    torch.testing.assert_close(moved, carried.roll((6, -4), (-2, -1)), rtol=0, atol=1e-5)
    bordered = carry_up(image.roll((3, -2), (-2, -1)), None, level, 1.0)
    assert float((bordered - carry_up(image, None, level, 1.0).roll((6, -4), (-2, -1))).abs().max()) > 0.05


def test_long_waves_that_go_around_are_passed_by_their_length() -> None:
    size, new = 40, 100
    for waves, gain in ((0, 1.0), (2, 1.0), (5, 0.5), (8, 0.0), (15, 0.0)):
        for phase in (0.0, 1.0):
            wave, finer = (
                (2 * torch.pi * waves * (torch.arange(n) + 0.5) / n + phase).cos().expand(1, 3, n, n)
                for n in (size, new)
            )
            passed = long_waves(wave, new, new, 10.0, 10.0, periodic=True)
            torch.testing.assert_close(passed, gain * finer, rtol=0, atol=1e-5)


def test_what_cannot_go_around_is_refused(make_around: Callable[..., Problem], image_of: Callable[..., Tensor]) -> None:
    content = Target(image_of(24, 32))
    for changes, said in (
        ({"tile": 64}, "tiles"),
        ({"targets": {"content": (content,), "style": (content,)}, "losses": (ContentLoss(layers=LAYERS),)}, "content"),
        ({"levels": (Level(30, 24, 1),)}, "multiples of 4"),
    ):
        with pytest.raises(JobError, match=said):
            make_around(**changes)


def test_where_memory_runs_out_there_are_no_tiles_to_go_on_in(make_around: Callable[..., Problem]) -> None:
    with pytest.raises(SolveError, match="32×24 pixels of a picture that goes around"):
        in_smaller_tiles(make_around(), 1)


def test_levels_of_a_multiple() -> None:
    levels = pyramid(528, 304, smallest=64, steps=(1,), multiple=16)
    assert [(level.width, level.height) for level in levels] == [(64, 32), (128, 80), (256, 160), (528, 304)]
