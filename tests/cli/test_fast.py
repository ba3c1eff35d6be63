"""`impasto fast` from the command line."""

import json
import shutil

import pytest

from impasto.artefacts.home import home
from impasto.pictures import read_picture
from impasto.runs import list_runs
from impasto.weights import fetch

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
