"""Reconstructing from layers of a network with random weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from impasto.backbones import BACKBONES, Backbone, painting_defaults
from impasto.backbones.defaults import PAINTING_DEFAULTS
from impasto.errors import JobError, PictureError, UnknownNameError
from impasto.losses import GramLoss
from impasto.pictures import Picture
from impasto.solve import Finished, LevelStarted
from impasto.tasks import JOBS, ReconstructJob, StylizeJob
from impasto.tasks.pixels import to_tensor

Make = Callable[..., ReconstructJob]


@pytest.fixture
def job_of(picture_of: Callable[..., Picture], make_vgg: Callable[..., Backbone]) -> Make:
    """Makes small jobs whose network has random weights."""

    def make(**settings: Any) -> ReconstructJob:
        plain: dict[str, Any] = {"source": picture_of(24, 32, 1), "size": "32", "steps": 5, "device": "cpu"}
        job = ReconstructJob(**(plain | settings))
        vars(job)["network"] = make_vgg(pooling=painting_defaults("vgg19").pooling, padding=job.padding)
        return job

    return make


def painted(job: ReconstructJob) -> torch.Tensor:
    return next(event.image for event in job.events() if isinstance(event, Finished))


def test_from_the_first_layer_the_picture_itself_comes_back(job_of: Make) -> None:
    job = job_of(layers=("conv1_1",), steps=80)
    wanted = to_tensor(job.source_picture)
    start = painted(replace_keeping_network(job, steps=1))
    assert float((start - wanted).abs().mean()) > 0.1
    assert float((painted(job) - wanted).abs().max()) < 0.5 / 255


def replace_keeping_network(job: ReconstructJob, **changes: Any) -> ReconstructJob:
    other = replace(job, **changes)
    job.lend(other)
    return other


def test_from_a_deeper_layer_the_layer_comes_back_and_less_of_the_picture(job_of: Make) -> None:
    first, deep = (painted(job_of(layers=(layer,), steps=40)) for layer in ("conv1_1", "conv3_1"))
    job = job_of()
    wanted = to_tensor(job.source_picture)
    seen, aimed = (job.network(image, ["conv3_1"])["conv3_1"] for image in (deep, wanted))
    assert float((seen - aimed).square().mean()) < 0.02 * float(aimed.square().mean())
    assert float((deep - wanted).abs().mean()) > 3 * float((first - wanted).abs().mean())


def test_style_is_taken_from_all_its_layers_and_from_nowhere_in_particular(job_of: Make) -> None:
    layers = ("conv1_1", "conv2_1")
    job = job_of(of="style", layers=layers, steps=60)
    wanted = to_tensor(job.source_picture)
    made = painted(job)
    loss = GramLoss(layers=layers)
    term = loss.bind([(1.0, job.network(wanted, layers))])
    noise = painted(replace_keeping_network(job, steps=1))
    assert float(term(job.network(made, layers))) < 0.01 * float(term(job.network(noise, layers)))
    assert float((made - wanted).abs().mean()) > 0.05


def test_it_is_painted_at_full_size_alone(job_of: Make) -> None:
    for of in ("content", "style"):
        job = job_of(of=of, layers=("conv2_1",))
        levels = [event for event in job.events() if isinstance(event, LevelStarted)]
        assert [(level.width, level.height) for level in levels] == [(32, 24)]


def test_without_layers_it_takes_the_networks_own() -> None:
    for name, defaults in PAINTING_DEFAULTS.items():
        job = ReconstructJob(source=Path("a.png"), backbone=name)
        assert job.needed_layers == defaults.content
        assert replace(job, of="style").needed_layers == defaults.style
    with pytest.raises(JobError, match="no layers of its own"):
        _ = ReconstructJob(source=Path("a.png"), backbone="mobilenet_v2").needed_layers


@pytest.mark.parametrize("name", list(PAINTING_DEFAULTS))
def test_every_network_that_paints_has_five_layers_for_a_figure_from_first_to_deep(name: str) -> None:
    with torch.device("meta"):
        graph = BACKBONES[name]()
    places = [graph.layers.index(layer) for layer in painting_defaults(name).figure]
    assert len(places) == 5
    assert places == sorted(places)


def test_its_input_goes_by_what_is_taken_from_it() -> None:
    job = ReconstructJob(source=Path("a.png"))
    assert job.inputs == {"content": Path("a.png")}
    assert replace(job, of="style").inputs == {"style1": Path("a.png")}
    assert job.with_inputs({"content": Path("b.png")}).source == Path("b.png")
    assert job.with_inputs({}) == job
    assert JOBS["reconstruct"] is ReconstructJob


def test_a_network_is_lent_between_kinds_of_jobs(job_of: Make) -> None:
    job = job_of()
    style = StylizeJob(content=Path("a"), styles=(Path("b"),), device="cpu", precision="fp32")
    job.lend(style)
    assert style.network is job.network
    other = StylizeJob(content=Path("a"), styles=(Path("b"),), device="cpu", precision="fp32", padding="zeros")
    job.lend(other)
    assert "network" not in vars(other)


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        ({"of": "colour"}, JobError, "content or style"),
        ({"steps": -1}, JobError, "steps must be 0 or more"),
        ({"noise": 0.0}, JobError, "above 0"),
        ({"tile": 5}, JobError, "at least 64"),
        ({"shift": 3}, JobError, "shifted by"),
        ({"layers": ("conv9_1",)}, UnknownNameError, "conv9_1"),
        ({"size": "8", "layers": ("conv5_1",)}, PictureError, "too small"),
    ],
)
def test_what_cannot_be_is_refused(wrong: dict[str, Any], error: type[Exception], said: str, job_of: Make) -> None:
    with pytest.raises(error, match=said):
        job_of(**wrong).check()
