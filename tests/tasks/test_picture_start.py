"""Painting on from a picture of one's own."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from impasto.backbones import Backbone
from impasto.errors import PictureError
from impasto.losses import ContentLoss, GramLoss
from impasto.pictures import Picture, write_picture
from impasto.runs import job_from_toml, job_to_toml
from impasto.solve import STARTS, Finished, Started
from impasto.tasks import PictureStart, StylizeJob
from impasto.tasks.colour import FreeColour
from impasto.tasks.pixels import to_tensor

Pictures = Callable[..., Picture]
Make = Callable[..., StylizeJob]


@pytest.fixture
def job_of(picture_of: Pictures, vgg: Backbone) -> Make:
    """Makes jobs of 40×32 pixels that start from a picture of that size."""

    def make(start: PictureStart, **settings: Any) -> StylizeJob:
        plain: dict[str, Any] = {
            "content": picture_of(32, 40, 1),
            "styles": (picture_of(40, 40, 2),),
            "size": None,
            "losses": (ContentLoss(layers=("relu2_1",)), GramLoss(layers=("relu1_1", "relu2_1"))),
            "colour": FreeColour(),
            "smallest": 20,
            "steps": (3, 2),
            "device": "cpu",
            "precision": "fp32",
        }
        job = StylizeJob(start=start, **(plain | settings))
        vars(job)["network"] = vgg
        return job

    return make


def painted(job: StylizeJob) -> tuple[Started, np.ndarray]:
    events = list(job.events())
    assert isinstance(events[0], Started)
    assert isinstance(events[-1], Finished)
    return events[0], job.picture(events[-1].image).pixels


def test_it_is_registered() -> None:
    assert STARTS["picture"] is PictureStart


def test_every_pixel_of_the_start_counts_and_painting_goes_on_from_it(job_of: Make, picture_of: Pictures) -> None:
    begun = picture_of(32, 40, 7)
    started, untouched = painted(job_of(PictureStart(picture=begun), steps=(0,)))
    assert [(level.width, level.height) for level in started.levels] == [(40, 32)]
    assert np.array_equal(untouched, begun.pixels)
    _, on = painted(job_of(PictureStart(picture=begun)))
    _, elsewhere = painted(job_of(PictureStart(picture=picture_of(32, 40, 8))))
    assert np.abs(on - begun.pixels).max() > 0.01
    assert np.abs(on - begun.pixels).mean() < np.abs(elsewhere - begun.pixels).mean()


def test_at_full_size_the_first_number_of_steps_is_taken(job_of: Make, picture_of: Pictures) -> None:
    started, _ = painted(job_of(PictureStart(picture=picture_of(32, 40, 7))))
    assert started.steps == 3


def test_the_first_level_takes_the_large_forms_alone(job_of: Make, picture_of: Pictures) -> None:
    begun = picture_of(32, 40, 7)
    job = job_of(PictureStart(picture=begun, level="first"), steps=(0,), detail=0.0)
    started, pixels = painted(job)
    assert [(level.width, level.height) for level in started.levels] == [(20, 16), (40, 32)]
    blurred, content = to_tensor(begun), to_tensor(job.content_picture)
    for size in ((8, 10), (32, 40)):
        blurred = torch.nn.functional.interpolate(blurred, size, mode="bicubic", antialias=True)
    assert np.abs(pixels - blurred[0].numpy()).mean() < 0.02 < np.abs(pixels - content[0].numpy()).mean()
    assert np.abs(pixels - begun.pixels).mean() > 0.02


def test_another_size_of_the_same_shape_is_scaled_and_what_is_clear_is_filled_from_around(
    job_of: Make, picture_of: Pictures
) -> None:
    large = picture_of(64, 80, 7)
    _, pixels = painted(job_of(PictureStart(picture=large), steps=(0,)))
    assert np.abs(pixels - large.pixels.reshape(3, 32, 2, 40, 2).mean((2, 4))).mean() < 0.02
    half = np.zeros((64, 80), np.float32)
    half[:, :40] = 1
    grey = np.where(half > 0, np.float32(0.3), np.float32(1))[None].repeat(3, axis=0)
    _, filled = painted(job_of(PictureStart(picture=Picture(grey, half)), steps=(0,)))
    assert np.abs(filled - 0.3).max() < 0.01


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (Path("nowhere.png"), "nowhere.png: there is no such file"),
        (Picture(np.full((3, 40, 32), 0.5, np.float32)), r"start picture: it is 32x40 and the result 40x32"),
        (Picture(np.full((3, 10, 12), 0.5, np.float32)), "start picture: it is 12x10, too small to paint"),
    ],
)
def test_what_cannot_be_started_from_is_told_before_painting(start: Path | Picture, said: str, job_of: Make) -> None:
    job = job_of(PictureStart(picture=start))
    with pytest.raises(PictureError, match=said):
        job.check()
    with pytest.raises(PictureError, match=said):
        list(job.events())


def test_rounding_of_sides_is_no_other_shape(job_of: Make, picture_of: Pictures) -> None:
    job_of(PictureStart(picture=picture_of(17, 20, 7))).check()


def test_it_is_an_input_that_can_be_replaced(job_of: Make, picture_of: Pictures, tmp_path: Path) -> None:
    first, second = picture_of(32, 40, 7), picture_of(32, 40, 8)
    job = job_of(PictureStart(picture=first, level="first"))
    assert list(job.inputs) == ["content", "style1", "start"]
    assert job.inputs["start"] is first
    assert job.with_inputs({"start": second}).start == PictureStart(picture=second, level="first")
    assert job.with_inputs({"content": second}).start == job.start


def test_it_is_written_down_and_read_back(job_of: Make, picture_of: Pictures, tmp_path: Path) -> None:
    write_picture(picture_of(32, 40, 7), tmp_path / "begun.png")
    job = job_of(PictureStart(picture=tmp_path / "begun.png"), content=tmp_path / "a.png", styles=tmp_path / "b.png")
    assert job_from_toml(job_to_toml(job)) == job
