"""Regions, protection and strength maps from the command line."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from PIL import Image

from impasto.apps.cli.guiding import region_in, rows_in, with_folders
from impasto.errors import InputError

SMALL = ("--weights", "vgg19.torchvision", "--size", "48", "--precision", "fp32", "--device", "cpu", "--steps", "2")


@pytest.fixture
def masks(folder: Path) -> Path:
    """The folder with masks of the photo in it: of its left half, of all of it, and one of another shape."""
    half = Image.new("L", (96, 80))
    half.paste(255, (0, 0, 48, 80))
    half.save(folder / "left.png")
    Image.new("L", (96, 80), 255).save(folder / "white.png")
    Image.new("L", (80, 96), 255).save(folder / "upright.png")
    Image.new("L", (96, 80)).save(folder / "black.png")
    return folder


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("sky.png=starry.jpg", {"mask": "sky.png", "styles": ["starry.jpg"]}),
        ("alpha=a.jpg, b=c.jpg", {"mask": "alpha", "styles": ["a.jpg", "b=c.jpg"]}),
        (
            "m.png=a.jpg,b.jpg:weights=2,1:scale=0.5:rotation=-90:weight=3",
            {
                "mask": "m.png",
                "styles": ["a.jpg", "b.jpg"],
                "style_weights": (2.0, 1.0),
                "scale": 0.5,
                "rotation": -90.0,
                "weight": 3.0,
            },
        ),
        (
            "m.png=a.jpg,b.jpg:masks=n.png,all:layer-weights=1,0/0,1",
            {
                "mask": "m.png",
                "styles": ["a.jpg", "b.jpg"],
                "style_masks": ("n.png", "all"),
                "style_layer_weights": ((1.0, 0.0), (0.0, 1.0)),
            },
        ),
    ],
)
def test_regions_as_they_are_written(text: str, found: dict[str, object]) -> None:
    assert region_in(text) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("sky.png", "must be MASK=STYLE"),
        ("=a.jpg", "must be MASK=STYLE"),
        ("sky.png=", "must be MASK=STYLE"),
        ("sky.png=,", "names nothing"),
        ("sky.png=a.jpg:wieght=2", "Did you mean weight"),
        ("sky.png=a.jpg:weight=much", "numbers"),
        ("sky.png=a.jpg:scale=1,2", "one number"),
    ],
)
def test_regions_that_cannot_be_meant(text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        region_in(text)


def test_rows_of_numbers() -> None:
    assert rows_in("--x", "1,1,0/0,0,2.5") == ((1.0, 1.0, 0.0), (0.0, 0.0, 2.5))
    assert rows_in("--x", None) is None
    for text in ("", "1,/", "a/b"):
        with pytest.raises(InputError, match="--x"):
            rows_in("--x", text)


def test_a_folder_of_styles_is_a_blend_of_its_pictures(tmp_path: Path) -> None:
    for name in ("b.png", "a.png"):
        Image.new("RGB", (16, 16)).save(tmp_path / name)
    alone = Path("c.png")
    assert with_folders([alone], None) == ([alone], None)
    assert with_folders([tmp_path], None) == ([tmp_path / "a.png", tmp_path / "b.png"], (0.5, 0.5))
    assert with_folders([alone, tmp_path], (1.0, 4.0))[1] == (1.0, 2.0, 2.0)
    with pytest.raises(InputError, match="2 styles but 3 style weights"):
        with_folders([alone, tmp_path], (1.0, 1.0, 1.0))


MISTAKES = {
    "no style and no region": ((), "CONTENT STYLE"),
    "region without style": (("painting.png", "--region", "left.png"), "MASK=STYLE"),
    "mask of another shape": (("painting.png", "--region", "upright.png=other.png"), "upright.png"),
    "empty mask": (("painting.png", "--protect", "black.png"), "black.png: it is black all over"),
    "missing mask": (("painting.png", "--strength-map", "nowhere.png"), "nowhere.png"),
    "missing style of a region": (("--region", "left.png=nowhere.png"), "nowhere.png"),
    "nothing left": (("painting.png", "--region", "white.png=other.png"), "nothing is left for painting.png"),
    "all protected": (("painting.png", "--protect", "white.png"), "nothing is left to paint"),
    "no transparency": (("painting.png", "--protect", "alpha"), "no transparency"),
    "crops of nothing larger": (("painting.png", "--style-crops", "3"), "scale above 1"),
    "layer weights of another number": (("painting.png", "--style-layer-weights", "1,2"), "2 layer weights"),
    "result a mask": (("painting.png", "--protect", "left.png", "-o", "left.png", "--overwrite"), "mask that protects"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_explained_and_leaves_nothing(mistake, masks, impasto, tmp_path):
    arguments, said = MISTAKES[mistake]
    before = {path: path.read_bytes() for path in masks.iterdir()}
    outcome = impasto("stylize", "photo.png", *arguments)
    assert outcome.returncode == 2, outcome.stderr
    assert said in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert {path: path.read_bytes() for path in masks.iterdir()} == before
    assert not (tmp_path / "runs").exists()


def test_a_plan_takes_regions(masks, impasto):
    plain = ("--precision", "fp32", "--device", "cpu", "--steps", "3", "--size", "96", "--backbone", "squeezenet1_1")
    outcome = impasto("plan", "photo.png", "painting.png", "--region", "left.png=other.png", *plain, "--json")
    assert outcome.returncode == 0, outcome.stderr
    assert json.loads(outcome.stdout)["steps"] == 3


def test_regions_are_painted_and_repeated_from_the_picture_alone(masks, impasto, environment, random_weights):
    home = {"IMPASTO_HOME": str(random_weights)}
    guided = ("--region", "left.png=other.png:weight=2", "--protect", "left.png", "--strength-map", "white.png")
    outcome = impasto("stylize", "photo.png", "painting.png", *guided[:2], *guided[4:], *SMALL, **home)
    assert outcome.returncode == 0, outcome.stderr
    place = masks / "photo_painting_other.png"
    assert outcome.stdout == f"{place}\n"
    (run,) = (path for path in Path(environment["IMPASTO_RUNS"]).iterdir() if not path.name.startswith("."))
    job = tomllib.loads((run / "job.toml").read_text(encoding="utf-8"))
    assert job["regions"][0]["mask"] == str(masks / "left.png")
    assert job["regions"][0]["weight"] == 2.0
    again = impasto("runs", "repeat", str(place), "-o", "again.png", **home)
    assert again.returncode == 0, again.stderr
    assert (masks / "again.png").read_bytes() == place.read_bytes()
    other = impasto(
        "runs", "repeat", str(place), "--input", "region1_style1=painting.png", "-o", "other_one.png", **home
    )
    assert other.returncode == 0, other.stderr
    assert (masks / "other_one.png").read_bytes() != place.read_bytes()
    wrong = impasto("runs", "repeat", str(place), "--input", "region1_style1", "-o", "wrong.png", **home)
    assert (wrong.returncode, "--input must be NAME=PICTURE" in wrong.stderr) == (2, True)


def test_only_a_region_is_painted_without_styles(masks, impasto, random_weights):
    outcome = impasto(
        *("stylize", "photo.png", "--region", "left.png=other.png", "-o", "out.png", *SMALL),
        IMPASTO_HOME=str(random_weights),
    )
    assert outcome.returncode == 0, outcome.stderr
    assert (masks / "out.png").exists()
