"""Painting in one pass with the published weights, small."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from scipy.fft import dctn
from torch import Tensor

from impasto.backbones.decoder import FEATURES
from impasto.errors import JobError, PictureError
from impasto.pictures import Picture, resize
from impasto.pictures.samples import paint_sample, sample_photograph
from impasto.runs import job_from_toml, job_to_toml
from impasto.solve import Finished, LevelStarted, Started, Step, Target
from impasto.tasks import JOBS, AdaINJob, AdaINStart, StylizeJob
from impasto.tasks.colour import FreeColour, PhotoColour
from impasto.tasks.colour_matching import colour_moments
from impasto.tasks.feedforward import AdaIN
from impasto.tasks.feedforward import adain as adain_module
from impasto.tasks.feedforward.lattice import without_lattice
from impasto.tasks.pixels import to_tensor

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def network() -> AdaIN:
    return AdaIN.load(device="cpu")


@pytest.fixture(scope="module")
def photo() -> Picture:
    return resize(sample_photograph("coffee"), 90, 67)


@pytest.fixture(scope="module")
def painting() -> Picture:
    return paint_sample("swirl", width=96, height=72)


Make = Callable[..., AdaINJob]


@pytest.fixture
def job_of(network: AdaIN, photo: Picture, painting: Picture) -> Make:
    def make(**settings: Any) -> AdaINJob:
        plain: dict[str, Any] = {"content": photo, "styles": (painting,), "size": None, "device": "cpu"}
        job = AdaINJob(**(plain | settings))
        vars(job).update(network=network.encoder, decoder=network.decoder)
        return job

    return make


def painted(job: AdaINJob) -> Tensor:
    ended = list(job.events())[-1]
    assert isinstance(ended, Finished)
    return ended.image


def test_the_kind_is_registered() -> None:
    assert JOBS["adain"] is AdaINJob


@pytest.mark.parametrize("size", [(43, 301), (133, 90)])
def test_in_tiles_comes_what_comes_at_once(size: tuple[int, int], network: AdaIN, painting: Picture) -> None:
    """The tiles' inner borders lie where the decoder sees over them; sides are no multiples of its features."""
    height, width = size
    content = to_tensor(resize(sample_photograph("cat"), width, height))
    styles = (Target(to_tensor(painting)),)
    whole, tiled = (network(content, styles, tile=tile) for tile in (1000, 64))
    assert len(network.tiles(height, width, 64)) > 1 == len(network.tiles(height, width, 1000))
    assert whole.shape == content.shape
    assert float((whole - tiled).abs().max()) < 1e-5
    assert float((whole - content).abs().mean()) > 0.05


def test_only_large_pictures_are_cut_if_nobody_says(network: AdaIN) -> None:
    assert len(network.tiles(1000, 1500, None)) == 1
    assert len(network.tiles(1500, 2100, None)) == 6


def test_without_strength_it_is_what_encoder_and_decoder_make_of_the_photo(
    network: AdaIN, photo: Picture, painting: Picture
) -> None:
    content = to_tensor(photo)[..., :64, :88]
    with torch.no_grad():
        plain = network.decoder(network.encoder(content, (FEATURES,))[FEATURES]).clamp(0, 1)
    bare = without_lattice(plain)
    assert torch.allclose(network(content, (Target(to_tensor(painting)),), strength=0.0), bare, atol=1e-6)
    nearly = network(content, (Target(to_tensor(painting)),), strength=1e-6)
    assert float((nearly - bare).abs().max()) < 1e-3


def test_what_is_painted_has_more_of_the_styles_moments_and_keeps_the_photos_forms(
    network: AdaIN, painting: Picture
) -> None:
    content, style = to_tensor(resize(sample_photograph("coffee"), 192, 128)), to_tensor(painting)
    image = network(content, (Target(style),))
    wanted, before, after = (network.moments(each) for each in (style, content, image))
    for name in ("mean", "deviation"):
        first, last = (float((getattr(each, name) - getattr(wanted, name)).norm()) for each in (before, after))
        assert last < 0.6 * first, name
    light = torch.stack([image.mean(1).flatten(), content.mean(1).flatten()])
    assert abs(float(torch.corrcoef(light)[0, 1])) > 0.5


def test_styles_are_blended_in_their_shares(job_of: Make, painting: Picture) -> None:
    other = paint_sample("mosaic", width=96, height=72)
    one = painted(job_of(size="56"))
    assert torch.allclose(painted(job_of(styles=(painting, painting), style_weights=(1, 3), size="56")), one, atol=1e-4)
    assert torch.equal(painted(job_of(styles=(painting, other), style_weights=(2, 0), size="56")), one)
    assert float((painted(job_of(styles=(painting, other), size="56")) - one).abs().mean()) > 0.01


def test_keeping_the_colours_brings_them_nearer_to_the_photos(job_of: Make, photo: Picture) -> None:
    def distance(image: Tensor) -> float:
        return float((colour_moments(Target(image))[0] - colour_moments(Target(to_tensor(photo)))[0]).norm())

    job = job_of(colour=PhotoColour())
    assert distance(to_tensor(job.picture(painted(job)))) < 0.2 * distance(painted(job_of()))


def test_every_tile_is_told_first_those_looked_at_then_those_painted(job_of: Make) -> None:
    events = list(job_of(size="136x60", tile=64).events())
    steps = [event for event in events if isinstance(event, Step)]
    started = events[0]
    assert isinstance(started, Started)
    assert isinstance(events[1], LevelStarted)
    assert started.steps == len(steps) == 6
    assert [step.number for step in steps] == list(range(1, 7))
    assert all(torch.equal(step.image, steps[0].image) for step in steps[:3])
    assert all(not torch.equal(a.image, b.image) for a, b in pairwise(steps[2:]))
    assert len([e for e in job_of(size="136x60", tile=64, strength=0.0).events() if isinstance(e, Step)]) == 3


@pytest.mark.parametrize("stop", [2, 4, 6])
def test_resumed_it_is_the_same(stop: int, job_of: Make) -> None:
    job = job_of(size="136x60", tile=64)
    events = list(job.events())
    snapshot = next(event.snapshot() for event in events if isinstance(event, Step) and event.number == stop)
    rest = list(job.events(resume=snapshot))
    assert torch.equal(rest[-1].image, events[-1].image)  # type: ignore[union-attr]
    assert len([event for event in rest if isinstance(event, Step)]) == (6 if stop <= 3 else 6 - stop)


def test_transparency_and_depth_are_given_back(job_of: Make, photo: Picture) -> None:
    clear = np.linspace(0, 1, photo.width, dtype=np.float32)[None].repeat(photo.height, 0)
    job = job_of(content=replace(photo, alpha=clear, depth=16))
    result = job.picture(painted(job))
    assert result.alpha is not None
    assert np.array_equal(result.alpha, clear)
    assert result.depth == 16


def test_grey_pictures_are_painted_too(job_of: Make) -> None:
    flat = Picture(np.full((3, 40, 48), 0.5, np.float32))
    assert bool(painted(job_of(content=flat)).isfinite().all())
    ended = list(job_of(styles=(flat,)).events())[-1]
    assert isinstance(ended, Finished)
    assert "nearly one flat colour" in ended.warnings[0]
    assert bool(ended.image.isfinite().all())


@pytest.mark.parametrize("side", [1, 15])
def test_pictures_that_are_too_small_are_refused(side: int, job_of: Make) -> None:
    dot = Picture(np.full((3, side, 40), 0.5, np.float32))
    with pytest.raises(PictureError, match="too small"):
        job_of(content=dot).check()
    with pytest.raises(PictureError, match="too small"):
        job_of(styles=(dot,)).check()


def test_the_smallest_picture_is_painted(job_of: Make) -> None:
    small = paint_sample("harbour", width=64, height=64)
    assert painted(job_of(content=resize(small, 16, 17))).shape == (1, 3, 17, 16)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"styles": ()}, "a style picture is needed"),
        ({"style_weights": (1.0, 2.0)}, "1 styles but 2 style weights"),
        ({"style_weights": (0.0,)}, "not all 0"),
        ({"strength": 1.5}, "strength must lie in 0 … 1"),
        ({"style_scale": 0.0}, "above 0 and up to 8"),
        ({"tile": 63}, "at least 64 pixels"),
        ({"pooling": "average"}, "the decoder was trained on vgg19.gatys, max pooling"),
        ({"backbone": "vgg16"}, "the decoder was trained on vgg19.gatys, max pooling"),
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, Any], said: str, job_of: Make) -> None:
    with pytest.raises(JobError, match=said):
        job_of(**wrong)


def test_it_is_written_down_and_read_back() -> None:
    job = AdaINJob(content="a.png", styles=("b.png", "c.png"), style_weights=(1, 2), strength=0.4, tile=256, size=None)
    assert job_from_toml(job_to_toml(job)) == job
    with pytest.raises(JobError, match=r"weights: must be 'vgg19\.gatys'"):
        job_from_toml(job_to_toml(job).replace("vgg19.gatys", "vgg19.torchvision"))


def test_its_pictures_can_be_replaced(job_of: Make, photo: Picture, painting: Picture) -> None:
    job = job_of(styles=(painting, painting))
    assert list(job.inputs) == ["content", "style1", "style2"]
    other = job.with_inputs({"style2": photo})
    assert other.styles == (painting, photo)
    assert other.content is photo


def test_networks_are_lent(job_of: Make, network: AdaIN) -> None:
    other = AdaINJob(content="a.png", styles=("b.png",), device="cpu")
    job_of().lend(other)
    assert other.network is network.encoder
    assert other.decoder is network.decoder
    assert other.weights_used().keys() == {"vgg19.gatys", "adain-decoder.gatys"}


def test_as_a_start_it_is_what_one_pass_makes_of_the_photo_but_for_the_finest_waves(
    network: AdaIN, photo: Picture, painting: Picture
) -> None:
    settings: dict[str, Any] = {"content": photo, "styles": (painting,), "device": "cpu", "colour": FreeColour()}
    job = StylizeJob(start=AdaINStart(smallest=64), smallest=16, size="90", steps=(0,), **settings)
    assert [max(level.width, level.height) for level in job.levels()] == [90]
    problem = job.problem()
    content = problem.targets["content"][0].image
    first, passed = problem.start.image(content, torch.Generator()), network(content, problem.targets["style"])

    def waves(image: Tensor) -> Tensor:
        return torch.from_numpy(np.abs(dctn(image[0].numpy(), axes=(1, 2), norm="ortho")))

    coarse, fine = np.s_[:, : 67 // 8, : 90 // 8], np.s_[:, 67 * 2 // 5 :, 90 * 2 // 5 :]
    between = waves(passed - content)
    assert float(waves(first - passed)[coarse].mean()) < 0.1 * float(between[coarse].mean())
    assert float(waves(first - content)[fine].mean()) < 0.3 * float(between[fine].mean())
    assert job.weights_used().keys() == {"vgg19.gatys", "adain-decoder.gatys"}
    assert ("adain-decoder", "adain-decoder.gatys") in job.networks
    assert job_from_toml(job_to_toml(replace(job, content="a.png", styles=("b.png",)))).start == job.start


def test_it_starts_at_256_pixels_where_there_are_as_many(photo: Picture, painting: Picture) -> None:
    sizes = {}
    for size in ("200", "512", "1100"):
        job = StylizeJob(content=photo, styles=(painting,), size=size, start=AdaINStart())
        sizes[size] = [max(level.width, level.height) for level in job.levels()]
    assert sizes == {"200": [200], "512": [256, 512], "1100": [275, 550, 1100]}


def test_a_start_without_styles_says_so(photo: Picture) -> None:
    with pytest.raises(JobError, match="needs a style"):
        AdaINStart().image(to_tensor(photo), torch.Generator())
    with pytest.raises(JobError, match="strength of the start"):
        AdaINStart(strength=2)
    with pytest.raises(JobError, match="at least 16 pixels"):
        AdaINStart(smallest=8)
    assert adain_module.LEAST_SIDE == 16
