"""A folder of photos: each painted as a run of its own, and one that fails stops no other."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from PIL import Image

from impasto.apps.cli.main import main
from impasto.apps.cli.painting import new_run
from impasto.errors import InputError
from impasto.pictures import pictures_in
from impasto.runs import list_runs

NAME = "vgg19.torchvision"
BRIEF = ("--weights", NAME, "--size", "48", "--precision", "fp32", "--device", "cpu", "--steps", "2")


@pytest.fixture
def batch(folder, tmp_path, random_weights, monkeypatch, capsys):
    """Paints the folder `photos`, which holds a.png and B.JPG beside what is no picture; gives code and streams."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("IMPASTO_HOME", str(random_weights))
    monkeypatch.setenv("IMPASTO_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("IMPASTO_OFFLINE", "1")
    photos = folder / "photos"
    (photos / "inner").mkdir(parents=True)
    shutil.copy(folder / "photo.png", photos / "a.png")
    shutil.copy(folder / "photo.png", photos / "inner" / "c.png")
    shutil.copy(folder / "photo.png", photos / ".hidden.png")
    Image.open(folder / "other.png").save(photos / "B.JPG")
    (photos / "notes.txt").write_text("no picture", encoding="utf-8")

    def run(*arguments, styles=("painting.png",), output=("-o", "out/")):
        code = main(["stylize", "photos/", *styles, *output, *BRIEF, *arguments])
        return code, *capsys.readouterr()

    return run


def results():
    return sorted(path.name for path in Path("out").iterdir() if path.name != "batch.jsonl")


def test_every_picture_of_the_folder_is_painted_as_a_run_of_its_own(batch):
    code, out, err = batch()
    assert code == 0, err
    assert results() == ["B_painting.png", "a_painting.png"]
    assert out.splitlines() == [str(Path("out", name).absolute()) for name in results()]
    runs = list_runs()
    assert {Path(run.record["inputs"]["content"]["path"]).name for run in runs} == {"B.JPG", "a.png"}
    assert [run.state for run in runs] == ["finished"] * 2
    assert "picture 2 of 2" in err


def test_a_picture_comes_out_as_it_does_alone(batch):
    assert batch()[0] == 0
    assert main(["stylize", "photos/a.png", "painting.png", "-o", "alone.png", "--quiet", *BRIEF]) == 0
    assert Path("out/a_painting.png").read_bytes() == Path("alone.png").read_bytes()


def test_several_styles_still_blend(batch):
    code, _, err = batch("--style-weights", "2,1", styles=("painting.png", "other.png"))
    assert code == 0, err
    assert results() == ["B_painting_other.png", "a_painting_other.png"]
    assert list_runs()[0].job.style_weights == (2.0, 1.0)


def test_one_that_fails_stops_no_other_and_is_named(batch, folder):
    (folder / "photos" / "Bad.webp").write_bytes(b"damaged")
    Image.new("RGB", (3, 3)).save(folder / "photos" / "dot.png")
    code, _, err = batch()
    assert code == 5
    assert results() == ["B_painting.png", "a_painting.png"]
    assert len(list_runs()) == 2
    assert "error: photos/Bad.webp: it is not a picture Impasto reads" in err
    assert "error: photos/dot.png: it is 3x3, too small" in err
    assert err.endswith("error: 2 of 4 pictures failed: Bad.webp, dot.png\n")


def test_one_too_large_for_the_memory_stops_no_other(batch, monkeypatch):
    """Memory that runs out while painting, which no check foresaw, as a GPU's does."""

    def short_of_memory(job, place, running, **options):
        if "B.JPG" in str(job.content):
            raise RuntimeError("CUDA out of memory. Tried to allocate 20.00 GiB")
        return new_run(job, place, running, **options)

    monkeypatch.setattr("impasto.apps.cli.batch.new_run", short_of_memory)
    code, _, err = batch()
    assert code == 5
    assert results() == ["a_painting.png"]
    assert "error: photos/B.JPG: not enough memory" in err


def test_in_json_each_picture_has_its_events(batch, folder):
    (folder / "photos" / "bad.webp").write_bytes(b"damaged")
    assert batch("--quiet")[0] == 5
    code, out, _ = batch("--json")
    assert code == 5
    events = [json.loads(line) for line in out.splitlines()]
    told = [(event["event"], event.get("content")) for event in events]
    assert told == [
        ("skipped", "photos/B.JPG"),
        ("skipped", "photos/a.png"),
        ("picture", "photos/bad.webp"),
        ("failed", "photos/bad.webp"),
        ("batch", None),
        ("error", None),
    ]
    assert (events[3]["exit_code"], events[5]["exit_code"]) == (2, 5)
    assert (events[4]["painted"], events[4]["skipped"], events[4]["failed"]) == (0, 2, 1)


def test_what_the_batch_did_not_paint_stays_unless_it_is_to_be_overwritten(batch):
    Path("out").mkdir()
    Path("out/a_painting.png").write_bytes(b"mine")
    code, out, err = batch()
    assert code == 5
    assert Path("out/a_painting.png").read_bytes() == b"mine"
    assert "photos/a.png: out/a_painting.png exists already and is not what this batch painted" in err
    assert len(out.splitlines()) == 1
    assert batch("--overwrite")[0] == 0
    with Image.open("out/a_painting.png") as result:
        assert result.size == (48, 40)


def test_the_network_is_loaded_once(batch, random_weights, tmp_path, monkeypatch):
    """Once a picture has it, the store is not looked at again, however damaged."""
    shutil.copytree(random_weights, tmp_path / "copy")
    monkeypatch.setenv("IMPASTO_HOME", str(tmp_path / "copy"))

    def damaging_the_store(job, place, running, **options):
        os.truncate(tmp_path / "copy" / "weights" / f"{NAME}.safetensors", 100)
        return new_run(job, place, running, **options)

    monkeypatch.setattr("impasto.apps.cli.batch.new_run", damaging_the_store)
    code, _, err = batch()
    assert code == 0, err
    assert len(results()) == 2


SHARED_MISTAKES = {
    "no results folder": ((), {"output": ()}, 2, "name a folder for the results"),
    "a file for results": ((), {"output": ("-o", "out.png")}, 2, "not out.png"),
    "the photos' own folder": ((), {"output": ("-o", "photos/")}, 2, "need another"),
    "below a file": ((), {"output": ("-o", "photo.png/out")}, 2, "cannot be made"),
    "a missing style": ((), {"styles": ("nothing.png",)}, 2, "error: nothing.png: there is no such file"),
    "an unknown layer": (("--style-layers", "relu9_1"), {}, 2, "relu9_1"),
    "weights not to be had": (("--backbone", "vgg16", "--set", "weights=vgg16.torchvision"), {}, 3, "offline"),
}


@pytest.mark.parametrize("mistake", SHARED_MISTAKES)
def test_what_is_wrong_for_all_is_told_once_and_leaves_nothing(mistake, batch, tmp_path):
    arguments, changes, wanted, said = SHARED_MISTAKES[mistake]
    code, _, err = batch(*arguments, **changes)
    assert code == wanted
    assert said in err
    assert err.count("error:") == 1
    assert not Path("out").exists()
    assert not (tmp_path / "runs").exists()


def test_two_photos_that_would_become_one_picture_are_refused(batch, folder):
    Image.open(folder / "photo.png").save(folder / "photos" / "a.webp")
    code, _, err = batch()
    assert code == 2
    assert "photos/a.png and photos/a.webp would both become out/a_painting.png" in err
    assert not Path("out").exists()


def test_a_folder_without_pictures_is_an_error(tmp_path):
    (tmp_path / "notes.txt").write_text("no picture", encoding="utf-8")
    with pytest.raises(InputError, match="holds no picture that Impasto reads"):
        pictures_in(tmp_path)
