"""Content feature structural distance against its definition, and on photographs that are harmed more and more."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch

from impasto.backbones import Preprocessing
from impasto.errors import PictureError
from impasto.measure import ContentStructure, cfsd, load_content_structure
from impasto.pictures import resize
from impasto.pictures.samples import sample_photograph
from impasto.tasks.pixels import to_tensor


def by_definition(network, out, content):
    """The mean over positions of Σ_j p ln(p/q), times 128²; p and q from softmax(F Fᵀ/C²)."""
    maps = []
    for image in (content, out):
        features = network(image, ("relu3_1",))["relu3_1"][0].detach().double().numpy().reshape(256, -1)
        scores = np.exp((features.T / 256) @ (features / 256))
        maps.append(scores / scores.sum(axis=1, keepdims=True))
    p, q = maps
    return 128 * 128 * (p * np.log(p / q)).sum(axis=1).mean()


@pytest.fixture(scope="module")
def structure(make_vgg):
    return ContentStructure(make_vgg("vgg16"))


@pytest.mark.parametrize("contrast", [1.0, 40.0])
def test_it_is_the_divergence_of_self_correlations(make_vgg, image_of, contrast):
    structure = ContentStructure(make_vgg("vgg16", preprocessing=Preprocessing("rgb", contrast, (0,) * 3, (1,) * 3)))
    a, b = image_of(64, 72, 1), image_of(64, 72, 2)
    expected, reversed_roles = (by_definition(structure.backbone, *pair) for pair in ((a, b), (b, a)))
    assert expected > 0
    assert structure(a, b) == pytest.approx(expected, rel=1e-3)
    assert structure(b, a) == pytest.approx(reversed_roles, rel=1e-3)
    if contrast > 1:  # a flat softmax hardly tells one way from the other
        assert expected != pytest.approx(reversed_roles, rel=1e-2)
    assert structure(a, a) == 0


def test_of_many_positions_some_stand_for_all(structure, image_of, monkeypatch):
    a, b = image_of(96, 96, 1), image_of(96, 96, 2)
    whole = structure(a, b)
    monkeypatch.setattr(cfsd, "MOST_ROWS", 144)
    assert structure(a, b) == pytest.approx(whole, rel=0.2)
    assert structure(a, a) == 0


def test_pictures_of_two_sizes_are_refused(structure, image_of):
    with pytest.raises(PictureError, match="of one size"):
        structure(image_of(48, 64), image_of(64, 48))
    with pytest.raises(PictureError, match="too small"):
        structure(torch.zeros(1, 3, 2, 40), torch.zeros(1, 3, 2, 40))


@pytest.mark.real
@pytest.mark.slow
def test_it_grows_as_a_photograph_loses_its_things_and_not_with_its_size():
    cat, coffee = (to_tensor(resize(sample_photograph(name), 192, 128)) for name in ("cat", "coffee"))
    distance = load_content_structure(device="cpu")
    noise = torch.randn(cat.shape, generator=torch.Generator().manual_seed(0))
    for harmed in (
        [cat, cat.lerp(coffee, 0.25), cat.lerp(coffee, 0.5), coffee],
        [cat, (cat + 0.03 * noise).clamp(0, 1), (cat + 0.1 * noise).clamp(0, 1), (cat + 0.3 * noise).clamp(0, 1)],
    ):
        values = [distance(image, cat) for image in harmed]
        assert values[0] == 0
        assert all(a < b for a, b in pairwise(values)), values
    brighter = distance((cat + 0.1).clamp(0, 1), cat)
    assert brighter < distance(cat.lerp(coffee, 0.25), cat) / 4
    larger = [torch.nn.functional.interpolate(x, scale_factor=1.5, mode="bicubic").clamp(0, 1) for x in (coffee, cat)]
    assert distance(*larger) < distance(coffee, cat)
