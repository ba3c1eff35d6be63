"""Painting with a style network, as a job."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from impasto.backbones.style_network import NETWORK_SIZES, StyleNetwork
from impasto.errors import CorruptError, InputError, JobError, WeightsError
from impasto.pictures import Picture, picture_from
from impasto.pictures.cielab import to_cielab
from impasto.runs import job_from_toml, job_to_toml
from impasto.solve import Finished, Step
from impasto.tasks import JOBS, StyleNetworkJob
from impasto.tasks.colour import LuminanceColour, PhotoColour, StyleColour, ToneColour
from impasto.tasks.pixels import to_tensor
from impasto.weights import networks
from impasto.weights.style_network import StyleNetworkAbout, save_style_network

Make = Callable[..., StyleNetworkJob]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "waves.safetensors"
    save_style_network(path, StyleNetwork(NETWORK_SIZES["tiny"], seed=5), StyleNetworkAbout("waves", "tiny"))
    return path


@pytest.fixture
def job_of(file: Path, picture_of: Callable[..., Picture]) -> Make:
    def make(**settings: Any) -> StyleNetworkJob:
        plain: dict[str, Any] = {"content": picture_of(40, 70), "network": file, "size": None, "device": "cpu"}
        return StyleNetworkJob(**(plain | settings))

    return make


def painted(job: StyleNetworkJob) -> Tensor:
    ended = list(job.events())[-1]
    assert isinstance(ended, Finished)
    return ended.image


def test_the_kind_is_registered() -> None:
    assert JOBS["style-network"] is StyleNetworkJob


def test_it_paints_what_the_network_does_at_once_and_in_tiles(job_of: Make) -> None:
    job = job_of()
    network, about = job.loaded
    assert about.name == "waves"
    expected = network(to_tensor(job.content_picture))
    assert torch.equal(painted(job), expected)
    tiled = job_of(tile=64)
    assert float((painted(tiled) - expected).abs().max()) < 1e-5
    assert len([event for event in tiled.events() if isinstance(event, Step)]) > 2


def test_at_no_strength_it_is_the_photo_and_halfway_the_mean(job_of: Make) -> None:
    photo, whole = to_tensor(job_of().content_picture), painted(job_of())
    assert torch.equal(painted(job_of(strength=0.0)), photo)
    assert torch.allclose(painted(job_of(strength=0.5)), (photo + whole) / 2, atol=1e-6)


def test_what_is_protected_stays_and_the_map_says_how_much(job_of: Make) -> None:
    left, half = np.zeros((40, 70), np.float32), np.full((40, 70), 0.5, np.float32)
    left[:, :30] = 1
    job = job_of(protect=(picture_from(left),), strength_map=picture_from(half))
    photo, image = to_tensor(job.content_picture), painted(job)
    assert torch.equal(image[..., :30], photo[..., :30])
    assert torch.allclose(image[..., 30:], torch.lerp(photo, painted(job_of()), 0.5)[..., 30:], atol=5e-3)
    assert set(job.inputs) == {"content", "network", "mask_that_protects1", "mask_of_strength"}
    with pytest.raises(JobError, match="nothing is left to paint"):
        job_of(protect=(picture_from(np.ones((40, 70), np.float32)),)).check()


def test_luminance_keeps_each_colour_of_the_photo_in_its_place(job_of: Make) -> None:
    job = job_of(colour=LuminanceColour())
    found, photo = (to_cielab(each.pixels) for each in (job.picture(painted(job)), job.content_picture))
    plain = to_cielab(painted(job)[0].numpy())
    assert np.median(np.abs(found[0] - plain[0])) < 1
    assert np.median(np.abs(found[1:] - photo[1:])) < 1


def test_the_photos_palette_comes_back_after_painting(job_of: Make) -> None:
    job = job_of(colour=PhotoColour())
    found, photo = job.picture(painted(job)).pixels, job.content_picture.pixels
    assert np.allclose(found.mean((1, 2)), photo.mean((1, 2)), atol=0.03)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"strength": 1.5}, "strength must lie in 0 … 1"),
        ({"tile": 63}, "at least 64 pixels and a multiple of 4"),
        ({"tile": 66}, "at least 64 pixels and a multiple of 4"),
        ({"network": ""}, "the network must be the path of a style network"),
        ({"colour": StyleColour()}, "the colour 'style', as it is set, needs the style's picture"),
        ({"colour": ToneColour()}, "the colour 'tone', as it is set, needs the style's picture"),
        ({"colour": PhotoColour(when="before")}, "photo after painting"),
        ({"colour": LuminanceColour(lightness="photo")}, "the colour 'luminance', as it is set"),
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, Any], said: str, job_of: Make) -> None:
    with pytest.raises(JobError, match=said):
        job_of(**wrong)


def test_files_that_are_no_style_network_are_refused(job_of: Make, file: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        job_of(network=tmp_path / "missing.safetensors").check()
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(file.read_bytes()[:500])
    with pytest.raises(CorruptError, match="not a sound safetensors file"):
        job_of(network=broken).check()
    with pytest.raises(InputError, match="no style network is named 'waves'"):
        job_of(network="waves").check()
    other = tmp_path / "other.safetensors"
    other.write_bytes(file.read_bytes().replace(b"impasto style network 1", b"impasto style network 9"))
    with pytest.raises(WeightsError, match="not a style network of Impasto"):
        job_of(network=other).check()


def test_networks_that_come_with_impasto_go_by_their_names(
    job_of: Make, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(networks, "SHIPPED", file.parent)
    named = job_of(network="waves")
    assert torch.equal(painted(named), painted(job_of()))
    assert named.result_word == "waves"
    assert set(named.inputs) == {"content"}
    assert named.weights_used() == job_of().weights_used()


def test_it_is_written_down_and_read_back() -> None:
    job = StyleNetworkJob(content="a.png", network="b.safetensors", strength=0.4, tile=256, protect=("m.png", "alpha"))
    assert job_from_toml(job_to_toml(job)) == job
    named = replace(job, network="waves")
    assert job_from_toml(job_to_toml(named)).network == "waves"  # type: ignore[attr-defined]


def test_its_files_can_be_replaced(job_of: Make, tmp_path: Path) -> None:
    other = job_of().with_inputs({"network": tmp_path / "x.safetensors"})
    assert other.network == tmp_path / "x.safetensors"
    assert other.content is not None


def test_the_network_is_lent_to_a_job_with_the_same(job_of: Make, tmp_path: Path) -> None:
    job, same, another = job_of(), job_of(strength=0.5), job_of(network=tmp_path / "x.safetensors")
    _ = job.loaded
    job.lend(same)
    job.lend(another)
    assert same.loaded is job.loaded
    assert "loaded" not in vars(another)


def test_resumed_it_is_the_same(job_of: Make) -> None:
    job = job_of(tile=64)
    events = list(job.events())
    steps = [event for event in events if isinstance(event, Step)]
    for stop in (1, len(steps) - 1, len(steps)):
        rest = list(job.events(resume=steps[stop - 1].snapshot()))
        assert torch.equal(rest[-1].image, events[-1].image)  # type: ignore[union-attr]


def test_transparency_and_depth_are_given_back(job_of: Make, picture_of: Callable[..., Picture]) -> None:
    job = job_of(content=picture_of(40, 70, alpha=True, depth=16))
    result = job.picture(painted(job))
    assert result.alpha is not None
    assert result.depth == 16
