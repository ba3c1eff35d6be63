"""`impasto plan`, and the plan that painting begins with, on a machine where no weights are."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from impasto.apps.cli.options import bytes_in, share_in
from impasto.errors import InputError

PLAIN = ("photo.png", "painting.png", "--precision", "fp32", "--device", "cpu", "--steps", "3", "--size", "96")


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("8GB", 8e9),
        ("8gb", 8e9),
        ("500MB", 5e8),
        ("500 mb", 5e8),
        ("6GiB", 6 * 2**30),
        ("1.5 GB", 1.5e9),
    ],
)
def test_sizes_in_bytes(text: str, count: float) -> None:
    assert bytes_in("--memory", text) == count


@pytest.mark.parametrize("text", ["", "much", "-1GB", "0GB", "4096", "8XB", "GB", "8 G B", "nan", "1e9999GB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="--memory must be"):
        bytes_in("--memory", text)


def test_shares() -> None:
    assert (share_in("--least-gain", "1%"), share_in("--least-gain", "0.25")) == (0.01, 0.25)
    for text in ("", "%", "much"):
        with pytest.raises(InputError, match="--least-gain must be a share"):
            share_in("--least-gain", text)


def test_a_plan_is_told_before_any_weights_are_here(process: Callable) -> None:
    """In a process of its own, whose memory is what the plan is about."""
    outcome = process("plan", *PLAIN, "--json")
    assert outcome.returncode == 0, outcome.stderr
    found = json.loads(outcome.stdout)
    assert (found["width"], found["height"], found["steps"], found["precision"]) == (96, 80, 3, "fp32")
    assert found["download"] > 50e6  # VGG-19's package
    assert 3e8 < found["memory"] < 3e9
    assert 0 < found["seconds"] < 300
    assert found["tile"] is None
    assert found["history"] == 20
    assert not list(found["reasons"])


def test_the_table_names_everything(impasto: Callable) -> None:
    outcome = impasto("plan", *PLAIN, "--backbone", "squeezenet1_1")
    assert outcome.returncode == 0, outcome.stderr
    for word in (
        "96×80 pixels",
        "3 steps",
        "memory",
        "about",
        "download",
        "fp32",
        "20 curvature pairs in fp32",
        "threads",
    ):
        assert word in outcome.stdout


def test_what_cannot_fit_is_refused_with_what_would(impasto: Callable) -> None:
    outcome = impasto("plan", *PLAIN, "--memory", "200MB", "--backbone", "squeezenet1_1")
    assert outcome.returncode == 4
    assert "allow more memory" in outcome.stderr


def test_a_plan_needs_what_painting_needs(impasto: Callable) -> None:
    for arguments, said in (
        (("photo.png",), "impasto plan CONTENT STYLE"),
        (("nowhere.png", "painting.png"), "nowhere.png"),
        (("photo.png", "painting.png", "--memory", "lots"), "--memory must be"),
        (("photo.png", "painting.png", "--backbone", "vgg9"), "vgg9"),
    ):
        outcome = impasto("plan", *arguments)
        assert outcome.returncode == 2
        assert said in outcome.stderr
        assert "Traceback" not in outcome.stderr


@pytest.mark.parametrize(
    ("arguments", "width", "height", "levels", "steps"),
    [
        (("dream", "photo.png", "--backbone", "squeezenet1_1", "--octaves", "1"), 96, 80, 1, 3),
        (("reconstruct", "content", "photo.png", "--backbone", "squeezenet1_1"), 96, 80, 1, 3),
        (("reconstruct", "style", "photo.png", "--backbone", "squeezenet1_1"), 96, 80, 1, 3),
        (("texture", "painting.png", "--backbone", "vgg16"), 96, 96, 1, 3),
    ],
)
def test_other_pictures_are_planned_by_a_command_each(
    impasto: Callable, arguments: tuple[str, ...], width: int, height: int, levels: int, steps: int
) -> None:
    outcome = impasto("plan", *arguments, "--size", "96", "--steps", "3", "--precision", "fp32", "--json")
    assert outcome.returncode == 0, outcome.stderr
    found = json.loads(outcome.stdout)
    assert (found["width"], found["height"], len(found["levels"]), found["steps"]) == (width, height, levels, steps)
    assert found["download"] > 1e6
    assert found["memory"] > 1e8
    assert found["seconds"] > 0


def test_they_obey_the_memory_too(impasto: Callable) -> None:
    for kind in (("dream",), ("reconstruct", "style"), ("texture",)):
        outcome = impasto("plan", *kind, "photo.png", "--size", "512", "--memory", "200MB", "--device", "cpu")
        assert outcome.returncode == 4, outcome.stderr
        assert "memory" in outcome.stderr
