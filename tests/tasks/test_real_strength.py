"""Strength on the published weights of every network that is painted with, as a judge sees it."""

from __future__ import annotations

import pytest

from impasto.artefacts import WebFile
from impasto.backbones import Backbone
from impasto.backbones.defaults import PAINTING_DEFAULTS
from impasto.measure import JUDGES, style_distance
from impasto.pictures.samples import paint_sample
from impasto.solve import Finished
from impasto.tasks import StylizeJob
from impasto.tasks.pixels import to_tensor
from impasto.weights import CATALOGUE, DEFAULT, load_backbone

pytestmark = [pytest.mark.real, pytest.mark.slow]

NETWORKS = [
    name
    for name in PAINTING_DEFAULTS
    if not all(isinstance(source, WebFile) for a in CATALOGUE[DEFAULT[name]].artefacts for source in a.sources)
]
"""Those whose weights come out of packages; the others have one address, which may be down."""

JUDGE = JUDGES["mobilenet_v2"]


@pytest.fixture(scope="module")
def judge() -> Backbone:
    return load_backbone(JUDGE.backbone, precision="fp32", device="cpu")


def test_the_networks_are_those_that_packages_carry() -> None:
    assert set(PAINTING_DEFAULTS) - set(NETWORKS) == {"squeezenet1_0"}


@pytest.mark.parametrize("backbone", NETWORKS)
def test_more_strength_is_more_style_until_there_is_no_more_to_take(backbone: str, judge: Backbone) -> None:
    """Above one half the judge's distance hardly changes on any network, so there it is only held not to rise."""
    photo, painting = (paint_sample(name, width=128, height=96) for name in ("harbour", "mosaic"))
    distances = []
    for strength in (0.1, 0.5, 0.9):
        job = StylizeJob(
            content=photo,
            styles=(painting,),
            backbone=backbone,
            strength=strength,
            size="128",
            steps=(16, 6),
            precision="fp32",
            device="cpu",
        )
        image = next(event.image for event in job.events() if isinstance(event, Finished))
        distances.append(style_distance(image, to_tensor(photo), to_tensor(painting), judge, JUDGE.layers).gram)
    little, half, most = distances
    assert little < 0.95
    assert half < 0.85 * little
    assert most < 1.02 * half
