"""CIELAB to and from sRGB; the primaries are in tests/measure."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from impasto.pictures.cielab import from_cielab, to_cielab

unit = st.floats(0, 1, width=32)


@given(st.tuples(unit, unit, unit))
def test_there_and_back_is_the_same_colour(colour: tuple[float, float, float]) -> None:
    pixels = np.array(colour, np.float32).reshape(3, 1, 1)
    np.testing.assert_allclose(from_cielab(to_cielab(pixels)), pixels, atol=2e-5)


@pytest.mark.parametrize("lightness", [2.0, 30.0, 60.0, 97.0])
@pytest.mark.parametrize("hue", [0.3, 1.7, 3.0, 4.6, 5.9])
def test_what_cannot_be_shown_keeps_lightness_and_hue(lightness: float, hue: float) -> None:
    wanted = np.array([lightness, 150 * np.cos(hue), 150 * np.sin(hue)]).reshape(3, 1, 1)
    pixels = from_cielab(wanted)
    shown = to_cielab(pixels).ravel()
    assert shown[0] == pytest.approx(lightness, abs=0.1)
    chroma = np.hypot(*shown[1:])
    assert 0 < chroma < 150
    assert shown[1:] @ wanted[1:].ravel() / (150 * chroma) == pytest.approx(1, abs=2e-3)
    assert min(pixels.min(), 1 - pixels.max()) < 5e-3, "a larger chroma could have been shown"


def test_lightness_beyond_black_and_white_is_clipped() -> None:
    beyond = np.array([[-20.0, 130.0], [0.0, 30.0], [0.0, -30.0]]).reshape(3, 1, 2)
    np.testing.assert_allclose(from_cielab(beyond)[:, 0].T, [[0, 0, 0], [1, 1, 1]], atol=1e-4)


def test_in_one_picture_only_what_cannot_be_shown_is_changed() -> None:
    inside, outside = [50.0, 10.0, -10.0], [50.0, 10.0, -150.0]
    both = from_cielab(np.array([inside, outside]).T.reshape(3, 1, 2))
    alone = from_cielab(np.array([inside]).T.reshape(3, 1, 1))
    np.testing.assert_array_equal(both[:, :, 0], alone[:, :, 0])
