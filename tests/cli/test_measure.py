"""`impasto measure`: its table, its JSON, and what it says of mistakes."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from impasto.apps.cli.main import main
from impasto.apps.cli.measure import Compared, compared_with, painter_of, rows
from impasto.apps.cli.measure_many import rows as rows_of_sets
from impasto.artefacts.digest import sha256_of
from impasto.errors import InputError, PictureError
from impasto.measure import Scores, SetScores
from impasto.pictures import Picture, write_picture
from impasto.runs import job_to_dict
from impasto.tasks import StylizeJob

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
    content_ms_ssim=0.75,
    ms_ssim_scales=5,
    content_cfsd=0.125,
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
    painting_clipped=0.25,
)


def plain(folder, name, recipe=None):
    write_picture(Picture(np.full((3, 100, 120), 0.5, np.float32)), folder / name, recipe=recipe)
    return folder / name


def test_the_table_puts_the_photo_beside_the_result():
    table = {name: (value, photo, reading) for name, value, photo, reading in rows(SCORES)}
    assert table["style distance, Gram"] == ("0.250", "1", "0 the style itself; judged by mobilenet_v2")
    assert table["clipped"] == ("1.5%", "0.0%", "pixels with a channel at 0 or 255; the painting has 25.0%")
    assert table["content, MS-SSIM"][:2] == ("0.750", "1")
    assert table["content distance, CFSD"][:2] == ("0.125", "0")
    assert table["grid"][:2] == ("1.50", "1")
    assert "4: 1.80 (1.20)" in table["grid"][2]


def test_cfsd_has_a_row_only_if_it_was_asked_for():
    names = [row[0] for row in rows(SCORES)]
    assert [row[0] for row in rows(replace(SCORES, content_cfsd=None))] == [
        name for name in names if name != "content distance, CFSD"
    ]


def test_what_a_small_picture_has_no_room_for_is_said():
    small = replace(SCORES, ms_ssim_scales=3, grid={}, photo_grid={}, relative_grid=None)
    table = {name: (value, photo, reading) for name, value, photo, reading in rows(small)}
    assert table["grid"] == ("–", "–", "needs a picture of 96 pixels at least on its shorter side")
    assert table["content, MS-SSIM"][2].endswith("so small a picture has 3 of 5 scales")


def test_seams_need_neither_photo_nor_network(tmp_path, capsys):
    pixels = np.broadcast_to(np.linspace(0.2, 0.8, 120, dtype=np.float32), (3, 100, 120)).copy()
    pixels[:, 50:] *= 0.5
    out = tmp_path / "out.png"
    write_picture(Picture(pixels), out)
    assert main(["measure", str(out), "--seams", "--tile", "50"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line[:22].strip() for line in lines[1:]] == [
        "left meets right",
        "top meets bottom",
        "tiles, upright borders",
        "tiles, level borders",
    ]
    assert "the worst of 3, at pixel 50" in lines[-1]
    assert main(["measure", str(out), "--tile", "50", "--json"]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert scores["across"] > 10
    assert scores["tiles_down"]["50"] > 10 > scores["tiles_across"]["50"]
    assert scores["lines_down"][1] < 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--seams", "--style", "painting.png"], "leave out --content, --style and --cfsd"),
        (["--seams", "--cfsd"], "leave out --content, --style and --cfsd"),
        (["--tile", "200"], "tiles of 200 have no border within it"),
        (["--tile", "0"], "at least one pixel wide"),
    ],
)
def test_seams_that_cannot_be_looked_for_are_refused(tmp_path, capsys, arguments, words):
    out = str(plain(tmp_path, "out.png"))
    assert main(["measure", out, *arguments]) == 2
    assert words in capsys.readouterr().err


def test_sets_are_told_with_how_far_to_trust_them():
    table = {
        name: (value, reading) for name, value, reading in rows_of_sets(SetScores(20, 12, 2048, 110.25, 0.03, 0.01))
    }
    assert table["pictures"][0] == "20 and 12"
    assert table["Fréchet inception distance"][0] == "110.2"
    assert "12 pictures are few beside 2048" in table["Fréchet inception distance"][1]
    assert table["kernel inception distance"] == ("0.0300", "0 the same; between 0.0100 and 0.0500 in 95 of 100 cases")


def test_a_set_of_one_is_refused(tmp_path, capsys):
    (tmp_path / "results").mkdir()
    plain(tmp_path / "results", "out.png")
    assert main(["measure-many", str(tmp_path / "results"), str(tmp_path / "results")]) == 2
    assert "3 results at least are needed" in capsys.readouterr().err


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


def painted(folder, *styles):
    """A picture with the recipe of a job on pictures that lie beside it."""
    job = StylizeJob(content=Path("photo.png"), styles=tuple(map(Path, styles)), style_scale=2.0)
    inputs = {name: {"file": file.name, "sha256": sha256_of(folder / file)} for name, file in job.inputs.items()}
    return plain(folder, "out.png", json.dumps({"format": 1, "job": job_to_dict(job), "inputs": inputs}))


def test_a_painted_picture_says_itself_what_to_compare_it_with(folder):
    out, photo, painting, other = (folder / name for name in ("out.png", "photo.png", "painting.png", "other.png"))
    painted(folder, "painting.png")
    assert compared_with(out, None, None, None) == Compared(photo, painting, 2.0)
    assert compared_with(out, other, None, None) == Compared(other, painting, 2.0)
    assert compared_with(out, None, other, None) == Compared(photo, other, 1.0)
    assert compared_with(out, None, None, 0.5) == Compared(photo, painting, 0.5)
    assert compared_with(out, other, other, None) == Compared(other, other, 1.0)


def test_what_the_recipe_cannot_give_is_asked_for(folder):
    out = painted(folder, "painting.png", "other.png")
    with pytest.raises(InputError, match="painted from 2 styles: name the one"):
        compared_with(out, None, None, None)
    assert compared_with(out, None, folder / "other.png", None).content == folder / "photo.png"
    (folder / "photo.png").unlink()
    with pytest.raises(InputError, match=r"the content picture 'photo\.png'.*not found"):
        compared_with(out, None, folder / "other.png", None)


def test_without_a_recipe_both_pictures_are_asked_for_and_why(folder):
    out, photo = plain(folder, "out.png"), folder / "photo.png"
    with pytest.raises(InputError, match=r"no recipe.*Give --content PHOTO, for .*, and --style PAINTING, for"):
        compared_with(out, None, None, None)
    with pytest.raises(InputError, match=r"Give --style PAINTING, for the style distance\.$"):
        compared_with(out, photo, None, None)
    with pytest.raises(PictureError, match=r"nothing\.png"):
        compared_with(folder / "nothing.png", None, None, None)


def test_mistakes_have_exit_codes_and_words(folder, environment, impasto):
    plain(folder, "out.png")
    pictures = ("--content", "photo.png", "--style", "painting.png")
    missing = impasto("measure", "nothing.png", *pictures)
    assert (missing.returncode, "nothing.png" in missing.stderr) == (2, True)
    alone = impasto("measure", "out.png")
    assert (alone.returncode, "--content PHOTO" in alone.stderr, "--style PAINTING" in alone.stderr) == (2, True, True)
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
