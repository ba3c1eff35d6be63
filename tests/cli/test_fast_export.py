"""`impasto fast export` from the command line."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from impasto.backbones.style_network import NETWORK_SIZES, StyleNetwork
from impasto.weights.style_network import StyleNetworkAbout, save_style_network

EXPORT = ("fast", "export", "coast.safetensors", "--photos", "photos")


@pytest.fixture
def network(folder: Path) -> Path:
    """A fresh tiny network in the current folder, and a folder with a photo beside it."""
    path = folder / "coast.safetensors"
    save_style_network(path, StyleNetwork(NETWORK_SIZES["tiny"]), StyleNetworkAbout("coast", "tiny"))
    (folder / "photos").mkdir()
    (folder / "photo.png").rename(folder / "photos" / "photo.png")
    return path


def test_a_network_becomes_a_file_of_its_name(impasto, network, folder) -> None:
    outcome = impasto(*EXPORT)
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout == "coast.onnx\n"
    assert "from torch's pixels" in outcome.stderr
    assert impasto(*EXPORT).returncode == 2
    told = impasto(*EXPORT, "--precision", "int8", "--json")
    said = json.loads(told.stdout)
    assert said["path"] == "coast.int8.onnx"
    assert said["size"] == (folder / said["path"]).stat().st_size
    assert said["psnr"] > 30
    assert told.stderr == ""


def test_one_that_comes_with_impasto_goes_by_its_name(impasto, network, folder) -> None:
    outcome = impasto("fast", "export", "wave", "--photos", "photos")
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout == "wave.onnx\n"
    assert (folder / "wave.onnx").stat().st_size > 1_000_000


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("missing.safetensors",), 2, "missing.safetensors: there is no such file"),
        (("photos",), 2, "no style network is named 'photos'"),
        (("wafe",), 2, "Did you mean wave"),
        (("painting.png",), 3, "is not a sound safetensors file"),
        (("coast.safetensors", "--onnx", "out.pt"), 2, "ends in .onnx"),
        (("coast.safetensors", "--onnx", "no/out.onnx"), 2, "there is no folder no"),
        (("coast.safetensors", "--precision", "int4"), 2, "int4"),
        (("coast.safetensors", "--photos", "empty"), 2, "holds no picture"),
        (("coast.safetensors",), 3, "do as well: --photos FOLDER"),
    ],
)
def test_what_cannot_be_exported_is_said(impasto, network, folder, arguments, code, said) -> None:
    (folder / "empty").mkdir()
    outcome = impasto("fast", "export", *arguments)
    assert outcome.returncode == code, outcome.stderr
    assert said in " ".join(outcome.stderr.split())
    assert list(folder.glob("**/*.onnx")) == []


def with_little_room() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))


WITHOUT_THE_EXTRA = """
import sys
from impasto.apps.cli.main import main
sys.modules["onnxruntime"] = None
sys.exit(main(["fast", "export", "coast.safetensors"]))
"""


def test_a_full_disk_leaves_the_old_file_and_nothing_else(network, folder, environment) -> None:
    (folder / "out.onnx").write_text("the old one")
    before = sorted(folder.iterdir())
    outcome = subprocess.run(
        [sys.executable, "-m", "impasto", *EXPORT, "--overwrite", "--onnx", "out.onnx"],
        cwd=folder,
        env=environment,
        preexec_fn=with_little_room,
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 2, outcome.stderr
    assert "out.onnx: it cannot be written" in outcome.stderr
    assert sorted(folder.iterdir()) == before
    assert (folder / "out.onnx").read_text() == "the old one"


def test_without_the_extra_it_is_said_how_to_get_it(network, folder, environment) -> None:
    outcome = subprocess.run(
        [sys.executable, "-c", WITHOUT_THE_EXTRA],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 2, outcome.stderr
    assert "pip install 'impasto[onnx]'" in outcome.stderr
