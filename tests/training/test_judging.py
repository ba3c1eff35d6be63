"""A network beside the optimiser, in the eyes of real judges."""

import tomllib

import pytest

from impasto.backbones.style_network import NETWORK_SIZES, StyleNetwork
from impasto.errors import InputError
from impasto.pictures import Collection, resize, write_picture
from impasto.pictures.samples import paint_sample, sample_photograph
from impasto.runs import job_to_toml
from impasto.tasks import StylizeJob
from impasto.training.judging import Judging, keep_verdicts, names_to_judge, summary
from impasto.weights.style_network import StyleNetworkAbout, load_style_network, save_style_network

pytestmark = pytest.mark.real


@pytest.fixture
def place(tmp_path):
    """A network that never learnt, and its style beside it."""
    write_picture(paint_sample("swirl", width=128, height=96), tmp_path / "swirl.png")
    (tmp_path / "photos").mkdir()
    write_picture(resize(sample_photograph("coffee"), 128, 96), tmp_path / "photos" / "coffee.png")
    (tmp_path / "photos" / "torn.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    job = StylizeJob(
        content="photo.png",
        styles=("swirl.png",),
        size="128",
        backbone="squeezenet1_1",
        steps=(8,),
        strength=0.6,
        device="cpu",
    )
    about = StyleNetworkAbout("swirl", "tiny", recipe=job_to_toml(job), trained="steps = 0\n")
    save_style_network(tmp_path / "net.safetensors", StyleNetwork(NETWORK_SIZES["tiny"]), about)
    return tmp_path


def test_a_network_that_never_learnt_is_far_from_the_style_and_its_file_says_so(place):
    judging = Judging.of(place / "net.safetensors")
    photos = Collection.of(place / "photos")
    names = names_to_judge(photos, photos.names, 4, 96)
    assert names == ["coffee.png"]
    verdicts = list(judging.verdicts(photos, names, 96))
    (verdict,) = verdicts
    assert verdict.optimiser.style_gram < 0.6 < verdict.network.style_gram
    assert verdict.network.content > verdict.optimiser.content > 0
    assert verdict.apart > 0.1
    found = summary(verdicts)
    assert found["style_gram ratio"] == pytest.approx(verdict.network.style_gram / verdict.optimiser.style_gram)
    keep_verdicts(place / "net.safetensors", verdicts, 96)
    network, about = load_style_network(place / "net.safetensors")
    said = tomllib.loads(about.trained)
    assert said["steps"] == 0
    assert said["judged"]["photos"] == ["coffee.png"]
    assert said["judged"]["style_gram_ratio"] == pytest.approx(found["style_gram ratio"], abs=1e-3)
    assert sum(p.numel() for p in network.parameters()) == sum(p.numel() for p in judging.network.parameters())


def test_styles_that_are_elsewhere_are_named(place, tmp_path):
    (place / "swirl.png").rename(place / "photos" / "style.png")
    with pytest.raises(InputError, match="name it with --style"):
        Judging.of(place / "net.safetensors")
    with pytest.raises(InputError, match="learnt from 1 styles; 2 were given"):
        Judging.of(place / "net.safetensors", [place / "a.png", place / "b.png"])
    assert Judging.of(place / "net.safetensors", [place / "photos" / "style.png"]).shorter_side == 256
