"""When a picture counts as blank."""

import pytest
import torch

from impasto.solve.guards import FLAT, spread


@pytest.mark.parametrize("colour", [(0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.2, 0.9, 0.5)])
def test_one_flat_colour_is_blank_whatever_the_colour(colour):
    assert spread(torch.tensor(colour).view(1, 3, 1, 1).expand(1, 3, 20, 30)) < FLAT


def test_one_lively_channel_is_enough(image_of):
    image = torch.zeros(1, 3, 24, 24)
    image[:, 2] = image_of(24, 24, 1)[:, 2]
    assert spread(image) > FLAT
