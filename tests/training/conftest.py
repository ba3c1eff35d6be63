"""Trainings small enough for a test: few photos, a teacher of random numbers that looks at two layers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from home_of_random_weights import SMALL, home_with

from impasto.losses import ContentLoss, GramLoss
from impasto.pictures import Picture, write_picture
from impasto.tasks import StylizeJob
from impasto.training import TrainingPlan

PHOTOS = 9
FIRST, DEEPER = "relu_conv1", "fire2/concat"


@pytest.fixture(scope="session")
def random_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose store holds random numbers as the weights `squeezenet1_1.torchvision`."""
    return home_with(SMALL, tmp_path_factory.mktemp("random_weights"))


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory, picture_of: Callable[..., Picture]) -> Path:
    """A folder of photos, some of them in a folder of their own."""
    folder = tmp_path_factory.mktemp("photos")
    (folder / "more").mkdir()
    for i in range(PHOTOS):
        write_picture(picture_of(70 + 5 * i, 90, seed=i), folder / ("more" if i % 2 else "") / f"{i}.png")
    return folder


@pytest.fixture(scope="session")
def painting(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stripes of red and yellow: nothing that any of the photos has."""
    path = tmp_path_factory.mktemp("style") / "stripes.png"
    rows = np.arange(64)[:, None] // 4 % 2 + np.zeros((64, 80))
    pixels = np.stack([np.full_like(rows, 0.9), 0.1 + 0.7 * rows, 0.1 + 0 * rows]).astype(np.float32)
    write_picture(Picture(pixels), path)
    return path


@pytest.fixture
def make_teacher(painting: Path, random_weights: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., StylizeJob]:
    """Makes a teacher that takes little time."""
    monkeypatch.setenv("IMPASTO_HOME", str(random_weights))
    monkeypatch.setenv("IMPASTO_OFFLINE", "1")

    def make(**settings: Any) -> StylizeJob:
        standard: dict[str, Any] = {
            "content": Path("photos"),
            "styles": (painting,),
            "size": "96",
            "backbone": "squeezenet1_1",
            "weights": SMALL,
            "device": "cpu",
            "precision": "fp32",
            "losses": (ContentLoss(layers=(DEEPER,)), GramLoss(layers=(FIRST, DEEPER))),
        }
        return StylizeJob(**(standard | settings))

    return make


@pytest.fixture
def make_plan(photos: Path, tmp_path: Path) -> Callable[..., TrainingPlan]:
    """Makes a training of a few steps of a tiny network."""

    def make(**settings: Any) -> TrainingPlan:
        standard: dict[str, Any] = {
            "name": "stripes",
            "photos": photos,
            "output": tmp_path / "net.safetensors",
            "size": "tiny",
            "steps": 6,
            "batch": 2,
            "pixels": 48,
            "early": 32,
            "copying": 1,
            "held_out": 2,
            "look_every": 3,
        }
        return TrainingPlan(**(standard | settings))

    return make
