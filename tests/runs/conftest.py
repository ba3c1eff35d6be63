import os
from pathlib import Path

import numpy as np
import pytest
import random_vgg

from impasto.losses import ContentLoss, GramLoss
from impasto.pictures import Picture, write_picture
from impasto.tasks import StylizeJob
from impasto.weights import CATALOGUE


@pytest.fixture(scope="session")
def random_home(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    random_vgg.store(home)
    return home


@pytest.fixture
def runs(tmp_path, monkeypatch):
    home = tmp_path / "runs"
    monkeypatch.setenv("IMPASTO_RUNS", str(home))
    return home


@pytest.fixture
def weights(random_home, monkeypatch):
    """The name of weights that are in the store."""
    monkeypatch.setenv("IMPASTO_HOME", str(random_home))
    monkeypatch.setitem(CATALOGUE._entries, random_vgg.NAME, random_vgg.entry())
    return random_vgg.NAME


def noise(width, height, seed):
    """Smooth coloured noise, not blank anywhere."""
    draw = np.random.default_rng(seed).random((3, -(-height // 4), -(-width // 4)), dtype=np.float32)
    return Picture(np.ascontiguousarray(draw.repeat(4, axis=1).repeat(4, axis=2)[:, :height, :width]))


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    write_picture(noise(40, 32, 1), path)
    return path


@pytest.fixture
def painting(tmp_path):
    path = tmp_path / "Painting 1.png"
    write_picture(noise(36, 36, 2), path)
    return path


@pytest.fixture
def make_job(photo, painting, weights):
    """A quick job on random weights."""

    def make(**settings):
        standard = {
            "content": photo,
            "styles": (painting,),
            "size": "40",
            "smallest": 20,
            "steps": (4, 6),
            "weights": weights,
            "device": "cpu",
            "precision": "fp32",
            "losses": (ContentLoss(layers=("relu2_1",)), GramLoss(layers=("relu1_1", "relu2_1"))),
        }
        return StylizeJob(**(standard | settings))

    return make


@pytest.fixture
def subprocess_environment(random_home, runs):
    here = str(Path(__file__).parent)
    return {
        **os.environ,
        "IMPASTO_HOME": str(random_home),
        "IMPASTO_RUNS": str(runs),
        "PYTHONPATH": os.pathsep.join([here, os.environ.get("PYTHONPATH", "")]),
        "OMP_NUM_THREADS": "1",
    }
