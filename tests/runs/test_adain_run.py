"""Pictures painted in one pass as runs: interrupted, resumed, repeated, and by one call."""

from contextlib import closing

import numpy as np
import pytest

import impasto
from impasto.backbones.style_network import NETWORK_SIZES, StyleNetwork
from impasto.errors import InputError
from impasto.runs import Run, execute, job_from_dict, job_from_recipe, job_to_dict
from impasto.runs import keeping as keeping_module
from impasto.solve import Step
from impasto.tasks import AdaINJob, StyleNetworkJob
from impasto.weights.style_network import StyleNetworkAbout, save_style_network

pytestmark = pytest.mark.real


@pytest.fixture
def job(photo, painting):
    return AdaINJob(content=photo, styles=(painting,), size="100x48", tile=64, device="cpu")


@pytest.mark.parametrize("stop", [1, 3])
def test_stopped_and_resumed_the_picture_is_the_same(job, stop, runs, tmp_path, monkeypatch):
    monkeypatch.setattr(keeping_module, "CHECKPOINT_SECONDS", 0.0)
    whole, cut = (Run.create(job, output=tmp_path / f"{name}.png") for name in ("whole", "cut"))
    list(execute(whole))
    with closing(execute(cut)) as events:
        for event in events:
            if isinstance(event, Step) and event.number == stop:
                break
    assert Run.open(cut.id).state == "interrupted"
    list(execute(Run.open(cut.id)))
    assert (tmp_path / "cut.png").read_bytes() == (tmp_path / "whole.png").read_bytes()
    assert job_from_recipe(tmp_path / "cut.png", content=job.content) == job
    assert cut.weights.keys() == {"vgg19.gatys", "adain-decoder.gatys"}


def test_it_survives_being_written_down(job):
    assert job_from_dict(job_to_dict(job)) == job


def test_one_call_paints_in_one_pass(photo, painting, runs, tmp_path):
    result = impasto.stylize_fast(photo, [painting, painting], size=96, output=tmp_path / "out.png", device="cpu")
    assert result.losses == {}
    assert result.run.state == "finished"
    assert result.picture.width == 96
    again = impasto.stylize_fast(photo, painting, size=96, keep_run=False, device="cpu", style_weights=[1])
    assert again.run is None
    assert np.abs(again.picture.pixels - result.picture.pixels).max() < 1e-3


def test_one_call_paints_with_a_style_network(photo, painting, runs, tmp_path):
    path = tmp_path / "net.safetensors"
    save_style_network(path, StyleNetwork(NETWORK_SIZES["tiny"]), StyleNetworkAbout("net", "tiny"))
    result = impasto.stylize_fast(photo, network=path, size=96, device="cpu", colour="luminance")
    assert result.run.state == "finished"
    assert result.run.weights.keys() == {"net"}
    assert result.picture.width == 96
    with pytest.raises(InputError, match="give styles or a network, not both"):
        impasto.stylize_fast(photo, painting, network=path)


def test_a_network_that_was_trained_anew_since_is_noticed(photo, runs, tmp_path):
    path = tmp_path / "net.safetensors"
    save_style_network(path, StyleNetwork(NETWORK_SIZES["tiny"]), StyleNetworkAbout("net", "tiny"))
    run = Run.create(StyleNetworkJob(content=photo, network=path, size="64", device="cpu"))
    save_style_network(path, StyleNetwork(NETWORK_SIZES["tiny"], seed=7), StyleNetworkAbout("net", "tiny"))
    with pytest.raises(InputError, match="changed"):
        list(execute(Run.open(run.id)))
