"""Multi-scale structural similarity against the paper's arithmetic done another way, and where its answer is known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import correlate1d, uniform_filter

from impasto.errors import PictureError
from impasto.measure import ms_ssim
from impasto.measure.structural_similarity import EXPONENTS, scales_of
from impasto.pictures import Picture, resize
from impasto.pictures.luma import luma
from impasto.pictures.samples import sample_photograph


def plain(value, height=192, width=208):
    return Picture(np.full((3, height, width), value, np.float32))


def noisy(picture, deviation, seed=0):
    noise = np.random.default_rng(seed).normal(0, deviation, picture.pixels.shape)
    return Picture((picture.pixels + noise).clip(0, 1).astype(np.float32))


def blurred(picture, radius):
    pixels = uniform_filter(picture.pixels.astype(np.float64), (0, 2 * radius + 1, 2 * radius + 1), mode="nearest")
    return Picture(pixels.astype(np.float32))


@pytest.fixture(scope="module")
def cat():
    return resize(sample_photograph("cat"), 288, 200)


def by_another_way(a, b):
    """Filters over the whole picture, cropped; deviations from the mean in place of differences of squares."""
    x, y = luma(a), luma(b)
    places = np.arange(-5, 6)
    kernel = np.exp(-(places**2) / 4.5)
    kernel /= kernel.sum()

    def window(plane):
        return correlate1d(correlate1d(plane, kernel, 0), kernel, 1)[5:-5, 5:-5]

    value = 1.0
    for scale, exponent in enumerate(EXPONENTS):
        mx, my = window(x), window(y)
        contrast_x = np.sqrt(np.maximum(window(x**2) - mx**2, 0))
        contrast_y = np.sqrt(np.maximum(window(y**2) - my**2, 0))
        contrast = (2 * contrast_x * contrast_y + 58.5225) / (contrast_x**2 + contrast_y**2 + 58.5225)
        structure = (window(x * y) - mx * my + 29.26125) / (contrast_x * contrast_y + 29.26125)
        light = (2 * mx * my + 6.5025) / (mx**2 + my**2 + 6.5025)
        value *= np.mean((light if scale == 4 else 1) * contrast * structure) ** exponent
        x, y = (
            uniform_filter(plane, 2, origin=-1)[: plane.shape[0] // 2 * 2 : 2, : plane.shape[1] // 2 * 2 : 2]
            for plane in (x, y)
        )
    return value


@pytest.mark.parametrize("size", [(288, 200), (281, 179)])
def test_it_is_light_times_contrast_times_structure_over_five_scales(size):
    cat = resize(sample_photograph("cat"), *size)
    for other in (noisy(cat, 0.1), blurred(cat, 3), Picture(cat.pixels**1.5)):
        assert ms_ssim(cat, other) == pytest.approx(by_another_way(cat, other), abs=1e-9)


@given(st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=20)
def test_plain_pictures_differ_by_light_alone_at_the_coarsest_scale(first, second):
    a, b = (255 * float(np.float32(value)) for value in (first, second))
    light = (2 * a * b + 6.5025) / (a * a + b * b + 6.5025)
    assert ms_ssim(plain(first), plain(second)) == pytest.approx(light**0.1333, abs=1e-6)


def test_a_picture_is_itself_and_falls_with_noise_and_blur(cat):
    assert ms_ssim(cat, cat) == pytest.approx(1, abs=1e-12)
    for worse in (noisy, blurred):
        amounts = (0.02, 0.1, 0.3) if worse is noisy else (1, 3, 8)
        values = [1.0, *(ms_ssim(cat, worse(cat, amount)) for amount in amounts)]
        assert values == sorted(values, reverse=True)
        assert values[-1] < 0.75
        harmed = worse(cat, amounts[0])
        assert ms_ssim(harmed, cat) == pytest.approx(ms_ssim(cat, harmed), rel=1e-12)


def test_it_minds_fine_noise_less_than_one_scale_would(cat):
    small = resize(cat, 21, 21)
    assert scales_of(21, 21) == 1
    assert ms_ssim(cat, noisy(cat, 0.1)) > ms_ssim(small, noisy(small, 0.1))


def test_the_negative_has_nothing_in_common_and_colour_is_not_seen(cat):
    assert ms_ssim(cat, Picture(1 - cat.pixels)) == 0
    grey = Picture(np.broadcast_to(luma(cat) / 255, (3, 200, 288)).astype(np.float32))
    assert ms_ssim(cat, grey) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(("side", "scales"), [(11, 1), (21, 1), (22, 2), (44, 3), (175, 4), (176, 5), (4000, 5)])
def test_there_are_as_many_scales_as_the_window_fits_into(side, scales):
    assert scales_of(side, 5000) == scales_of(5000, side) == scales
    if side < 200:
        assert ms_ssim(plain(0.2, side, side), plain(0.2, side, side)) == pytest.approx(1)


def test_fewer_scales_weigh_as_much_in_all():
    a, b = plain(0.2, 40, 40), plain(0.6, 40, 40)
    light = (2 * 51 * 153 + 6.5025) / (51**2 + 153**2 + 6.5025)
    assert ms_ssim(a, b) == pytest.approx(light ** (0.2856 / (0.0448 + 0.2856) * sum(EXPONENTS)), rel=1e-5)


def test_what_cannot_be_compared_is_refused(picture_of):
    with pytest.raises(PictureError, match="at least 11 pixels"):
        ms_ssim(picture_of(10, 90), picture_of(10, 90))
    with pytest.raises(PictureError, match="of one size, not 40×30 and 30×40"):
        ms_ssim(picture_of(30, 40), picture_of(40, 30))
