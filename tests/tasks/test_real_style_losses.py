"""Painting with other ways to compare styles than the default's, on the published weights, small."""

from collections.abc import Callable

import pytest
import torch

from impasto.losses import GramLoss
from impasto.measure.noise import noise_everywhere
from impasto.pictures.samples import paint_sample
from impasto.runs import build_job
from impasto.solve import Finished
from impasto.tasks import StylizeJob
from impasto.tasks.pixels import to_picture, to_tensor

pytestmark = [pytest.mark.real, pytest.mark.slow]

Paint = Callable[..., tuple[StylizeJob, torch.Tensor]]


@pytest.fixture(scope="module")
def paint() -> Paint:
    """Paints with the settings given, on a network that is loaded once."""
    first = job_with()
    _ = first.network

    def painted(**settings: object) -> tuple[StylizeJob, torch.Tensor]:
        job = job_with(**settings)
        first.lend(job)
        return job, next(event.image for event in job.events() if isinstance(event, Finished))

    return painted


def job_with(**settings: object) -> StylizeJob:
    job = build_job(
        flags={
            "content": paint_sample("harbour", width=192, height=144),
            "styles": (paint_sample("mosaic", width=192, height=144),),
            "size": "96",
            "smallest": 48,
            "steps": (12, 12),
            "precision": "fp32",
            "device": "cpu",
            **settings,
        }
    )
    assert isinstance(job, StylizeJob)
    return job


def style_left(job: StylizeJob, image: torch.Tensor) -> float:
    """The Gram distance from the style over that of the photo whose colours were moved towards the style's."""
    problem, loss = job.problem(), GramLoss()
    with torch.no_grad():
        style, photo = (problem.targets[role][0].image for role in ("style", "content"))
        term = loss.bind([(1.0, job.network(style, loss.layers))])
        now, before = (float(term(job.network(x, loss.layers))) for x in (image, photo))
    return now / before


@pytest.mark.parametrize("kind", ["gaussian", "sliced", "nearest"])
def test_other_style_losses_paint_the_style_and_leave_the_photo_to_be_seen(kind: str, paint: Paint) -> None:
    job, image = paint(**{"losses.style": kind})
    photo = to_tensor(job.content_picture)
    assert style_left(job, image) < 0.5
    likeness = torch.corrcoef(torch.stack([image.mean(1).flatten(), photo.mean(1).flatten()]))[0, 1]
    assert 0.3 < float(likeness) < 0.999
    assert noise_everywhere(to_picture(image)) < 25


def test_self_similarity_holds_the_photo_in_place(paint: Paint) -> None:
    job, image = paint(
        **{"losses.content": "self-similarity", "losses.style": ["mean-std", "histogram"], "strength": 0.3}
    )
    photo = to_tensor(job.content_picture)
    likeness = torch.corrcoef(torch.stack([image.mean(1).flatten(), photo.mean(1).flatten()]))[0, 1]
    assert float(likeness) > 0.4
    assert style_left(job, image) < 0.9
