"""The sample paintings as a collection: same bytes, any size, and pictures rather than blanks or noise."""

from __future__ import annotations

import subprocess
import sys
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from impasto.errors import InputError, UnknownNameError
from impasto.pictures.picture import Picture
from impasto.pictures.samples import PAINTINGS, paint_sample

NAMES = ("harbour", "hatching", "ink", "mosaic", "stained_glass", "swirl", "waves")
COLOURFUL = ("harbour", "mosaic", "stained_glass", "swirl", "waves")
NEARLY_MONOCHROME = ("hatching", "ink")


@cache
def small(name: str, seed: int = 0) -> Picture:
    return paint_sample(name, width=96, height=72, seed=seed)


@cache
def larger(name: str) -> Picture:
    return paint_sample(name, width=192, height=144)


def colourfulness(picture: Picture) -> float:
    """Hasler and Süsstrunk's measure (Measuring colourfulness in natural images, 2003), for values 0 … 1."""
    r, g, b = picture.pixels.astype(np.float64)
    rg, yb = r - g, (r + g) / 2 - b
    return float(np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean()))


def grey(picture: Picture) -> np.ndarray:
    return picture.pixels.mean(axis=0, dtype=np.float64)


def neighbour_correlation(picture: Picture) -> float:
    """How alike neighbouring pixels are: 0 for white noise, near 1 for a smooth picture."""
    values = grey(picture)
    return float(np.corrcoef(values[:, 1:].ravel(), values[:, :-1].ravel())[0, 1])


def test_every_painting_is_registered_and_described() -> None:
    assert tuple(sorted(PAINTINGS)) == NAMES
    for painting in PAINTINGS.values():
        assert painting.title
        assert painting.description.endswith(".")


@pytest.mark.parametrize("name", NAMES)
def test_same_seed_paints_the_same_bytes(name: str) -> None:
    again = paint_sample(name, width=96, height=72, seed=0)
    assert again.pixels.tobytes() == small(name).pixels.tobytes()


@pytest.mark.parametrize("name", NAMES)
def test_another_seed_paints_another_picture(name: str) -> None:
    difference = np.abs(small(name).pixels - small(name, seed=1).pixels)
    assert (difference.max(axis=0) > 0.02).mean() > 0.05


@pytest.mark.parametrize("name", NAMES)
def test_pixels_are_finite_and_in_range(name: str) -> None:
    pixels = small(name).pixels
    assert pixels.shape == (3, 72, 96)
    assert pixels.dtype == np.float32
    assert np.isfinite(pixels).all()
    assert 0 <= pixels.min() <= pixels.max() <= 1


@pytest.mark.parametrize("name", NAMES)
def test_uses_the_tonal_range_and_has_edges_without_being_noise(name: str) -> None:
    picture = small(name)
    dark, light = np.percentile(grey(picture), [1, 99])
    down, across = np.gradient(grey(picture))
    assert light - dark > 0.35
    assert 0.03 < (np.hypot(down, across) > 0.04).mean() < 0.98
    assert neighbour_correlation(picture) > 0.4


@pytest.mark.parametrize("name", NAMES)
def test_has_structure_at_coarse_and_at_fine_scale(name: str) -> None:
    values = grey(small(name))
    coarse = values.reshape(6, 12, 6, 16).mean(axis=(1, 3))
    inside = values.reshape(6, 12, 6, 16).std(axis=(1, 3))
    assert coarse.std() > 0.025
    assert np.median(inside) > 0.004


@pytest.mark.parametrize("name", COLOURFUL)
def test_colourful_styles_are_colourful(name: str) -> None:
    assert colourfulness(small(name)) > 0.22


@pytest.mark.parametrize("name", NEARLY_MONOCHROME)
def test_ink_styles_are_nearly_monochrome(name: str) -> None:
    picture = small(name)
    assert colourfulness(picture) < 0.12
    r, g, b = picture.pixels.reshape(3, -1).mean(axis=1)
    assert r >= g >= b


def test_ink_leaves_most_of_the_paper_empty() -> None:
    values = grey(small("ink"))
    assert (values > 0.72).mean() > 0.5
    assert (values < 0.4).mean() > 0.003


def test_hatching_is_lines_on_paper_rather_than_grey() -> None:
    values = grey(paint_sample("hatching", width=256, height=192))
    assert (values > 0.75).mean() > 0.15
    assert (values < 0.45).mean() > 0.15


def test_stained_glass_has_dark_lead_between_saturated_panes() -> None:
    pixels = larger("stained_glass").pixels
    lead = pixels.max(axis=0) < 0.25
    saturation = pixels.max(axis=0) - pixels.min(axis=0)
    assert 0.03 < lead.mean() < 0.4
    assert np.median(saturation[~lead]) > 0.3


def test_mosaic_shows_its_grout_lines_as_a_regular_grain() -> None:
    values = grey(larger("mosaic"))
    values = values - values.mean()
    power = np.abs(np.fft.fft2(values)) ** 2
    frequency = np.hypot(np.fft.fftfreq(144)[:, None], np.fft.fftfreq(192)) * np.sqrt(144 * 192)
    tesserae = power[(frequency > 55) & (frequency < 95)].mean()
    between = power[(frequency > 100) & (frequency < 130)].mean()
    assert tesserae > 1.5 * between


@pytest.mark.parametrize("name", NAMES)
def test_composition_is_the_same_at_another_size(name: str) -> None:
    large = larger(name).pixels.reshape(3, 12, 12, 16, 12).mean(axis=(2, 4))
    little = small(name).pixels.reshape(3, 12, 6, 16, 6).mean(axis=(2, 4))
    assert np.corrcoef(large.ravel(), little.ravel())[0, 1] > 0.8


@settings(max_examples=4)
@given(name=st.sampled_from(NAMES), width=st.integers(64, 110), height=st.integers(64, 110), seed=st.integers(0, 2**40))
def test_any_size_and_seed_gives_a_finite_picture_of_that_size(name: str, width: int, height: int, seed: int) -> None:
    picture = paint_sample(name, width=width, height=height, seed=seed)
    assert (picture.width, picture.height) == (width, height)
    assert np.isfinite(picture.pixels).all()


@pytest.mark.parametrize(("width", "height"), [(63, 100), (100, 8193), (0, 100), (100, -5), (100.0, 100), (True, 100)])
def test_a_size_out_of_range_is_refused_with_the_range(width: int, height: int) -> None:
    with pytest.raises(InputError, match="from 64 to 8192"):
        paint_sample("ink", width=width, height=height)


@pytest.mark.parametrize("seed", [-1, 0.5, True])
def test_a_bad_seed_is_refused(seed: int) -> None:
    with pytest.raises(InputError, match="0 or more"):
        paint_sample("ink", seed=seed)


def test_an_unknown_name_offers_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean swirl"):
        paint_sample("swril")


def test_listing_the_samples_imports_neither_torch_nor_pyvips() -> None:
    code = "import sys, impasto.pictures.samples; print('torch' in sys.modules, 'pyvips' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert said.stdout.split() == ["False", "False"]
