"""What is put aside of a photo for painting, and given back with the picture."""

import numpy as np
import pytest
import torch

from impasto.pictures import Metadata, Picture
from impasto.tasks.pixels import given_back, to_tensor

BEYOND = np.zeros((3, 8, 8), np.float32)
BEYOND[0, :, :4] = 0.2
BEYOND[1, :, 4:] = -0.3
RED = np.stack([np.ones((8, 8)), np.zeros((8, 8)), np.full((8, 8), 0.5)]).astype(np.float32)
ALPHA = np.linspace(0.1, 1, 64, dtype=np.float32).reshape(8, 8)
PHOTO = Picture(RED, ALPHA, 16, BEYOND, Metadata(profile=b"p", resolution=(10.0, 10.0)))


def test_an_unpainted_photo_comes_back_whole():
    back = given_back(to_tensor(PHOTO), PHOTO)
    assert np.array_equal(back.colours, PHOTO.colours)
    assert back.alpha is ALPHA
    assert (back.depth, back.metadata) == (16, PHOTO.metadata)


@pytest.mark.parametrize(("come_away", "kept"), [(0.0, 1.0), (0.05, 0.5), (0.1, 0.0), (0.6, 0.0)])
def test_what_lies_beyond_goes_as_far_as_the_painting_came_away_from_the_edge(come_away, kept):
    painted = to_tensor(PHOTO)
    painted[0, 0] -= come_away
    painted[0, 1] += come_away
    back = given_back(painted, PHOTO)
    assert back.beyond == pytest.approx(BEYOND * kept, abs=1e-6)


def test_a_preview_of_another_size_stays_within_srgb():
    back = given_back(torch.full((1, 3, 4, 4), 0.5), PHOTO)
    assert back.beyond is None
    assert back.alpha is not None
    assert back.alpha.shape == (4, 4)
