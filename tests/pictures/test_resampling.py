"""Resizing: Pillow's Lanczos, written by others, is the oracle."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from impasto.pictures import Picture, resize
from impasto.pictures.resampling import resample

sides = st.integers(1, 60)


@given(height=sides, width=sides, new_height=sides, new_width=sides, seed=st.integers(0, 1000))
@settings(max_examples=80)
def test_as_pillow_does(height: int, width: int, new_height: int, new_width: int, seed: int) -> None:
    plane = np.random.default_rng(seed).random((height, width), dtype=np.float32)
    expected = np.asarray(Image.fromarray(plane).resize((new_width, new_height), Image.Resampling.LANCZOS))
    assert np.abs(resample(plane, new_width, new_height) - expected).max() < 2e-6


@pytest.mark.parametrize("size", [(7, 5), (64, 48), (200, 1), (1, 1)])
def test_the_size_is_exact_and_a_plain_colour_stays(size: tuple[int, int]) -> None:
    plain = Picture(np.full((3, 48, 64), 0.3, np.float32), np.full((48, 64), 0.5, np.float32), 16)
    small = resize(plain, *size)
    assert (small.width, small.height, small.depth) == (*size, 16)
    assert np.allclose(small.pixels, 0.3, atol=1e-6)
    assert small.alpha is not None
    assert np.allclose(small.alpha, 0.5, atol=1e-6)


def test_the_same_size_is_the_same_picture() -> None:
    picture = Picture(np.zeros((3, 20, 30), np.float32))
    assert resize(picture, 30, 20) is picture


def test_fine_stripes_become_grey_and_do_not_alias() -> None:
    stripes = np.zeros((3, 300, 300), np.float32)
    stripes[:, :, ::2] = 1
    inner = resize(Picture(stripes), 90, 90).pixels[:, 5:-5, 5:-5]
    assert np.abs(inner - 0.5).max() < 0.02


def test_values_stay_within_0_and_1() -> None:
    edge = np.zeros((3, 40, 40), np.float32)
    edge[:, :, 20:] = 1
    large = resize(Picture(edge), 133, 61).pixels
    assert large.min() == 0
    assert large.max() == 1


@pytest.mark.parametrize("size", [(13, 13), (90, 90)])
def test_clear_pixels_bleed_no_colour(size: tuple[int, int]) -> None:
    pixels = np.zeros((3, 40, 40), np.float32)
    pixels[1] = 1  # clear green on the left,
    pixels[:, :, 20:] = np.float32([1, 0, 0])[:, None, None]  # opaque red on the right
    alpha = np.zeros((40, 40), np.float32)
    alpha[:, 20:] = 1
    resized = resize(Picture(pixels, alpha), *size)
    assert resized.alpha is not None
    seen = resized.pixels[:, resized.alpha > 0.01]
    assert seen[1].max() < 1e-4
    assert seen[0].min() > 1 - 1e-4
    clear = resized.pixels[:, resized.alpha == 0]
    assert clear.size
    assert np.isfinite(clear).all()


def test_the_source_is_left_alone() -> None:
    pixels = np.random.default_rng(0).random((3, 30, 30), dtype=np.float32)
    before = pixels.copy()
    resize(Picture(pixels, pixels[0]), 17, 50)
    assert np.array_equal(pixels, before)


def test_no_size_under_one() -> None:
    with pytest.raises(ValueError, match="at least 1x1, not 0x5"):
        resize(Picture(np.zeros((3, 20, 20), np.float32)), 0, 5)
