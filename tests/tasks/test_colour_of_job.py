"""The colour control of a stylise job, painted on a network with random weights."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch

from impasto.backbones import Backbone
from impasto.errors import JobError
from impasto.losses import BlankLoss, ContentLoss, GramLoss
from impasto.pictures import Picture
from impasto.pictures.cielab import to_cielab
from impasto.runs import build_job, job_from_toml, job_to_toml
from impasto.solve import Finished, LevelDone, NoiseStart
from impasto.tasks import StylizeJob
from impasto.tasks.colour import COLOURS, LuminanceColour, PhotoColour, StyleColour, ToneColour
from impasto.tasks.colour_matching import match_colours
from impasto.tasks.pixels import to_tensor

LOSSES = (ContentLoss(layers=("relu2_1",)), GramLoss(layers=("relu1_1", "relu2_1")))

Paint = Callable[..., StylizeJob]


@pytest.fixture
def job_of(picture_of: Callable[..., Picture], make_vgg: Callable[..., Backbone]) -> Paint:
    """Makes small jobs of two levels whose network has random weights."""

    def make(**settings: Any) -> StylizeJob:
        plain: dict[str, Any] = {
            "content": picture_of(36, 48, 1),
            "styles": (picture_of(40, 40, 2),),
            "size": "48",
            "losses": LOSSES,
            "smallest": 24,
            "steps": (3, 3),
            "device": "cpu",
            "precision": "fp32",
        }
        job = StylizeJob(**(plain | settings))
        vars(job)["network"] = make_vgg(pooling=job.pooling or "max", padding=job.padding)
        return job

    return make


def images(job: StylizeJob) -> Iterator[torch.Tensor]:
    yield from (event.image for event in job.events() if isinstance(event, LevelDone | Finished))


def test_luminance_hands_out_the_photos_a_and_b_at_every_level(job_of: Paint) -> None:
    job = job_of(colour=LuminanceColour(), content=Picture(job_of().content_picture.pixels * 0.4 + 0.3))
    small, *_, last = images(job)
    assert small.shape[-1] == 24
    for image in (small, last):
        handed = to_cielab(job.picture(image).pixels)
        assert handed[1:].std() > 1
    kept = to_cielab(job.content_picture.pixels)
    apart = np.hypot(*(handed[1:] - kept[1:]))
    assert np.quantile(apart, 0.75) < 0.02
    np.testing.assert_allclose(handed[0], to_cielab(last[0].numpy())[0], atol=0.05)


@pytest.mark.parametrize("colour", [LuminanceColour(), ToneColour(blank=0.5)], ids=lambda colour: str(colour.kind))
def test_what_is_painted_in_grey_stays_grey_from_any_start(colour: Any, job_of: Paint) -> None:
    job = job_of(colour=colour, start=NoiseStart(), losses=(*LOSSES, BlankLoss()))
    assert job.problem().grey
    *_, last = images(job)
    assert float((last - last.mean(1, keepdim=True)).abs().max()) < 1e-4
    assert float(last.std()) > 0.02


def test_the_photos_palette_is_what_comes_out(job_of: Paint) -> None:
    job = job_of(colour=PhotoColour(by="histogram", when="after"))
    *_, last = images(job)
    handed = to_tensor(job.picture(last))
    expected = match_colours(last, [job.problem().targets["content"][0]], 1.0, "histogram")
    torch.testing.assert_close(handed, expected, rtol=0, atol=1e-5)
    assert not torch.equal(handed, last)


def test_before_alone_leaves_the_last_word_to_painting(job_of: Paint) -> None:
    job = job_of(colour=StyleColour(when="before"))
    *_, last = images(job)
    assert torch.equal(to_tensor(job.picture(last)), last)
    assert "palette" not in vars(job)


@pytest.mark.parametrize("kind", list(COLOURS))
def test_strength_0_is_the_photo_whatever_the_colours(kind: str, job_of: Paint) -> None:
    settings = {"when": "both"} if kind in ("style", "photo") else {}
    job = job_of(colour=COLOURS[kind](kind=kind, **settings), strength=0.0)
    *_, last = images(job)
    assert np.array_equal(job.picture(last).pixels, job.content_picture.pixels)


def test_below_half_strength_less_is_moved(job_of: Paint) -> None:
    colour = StyleColour(when="after")
    whole, half = (job_of(colour=colour, strength=strength) for strength in (0.5, 0.25))
    image = to_tensor(whole.content_picture)
    full = to_tensor(whole.picture(image)) - image
    part = to_tensor(half.picture(image)) - image
    torch.testing.assert_close(part, full / 2, rtol=0, atol=1e-6)


def test_large_styles_are_made_small_for_their_colours_and_shares_count(
    job_of: Paint, picture_of: Callable[..., Picture]
) -> None:
    job = job_of(styles=(picture_of(30, 700, 2), picture_of(20, 20, 3), picture_of(20, 20, 4)), style_weights=(2, 1, 0))
    assert [(target.image.shape[-1], target.share) for target in job.palette] == [(512, 2), (20, 1)]


def test_transparency_is_kept(job_of: Paint, picture_of: Callable[..., Picture]) -> None:
    job = job_of(colour=LuminanceColour(), content=picture_of(36, 48, 1, alpha=True))
    *_, last = images(job)
    assert job.picture(last).alpha is not None


@pytest.mark.parametrize("kind", list(COLOURS))
def test_every_kind_comes_back_from_toml(kind: str) -> None:
    job = build_job(flags={"content": "a.png", "styles": ("b.png",), "colour": kind})
    assert isinstance(job, StylizeJob)
    assert job.colour == COLOURS[kind](kind=kind)
    assert job_from_toml(job_to_toml(job)) == job


@pytest.mark.parametrize(
    ("sets", "expected"),
    [
        (("colour.amount=0.25",), StyleColour(amount=0.25)),
        (("colour=photo", "colour.by=pca"), PhotoColour(by="pca")),
        (("colour={kind='tone', blank=0.5}",), ToneColour(blank=0.5)),
        (("colour=luminance", "colour.lightness=photo"), LuminanceColour(lightness="photo")),
    ],
)
def test_controls_are_set_by_name(sets: tuple[str, ...], expected: Any) -> None:
    job = build_job(flags={"content": "a.png", "styles": ("b.png",)}, sets=sets)
    assert isinstance(job, StylizeJob)
    assert job.colour == expected


@pytest.mark.parametrize(
    ("sets", "said"),
    [
        (("colour=sepia",), "no colour control is named 'sepia'"),
        (("colour=lumninance",), "Did you mean luminance"),
        (("colour=tone", "colour.by=pca"), "It belongs to style and photo"),
        (("colour.by=rotation",), "colour.by: must be 'transport'"),
        (("colour.amount=2",), "amount of the colour must lie in 0 … 1"),
    ],
)
def test_controls_that_cannot_be_are_refused(sets: tuple[str, ...], said: str) -> None:
    with pytest.raises(JobError, match=said):
        build_job(flags={"content": "a.png", "styles": ("b.png",)}, sets=sets)


def test_the_ink_preset_paints_tones_and_holds_what_is_blank() -> None:
    job = build_job(preset="ink", flags={"content": "a.png", "styles": ("b.png",)})
    assert isinstance(job, StylizeJob)
    assert isinstance(job.colour, ToneColour)
    assert job.colour.blank > 0
    assert [loss.kind for loss in job.losses] == ["content", "gram", "moments", "blank"]
