"""A dream within a style job: named or chosen, in the network that looks or in one beside it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch

from impasto.backbones import Backbone, Preprocessing, SideBySide
from impasto.errors import JobError, UnknownNameError
from impasto.losses import ActivationLoss, ContentLoss, GramLoss
from impasto.pictures import Picture
from impasto.solve import Finished, LevelStarted, Noted
from impasto.tasks import StylizeJob
from impasto.tasks.colour import FreeColour
from impasto.tasks.dream_choice import chosen_features, cosine

RGB = Preprocessing("rgb", 1.0, (0.5,) * 3, (0.25,) * 3)


@pytest.fixture
def job_of(picture_of: Callable[..., Picture], make_vgg: Callable[..., Backbone]) -> Callable[..., StylizeJob]:
    """Makes jobs on networks with random numbers."""

    def make(**settings: Any) -> StylizeJob:
        standard: dict[str, Any] = {
            "content": picture_of(60, 70, 1),
            "styles": (picture_of(50, 50, 2),),
            "size": None,
            "smallest": 64,
            "steps": (5,),
            "losses": (ContentLoss(layers=("relu2_1",)), GramLoss(layers=("relu1_1", "relu2_1"))),
            "colour": FreeColour(),
            "device": "cpu",
            "precision": "fp32",
        }
        job = StylizeJob(**(standard | settings))
        own = make_vgg("vgg19", padding="reflect", pooling="average")
        if job.beside:
            other = make_vgg(job.beside, padding="reflect", preprocessing=RGB)
            vars(job)["network"] = SideBySide(own, {job.beside: other})
        else:
            vars(job)["network"] = own
        return job

    return make


def answer(job: StylizeJob, layer: str, channel: int) -> float:
    ended = list(job.events())[-1]
    assert isinstance(ended, Finished)
    return float(job.network(ended.image, (layer,))[layer][:, channel].mean())


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"dream": ("auto", "relu1_2")}, "is both"),
        ({"dream": ("relu1_2:chanel=1",)}, "Did you mean channel"),
        ({"dream": ("relu1_2",), "dream_weight": 0.0}, "above 0"),
        ({"dream_backbone": "vgg16"}, "nothing to dream of"),
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, Any], said: str, job_of: Callable[..., StylizeJob]) -> None:
    with pytest.raises(JobError, match=said):
        job_of(**wrong)


@pytest.mark.parametrize(
    ("wrong", "error", "said"),
    [
        ({"dream": ("mixed4",)}, UnknownNameError, "vgg19 has no layer named 'mixed4'.* inception_v3 has mixed4"),
        ({"dream": ("mixed4c",), "dream_backbone": "inception_v3"}, UnknownNameError, "Did you mean mixed4"),
        ({"dream": ("relu3_1:channel=256",)}, JobError, "channels 0 … 255"),
        ({"dream": ("relu3_1",), "dream_backbone": "vgg99"}, UnknownNameError, "no backbone is named 'vgg99'"),
    ],
)
def test_what_the_dreaming_network_does_not_have_is_told(
    wrong: dict[str, Any], error: type[Exception], said: str, job_of: Callable[..., StylizeJob]
) -> None:
    standard = job_of()
    with pytest.raises(error, match=said):
        replace(standard, **wrong).check()


def test_a_dream_raises_its_channel_beside_the_style(job_of: Callable[..., StylizeJob]) -> None:
    plain = answer(job_of(), "relu3_1", 11)
    dreamt = answer(job_of(dream="relu3_1:channel=11", dream_weight=2.0), "relu3_1", 11)
    assert dreamt > 1.2 * plain


def test_the_network_beside_dreams_and_its_weights_are_told(job_of: Callable[..., StylizeJob]) -> None:
    job = job_of(dream=("relu3_1:channel=5:weight=3", "relu2_2"), dream_backbone="vgg16", dream_weight=2.0)
    assert job.placed_losses[2:] == (
        ActivationLoss(layers=("vgg16:conv3_1",), channel=5, weight=1.5),
        ActivationLoss(layers=("vgg16:relu2_2",), objective="mean-square", weight=0.5),
    )
    assert job.networks == (("vgg19", None), ("vgg16", None))
    started = next(event for event in job.events() if isinstance(event, LevelStarted))
    assert set(started.weights) == {"content", "gram", "activation", "activation 2"}
    same = job_of(dream=("relu3_1",), dream_backbone="vgg19")
    assert same.beside is None
    assert same.placed_losses[2].layers == ("relu3_1",)


def test_a_layer_that_the_style_holds_is_warned_of(job_of: Callable[..., StylizeJob]) -> None:
    notes = [event for event in job_of(dream="relu2_1:channel=1").events() if isinstance(event, Noted)]
    assert [note.warning for note in notes] == [True]
    assert "relu2_1" in notes[0].text
    assert not [event for event in job_of(dream="relu2_2").events() if isinstance(event, Noted)]


def test_auto_takes_the_channels_whose_gradients_stand_at_right_angles(job_of: Callable[..., StylizeJob]) -> None:
    job = job_of(dream="auto", content=job_of().content)
    chosen = job.with_dream_chosen()
    assert len(chosen.dream) == 2
    assert all(text.split(":")[0] in job.dream_candidates for text in chosen.dream)
    small = replace(job, smallest=70, steps=(0,), dream=())
    vars(small)["network"] = job.network
    found = chosen_features(small.problem(), job.dreamer, None, job.dream_candidates)
    ease = sorted(each.ease for each in found)[len(found) // 2]
    ready = [each.conflict for each in found if each.ease >= ease]
    assert [each.conflict for each in found[:2]] == sorted(ready)[:2]
    notes = [event.text for event in job.events() if isinstance(event, Noted)]
    assert len(notes) == 3
    assert f"channel {found[0].feature.channel}:" in notes[0]
    assert job.with_dream_chosen() == chosen


def test_the_cosine_is_that_of_the_angle() -> None:
    assert cosine(torch.tensor([1.0, 0.0]), torch.tensor([3.0, 4.0])) == pytest.approx(0.6)
    assert cosine(torch.zeros(2), torch.ones(2)) == 0
