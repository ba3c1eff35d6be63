"""`impasto weights import`."""

from __future__ import annotations

import json

import numpy as np
import pytest
from safetensors.numpy import save_file

from impasto.apps.cli.main import main
from impasto.weights.naming import expected_shapes


@pytest.fixture(autouse=True)
def own_home(environment, folder, monkeypatch):
    monkeypatch.chdir(folder)
    for name in ("IMPASTO_HOME", "IMPASTO_RUNS", "IMPASTO_OFFLINE"):
        monkeypatch.setenv(name, environment[name])


@pytest.fixture
def file(folder):
    """Random numbers of SqueezeNet 1.0 under our own names."""
    random = np.random.default_rng(2)
    tensors = {name: random.random(shape, np.float32) for name, shape in expected_shapes("squeezenet1_0").items()}
    save_file(tensors, folder / "mine.safetensors")
    return "mine.safetensors"


def test_a_file_is_taken_and_its_place_told(file, environment, capsys):
    assert main(["weights", "import", file, "--as", "squeezenet1_0.caffe"]) == 0
    assert capsys.readouterr().out.strip().startswith(environment["IMPASTO_HOME"])
    assert main(["weights", "import", file, "--as", "squeezenet1_0.caffe", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["name"], told["file"], told["tensors"]) == ("squeezenet1_0.caffe", file, 52)
    assert len(told["tensors_sha256"]) == 64
    assert main(["weights", "verify", "squeezenet1_0.caffe"]) == 0
    assert main(["weights", "import", file, "--as", "squeezenet1_0.caffe", "--quiet"]) == 0


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["mine.safetensors", "--as", "squeezenet1_1.caffe"], 3, "expected [64, 3, 3, 3]"),
        (["mine.safetensors", "--as", "squeezenet"], 2, "Did you mean"),
        (["absent.h5", "--as", "vgg19.keras"], 2, "absent.h5 is not a file"),
        (["photo.png", "--as", "vgg19.keras"], 3, "not in a format that holds weights"),
        (["mine.safetensors"], 2, "--as"),
    ],
)
def test_mistakes_are_told_in_a_line(file, arguments, code, words, capsys):
    assert main(["weights", "import", *arguments]) == code
    told = capsys.readouterr().err
    assert words in " ".join(told.split())
    assert "Traceback" not in told


def test_weights_without_a_source_are_listed_with_their_address(capsys):
    assert main(["weights", "list", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["vgg19.keras"]["address"].endswith(".h5")
    assert rows["vgg19.keras"]["size"] is None
