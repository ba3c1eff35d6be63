"""Painting with the published weights, small."""

import pytest
import torch

from impasto.losses import GramLoss
from impasto.measure.grid import grid_energy, relative_grid
from impasto.pictures.samples import paint_sample, sample_photograph
from impasto.solve import Event, Finished
from impasto.tasks import StylizeJob
from impasto.tasks.pixels import to_picture, to_tensor

pytestmark = [pytest.mark.real, pytest.mark.slow]


def test_a_harbour_in_mosaic_has_the_style_and_is_still_the_harbour() -> None:
    job = StylizeJob(
        content=paint_sample("harbour", width=192, height=144),
        styles=(paint_sample("mosaic", width=192, height=144),),
        size="96",
        smallest=48,
        steps=(25, 25),
        precision="fp32",
        device="cpu",
    )
    events: list[Event] = list(job.events())
    assert isinstance(events[-1], Finished)
    assert events[-1].warnings == ()
    painted, photo = events[-1].image, to_tensor(job.content_picture)

    loss = GramLoss()
    with torch.no_grad():
        style = job.problem().targets["style"][0].image
        term = loss.bind([(1.0, job.network(style, loss.layers))])
        before, after = (float(term(job.network(image, loss.layers))) for image in (photo, painted))
    assert after < 0.1 * before

    likeness = torch.corrcoef(torch.stack([painted.mean(1).flatten(), photo.mean(1).flatten()]))[0, 1]
    assert 0.4 < float(likeness) < 0.999
    assert float((painted - photo).abs().mean()) > 0.02


@pytest.mark.parametrize("backbone", ["alexnet", "resnet50"])
def test_a_network_with_strides_prints_a_grid_unless_the_picture_is_moved(backbone: str) -> None:
    def grid(shift: int | None) -> float:
        job = StylizeJob(
            content=sample_photograph("rocket"),
            styles=(paint_sample("swirl"),),
            size="160x192",
            smallest=192,
            steps=(20,),
            backbone=backbone,
            shift=shift,
            precision="fp32",
            device="cpu",
        )
        image = next(event.image for event in job.events() if isinstance(event, Finished))
        return relative_grid(grid_energy(to_picture(image)), grid_energy(job.content_picture))

    assert grid(1) > 1.5
    assert grid(None) < 1.3


def test_in_tiles_the_published_network_paints_the_same_picture() -> None:
    def painted(tile: int | None) -> torch.Tensor:
        job = StylizeJob(
            content=paint_sample("harbour", width=192, height=144),
            styles=(paint_sample("mosaic", width=192, height=144),),
            size="150x117",
            smallest=256,
            steps=(6,),
            tile=tile,
            precision="fp32",
            device="cpu",
        )
        return next(event.image for event in job.events() if isinstance(event, Finished))

    whole, tiled = painted(None), painted(64)
    assert float((whole - tiled).abs().max()) < 1 / 255
