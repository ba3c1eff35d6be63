import numpy as np

from impasto.pictures import Picture, composite, continued, with_alpha

HALF = Picture(np.full((3, 20, 30), 0.2, np.float32), np.full((20, 30), 0.5, np.float32), 16)


def test_over_white_and_over_a_colour() -> None:
    assert np.allclose(composite(HALF).pixels, 0.6)
    over = composite(HALF, (1.0, 0.0, 0.4))
    assert np.allclose(over.pixels[:, 0, 0], [0.6, 0.1, 0.3])
    assert over.alpha is None
    assert over.depth == 16
    assert over.pixels.dtype == np.float32


def test_an_opaque_picture_is_itself() -> None:
    opaque = Picture(HALF.pixels)
    assert composite(opaque, (1.0, 0.0, 0.0)) is opaque


def test_alpha_is_resized_to_fit() -> None:
    alpha = np.zeros((40, 40), np.float32)
    alpha[:, 20:] = 1
    given = with_alpha(HALF, alpha).alpha
    assert given is not None
    assert given.shape == (20, 30)
    assert given.min() == 0
    assert given.max() == 1
    assert (given[:, :12] < 0.05).all()
    assert (given[:, 18:] > 0.95).all()


def test_alpha_that_fits_is_taken_as_it_is_and_none_takes_it_away() -> None:
    alpha = np.random.default_rng(0).random((20, 30), dtype=np.float32)
    assert with_alpha(HALF, alpha).alpha is alpha
    assert with_alpha(HALF, None).alpha is None


def test_what_shows_is_carried_on_into_what_is_clear_and_stays_as_it_is() -> None:
    """A red disc on nothing, whose clear pixels are black, as many programs save them."""
    down, across = np.mgrid[:40, :60]
    disc = np.clip(12.5 - np.hypot(down - 20, across - 25), 0, 1).astype(np.float32)
    pixels = np.zeros((3, 40, 60), np.float32)
    pixels[0] = np.where(disc > 0, 0.8, 0)
    pixels[1] = np.where(disc > 0, 0.1, 0)
    filled = continued(Picture(pixels, disc))
    assert filled.alpha is None
    assert np.array_equal(filled.pixels[:, disc > 0.01], pixels[:, disc > 0.01])
    assert np.abs(filled.pixels[0] - 0.8).max() < 0.01
    assert np.abs(filled.pixels[1] - 0.1).max() < 0.01
    assert filled.pixels[2].max() < 0.01


def test_colours_far_away_are_taken_from_all_around() -> None:
    pixels = np.zeros((3, 33, 47), np.float32)
    pixels[0, :, :5], pixels[2, :, -5:] = 1, 1
    alpha = np.zeros((33, 47), np.float32)
    alpha[:, :5] = alpha[:, -5:] = 1
    filled = continued(Picture(pixels, alpha)).pixels
    assert filled[0, 16, 7] > 0.8 > 0.6 > filled[0, 16, 23] > 0.3 > filled[0, 16, 38]
    assert (filled >= 0).all()
    assert (filled <= 1).all()


def test_an_opaque_picture_has_nothing_to_carry_on() -> None:
    opaque = Picture(HALF.pixels)
    assert continued(opaque) is opaque
    whole = continued(HALF)
    assert whole.alpha is None
    assert np.array_equal(whole.pixels, HALF.pixels)
