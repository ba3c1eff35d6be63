"""Running the command line as people do, in a folder of its own: in this process, or as one of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from grey_noise import grey_noise
from home_of_random_weights import RANDOM, SMALL, home_with
from PIL import Image

from impasto.apps.cli.main import main

Outcome = subprocess.CompletedProcess[str]
Impasto = Callable[..., Outcome]
Start = Callable[..., "subprocess.Popen[Any]"]


@pytest.fixture(scope="session")
def random_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose store holds random numbers as the weights `vgg19.torchvision`."""
    return home_with(RANDOM, tmp_path_factory.mktemp("random_weights"))


@pytest.fixture(scope="session")
def small_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose store holds random numbers as the weights `squeezenet1_1.torchvision`."""
    return home_with(SMALL, tmp_path_factory.mktemp("small_weights"))


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
    grey_noise(90, 90, seed=1, deviation=80).save(place / "painting.png")
    grey_noise(70, 100, seed=2, deviation=40).save(place / "other.png")
    return place


@pytest.fixture
def impasto(
    folder: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Impasto:
    """Runs `impasto` in this process with the arguments given, and extra environment variables by keyword.

    What the process itself is the subject of (its signals, streams, warnings and memory) runs in one of its own:
    `process`, `start`.
    """

    def run(*arguments: str, **variables: str) -> Outcome:
        with monkeypatch.context() as place:
            place.chdir(folder)
            for name, value in (environment | variables).items():
                place.setenv(name, value)
            capsys.readouterr()
            code = main(arguments)
        return Outcome(arguments, code, *capsys.readouterr())

    return run


@pytest.fixture
def process(folder: Path, environment: dict[str, str]) -> Impasto:
    """Runs `impasto` as a process of its own, to whom every warning is an error."""

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


@pytest.fixture
def start(folder: Path, environment: dict[str, str]) -> Iterator[Start]:
    """Starts `impasto` as a process of its own, which is gone with its streams after the test, whatever came of it."""
    with ExitStack() as after:

        def begin(*arguments: str, **options: Any) -> subprocess.Popen[Any]:
            plain = {"cwd": folder, "env": environment, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
            process = subprocess.Popen([sys.executable, "-m", "impasto", *arguments], **(plain | options))
            after.enter_context(process)
            after.callback(process.kill)
            return process

        yield begin
