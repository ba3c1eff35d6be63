"""The job of feature visualisation: its settings, and small goes at it."""

from typing import Any

import numpy as np
import pytest
import torch

from impasto.backbones import Backbone
from impasto.errors import JobError, PictureError, UnknownNameError
from impasto.losses import ActivationLoss
from impasto.solve import LBFGS, Finished, Level, Problem, Shift, Step, WaveAdam, WaveStart
from impasto.tasks import JOBS, VisualizeFeaturesJob

CHANNEL = {"layers": ("relu2_1",), "channels": (3,), "size": 48, "steps": 4, "device": "cpu", "precision": "fp32"}


def job_of(network: Backbone | None = None, **settings: Any) -> VisualizeFeaturesJob:
    job = VisualizeFeaturesJob(**{**CHANNEL, **settings})
    if network is not None:
        vars(job)["network"] = network
    return job


def test_the_kind_is_registered() -> None:
    assert JOBS["visualize-features"] is VisualizeFeaturesJob


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"layers": ()}, "layers to visualise are needed"),
        ({"channels": (1, -1)}, "channels are counted from 0"),
        ({"channels": (), "neuron": True}, "name the channels as well"),
        ({"size": 31}, "32 to 4096 pixels a side"),
        ({"size": 4097}, "32 to 4096 pixels a side"),
        ({"steps": -1}, "steps must be 0 or more"),
        ({"jitter": 3}, "shifted by up to"),
        ({"tile": 63}, "at least 64 pixels"),
        ({"optimizer": LBFGS()}, "every 2 or more steps"),
        ({"seed": -1}, "seed must be"),
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(JobError, match=said):
        job_of(**wrong)


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        ({"layers": ("relu2_9",)}, UnknownNameError, "no layer named 'relu2_9'"),
        ({"backbone": "vgg18"}, UnknownNameError, "no backbone is named 'vgg18'"),
        ({"channels": (0, 128)}, JobError, "relu2_1 has the channels 0 … 127, and no channel 128"),
        ({"layers": ("relu1_1", "conv2_1"), "channels": (64,)}, JobError, "relu1_1 has the channels 0 … 63"),
        ({"layers": ("pool5",)}, PictureError, "at least 64 pixels"),
    ],
)
def test_what_the_network_does_not_have_is_told_before_any_weights(
    wrong: dict[str, Any], error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        job_of(**wrong).check()


def test_what_is_raised_for_channels_neurons_and_layers() -> None:
    assert job_of(layers=("relu2_1", "pool1")).losses == (
        ActivationLoss(layers=("conv2_1",), channel=3),
        ActivationLoss(layers=("pool1",), channel=3),
    )
    assert job_of(channels=()).losses == (ActivationLoss(layers=("relu2_1",), objective="mean-square"),)
    seen_at = 48 + 16 - 1
    assert job_of(neuron=True).losses[0].position == (seen_at // 2 // 2, seen_at // 2 // 2)
    assert [feature.label for feature in job_of(layers=("a", "b"), channels=(1, 4, 1)).features] == [
        "a  1", "a  4", "b  1", "b  4",
    ]  # fmt: skip


def test_each_feature_is_painted_as_by_itself_and_the_sheet_shows_all(vgg: Backbone) -> None:
    ended = list(job_of(vgg, channels=(3, 9), layers=("relu1_2", "relu2_1")).events())[-1]
    assert isinstance(ended, Finished)
    parts = torch.split(ended.image, 48, dim=-1)
    assert len(parts) == 4
    for part, (layer, channel) in zip(parts, [(a, b) for a in ("relu1_2", "relu2_1") for b in (3, 9)], strict=True):
        alone = list(job_of(vgg, layers=(layer,), channels=(channel,)).events())[-1]
        assert torch.equal(part, alone.image)
    sheet = job_of(channels=(3, 9), layers=("relu1_2", "relu2_1")).picture(ended.image)
    assert sheet.width == 2 * 48 + 3 * 4
    windows = np.lib.stride_tricks.sliding_window_view(sheet.pixels[0], (48, 48))
    for part in parts:
        assert np.abs(windows - part[0, 0].numpy()).max((2, 3)).min() < 1e-6


def test_while_it_is_painted_the_sheet_has_its_final_size(vgg: Backbone) -> None:
    job = job_of(vgg, channels=(3, 9, 12))
    sizes = {(sheet.width, sheet.height) for event in job.events() if isinstance(event, Step | Finished)
             for sheet in [job.picture(event.image)]}  # fmt: skip
    assert len(sizes) == 1


def test_many_channels_go_into_several_rows() -> None:
    image = torch.rand(1, 3, 32, 32 * 10, generator=torch.Generator().manual_seed(0))
    sheet = job_of(size=32, channels=tuple(range(10))).picture(image)
    assert sheet.width == 8 * 32 + 9 * 4
    assert sheet.height > 2 * 32


def test_the_answer_rises_and_the_picture_is_tiled_alike(vgg: Backbone) -> None:
    ended = []
    for tile in (None, 64):
        values = [
            event.value for event in job_of(vgg, size=96, steps=12, tile=tile).events() if isinstance(event, Step)
        ]
        assert values[-1] < 1.25 * values[0] < 0
        ended.append(values[-1])
    assert ended[0] == pytest.approx(ended[1], rel=1e-2)


def test_the_defaults_are_waves_moved_at_every_step(vgg: Backbone) -> None:
    job = job_of(vgg)
    problem = job._problem(job.losses[0])
    assert isinstance(problem, Problem)
    assert (problem.optimizer, problem.start, problem.shift) == (WaveAdam(), WaveStart(), Shift(pixels=16, every=1))
    assert problem.levels == (Level(48, 48, 4),)
    assert job.inputs == {}
    assert job.with_inputs({}) is job


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize(
    ("backbone", "layer", "channel"),
    [("vgg19", "relu4_3", 100), ("vgg19", "relu3_3", 7), ("inception_v3", "mixed_6b", 5)],
)
def test_a_channel_of_a_published_network_is_woken(backbone: str, layer: str, channel: int) -> None:
    """Among them one that is silent on noise. What it answers to a fresh look at the picture counts, rectified."""
    job = job_of(backbone=backbone, layers=(layer,), channels=(channel,), size=112, steps=40)
    images = [event.image for event in job.events() if isinstance(event, Step)]
    with torch.no_grad():
        before, after = (
            float(job.network(image, (layer,))[layer][:, channel].mean()) for image in (images[0], images[-1])
        )
    assert after > 10 * before
    assert after > 1
