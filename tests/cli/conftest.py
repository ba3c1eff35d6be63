"""Running the command line as people do: as a process of its own, in a folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

Outcome = subprocess.CompletedProcess[str]
Impasto = Callable[..., Outcome]

RANDOM = "vgg19.torchvision"
"""Weights whose hash nobody knows beforehand, so that random numbers can stand for them."""


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """No weights, no network, no runs yet."""
    return {
        **os.environ,
        "IMPASTO_HOME": str(tmp_path / "home"),
        "IMPASTO_RUNS": str(tmp_path / "runs"),
        "IMPASTO_OFFLINE": "1",
        "OMP_NUM_THREADS": "1",
        "COLUMNS": "100",
    }


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The current folder of every command, with a photo and two paintings in it."""
    place = tmp_path / "here"
    place.mkdir()
    gradient = Image.linear_gradient("L").resize((96, 80))
    Image.merge("RGB", (gradient, gradient.rotate(90), gradient.rotate(180))).save(place / "photo.png")
    Image.effect_noise((90, 90), 80).convert("RGB").save(place / "painting.png")
    Image.effect_noise((70, 100), 40).convert("RGB").save(place / "other.png")
    return place


@pytest.fixture
def impasto(folder: Path, environment: dict[str, str]) -> Impasto:
    """Runs `impasto` with the arguments given, and extra environment variables by keyword."""

    def run(*arguments: str, **variables: str) -> Outcome:
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "impasto", *arguments],
            cwd=folder,
            env=environment | variables,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def random_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with random numbers in place of the weights whose hash nobody knows beforehand."""
    from impasto.weights.fingerprint import tensors_sha256
    from impasto.weights.formats import safetensors_file
    from impasto.weights.naming import expected_shapes

    numbers = np.random.default_rng(0)
    tensors = {
        key: np.float32((2 / np.prod(shape[1:])) ** 0.5) * numbers.standard_normal(shape, dtype=np.float32)
        for key, shape in expected_shapes("vgg19").items()
    }
    home = tmp_path_factory.mktemp("store")
    (home / "weights").mkdir()
    path = home / "weights" / f"{RANDOM}.safetensors"
    safetensors_file.write(path, tensors, {"name": RANDOM, "tensors_sha256": tensors_sha256(tensors)})
    return home
