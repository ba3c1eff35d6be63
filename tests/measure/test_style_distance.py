"""Style distance, on a network of random numbers: its ends, its formula, and what it refuses."""

from __future__ import annotations

import pytest
import torch

from impasto.errors import PictureError
from impasto.measure import style_distance

LAYERS = ("relu1_1", "relu2_1")


def test_the_style_is_at_nought_and_the_photo_at_one(vgg, image_of):
    photo, painting = image_of(48, 64, 1), image_of(56, 40, 2)
    own = style_distance(painting, photo, painting, vgg, LAYERS)
    assert (own.gram, own.moments) == (0, 0)
    whole = style_distance(photo, photo, painting, vgg, LAYERS)
    assert (whole.gram, whole.moments) == (1, 1)


def test_it_is_the_formula_written_out(vgg, image_of):
    images = image_of(40, 40, 1), image_of(40, 40, 2), image_of(32, 48, 3)
    gram, moments = torch.zeros(3), torch.zeros(3)
    for layer in LAYERS:
        flat = [vgg(image, LAYERS)[layer][0].flatten(1).double() for image in images]
        grams = [f @ f.T / f.shape[1] for f in flat]
        means, deviations = [f.mean(1) for f in flat], [f.std(1, correction=0) for f in flat]
        for i in (0, 1):
            gram[i] += (grams[i] - grams[2]).norm() / grams[2].norm()
            moments[i] += (means[i] - means[2]).norm() / means[2].norm()
            moments[i] += (deviations[i] - deviations[2]).norm() / deviations[2].norm()
    found = style_distance(*images, vgg, LAYERS)
    assert found.gram == pytest.approx(float(gram[0] / gram[1]), rel=1e-4)
    assert found.moments == pytest.approx(float(moments[0] / moments[1]), rel=1e-4)


def test_where_things_stand_does_not_matter(vgg, image_of):
    photo, painting = image_of(48, 64, 1), image_of(48, 64, 2)
    turned = style_distance(painting.roll(16, dims=3), photo, painting, vgg, LAYERS)
    assert max(turned.gram, turned.moments) < 0.1


def test_a_photo_that_is_the_painting_is_refused(vgg, image_of):
    painting = image_of(48, 48, 2)
    with pytest.raises(PictureError, match="same picture"):
        style_distance(image_of(48, 48, 1), painting, painting, vgg, LAYERS)
