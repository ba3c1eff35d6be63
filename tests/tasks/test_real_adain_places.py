"""Painting in one pass where styles count in some places alone, with the published weights, small."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from impasto.errors import JobError
from impasto.pictures import Picture, picture_from, resize
from impasto.pictures.samples import paint_sample, sample_photograph
from impasto.runs import job_from_toml, job_to_toml
from impasto.solve import Finished, Target
from impasto.tasks import AdaINJob, Region
from impasto.tasks.colour import LuminanceColour
from impasto.tasks.feedforward import AdaIN
from impasto.tasks.pixels import to_tensor

pytestmark = pytest.mark.real

HEIGHT, WIDTH = 72, 140

Make = Callable[..., AdaINJob]


@pytest.fixture(scope="module")
def network() -> AdaIN:
    return AdaIN.load(device="cpu")


@pytest.fixture(scope="module")
def swirl() -> Picture:
    return paint_sample("swirl", width=96, height=72)


@pytest.fixture(scope="module")
def mosaic() -> Picture:
    return paint_sample("mosaic", width=96, height=72)


@pytest.fixture
def job_of(network: AdaIN, swirl: Picture) -> Make:
    content = resize(sample_photograph("coffee"), WIDTH, HEIGHT)

    def make(**settings: Any) -> AdaINJob:
        plain: dict[str, Any] = {"content": content, "styles": (swirl,), "size": None, "device": "cpu"}
        job = AdaINJob(**(plain | settings))
        vars(job).update(network=network.encoder, decoder=network.decoder)
        return job

    return make


def painted(job: AdaINJob) -> Tensor:
    ended = list(job.events())[-1]
    assert isinstance(ended, Finished)
    return ended.image


def mask(columns: slice, value: float = 1.0) -> Picture:
    plane: NDArray[np.float32] = np.zeros((HEIGHT, WIDTH), np.float32)
    plane[:, columns] = value
    return picture_from(plane)


def test_a_region_of_the_whole_picture_is_as_none(job_of: Make, swirl: Picture) -> None:
    alone = painted(job_of(styles=(), regions=(Region(mask=mask(slice(None)), styles=(swirl,)),)))
    assert torch.allclose(alone, painted(job_of()), atol=1e-4)


def test_each_region_takes_after_its_own_style(job_of: Make, swirl: Picture, mosaic: Picture) -> None:
    image = painted(job_of(styles=(mosaic,), regions=(Region(mask=mask(slice(0, 70)), styles=(swirl,)),)))
    alone = {"swirl": painted(job_of()), "mosaic": painted(job_of(styles=(mosaic,)))}
    for columns, own, other in ((slice(0, 56), "swirl", "mosaic"), (slice(84, None), "mosaic", "swirl")):
        away = {name: float((image - whole)[..., columns].abs().mean()) for name, whole in alone.items()}
        assert away[own] < 0.6 * away[other]


def test_regions_come_in_tiles_as_at_once(job_of: Make, mosaic: Picture) -> None:
    ramp = picture_from(np.linspace(0, 1, WIDTH, dtype=np.float32)[None].repeat(HEIGHT, 0))
    settings = {"regions": (Region(mask=ramp, styles=(mosaic,)),), "protect": (mask(slice(20, 30)),)}
    whole, tiled = (painted(job_of(**settings, tile=tile)) for tile in (None, 64))
    assert float((whole - tiled).abs().max()) < 1e-5


def test_what_is_protected_stays_to_the_bit_and_greys_are_between(job_of: Make) -> None:
    job = job_of(protect=(mask(slice(0, 40)), mask(slice(100, 140), 0.5)))
    photo, image = to_tensor(job.content_picture), painted(job)
    assert torch.equal(image[..., :40], photo[..., :40])
    assert torch.equal(to_tensor(job.picture(image))[..., :40], photo[..., :40])
    moved = (image - photo).abs().mean((0, 1, 2))
    assert float(moved[110:].mean()) < 0.8 * float(moved[45:95].mean())


def test_what_is_not_painted_does_not_count_for_the_photos_moments(job_of: Make) -> None:
    """The right of the photo is made black, and protected: the left comes out as before, but where it sees that."""
    job = job_of(protect=(mask(slice(96, None)),))
    photo = job.content_picture
    black = photo.pixels.copy()
    black[..., 136:] = 0
    other = painted(job_of(content=Picture(black), protect=job.protect))
    assert float((other - painted(job))[..., :32].abs().max()) < 0.02


def test_of_a_masked_style_the_marked_part_counts(network: AdaIN, swirl: Picture, mosaic: Picture) -> None:
    both = torch.cat([to_tensor(swirl), to_tensor(mosaic)], dim=-1)
    left = torch.zeros_like(both[:, :1])
    left[..., :96] = 1
    found = network.style([Target(both, mask=left)]).mean
    near, far = (network.moments(to_tensor(each)).mean for each in (swirl, mosaic))
    assert float((found - near).norm()) < 0.3 * float((found - far).norm())


def test_colours_are_decided_region_by_region(job_of: Make, mosaic: Picture) -> None:
    job = job_of(regions=(Region(mask=mask(slice(0, 70)), styles=(mosaic,)),), colour=LuminanceColour())
    grey = Picture(job.content_picture.pixels.mean(0, keepdims=True).repeat(3, 0))
    result = job_of(content=grey, regions=job.regions, colour=job.colour)
    found = result.picture(painted(result)).pixels
    assert np.abs(found - found.mean(0)).max() < 0.02


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"style_layer_weights": ((1.0,),)}, "one pass looks at styles at one layer"),
        ({"regions": (Region(mask="all", styles=("b.png",), weight=2.0),)}, "a region, so it has no weight"),
        ({"styles": ()}, "a style picture is needed"),
    ],
)
def test_what_says_nothing_in_one_pass_is_refused(wrong: dict[str, Any], said: str, job_of: Make) -> None:
    with pytest.raises(JobError, match=said):
        job_of(**wrong)


def test_it_is_written_down_and_read_back() -> None:
    region = Region(mask="m.png", styles=("b.png",), scale=0.5)
    job = AdaINJob(content="a.png", styles=("c.png",), regions=(region,), protect=("p.png",), strength_map="s.png")
    assert job_from_toml(job_to_toml(job)) == job
    assert set(job.inputs) == {
        "content",
        "style1",
        "region1_style1",
        "mask_of_region1",
        "mask_that_protects1",
        "mask_of_strength",
    }
