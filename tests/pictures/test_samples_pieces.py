"""The pieces that paintings share: frame, noise, colours, flow, strokes and cells."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impasto.pictures.samples.brush import Brush
from impasto.pictures.samples.canvas import Canvas, Strokes, illuminate, reduce
from impasto.pictures.samples.cells import borders, nearest, scatter_sites, settle
from impasto.pictures.samples.flow import Vortex, along, blend, trace
from impasto.pictures.samples.frame import Frame, bilinear, blur, read, smoothstep
from impasto.pictures.samples.noise import Noise
from impasto.pictures.samples.palette import Ramp, encode, linear_rgb, pigment


def rng() -> np.random.Generator:
    return np.random.default_rng(3)


@given(width=st.integers(64, 8192), height=st.integers(64, 8192))
def test_a_frame_has_area_one_and_its_sketch_the_same_shape(width: int, height: int) -> None:
    frame = Frame(width, height)
    assert frame.right * frame.bottom == pytest.approx(1)
    assert frame.sketch().right == pytest.approx(frame.right, rel=0.06)
    assert frame.oversampling() in (1, 2)


def test_bilinear_reads_a_plane_exactly_and_clamps_outside() -> None:
    x, y = Frame(40, 30).grid()
    plane = (2 * x - 3 * y).astype(np.float32)
    np.testing.assert_allclose(read(Frame(40, 30), plane, x, y), plane, atol=1e-5)
    corner = bilinear(plane, np.array([-5.0], np.float32), np.array([-5.0], np.float32))
    assert corner[0] == plane[0, 0]


def test_blur_keeps_constants_and_the_sum_of_a_spot() -> None:
    np.testing.assert_allclose(blur(np.full((20, 30), 0.7, np.float32), 4), 0.7, rtol=1e-6)
    spot = np.zeros((41, 41), np.float32)
    spot[20, 20] = 1
    assert blur(spot, 3).sum() == pytest.approx(1, rel=1e-5)
    assert blur(spot, 3).argmax() == spot.argmax()


def test_smoothstep_runs_either_way() -> None:
    value = np.array([0.0, 1.0, 2.0], np.float32)
    np.testing.assert_allclose(smoothstep(0, 2, value), [0, 0.5, 1])
    np.testing.assert_allclose(smoothstep(2, 0, value), [1, 0.5, 0])


def test_noise_is_centred_bounded_smooth_and_zero_on_the_lattice() -> None:
    noise = Noise(rng())
    x, y = np.meshgrid(np.arange(0, 30, 0.05, dtype=np.float32), np.arange(0, 30, 0.05, dtype=np.float32))
    values = noise(x, y)
    assert abs(float(values.mean())) < 0.03
    assert np.abs(values).max() < 1.5
    assert np.abs(np.diff(values, axis=1)).max() < 0.3
    assert noise(np.array([4.0], np.float32), np.array([7.0], np.float32))[0] == pytest.approx(0, abs=1e-6)


@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_a_pigment_comes_back_as_the_colour_it_was_written_as(rgb: tuple[int, int, int]) -> None:
    code = "#{:02x}{:02x}{:02x}".format(*rgb)
    back = encode(linear_rgb(pigment(code))) * 255
    np.testing.assert_allclose(back, rgb, atol=0.6)


def test_a_ramp_meets_its_stops_and_clamps() -> None:
    ramp = Ramp("#000000", "#ff0000", "#ffffff", stops=(0, 0.3, 1))
    colours = ramp(np.array([-1, 0.3, 2], np.float32))
    expected = np.stack([pigment(code) for code in ("#000000", "#ff0000", "#ffffff")], axis=1)
    np.testing.assert_allclose(colours, expected, atol=1e-6)


def test_paths_in_a_vortex_go_round_at_one_radius() -> None:
    frame = Frame(200, 200)
    x, y = frame.sketch().grid()
    flow = along(Vortex(0.5, 0.5, 0.2, 1.0).stream(x, y))
    start = np.array([0.6, 0.7], np.float32), np.array([0.5, 0.5], np.float32)
    path = trace(frame, flow, *start, np.array([0.5, 0.5], np.float32), 41)
    radius = np.hypot(path[:, :, 0] - 0.5, path[:, :, 1] - 0.5)
    np.testing.assert_allclose(radius[0], 0.1, atol=0.004)
    np.testing.assert_allclose(radius[1], 0.2, atol=0.004)
    length = np.linalg.norm(np.diff(path, axis=1), axis=2).sum(axis=1)
    np.testing.assert_allclose(length, 0.5, rtol=0.01)


def test_directions_blend_as_axes() -> None:
    east = np.stack([np.ones((2, 2)), np.zeros((2, 2))]).astype(np.float32)
    np.testing.assert_allclose(blend(east, -east, np.full((2, 2), 0.5, np.float32)), east)


def _strokes(*rows: tuple[float, str]) -> Strokes:
    """Strokes from left to right at the given heights, each in one colour."""
    x = np.linspace(0.1, 0.9, 9, dtype=np.float32)
    paths = np.stack([np.stack([x, np.full_like(x, y)], axis=1) for y, _ in rows])
    colours = np.stack([pigment(code) for _, code in rows])
    return Strokes(paths, np.full(len(rows), 0.2, np.float32), colours, colours)


def test_a_stroke_covers_its_width_and_nothing_else_and_later_ones_lie_on_top() -> None:
    frame = Frame(100, 100)
    canvas = Canvas(frame, pigment("#ffffff"))
    brush = Brush(0.2, 0.8, streak=0.0, dryness=0.0, taper=0.0, relief=0.0)
    canvas.lay(_strokes((0.5, "#0000ff"), (0.55, "#ff0000")), brush, rng())
    pixels = canvas.picture(light=0, gloss=0).pixels
    np.testing.assert_allclose(pixels[:, 50, 50], [1, 0, 0], atol=0.01)
    np.testing.assert_allclose(pixels[:, 42, 50], [0, 0, 1], atol=0.01)
    np.testing.assert_allclose(pixels[:, 20, 50], 1, atol=0.01)
    np.testing.assert_allclose(pixels[:, 50, 4], 1, atol=0.01)


def test_no_strokes_leave_the_ground() -> None:
    canvas = Canvas(Frame(64, 64), pigment("#336699"))
    empty = np.zeros((0, 3), np.float32)
    canvas.lay(Strokes(np.zeros((0, 5, 2), np.float32), np.zeros(0, np.float32), empty, empty), Brush(0.1, 0.3), rng())
    expected = np.array([0x33, 0x66, 0x99]).reshape(3, 1, 1) / 255
    np.testing.assert_allclose(canvas.picture().pixels, np.broadcast_to(expected, (3, 64, 64)), atol=0.003)


def test_light_comes_from_the_upper_left() -> None:
    grey = np.full((3, 21, 21), 0.5, np.float32)
    x, y = np.meshgrid(np.arange(21), np.arange(21))
    bump = (4 * np.exp(-((x - 10) ** 2 + (y - 10) ** 2) / 20)).astype(np.float32)
    lit = illuminate(grey, bump, 0.6, 0.1)[0]
    assert lit[7, 7] > 0.5 > lit[13, 13]
    np.testing.assert_allclose(illuminate(grey, np.zeros((21, 21), np.float32), 0.6, 0.1), grey)


def test_reduce_takes_means() -> None:
    image = np.arange(48, dtype=np.float32).reshape(3, 4, 4)
    assert reduce(image, 2)[0, 0, 0] == pytest.approx((0 + 1 + 4 + 5) / 4)


def test_cells_agree_with_a_search_of_every_site() -> None:
    frame = Frame(60, 40)
    sites = scatter_sites(frame, 0.12, rng())
    cells = nearest(frame, sites, 0.4)
    x, y = frame.grid()
    distance = np.hypot(x[:, :, None] - sites[:, 0], y[:, :, None] - sites[:, 1])
    ordered = np.sort(distance, axis=2)
    assert (cells.site == distance.argmin(axis=2)).mean() > 0.999
    np.testing.assert_allclose(cells.first, ordered[:, :, 0], atol=1e-5)
    np.testing.assert_allclose(cells.second, ordered[:, :, 1], atol=1e-5)


def test_settling_makes_cells_more_even() -> None:
    frame = Frame(80, 80)
    x, y = frame.sketch().grid()
    flow = along(x + 0.4 * y)
    start = scatter_sites(frame, 0.11, rng())
    inner = np.all((start > 0.15) & (start < 0.85), axis=1)

    def unevenness(sites: np.ndarray) -> float:
        sizes = np.bincount(nearest(frame.sketch(), sites, 0.3, flow).site.ravel(), minlength=len(sites))[inner]
        return float(sizes.std() / sizes.mean())

    assert unevenness(settle(frame, start, 0.11, flow, 6)) < 0.6 * unevenness(start)


@settings(max_examples=20)
@given(column=st.integers(1, 18))
def test_borders_mark_where_labels_change(column: int) -> None:
    labels = np.zeros((8, 20), np.int64)
    labels[:, column:] = 4
    assert np.unique(np.nonzero(borders(labels))[1]).tolist() == [column - 1]
