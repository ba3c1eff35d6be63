"""Reconstructions and textures from the command line, on a VGG-19 whose numbers are random."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

NAME = "vgg19.torchvision"
SMALL = ("--weights", NAME, "--precision", "fp32", "--device", "cpu")
FIGURE = ("reconstruct", "figure", "photo.png", "painting.png", "-o", "figure.png", "--size", "40", "--steps", "2")
LAYERS = ("--layers", "conv1_1,conv2_1", "--cell", "64")


@pytest.fixture
def environment(environment, random_weights):
    return environment | {"IMPASTO_HOME": str(random_weights)}


def job_in(environment):
    (run,) = (path for path in Path(environment["IMPASTO_RUNS"]).iterdir() if not path.name.startswith("."))
    return tomllib.loads((run / "job.toml").read_text(encoding="utf-8"))


def test_content_comes_back_from_the_first_layer(impasto, folder, environment):
    options = ("--size", "48x40", "--layers", "conv1_1", "--steps", "60", *SMALL)
    outcome = impasto("reconstruct", "content", "photo.png", *options)
    assert outcome.returncode == 0, outcome.stderr
    place = folder / "photo_content_reconstructed.png"
    assert outcome.stdout == f"{place}\n"
    job = job_in(environment)
    assert (job["kind"], job["of"], job["layers"], job["steps"]) == ("reconstruct", "content", ["conv1_1"], 60)
    with Image.open(place) as made, Image.open(folder / "photo.png") as photo:
        wanted = np.asarray(photo.resize((48, 40), Image.Resampling.LANCZOS), dtype=float)
        assert np.abs(np.asarray(made, dtype=float) - wanted).mean() < 3
    repeated = impasto("runs", "repeat", place.name, "-o", "again.png")
    assert repeated.returncode == 0, repeated.stderr
    assert (folder / "again.png").read_bytes() == place.read_bytes()
    refused = impasto("runs", "repeat", place.name, "-o", "c.png", "--style", "other.png")
    assert refused.returncode == 2
    assert "takes 0 styles" in refused.stderr


def test_style_is_reconstructed_from_several_layers(impasto, folder, environment):
    options = ("--size", "40", "--layers", "conv1_1, conv2_1", "--steps", "2", "--set", "noise=0.1", *SMALL)
    outcome = impasto("reconstruct", "style", "painting.png", *options, "--json")
    assert outcome.returncode == 0, outcome.stderr
    events = [json.loads(line) for line in outcome.stdout.splitlines()]
    assert events[-1] == {"event": "saved", "path": str(folder / "painting_style_reconstructed.png")}
    job = job_in(environment)
    assert (job["of"], job["layers"], job["noise"]) == ("style", ["conv1_1", "conv2_1"], 0.1)
    refused = impasto("runs", "repeat", "painting_style_reconstructed.png", "-o", "c.png", "--content", "photo.png")
    assert refused.returncode == 2
    assert "has no content picture" in refused.stderr


def test_the_figure_has_two_rows_and_goes_on_where_it_stopped(impasto, folder):
    outcome = impasto(*FIGURE, *LAYERS, *SMALL)
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout == f"{folder / 'figure.png'}\n" or outcome.stdout == "figure.png\n"
    panels = sorted(path.name for path in (folder / "figure").iterdir())
    assert panels == ["content1.png", "content2.png", "style1.png", "style2.png"]
    with Image.open(folder / "figure.png") as sheet:
        assert sheet.size[0] == 3 * 64 + 4 * 4
    first = (folder / "figure.png").read_bytes()
    (folder / "figure" / "style1.png").unlink()
    kept = (folder / "figure" / "content1.png").stat().st_mtime_ns
    again = impasto(*FIGURE, *LAYERS, *SMALL, "--overwrite")
    assert again.returncode == 0, again.stderr
    assert [line for line in again.stderr.splitlines() if " of 2: " in line] == ["style 1 of 2: conv1_1"]
    assert (folder / "figure.png").read_bytes() == first
    assert (folder / "figure" / "content1.png").stat().st_mtime_ns == kept
    other = impasto(*FIGURE, *LAYERS, *SMALL, "--overwrite", "--seed", "3")
    assert other.returncode == 0, other.stderr
    assert (folder / "figure.png").read_bytes() != first


def test_a_texture_says_how_its_seams_are(impasto, folder, environment):
    options = ("--size", "64x48", "--layers", "relu1_1,relu3_1", "--steps", "3", "--weights", NAME, "--device", "cpu")
    outcome = impasto("texture", "painting.png", *options)
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout == f"{folder / 'painting_texture.png'}\n"
    assert "seams: " in outcome.stderr.splitlines()[-1]
    with Image.open(folder / "painting_texture.png") as made:
        assert made.size == (64, 48)
    job = job_in(environment)
    assert {tuple(loss["layers"]) for loss in job["losses"]} == {("relu1_1", "relu3_1")}
    assert (job["kind"], job["padding"], job["steps"]) == ("texture", "circular", [3])
    told = impasto("texture", "painting.png", *options, "-o", "b.png", "--json")
    events = [json.loads(line) for line in told.stdout.splitlines()]
    assert events[-1]["event"] == "seams"
    assert [event["event"] for event in events].index("plan") < [event["event"] for event in events].index("started")


@pytest.mark.parametrize(
    "arguments",
    [
        ("texture", "painting.png", "--size", "64", "--layers", "relu1_1"),
        ("reconstruct", "content", "photo.png", "--layers", "conv1_1"),
        ("dream", "photo.png", "--backbone", "vgg19", "--layers", "relu1_1"),
    ],
    ids=["texture", "reconstruct", "dream"],
)
def test_the_memory_that_may_be_used_is_obeyed(impasto, arguments):
    outcome = impasto(*arguments, *SMALL, "--memory", "100MB")
    assert outcome.returncode == 4, outcome.stderr
    assert "100.0 MB are allowed" in outcome.stderr or "0.1 GB are allowed" in outcome.stderr
    unclear = impasto(*arguments, *SMALL, "--memory", "lots")
    assert unclear.returncode == 2
    assert "--memory" in unclear.stderr


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("texture", "painting.png", "--size", "500x300"), "multiples of 16, such as 496x304"),
        (("texture", "painting.png", "--backbone", "resnet50"), "vgg19"),
        (("texture", "nothing.png"), "nothing.png"),
        (("reconstruct", "content", "photo.png", "--layers", "conv9_9"), "conv9_9"),
        (("reconstruct", "content", "photo.png", "--layers", "conv1_1", "-o", "photo.png"), "photo.png"),
        (("reconstruct", "style", "photo.png", "--backbone", "mobilenet_v2"), "no layers of its own"),
        (("reconstruct", "figure", "photo.png", "painting.png", "--backbone", "mobilenet_v2"), "--layers"),
        (("reconstruct", "figure", "photo.png", "painting.png", "--cell", "5"), "--cell 5"),
        (("reconstruct", "figure", "photo.png", "painting.png", "-o", "painting.png", "--overwrite"), "style picture"),
    ],
)
def test_mistakes_are_told_and_leave_nothing(arguments, said, impasto, folder):
    before = sorted(folder.iterdir())
    outcome = impasto(*arguments)
    assert outcome.returncode == 2, outcome.stderr
    assert said in outcome.stderr
    assert sorted(folder.iterdir()) == before


@pytest.mark.real
def test_real_weights_make_a_texture(folder):
    outcome = subprocess.run(
        [sys.executable, "-m", "impasto", "texture", "painting.png", "--size", "64", "--steps", "3"],
        cwd=folder,
        env={**os.environ, "IMPASTO_RUNS": str(folder / "runs")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr
    assert (folder / "painting_texture.png").exists()
