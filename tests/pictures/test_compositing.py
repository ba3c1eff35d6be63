import numpy as np

from impasto.pictures import Picture, composite, with_alpha

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
