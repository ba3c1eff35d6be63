"""The stylise job as data, and painted on a network with random weights."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from impasto.backbones import Backbone
from impasto.errors import InputError, JobError, PictureError, UnknownNameError
from impasto.losses import ContentLoss, GramLoss
from impasto.pictures import Picture, write_picture
from impasto.solve import ContentStart, Event, Finished, LevelDone, MixedStart, NoiseStart, Start, Started
from impasto.tasks import JOBS, StylizeJob
from impasto.tasks.colour import FreeColour, StyleColour
from impasto.tasks.pixels import to_picture, to_tensor

LOSSES = (ContentLoss(layers=("relu2_1",)), GramLoss(layers=("relu1_1", "relu2_1")))

Pictures = Callable[..., Picture]
Paint = Callable[..., Any]


@pytest.fixture
def job_of(picture_of: Pictures, make_vgg: Callable[..., Backbone]) -> Paint:
    """Makes small jobs whose network has random weights."""

    def make(**settings: Any) -> StylizeJob:
        plain: dict[str, Any] = {
            "content": picture_of(48, 64, 1),
            "styles": (picture_of(40, 40, 2),),
            "size": "32",
            "losses": LOSSES,
            "colour": FreeColour(),
            "smallest": 16,
            "steps": (2,),
            "device": "cpu",
            "precision": "fp32",
        }
        job = StylizeJob(**(plain | settings))
        vars(job)["network"] = make_vgg(pooling=job.pooling, padding=job.padding)
        return job

    return make


def paint(job: StylizeJob) -> tuple[list[Event], Picture]:
    events = list(job.events())
    assert isinstance(events[-1], Finished)
    return events, job.picture(events[-1].image)


def test_the_kind_is_registered() -> None:
    assert JOBS["stylize"] is StylizeJob


WRONG = [
    ({"styles": ()}, "a style picture is needed"),
    ({"style_weights": (1.0, 2.0)}, "1 styles but 2 style weights"),
    ({"style_weights": (0.0,)}, "not all 0"),
    ({"style_weights": (-1.0,)}, "0 or more"),
    ({"style_weights": (float("nan"),)}, "0 or more"),
    ({"style_scale": 0.0}, "style_scale must lie above 0"),
    ({"style_scale": 9.0}, "style_scale must lie above 0 and up to 8"),
    ({"strength": -0.1}, "strength must lie between 0"),
    ({"strength": 1.1}, "strength must lie between 0"),
    ({"strength": float("nan")}, "strength must lie between 0"),
    ({"detail": -1.0}, "detail must lie in 0 … 1"),
    ({"smallest": 15}, "smallest must be at least 16"),
    ({"tile": 63}, "a tile must be at least 64 pixels"),
    ({"shift": 3}, "shifted by up to"),
    ({"shift_every": 1}, "every 2 or more steps"),
    ({"steps": ()}, "steps must be one or more"),
    ({"steps": (10, -1)}, "steps must be one or more"),
    ({"seed": -1}, "seed must be a whole number"),
    ({"seed": 2**32}, "seed must be a whole number"),
]


@pytest.mark.parametrize(("wrong", "said"), WRONG, ids=[str(w) for w, _ in WRONG])
def test_wrong_settings_are_refused(wrong: dict[str, Any], said: str, job_of: Paint) -> None:
    with pytest.raises(JobError, match=said):
        job_of(**wrong)


@pytest.mark.parametrize("size", ["0", "-5", "big", "10x", "70000", ""])
def test_wrong_sizes_are_refused(size: str, job_of: Paint) -> None:
    with pytest.raises(InputError):
        job_of(size=size)


WRONG_WHEN_CHECKED = [
    ({"backbone": "vgg18"}, UnknownNameError, r"no backbone is named 'vgg18'.*vgg1"),
    ({"weights": "vgg19.gaty"}, UnknownNameError, r"Did you mean.*vgg19.gatys"),
    ({"weights": "vgg16.torchvision"}, JobError, "are for vgg16, not for vgg19"),
    ({"losses": (GramLoss(layers=("relu7_1",)),)}, UnknownNameError, "no layer named 'relu7_1'"),
    ({"losses": (GramLoss(layers=("relu5_1",)),), "size": "31"}, PictureError, "at least 32 pixels"),
    (
        {"content": Picture(np.full((3, 15, 90), 0.5, np.float32))},
        PictureError,
        "content picture: it is 90x15, too small",
    ),
    (
        {"styles": (Picture(np.full((3, 90, 15), 0.5, np.float32)),)},
        PictureError,
        "style picture: it is 15x90, too small",
    ),
    ({"content": Path("nowhere.png")}, PictureError, "nowhere.png"),
    ({"styles": (Path("nowhere.png"),)}, PictureError, "nowhere.png"),
]


@pytest.mark.parametrize(("wrong", "kind", "said"), WRONG_WHEN_CHECKED)
def test_check_says_what_painting_would(wrong: dict[str, Any], kind: type[Exception], said: str, job_of: Paint) -> None:
    with pytest.raises(kind, match=said):
        job_of(**wrong).check()


def test_a_sound_job_passes_its_check(job_of: Paint) -> None:
    job_of().check()


@pytest.mark.parametrize(
    ("size", "shape"), [("40", (30, 40)), ("40x24", (24, 40)), (None, (48, 64)), ("100", (75, 100))]
)
def test_the_result_has_the_size_asked_for(size: str | None, shape: tuple[int, int], job_of: Paint) -> None:
    events, picture = paint(job_of(size=size, steps=(1,)))
    assert (picture.height, picture.width) == shape
    assert isinstance(events[0], Started)
    assert (events[0].levels[-1].height, events[0].levels[-1].width) == shape


def test_painting_changes_the_picture_and_the_seed_repeats_it(job_of: Paint, picture_of: Pictures) -> None:
    _, first = paint(job_of(steps=(4,)))
    _, again = paint(job_of(steps=(4,)))
    _, other = paint(job_of(steps=(4,), styles=(picture_of(40, 40, 9),)))
    assert np.array_equal(first.pixels, again.pixels)
    assert not np.array_equal(first.pixels, other.pixels)


def test_transparency_and_depth_are_given_back(job_of: Paint, picture_of: Pictures) -> None:
    content = picture_of(48, 64, 1, alpha=True, depth=16)
    job = job_of(content=content, size="32")
    _, picture = paint(job)
    assert picture.depth == 16
    assert picture.alpha is not None
    np.testing.assert_allclose(
        picture.alpha, np.linspace(0, 1, 64).reshape(32, 2).mean(1)[None].repeat(24, 0), atol=0.02
    )
    kept = paint(job_of(content=content, size=None))[1]
    assert content.alpha is not None
    assert np.array_equal(kept.alpha, content.alpha)
    assert paint(job_of())[1].alpha is None


def test_what_is_clear_is_painted_in_the_colours_beside_it(job_of: Paint) -> None:
    """Not over white, which would be left at the edges as a fringe."""
    pixels = np.zeros((3, 48, 64), np.float32)
    pixels[:, :, :32] = 0.25
    alpha = np.zeros((48, 64), np.float32)
    alpha[:, :32] = 1
    problem = job_of(content=Picture(pixels, alpha), size=None).problem()
    assert float((problem.targets["content"][0].image - 0.25).abs().max()) < 1e-5


def test_several_styles_blend_in_their_shares(job_of: Paint, picture_of: Pictures) -> None:
    first, second = picture_of(40, 40, 2), picture_of(30, 50, 3)
    blended = job_of(styles=(first, second), style_weights=(3.0, 1.0)).problem()
    assert [target.share for target in blended.targets["style"]] == [3.0, 1.0]
    alone = paint(job_of(styles=(first,)))[1]
    unheard = paint(job_of(styles=(first, second), style_weights=(1.0, 0.0)))[1]
    both = paint(job_of(styles=(first, second)))[1]
    assert np.array_equal(alone.pixels, unheard.pixels)
    assert not np.array_equal(alone.pixels, both.pixels)


@pytest.mark.parametrize(("scale", "shape"), [(1.0, (32, 16)), (0.5, (16, 8)), (2.0, (64, 32))])
def test_a_style_is_scaled_beside_the_result(
    scale: float, shape: tuple[int, int], job_of: Paint, picture_of: Pictures
) -> None:
    problem = job_of(styles=(picture_of(200, 100),), style_scale=scale).problem()
    assert tuple(problem.targets["style"][0].image.shape[-2:]) == shape


@pytest.mark.parametrize(("height", "width"), [(16, 400), (400, 16), (16, 16), (17, 33)])
def test_elongated_and_tiny_pictures_are_painted(height: int, width: int, job_of: Paint, picture_of: Pictures) -> None:
    odd = picture_of(height, width)
    for job in (job_of(content=odd, size=None, steps=(1,)), job_of(styles=(odd,), steps=(1,), padding="reflect")):
        events, picture = paint(job)
        assert np.isfinite(picture.pixels).all()
    assert sum(isinstance(e, LevelDone) for e in events) == 2


def test_too_elongated_for_the_network_is_said(job_of: Paint, picture_of: Pictures) -> None:
    job = job_of(content=picture_of(16, 400), size="64", losses=(GramLoss(layers=("relu3_1",)),))
    with pytest.raises(PictureError, match=r"64x3 pixels at this size, too small.*less elongated"):
        list(job.events())


def test_colours_are_matched_before_painting(job_of: Paint) -> None:
    plain, matched = job_of(steps=(0,), smallest=64), job_of(steps=(0,), smallest=64, colour=StyleColour())
    style = matched.problem().targets["style"][0].image.mean((0, 2, 3))
    before, after = (torch.from_numpy(paint(job)[1].pixels).mean((1, 2)) for job in (plain, matched))
    assert float((after - style).abs().max()) < 0.02 < float((before - style).abs().max())


@pytest.mark.parametrize("start", [NoiseStart(), ContentStart(noise=0.2), MixedStart()], ids=lambda s: s.kind)
def test_strength_0_is_the_photo_whatever_the_start(start: Start, job_of: Paint) -> None:
    job = job_of(strength=0.0, start=start, colour=StyleColour(), steps=(3,))
    assert np.array_equal(paint(job)[1].pixels, job.content_picture.pixels)


def test_pictures_come_as_paths_and_in_memory(tmp_path: Path, job_of: Paint, picture_of: Pictures) -> None:
    content, style = picture_of(48, 64, 1), picture_of(40, 40, 2)
    write_picture(content, tmp_path / "content.png", depth=16)
    write_picture(style, tmp_path / "style.png", depth=16)
    from_files = paint(job_of(content=str(tmp_path / "content.png"), styles=[tmp_path / "style.png"]))[1]
    from_memory = paint(job_of(content=content, styles=style))[1]
    assert from_files.depth == 16
    assert float(np.abs(from_files.pixels - from_memory.pixels).max()) < 0.01


def test_inputs_are_named_and_can_be_replaced(job_of: Paint, picture_of: Pictures) -> None:
    job = job_of(styles=(picture_of(40, 40, 2), picture_of(40, 40, 3)))
    assert list(job.inputs) == ["content", "style1", "style2"]
    other = picture_of(20, 20)
    changed = job.with_inputs({"style2": other})
    assert changed.styles == (job.styles[0], other)
    assert changed.content is job.content
    assert changed.content_picture is not job.content_picture


def test_jobs_are_values(job_of: Paint) -> None:
    job = job_of()
    assert replace(job, strength=0.7) == replace(job, strength=0.7)
    assert replace(job, strength=0.7) != job
    with pytest.raises(AttributeError):
        job.strength = 0.1


def test_pixels_go_to_tensors_and_back(picture_of: Pictures) -> None:
    picture = picture_of(9, 7, depth=16)
    tensor = to_tensor(picture)
    assert tensor.shape == (1, 3, 9, 7)
    tensor += 1
    assert picture.pixels.max() < 1
    assert np.array_equal(to_picture(tensor - 1, depth=16).pixels, (picture.pixels + 1) - 1)
    assert to_picture(tensor).pixels.max() == 1
