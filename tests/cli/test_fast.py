"""`impasto fast` from the command line."""

import json
import shutil

import numpy as np
import pytest

from impasto.artefacts.home import home
from impasto.backbones.style_network import NETWORK_SIZES, StyleNetwork
from impasto.pictures import read_picture
from impasto.runs import list_runs
from impasto.weights import fetch
from impasto.weights.style_network import StyleNetworkAbout, save_style_network

APPLY = ("fast", "apply", "photo.png", "--style", "painting.png")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("fast", "apply"), "name a picture to paint and at least one style"),
        (("fast", "apply", "photo.png"), "name a picture to paint and at least one style"),
        (("fast", "apply", "missing.png", "--style", "painting.png"), "missing.png: there is no such file"),
        (("fast", "apply", "photo.png", "--style", "missing.png"), "missing.png: there is no such file"),
        ((*APPLY, "--strength", "2"), "strength must lie in 0 … 1"),
        ((*APPLY, "--style-weights", "1,2"), "1 styles but 2 style weights"),
        ((*APPLY, "--tile", "8"), "at least 64 pixels"),
        ((*APPLY, "--size", "12"), "too small to paint"),
        ((*APPLY, "--set", "backbone=vgg16"), "backbone: must be 'vgg19', got 'vgg16'"),
        ((*APPLY, "-o", "painting.png"), "is the style picture"),
        ((*APPLY, "--network", "net.safetensors"), "give --style or --network, not both"),
        (("fast", "apply", "photo.png", "--network", "net.safetensors"), "net.safetensors: there is no such file"),
        (("fast", "apply", "photo.png", "--network", "nobody"), "no style network is named 'nobody'"),
        ((*APPLY, "--colour", "blue"), "no colour control is named 'blue'"),
        ((*APPLY, "--protect", "missing.png"), "missing.png: there is no such file"),
        ((*APPLY, "--region", "photo.png=painting.png:weight=2"), "a region, so it has no weight"),
        (("fast", "apply", ".", "--style", "painting.png"), "name a folder for the results too"),
        (("stylize", "photo.png", "painting.png", "--start", "adian"), "Did you mean adain"),
    ],
)
def test_what_cannot_be_painted_is_refused_before_any_weights(impasto, arguments, said):
    outcome = impasto(*arguments)
    assert outcome.returncode == 2, outcome.stderr
    assert said in " ".join(outcome.stderr.split())
    assert "Traceback" not in outcome.stderr


def test_missing_weights_are_named_with_what_was_tried(impasto, tmp_path):
    outcome = impasto(*APPLY)
    assert outcome.returncode == 3
    assert outcome.stderr.startswith("error: vgg_normalized.pth could not be had")
    assert "put the file by hand" in outcome.stderr
    assert not (tmp_path / "runs").exists()


@pytest.mark.real
def test_a_missing_decoder_is_named(impasto, tmp_path):
    fetch("vgg19.gatys")
    (tmp_path / "home" / "weights").mkdir(parents=True)
    shutil.copy(home() / "weights" / "vgg19.gatys.safetensors", tmp_path / "home" / "weights")
    for arguments in (APPLY, ("stylize", "photo.png", "painting.png", "--start", "adain", "--size", "48")):
        outcome = impasto(*arguments)
        assert outcome.returncode == 3, outcome.stderr
        assert outcome.stderr.startswith("error: adain-decoder.pth could not be had")
    assert not (tmp_path / "runs").exists()


@pytest.mark.real
def test_a_folder_is_painted_and_each_picture_can_be_repeated(impasto, folder, tmp_path):
    for name in ("vgg19.gatys", "adain-decoder.gatys"):
        fetch(name)
    store = {"IMPASTO_HOME": str(home())}
    (folder / "photos").mkdir()
    shutil.copy(folder / "photo.png", folder / "photos" / "a.png")
    shutil.copy(folder / "other.png", folder / "photos" / "b.png")
    options = ("--style", "painting.png", "--size", "96", "--device", "cpu")
    outcome = impasto("fast", "apply", "photos", *options, "-o", "out", **store)
    assert outcome.returncode == 0, outcome.stderr
    painted = sorted((folder / "out").glob("*.png"))
    assert [path.name for path in painted] == ["a_painting_adain.png", "b_painting_adain.png"]
    assert read_picture(painted[0]).pixels.shape == (3, 80, 96)
    assert "step 2 of 2" in outcome.stderr
    assert "loss" not in outcome.stderr
    again = impasto("runs", "repeat", str(painted[0]), "-o", "again.png", "--json", **store)
    assert again.returncode == 0, again.stderr
    assert (folder / "again.png").read_bytes() == painted[0].read_bytes()
    steps = [event for event in map(json.loads, again.stdout.splitlines()) if event["event"] == "step"]
    assert [step["number"] for step in steps] == [1, 2]
    assert len(list_runs(home=tmp_path / "runs")) == 3


def test_a_style_network_paints_a_picture_and_a_folder_without_any_weights(impasto, folder, tmp_path):
    network = StyleNetwork(NETWORK_SIZES["tiny"], seed=1)
    save_style_network(folder / "net.safetensors", network, StyleNetworkAbout("net", "tiny"))
    outcome = impasto("fast", "apply", "photo.png", "--network", "net.safetensors", "--size", "96", "--device", "cpu")
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout.strip() == str(folder / "photo_net.png")
    apply = ("fast", "apply", "photo.png", "--network", "net.safetensors", "--size", "64")
    outcome = impasto(*apply, "-o", "{content}_{style}_{size}.png")
    assert outcome.stdout.strip() == str(folder / "photo_net_64.png")
    assert "a name has no field {photo}" in impasto(*apply, "-o", "{photo}.png").stderr
    repeated = impasto("runs", "repeat", "photo_net.png", "-o", "again.png")
    assert repeated.returncode == 0, repeated.stderr
    assert np.array_equal(read_picture(folder / "again.png").pixels, read_picture(folder / "photo_net.png").pixels)
    (folder / "photos").mkdir()
    shutil.copy(folder / "photo.png", folder / "photos" / "a.png")
    (folder / "photos" / "b.png").write_bytes(b"no picture")
    options = ("--network", "net.safetensors", "--size", "64", "-o", "out")
    outcome = impasto("fast", "apply", "photos", *options)
    assert outcome.returncode == 5, outcome.stderr
    assert "picture 1 of 2\n" in outcome.stderr
    assert [path.name for path in sorted((folder / "out").glob("*.png"))] == ["a_net.png"]
    assert "1 painted already" in impasto("fast", "apply", "photos", *options).stderr
    changed = folder / "net.safetensors"
    save_style_network(changed, StyleNetwork(NETWORK_SIZES["tiny"], seed=2), StyleNetworkAbout("net", "tiny"))
    assert "1 painted, 1 failed" in impasto("fast", "apply", "photos", *options).stderr


def test_settings_of_the_other_way_to_paint_are_refused(impasto, folder):
    network = StyleNetwork(NETWORK_SIZES["tiny"], seed=1)
    save_style_network(folder / "net.safetensors", network, StyleNetworkAbout("net", "tiny"))
    for option, value in (("--style-scale", "2"), ("--precision", "bf16"), ("--style-rotation", "90")):
        outcome = impasto("fast", "apply", "photo.png", "--network", "net.safetensors", option, value)
        assert outcome.returncode == 2, outcome.stderr
        assert f"{option[2:].replace('-', '_')}: no such setting" in outcome.stderr
    (folder / "net.safetensors").write_bytes(b"no network")
    outcome = impasto("fast", "apply", "photo.png", "--network", "net.safetensors")
    assert outcome.returncode == 3
    assert outcome.stderr.startswith("error: net.safetensors is not a sound safetensors file")
