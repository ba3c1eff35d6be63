"""Seamless textures: the job, on random weights and on the published ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from impasto.backbones import Backbone
from impasto.errors import JobError, PictureError
from impasto.losses import ContentLoss, GramLoss
from impasto.measure import line_energies
from impasto.pictures import Picture
from impasto.pictures.samples import paint_sample
from impasto.solve import Finished, LevelStarted, solve
from impasto.tasks import JOBS, TextureJob
from impasto.tasks.pixels import to_picture

Make = Callable[..., TextureJob]


@pytest.fixture
def job_of(picture_of: Callable[..., Picture], make_vgg: Callable[..., Backbone]) -> Make:
    """Makes small jobs whose network has random weights."""

    def make(**settings: Any) -> TextureJob:
        plain: dict[str, Any] = {
            "style": picture_of(40, 36, 1),
            "size": "48x32",
            "losses": (GramLoss(layers=("relu1_1", "relu2_1", "relu3_1")),),
            "smallest": 16,
            "steps": (2,),
            "device": "cpu",
            "precision": "fp32",
        }
        job = TextureJob(**(plain | settings))
        vars(job)["network"] = make_vgg(pooling="average", padding="circular")
        return job

    return make


def test_it_has_the_size_asked_for_and_goes_from_small_to_large(job_of: Make) -> None:
    job = job_of(size="48x32")
    events = list(job.events())
    levels = [(event.width, event.height) for event in events if isinstance(event, LevelStarted)]
    assert levels == [(24, 16), (48, 32)]
    assert isinstance(events[-1], Finished)
    picture = job.picture(events[-1].image)
    assert (picture.width, picture.height) == (48, 32)
    assert job_of(size="64").sides == (64, 64)


def test_the_kind_and_the_input() -> None:
    job = TextureJob(style=Path("a.png"))
    assert JOBS["texture"] is TextureJob
    assert job.inputs == {"style1": Path("a.png")}
    assert job.with_inputs({"style1": Path("b.png")}) == replace(job, style=Path("b.png"))
    assert job.sides == (512, 512)


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        ({"size": "50x30"}, JobError, "multiples of 4, such as 48x32"),
        ({"size": "none"}, JobError, "none"),
        ({"size": "8x32"}, JobError, "at least 16"),
        ({"size": "16x32", "losses": (GramLoss(layers=("relu5_1",)),)}, PictureError, "too small"),
        ({"padding": "reflect"}, JobError, "circular padding alone"),
        ({"losses": (ContentLoss(),)}, JobError, "style alone"),
        (
            {"backbone": "resnet50", "losses": (GramLoss(layers=("pool1_pool",)),)},
            JobError,
            "pool1_pool has borders",
        ),
        ({"style_scale": 0.0}, JobError, "style_scale"),
        ({"steps": ()}, JobError, "steps"),
        ({"smallest": 8}, JobError, "smallest"),
    ],
)
def test_what_cannot_be_is_refused(wrong: dict[str, Any], error: type[Exception], said: str, job_of: Make) -> None:
    from impasto.errors import InputError

    with pytest.raises(InputError if wrong.get("size") == "none" else error, match=said):
        job_of(**wrong).check()


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("style", ["mosaic", "waves"])
def test_a_texture_repeats_without_a_seam_and_would_not_by_itself(style: str) -> None:
    """The seams differ from their surroundings by no more than any line does; with borders they stand out."""
    job = TextureJob(
        style=paint_sample(style, width=160, height=128),
        size="128x96",
        smallest=32,
        steps=(25, 20, 20),
        device="cpu",
        precision="fp32",
    )
    problem = job.problem()
    around, bordered = (
        to_picture(next(event.image for event in solve(each) if isinstance(event, Finished)))
        for each in (problem, replace(problem, periodic=False, backbone=bordered_network(job)))
    )
    for axis in (0, 1):
        *lines, seam = line_energies(around, axis)
        assert np.quantile(lines, 0.02) < seam < np.quantile(lines, 0.98)
        *lines, seam = line_energies(bordered, axis)
        assert seam > 1.5 * np.quantile(lines, 0.98)


def bordered_network(job: TextureJob) -> Backbone:
    from impasto.weights import load_backbone

    return load_backbone(job.backbone, pooling="average", padding="reflect", precision="fp32", device="cpu")
