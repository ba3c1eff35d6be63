"""The job of dreaming: its settings, and small dreams."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest
import torch

from impasto.backbones import Backbone
from impasto.errors import JobError, PictureError, UnknownNameError
from impasto.losses import ActivationLoss, GuideLoss
from impasto.pictures import Picture
from impasto.solve import LBFGS, Finished, LevelDone, LevelStarted, solve
from impasto.solve.pyramid import zoomed
from impasto.tasks import JOBS, DreamJob
from impasto.tasks.features import Feature


@pytest.fixture
def job_of(picture_of: Callable[..., Picture], vgg: Backbone) -> Callable[..., DreamJob]:
    """Makes jobs that dream in VGG-19 with random numbers."""

    def make(**settings: Any) -> DreamJob:
        standard: dict[str, Any] = {
            "source": picture_of(48, 64, 1),
            "layers": ("relu2_1",),
            "size": None,
            "backbone": "vgg19",
            "steps": 4,
            "jitter": 4,
            "device": "cpu",
            "precision": "fp32",
        }
        job = DreamJob(**(standard | settings))
        vars(job)["network"] = vgg
        return job

    return make


def last(job: DreamJob) -> torch.Tensor:
    ended = list(job.events())[-1]
    assert isinstance(ended, Finished)
    return ended.image


def test_the_kind_is_registered() -> None:
    assert JOBS["dream"] is DreamJob


@pytest.mark.parametrize(
    ("text", "feature"),
    [
        ("mixed_6b", Feature("mixed_6b")),
        (" relu5_3:channel=120 ", Feature("relu5_3", 120)),
        ("a/b:channel=3:neuron:weight=0.5", Feature("a/b", 3, neuron=True, weight=0.5)),
        ("a:channel=3:at=4x7", Feature("a", 3, at=(4, 7))),
    ],
)
def test_features_are_read_as_they_are_written(text: str, feature: Feature) -> None:
    assert Feature.parse(text) == feature


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "names no layer"),
        (":channel=1", "names no layer"),
        ("a:chanel=1", "Did you mean channel"),
        ("a:channel=one", "write LAYER:channel=NUMBER"),
        ("a:channel=-1", "counted from 0"),
        ("a:channel=1:at=4", "ROWxCOLUMN"),
        ("a:neuron", "name the channel as well"),
        ("a:weight=0", "above 0"),
        ("a:weight=nan", "above 0"),
    ],
)
def test_features_that_cannot_be_meant_are_refused(text: str, said: str) -> None:
    with pytest.raises(JobError, match=said):
        Feature.parse(text)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"octaves": 0}, "1 octave or more"),
        ({"octave_scale": 1.0}, "1.1 … 4"),
        ({"steps": -1}, "steps must be 0 or more"),
        ({"frames": 0}, "1 to 9999 frames"),
        ({"zoom": 3.0}, "zoomed into by 1 to 2"),
        ({"jitter": 3}, "shifted by up to"),
        ({"tile": 63}, "at least 64 pixels"),
        ({"optimizer": LBFGS()}, "every 2 or more steps"),
        ({"guide": Picture.__new__(Picture), "layers": ("a:channel=1",)}, "name layers alone"),
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, Any], said: str, job_of: Callable[..., DreamJob]) -> None:
    with pytest.raises(JobError, match=said):
        job_of(**wrong)


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        ({"layers": ("relu2_9",)}, UnknownNameError, "vgg19 has no layer named 'relu2_9'. Did you mean"),
        ({"layers": ("mixed_6b",)}, UnknownNameError, "inception_v3 has mixed_6b"),
        ({"backbone": "vgg18"}, UnknownNameError, "no backbone is named 'vgg18'"),
        ({"backbone": "vgg18", "layers": ()}, UnknownNameError, "no backbone is named 'vgg18'"),
        ({"backbone": "mobilenet_v2", "layers": ()}, JobError, "no layers of its own to dream of"),
        ({"layers": ("relu2_1:channel=128",)}, JobError, "relu2_1 has the channels 0 … 127, and no channel 128"),
        ({"layers": ("logits:channel=3",)}, JobError, "has no classifier"),
        ({"backbone": "resnet50", "layers": ("logits:channel=1000",)}, JobError, "channels 0 … 999"),
        ({"backbone": "resnet50", "layers": ("logits:channel=1:neuron",)}, JobError, "has no neurons"),
        ({"size": "16", "layers": ("relu5_1",)}, PictureError, "too small"),
    ],
)
def test_what_the_network_does_not_have_is_told_before_any_weights(
    wrong: dict[str, Any], error: type[Exception], said: str, job_of: Callable[..., DreamJob]
) -> None:
    with pytest.raises(error, match=said):
        job_of(**wrong).check()


def test_what_is_raised(job_of: Callable[..., DreamJob]) -> None:
    assert job_of().losses == (ActivationLoss(layers=("relu2_1",), objective="mean-square"),)
    assert job_of(layers=("relu2_1:channel=3:weight=2",)).losses == (
        ActivationLoss(layers=("conv2_1",), channel=3, weight=2.0),
    )
    by_alias = DreamJob(source="photo.png", layers=("mixed4",), device="cpu")
    vars(by_alias)["_picture_given"] = job_of().source
    assert by_alias.losses[0].layers == ("mixed_6b",)
    guided = job_of(guide=job_of().source, layers=("relu1_1", "relu2_1:weight=3")).losses
    assert guided == (GuideLoss(layers=("relu1_1", "relu2_1"), layer_weights=(0.25, 0.75)),)


def test_a_dream_answers_more_and_keeps_the_photos_shape(job_of: Callable[..., DreamJob], vgg: Backbone) -> None:
    job = job_of(layers=("relu2_1:channel=7",), steps=12)
    before, after = job.problem().targets["content"][0].image, last(job)
    answers = [float(vgg(image, ("relu2_1",))["relu2_1"][:, 7].mean()) for image in (before, after)]
    assert answers[1] > 1.5 * answers[0]
    assert job.picture(after).pixels.shape == (3, 48, 64)


def test_a_guide_changes_the_dream(job_of: Callable[..., DreamJob], picture_of: Callable[..., Picture]) -> None:
    plain, guided = last(job_of()), last(job_of(guide=picture_of(40, 40, 9)))
    assert float((plain - guided).abs().mean()) > 1e-3
    assert job_of(guide=picture_of(40, 40, 9)).inputs.keys() == {"content", "guide"}


def test_octaves_go_from_small_to_large(job_of: Callable[..., DreamJob], picture_of: Callable[..., Picture]) -> None:
    job = job_of(source=picture_of(150, 200), octave_scale=1.5, steps=1)
    sizes = [(event.width, event.height) for event in job.events() if isinstance(event, LevelStarted)]
    assert sizes == [(133, 100), (200, 150)]
    assert len(job_of(source=picture_of(150, 200), octaves=1).octave_levels) == 1


def test_with_no_steps_the_photo_comes_back(
    job_of: Callable[..., DreamJob], picture_of: Callable[..., Picture]
) -> None:
    job = job_of(source=picture_of(150, 200), steps=0)
    assert len(job.octave_levels) == 2
    assert float((last(job) - job.problem().targets["content"][0].image).abs().max()) < 0.05


def test_tiles_change_nothing(job_of: Callable[..., DreamJob], picture_of: Callable[..., Picture]) -> None:
    source = picture_of(150, 140)
    whole, tiled = (last(job_of(source=source, steps=2, tile=tile)) for tile in (None, 64))
    assert float((whole - tiled).abs().max()) < 1e-3


def test_large_pictures_are_looked_at_in_tiles(picture_of: Callable[..., Picture]) -> None:
    source = picture_of(30, 40)
    assert DreamJob(source=source, size="1400").placed_tile is None
    assert DreamJob(source=source, size="2048").placed_tile == 1024
    assert DreamJob(source=source, size="2048", tile=512).placed_tile == 512


def test_each_frame_goes_on_from_the_middle_of_the_one_before(job_of: Callable[..., DreamJob]) -> None:
    job = job_of(frames=3, zoom=1.25, frame_steps=0)
    done = [(job.frame_of(event.level), event.image) for event in job.events() if isinstance(event, LevelDone)]
    assert [number for number, _ in done] == [1, 2, 3]
    for (_, before), (_, after) in pairwise(done):
        assert torch.equal(after, zoomed(before, 1.25))
    assert job_of().frame_of(0) is None


@pytest.mark.parametrize("stop", [2, 5, 7])
def test_resumed_it_is_the_same(stop: int, job_of: Callable[..., DreamJob]) -> None:
    job = job_of(frames=3, frame_steps=2)
    whole = list(job.events())
    snapshot = next(event.snapshot() for event in solve(job.problem()) if getattr(event, "number", 0) == stop)
    rest = list(job.events(resume=snapshot))
    assert torch.equal(rest[-1].image, whole[-1].image)
