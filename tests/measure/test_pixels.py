"""Noise, grid, clipping and colour on pictures whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impasto.errors import PictureError
from impasto.measure import (
    clipped_share,
    colour_distance,
    grid_energy,
    noise_everywhere,
    noise_in_flat_areas,
    relative_grid,
)
from impasto.pictures import Picture
from impasto.pictures.cielab import to_cielab
from impasto.pictures.samples import paint_sample


def plain(*colour: float, side: int = 128) -> Picture:
    return Picture(np.broadcast_to(np.float32(colour)[:, None, None], (3, side, side)).copy())


def with_noise(picture: Picture, deviation: float, seed: int = 0) -> Picture:
    """The same grey normal noise, in levels of 255, on every channel."""
    noise = np.random.default_rng(seed).normal(0, deviation / 255, picture.pixels.shape[1:])
    return Picture((picture.pixels + noise).astype(np.float32))


def with_lattice(picture: Picture, period: int, amplitude: float) -> Picture:
    rows, columns = np.mgrid[: picture.height, : picture.width]
    wave = np.cos(2 * np.pi * rows / period) * np.cos(2 * np.pi * columns / period)
    return Picture(np.clip(picture.pixels + amplitude / 255 * wave, 0, 1).astype(np.float32))


@pytest.fixture(scope="module")
def harbour() -> Picture:
    return paint_sample("harbour", width=256, height=192)


@pytest.mark.parametrize("measure", [noise_everywhere, noise_in_flat_areas])
@pytest.mark.parametrize("deviation", [2, 10, 25])
def test_noise_on_a_plain_wall_is_found_in_its_own_size(measure, deviation):
    assert measure(with_noise(plain(0.5, 0.5, 0.5, side=256), deviation)) == pytest.approx(deviation, rel=0.1)


@pytest.mark.parametrize("measure", [noise_everywhere, noise_in_flat_areas])
def test_a_smooth_ramp_and_an_upright_edge_are_no_noise(measure):
    ramp = np.linspace(0, 1, 128, dtype=np.float32)
    assert measure(Picture(np.broadcast_to(ramp, (3, 128, 128)).copy())) == pytest.approx(0, abs=1e-3)
    step = (ramp > 0.5).astype(np.float32)
    assert measure(Picture(np.broadcast_to(step, (3, 128, 128)).copy())) == pytest.approx(0, abs=1e-3)


def test_brushwork_is_less_noise_where_it_is_flat(harbour):
    assert noise_in_flat_areas(harbour) < noise_everywhere(harbour)
    assert noise_in_flat_areas(with_noise(harbour, 12)) > noise_in_flat_areas(harbour) + 5


@pytest.mark.parametrize("period", [2, 4, 8, 16])
def test_a_lattice_raises_its_own_period_alone(harbour, period):
    before, after = grid_energy(harbour), grid_energy(with_lattice(harbour, period, 2 * period))
    assert after[period] > 1.2 * before[period]
    assert all(after[p] == pytest.approx(before[p], rel=0.1) for p in before if p != period)


def test_the_grid_rises_with_the_lattice_and_not_with_noise(harbour):
    photo = grid_energy(harbour)
    stronger = [relative_grid(grid_energy(with_lattice(harbour, 4, amplitude)), photo) for amplitude in (0, 1, 2, 4, 8)]
    assert stronger == sorted(stronger)
    assert stronger[-1] > 1.3
    for deviation in (4, 12):
        assert relative_grid(grid_energy(with_noise(harbour, deviation)), photo) < 1.15


def test_stripes_and_coloured_lattices_are_lattices(harbour):
    photo = grid_energy(harbour)
    columns = np.arange(harbour.width)
    stripes = Picture((harbour.pixels + 6 / 255 * np.cos(np.pi / 2 * columns)).astype(np.float32))
    coloured = with_lattice(harbour, 4, 6).pixels.copy()
    coloured[1] = 2 * harbour.pixels[1] - coloured[1]
    assert relative_grid(grid_energy(stripes), photo) > 1.2
    assert relative_grid(grid_energy(Picture(coloured)), photo) > 1.2


def test_a_lattice_is_found_wherever_it_begins(harbour):
    gridded = with_lattice(harbour, 8, 12)
    moved = Picture(np.ascontiguousarray(gridded.pixels[:, 3:, 5:]))
    assert grid_energy(moved)[8] == pytest.approx(grid_energy(gridded)[8], rel=0.1)


def test_a_plain_wall_has_no_grid_however_faint_it_would_be():
    assert grid_energy(plain(0.2, 0.4, 0.6)) == pytest.approx(dict.fromkeys((2, 4, 8, 16), 1))
    assert max(grid_energy(with_lattice(plain(0.2, 0.4, 0.6), 4, 0.005)).values()) < 1.3


def test_relative_to_a_photo_that_has_a_grid_of_its_own():
    assert relative_grid({2: 3.0, 4: 1.2}, {2: 2.0, 4: 0.6}) == 1.5
    assert relative_grid({2: 2.0, 4: 1.2}, {2: 2.0, 4: 0.6}) == 1.2


@pytest.mark.parametrize("measure", [grid_energy, noise_everywhere, noise_in_flat_areas])
def test_too_small_a_picture_is_refused_with_the_size_it_needs(measure):
    with pytest.raises(PictureError, match="at least"):
        measure(plain(0.5, 0.5, 0.5, side=9))


def test_clipping_counts_pixels_with_any_channel_at_an_end():
    pixels = np.full((3, 4, 5), 0.5, np.float32)
    pixels[0, 0, 0], pixels[:, 1, 1], pixels[2, 3, 4] = 1, 0, 254 / 255
    assert clipped_share(Picture(pixels)) == pytest.approx(2 / 20)


@pytest.mark.parametrize(
    ("colour", "lab"),
    [
        ((1, 1, 1), (100, 0, 0)),
        ((0, 0, 0), (0, 0, 0)),
        ((1, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 1, 0), (87.73, -86.18, 83.18)),
        ((0, 0, 1), (32.30, 79.19, -107.86)),
    ],
)
def test_cielab_of_the_primaries(colour, lab):
    np.testing.assert_allclose(to_cielab(plain(*colour, side=1).pixels)[:, 0, 0], lab, atol=0.02)


def test_colours_that_all_move_by_ten_are_ten_apart():
    greys = [np.full((3, 8, 8), v, np.float32) for v in (0.4663266, 0.5661)]
    lightness = [to_cielab(grey)[0, 0, 0] for grey in greys]
    assert colour_distance(Picture(greys[0]), Picture(greys[1])) == pytest.approx(lightness[1] - lightness[0], rel=0.02)


def test_colours_do_not_care_where_they_are_and_in_what_size(harbour):
    mirrored = Picture(np.ascontiguousarray(harbour.pixels[:, ::-1, ::-1]))
    assert colour_distance(harbour, mirrored) == 0
    twice = Picture(np.repeat(np.repeat(harbour.pixels, 2, axis=1), 2, axis=2))
    assert colour_distance(harbour, twice) < 0.05


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
def test_colour_distance_is_a_distance(one, two, three):
    a, b, c = (Picture(np.random.default_rng(seed).random((3, 6, 5), dtype=np.float32)) for seed in (one, two, three))
    assert colour_distance(a, b) == colour_distance(b, a) >= 0
    assert colour_distance(a, c) <= colour_distance(a, b) + colour_distance(b, c) + 1e-9
