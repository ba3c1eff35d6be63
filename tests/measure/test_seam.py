"""Whether a picture shows where it meets itself."""

import numpy as np
import pytest

from impasto.errors import InputError, PictureError
from impasto.measure import line_energies, measure_seams, seam_energy
from impasto.pictures import Picture


def texture(height, width, *, seed=0, softness=3.0):
    """Coloured noise that goes around: white noise under a periodic Gaussian."""
    draw = np.random.default_rng(seed).standard_normal((3, height, width))
    rows, columns = np.fft.fftfreq(height)[:, None], np.fft.fftfreq(width)
    soft = np.fft.ifft2(np.fft.fft2(draw) * np.exp(-2 * (np.pi * softness) ** 2 * (rows**2 + columns**2))).real
    return Picture((0.5 + 0.15 * soft / soft.std()).clip(0, 1).astype(np.float32))


def cut(picture, width, height):
    return Picture(np.ascontiguousarray(picture.pixels[:, :height, :width]))


@pytest.mark.parametrize("softness", [0.5, 2.0, 4.0])
def test_what_goes_around_has_no_seam_and_what_is_cut_has(softness):
    whole = texture(160, 192, softness=softness)
    assert seam_energy(whole) == pytest.approx((1, 1), abs=0.3)
    if softness > 1:
        across, down = seam_energy(cut(whole, 150, 160))
        assert across > 3
        assert down == pytest.approx(1, abs=0.3)
        across, down = seam_energy(cut(whole, 192, 100))
        assert across == pytest.approx(1, abs=0.3)
        assert down > 3


def test_the_seam_is_the_last_line_and_any_line_where_the_picture_is_moved_around():
    picture = cut(texture(96, 96), 80, 90)
    for axis, side in ((1, 80), (0, 90)):
        energies = line_energies(picture, axis)
        assert len(energies) == side
        assert np.argmax(energies) == side - 1
        moved = Picture(np.roll(picture.pixels, 30, axis=1 + axis))
        assert np.allclose(line_energies(moved, axis), np.roll(energies, 30))
        assert seam_energy(moved)[1 - axis] < 1.5
    assert seam_energy(picture) == (line_energies(picture, 1)[-1], line_energies(picture, 0)[-1])


def test_flat_pictures_have_none_and_contrast_does_not_matter():
    assert seam_energy(Picture(np.full((3, 64, 64), 0.3, np.float32))) == pytest.approx((1, 1))
    picture = cut(texture(96, 96), 80, 80)
    paler = Picture((0.5 + 0.5 * (picture.pixels - 0.5)).astype(np.float32))
    assert seam_energy(paler) == pytest.approx(seam_energy(picture), rel=0.02)


def test_a_shading_that_does_not_meet_shows():
    pixels = np.broadcast_to(np.linspace(0, 1, 64, dtype=np.float32), (3, 64, 64)).copy()
    across, down = seam_energy(Picture(pixels))
    assert across > 100
    assert down == pytest.approx(1)


def test_tiles_painted_apart_show_at_their_borders_and_nowhere_else():
    left, right = texture(96, 96, seed=1), texture(96, 96, seed=2)
    whole = Picture(np.concatenate([left.pixels[:, :, :64], right.pixels[:, :, :32]], axis=2))
    scores = measure_seams(whole, tile=32)
    assert set(scores.tiles_across) == set(scores.tiles_down) == {32, 64}
    assert scores.tiles_across[64] > 3 > scores.lines_across[0]
    assert scores.tiles_across[32] == line_energies(whole, 1)[31]
    low, high = scores.lines_down
    assert all(low < energy < high for energy in scores.tiles_down.values())
    assert (scores.across, scores.down) == seam_energy(whole)


def test_without_tiles_there_are_no_borders_and_a_tile_needs_a_side():
    whole = texture(64, 64)
    assert measure_seams(whole).tiles_across == measure_seams(whole, tile=64).tiles_down == {}
    with pytest.raises(InputError, match="at least one pixel wide, not 0"):
        measure_seams(whole, tile=0)


def test_too_small_a_picture_is_refused():
    with pytest.raises(PictureError, match="at least 8 pixels"):
        seam_energy(Picture(np.zeros((3, 7, 64), np.float32)))
    assert seam_energy(Picture(np.zeros((3, 8, 64), np.float32))) == pytest.approx((1, 1))


def test_borders_are_looked_for_where_tiles_of_one_size_meet_too():
    """136 pixels are three tiles of 48, 48 and 40 rather than of 64, 64 and 8."""
    picture = Picture(np.random.default_rng(0).random((3, 100, 136), dtype=np.float32))
    scores = measure_seams(picture, tile=64)
    assert list(scores.tiles_down) == [64]
    assert list(scores.tiles_across) == [48, 64, 96, 128]
