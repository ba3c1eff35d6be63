"""Painting with each way to compare styles, on the published weights, small."""

import pytest
import torch

from impasto.losses import LOSSES, GramLoss
from impasto.measure.noise import noise_everywhere
from impasto.pictures.samples import paint_sample
from impasto.runs import build_job
from impasto.solve import Finished
from impasto.tasks import StylizeJob
from impasto.tasks.pixels import to_picture, to_tensor

pytestmark = [pytest.mark.real, pytest.mark.slow]

STYLES = [kind for kind, loss in LOSSES.items() if getattr(loss, "target", "none") == "style"]


def painted(**settings: object) -> tuple[StylizeJob, torch.Tensor]:
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
    return job, next(event.image for event in job.events() if isinstance(event, Finished))


def style_left(job: StylizeJob, image: torch.Tensor) -> float:
    """The Gram distance from the style over that of the photo whose colours were moved towards the style's."""
    problem, loss = job.problem(), GramLoss()
    with torch.no_grad():
        style, photo = (problem.targets[role][0].image for role in ("style", "content"))
        term = loss.bind([(1.0, job.network(style, loss.layers))])
        now, before = (float(term(job.network(x, loss.layers))) for x in (image, photo))
    return now / before


@pytest.mark.parametrize("kind", STYLES)
def test_every_style_loss_paints_the_style_and_leaves_the_photo_to_be_seen(kind: str) -> None:
    job, image = painted(**{"losses.style": kind})
    photo = to_tensor(job.content_picture)
    assert style_left(job, image) < 0.5
    likeness = torch.corrcoef(torch.stack([image.mean(1).flatten(), photo.mean(1).flatten()]))[0, 1]
    assert 0.3 < float(likeness) < 0.999
    assert noise_everywhere(to_picture(image)) < 25


def test_self_similarity_holds_the_photo_in_place() -> None:
    job, image = painted(**{"losses.content": "self-similarity", "strength": 0.3})
    photo = to_tensor(job.content_picture)
    likeness = torch.corrcoef(torch.stack([image.mean(1).flatten(), photo.mean(1).flatten()]))[0, 1]
    assert float(likeness) > 0.4
    assert style_left(job, image) < 0.9
