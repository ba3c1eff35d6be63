"""`impasto measure`: its table, its JSON, and what it says of mistakes."""

from __future__ import annotations

import json

import numpy as np
import pytest

from impasto.apps.cli.main import main
from impasto.apps.cli.measure import painter_of, rows
from impasto.measure import Scores
from impasto.pictures import Picture, write_picture

SCORES = Scores(
    judge="mobilenet_v2",
    lpips_network="alexnet",
    width=640,
    height=480,
    judged_width=512,
    judged_height=384,
    style_gram=0.25,
    style_moments=0.375,
    content_lpips=0.5,
    colour_to_style=4.0,
    colour_to_content=12.5,
    noise=3.0,
    photo_noise=1.5,
    noise_in_flat_areas=1.0,
    photo_noise_in_flat_areas=0.5,
    grid={2: 1.0, 4: 1.8, 8: 1.0, 16: 1.0},
    photo_grid={2: 0.96, 4: 1.2, 8: 0.96, 16: 0.96},
    relative_grid=1.5,
    clipped=0.015,
    photo_clipped=0.0,
)


def plain(folder, name, recipe=None):
    write_picture(Picture(np.full((3, 100, 120), 0.5, np.float32)), folder / name, recipe=recipe)
    return folder / name


def test_the_table_puts_the_photo_beside_the_result():
    table = {name: (value, photo, reading) for name, value, photo, reading in rows(SCORES)}
    assert table["style distance, Gram"] == ("0.250", "1", "0 the style itself; judged by mobilenet_v2")
    assert table["clipped"][:2] == ("1.5%", "0.0%")
    assert table["grid"][:2] == ("1.50", "1")
    assert "4: 1.80 (1.20)" in table["grid"][2]


@pytest.mark.parametrize(
    ("recipe", "painter"),
    [
        (None, None),
        ('{"job": {"backbone": "vgg19"}}', "vgg19"),
        ("not JSON", None),
        ("[1]", None),
        ('{"job": 1}', None),
    ],
)
def test_the_network_that_painted_is_read_from_the_picture(tmp_path, recipe, painter):
    assert painter_of(plain(tmp_path, "out.png", recipe)) == painter


def test_mistakes_have_exit_codes_and_words(folder, environment, impasto):
    plain(folder, "out.png")
    pictures = ("--content", "photo.png", "--style", "painting.png")
    missing = impasto("measure", "nothing.png", *pictures)
    assert (missing.returncode, "nothing.png" in missing.stderr) == (2, True)
    judge = impasto("measure", "out.png", *pictures, "--judge", "alexnot")
    assert (judge.returncode, "Did you mean alexnet?" in judge.stderr) == (2, True)
    offline = impasto("measure", "out.png", *pictures)
    assert (offline.returncode, "mobilenet_v2" in offline.stderr) == (3, True)
    assert not any("Traceback" in outcome.stderr for outcome in (missing, judge, offline))


@pytest.mark.real
@pytest.mark.slow
def test_the_whole_of_it_as_json(tmp_path, capsys, picture_of):
    for seed, name in enumerate(("out.png", "photo.png", "painting.png")):
        write_picture(picture_of(112, 128, seed), tmp_path / name)
    arguments = [str(tmp_path / "out.png"), "--content", str(tmp_path / "photo.png")]
    assert main(["measure", *arguments, "--style", str(tmp_path / "painting.png"), "--device", "cpu", "--json"]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert (scores["judge"], scores["lpips_network"], scores["width"], scores["height"]) == (
        "mobilenet_v2",
        "alexnet",
        128,
        112,
    )
    assert set(scores["grid"]) == set(scores["photo_grid"]) == {"2", "4", "8", "16"}
    assert scores["relative_grid"] > 0
