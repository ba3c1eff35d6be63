"""`impasto visualize`: its sheets, and what it says of mistakes."""

from __future__ import annotations

import json

import pytest
from PIL import Image

from impasto.apps.cli.main import main


@pytest.fixture
def here(folder, monkeypatch, tmp_path):
    monkeypatch.chdir(folder)
    monkeypatch.setenv("IMPASTO_RUNS", str(tmp_path / "runs"))
    return folder


@pytest.mark.real
def test_activations_and_gram_matrices_are_drawn(here, capsys):
    assert main(["visualize", "activations", "photo.png", "--layers", "relu1_1,relu2_1", "--channels", "3"]) == 0
    assert capsys.readouterr().out == "photo_activations.png\n"
    assert main(["visualize", "gram", "photo.png", "--layers", "relu1_1", "-o", "g.png", "--cell", "64", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["result"] == "g.png"
    with Image.open(here / "g.png") as sheet:
        assert (told["width"], told["height"]) == sheet.size
    with Image.open(here / "photo_activations.png") as sheet:
        assert sheet.width == 3 * 128 + 4 * 8


@pytest.mark.real
def test_features_are_a_run_that_can_be_repeated_from_the_sheet(here, capsys):
    options = ["--layers", "relu2_1,relu1_2", "--channels", "3,40", "--size", "48", "--steps", "3", "--quiet"]
    assert main(["visualize", "features", *options]) == 0
    assert main(["runs", "repeat", "vgg19_features.png", "-o", "again.png", "--quiet"]) == 0
    assert (here / "again.png").read_bytes() == (here / "vgg19_features.png").read_bytes()
    capsys.readouterr()
    assert main(["runs", "list", "--json"]) == 0
    assert [run["state"] for run in json.loads(capsys.readouterr().out)] == ["finished", "finished"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("activations", "photo.png"), "--layers"),
        (("activations", "none.png", "--layers", "relu1_1"), "none.png"),
        (("activations", "photo.png", "--layers", ","), "--layers names nothing"),
        (("gram", "photo.png", "--layers", "relu1_1", "-o", "photo.png"), "the sheet needs another name"),
        (("gram", "photo.png", "--layers", "relu1_1", "-o", "other.png"), "exists already"),
        (("gram", "photo.png", "--layers", "relu1_1", "--cell", "8"), "at least 32 pixels"),
        (("features", "--layers", "relu1_9"), "no layer named 'relu1_9'"),
        (("features", "--layers", "relu1_1", "--channels", "64"), "has the channels 0 … 63, and no channel 64"),
        (("features", "--layers", "relu1_1", "--channels", "a"), "whole numbers"),
        (("features", "--layers", "relu1_1", "--neuron"), "name the channels as well"),
        (("features", "--layers", "relu1_1", "--backbone", "vgg18"), "vgg19"),
    ],
)
def test_mistakes_are_told_and_nothing_is_written(arguments, said, here, capsys):
    before = sorted(here.iterdir())
    assert main(["visualize", *arguments]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err
    assert sorted(here.iterdir()) == before
