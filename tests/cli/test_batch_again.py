"""Batches of photos and paintings: names, what is known again, what goes on, and what is told."""

from __future__ import annotations

import json
import shutil
import signal
from pathlib import Path

import numpy as np
import pytest
from brief_job import BRIEF
from PIL import Image

from impasto.apps.cli.main import main
from impasto.pictures import read_picture
from impasto.runs import list_runs


@pytest.fixture
def environment(environment, small_weights):
    return environment | {"IMPASTO_HOME": str(small_weights)}


@pytest.fixture
def studio(folder, environment, monkeypatch, capsys):
    """A folder with photos (two and a damaged one) and two paintings; runs commands in it."""
    monkeypatch.chdir(folder)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    for place in ("photos", "paintings"):
        Path(place).mkdir()
    for name in ("a.png", "c.png"):
        shutil.copy("photo.png", Path("photos", name))
    Path("photos/b.jpg").write_bytes(b"\xff\xd8\xff\xe0 cut short")
    shutil.copy("painting.png", "paintings/p.png")
    shutil.copy("other.png", "paintings/q.png")

    def run(*arguments):
        capsys.readouterr()
        code = main(arguments)
        return code, *capsys.readouterr()

    return run


def batch(*arguments):
    return ("batch", "photos/", "--style", "paintings/", "-o", "out/", *BRIEF, *arguments)


def pictures(folder="out"):
    return sorted(path.relative_to(folder).as_posix() for path in Path(folder).rglob("*.*") if path.suffix != ".jsonl")


def ledger(folder="out"):
    return [json.loads(line) for line in Path(folder, "batch.jsonl").read_text().splitlines()]


def test_every_photo_in_every_manner_and_one_clear_error_for_the_damaged_one(studio):
    code, out, err = studio(*batch("--sheet", "sum.jpg"))
    assert code == 5
    assert pictures() == ["a_p.png", "a_q.png", "c_p.png", "c_q.png"]
    assert len(out.splitlines()) == 4
    assert err.count("error: photos/b.jpg: the JPEG file is damaged") == 1
    assert err.endswith("4 painted, 2 failed\nerror: 2 of 6 pictures failed: b.jpg\n")
    assert [line["state"] for line in ledger() if line["content"] == "photos/b.jpg"] == ["failed"] * 2
    with Image.open("sum.jpg") as sheet:
        assert sheet.width > 3 * 256
        assert sheet.height > 3 * 200


def test_what_is_painted_is_known_again_without_loading_the_network(studio, tmp_path, monkeypatch):
    Path("photos/b.jpg").unlink()
    assert studio(*batch())[0] == 0
    before = {name: Path("out", name).read_bytes() for name in pictures()}
    monkeypatch.setenv("IMPASTO_HOME", str(tmp_path / "no weights here"))
    code, out, err = studio(*batch())
    assert (code, out) == (0, "")
    assert "4 painted already" in err
    assert {name: Path("out", name).read_bytes() for name in pictures()} == before
    assert len(list_runs()) == 4
    shutil.copytree("out", "moved")
    shutil.copytree("photos", "elsewhere")
    code, _, err = studio("batch", "elsewhere/", "--style", "paintings/", "-o", "moved/", *BRIEF)
    assert code == 0, "neither where the photos lie nor where the results lie is what a picture is"
    assert "4 painted already" in err


def test_another_setting_another_photo_and_a_lost_result_are_painted(studio):
    for name in ("photos/b.jpg", "paintings/q.png"):
        Path(name).unlink()
    shutil.copy("photos/a.png", "photos/d.png")
    assert studio(*batch())[0] == 0
    first = Path("out/a_p.png").read_bytes()
    Path("out/d_p.png").unlink()
    Image.open("other.png").convert("RGB").save("photos/c.png")
    code, _, err = studio(*batch())
    assert code == 0
    assert "2 painted, 1 painted already" in err
    Path("photos/d.png").unlink()
    assert Path("out/a_p.png").read_bytes() == first
    code, _, err = studio(*batch("--strength", "0.9", "--depth", "16"))
    assert "2 painted\n" in err
    assert read_picture("out/a_p.png").depth == 16
    assert "2 painted\n" in studio(*batch("--strength", "0.9", "--depth", "16", "--again"))[2]


def test_a_result_that_was_retouched_stays(studio):
    Path("photos/b.jpg").unlink()
    assert studio(*batch())[0] == 0
    Image.new("RGB", (9, 9)).save("out/a_p.png")
    retouched = Path("out/a_p.png").read_bytes()
    code, _, err = studio(*batch())
    assert code == 5
    assert "out/a_p.png exists already and is not what this batch painted" in err
    assert Path("out/a_p.png").read_bytes() == retouched


def test_names_are_filled_in(studio):
    Path("photos/b.jpg").unlink()
    code, _, err = studio(
        "batch", "photos/*.png", "-s", "paintings/p.png", "-s", "paintings/q.png", *BRIEF, "-o",
        "out/{style}/{number:02}_{content}_{strength}.webp", "--strength", "0.25",
    )  # fmt: skip
    assert code == 0, err
    assert pictures() == ["p/01_a_0.25.webp", "p/03_c_0.25.webp", "q/02_a_0.25.webp", "q/04_c_0.25.webp"]
    assert {line["result"] for line in ledger()} == set(pictures())
    code, out, _ = studio("stylize", "photo.png", "painting.png", *BRIEF, "-o", "{content}_{size}_{backbone}.png")
    assert out.strip().endswith("photo_48_squeezenet1_1.png")


def test_a_painting_that_is_damaged_fails_alone(studio):
    Path("photos/b.jpg").unlink()
    Path("paintings/p.png").write_text("no picture")
    code, _, err = studio(*batch())
    assert code == 5
    assert pictures() == ["a_q.png", "c_q.png"]
    assert err.count("error: paintings/p.png: it is not a picture Impasto reads") == 1
    assert err.endswith("error: 2 of 4 pictures failed: p.png\n")


def test_a_folder_in_a_job_file_is_a_batch(studio):
    Path("photos/b.jpg").unlink()
    Path("job.toml").write_text('content = "photos"\nstyles = ["paintings/p.png", "paintings/q.png"]\nsize = 48\n')
    quick = (*BRIEF[:4], *BRIEF[6:], "--config", "job.toml", "-o", "out/")
    assert studio("stylize", *quick)[0] == 0
    assert pictures() == ["a_p_q.png", "c_p_q.png"]
    assert studio("batch", *quick)[0] == 0
    assert pictures() == ["a_p.png", "a_p_q.png", "a_q.png", "c_p.png", "c_p_q.png", "c_q.png"]


WRONG = {
    "an unknown field": (("-o", "out/{photo}.png"), "a name has no field {photo}"),
    "one name for all": (("-o", "out/{style}.png"), "photos/a.png and photos/c.png would both become out/p.png"),
    "a file for all": (("-o", "out.png"), "name a folder for the results"),
    "no ending": (("-o", "out/{content}_{style}"), "has no extension"),
    "among the photos": (("-o", "photos/{content}_{style}.png"), "the results need another"),
    "over the painting": (("-o", "paintings/{style}.png", "--style", "paintings/p.png"), "one of the pictures"),
    "a depth the format has not": (("-o", "out/{content}_{style}.jpg", "--depth", "16"), "JPEG holds 8 bits"),
    "a sheet over a photo": (("-o", "out/", "--sheet", "photos/a.png"), "the sheet needs another name"),
    "an unknown ending": (("-o", "out/{content}_{style}.gif"), ".gif is not a format that can be written"),
}


@pytest.mark.parametrize("mistake", WRONG)
def test_what_is_wrong_with_names_is_told_before_anything_is_painted(studio, mistake, environment):
    arguments, said = WRONG[mistake]
    Path("photos/b.jpg").unlink()
    styles = () if "--style" in arguments else ("--style", "paintings/")
    code, _, err = studio("batch", "photos/", *styles, *BRIEF, *arguments)
    assert code == 2
    assert said in err
    assert err.count("error:") == 1
    assert not Path("out").exists()
    assert not Path(environment["IMPASTO_RUNS"]).exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("batch", "-o", "out/"), "name photos and at least one painting"),
        (("batch", "photos/", "-o", "out/"), "name photos and at least one painting"),
        (("batch", "nowhere.png", "--style", "paintings/", "-o", "out/"), "nowhere.png: there is no such file"),
        (("batch", "photos/", "--style", "none/*.png", "-o", "out/"), "is called none/*.png"),
        (("batch", "photos/", "--style", "paintings/"), "name a folder for the results"),
    ],
)
def test_what_is_not_there_is_told(studio, arguments, said):
    code, _, err = studio(*arguments)
    assert code == 2
    assert said in err


def test_a_batch_that_is_stopped_says_so_and_goes_on_to_the_same_bytes(studio, start, environment, folder):
    """The second picture is stopped in the middle; the same command finishes it from there."""
    Path("photos/b.jpg").unlink()
    command = ("batch", "photos/", "--style", "paintings/p.png", *BRIEF[:-1], "40", "-o")
    process = start(*command, "out/", "--json", text=True, pipesize=4096)
    steps = 0
    for line in process.stdout:
        event = json.loads(line)
        steps = steps + 1 if event["event"] == "step" else 0
        if event["event"] == "step" and len(ledger()) == 3 and steps > 3:
            process.send_signal(signal.SIGINT)
            break
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130
    assert "stopped: 1 of 2 pictures are painted, and the same command goes on with the rest" in err
    assert [line["state"] for line in ledger()] == ["begun", "painted", "begun", "interrupted"]
    code, _, err = studio(*command, "out/")
    assert code == 0, err
    assert [line["state"] for line in ledger()][-2:] == ["begun", "painted"]
    assert len(list_runs()) == 2, "the interrupted run went on"
    assert studio(*command, "whole/")[0] == 0
    assert Path("whole/c_p.png").read_bytes() == Path("out/c_p.png").read_bytes()


def test_the_sheet_of_one_picture_shows_before_and_after(studio):
    code, _, err = studio("stylize", "photo.png", "painting.png", *BRIEF, "-o", "out.png", "--sheet", "sheet.png")
    assert code == 0, err
    with Image.open("sheet.png") as sheet:
        assert sheet.width > 3 * 512
    code, out, _ = studio("sheet", "out.png", "--before", "-o", "again.png", "--cell", "128")
    assert (code, out) == (0, "again.png\n")
    assert studio("sheet", "photo.png", "out.png", "-o", "pair.png", "--cell", "64", "--json")[0] == 0
    with Image.open("pair.png") as pair:
        grey = np.asarray(pair.convert("L"))
    assert (grey[:, : grey.shape[1] // 2] < 200).any()
    assert studio("sheet", "photo.png", "-o", "pair.png")[0] == 2
    assert studio("sheet", "photo.png", "-o", "photo.png", "--overwrite")[0] == 2
    assert "holds no recipe" in studio("sheet", "photo.png", "--before", "-o", "x.png")[2]
