"""Presets of one's own: saved, used, shown, deleted, given away and taken over."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from brief_job import BRIEF, NAME
from PIL import Image

from impasto.apps.cli.main import main
from impasto.runs import build_job, preset_names
from impasto.runs.presets import shipped_names

PICTURES = {"content": "photo.png", "styles": ("painting.png",)}


@pytest.fixture
def presets(folder, environment, monkeypatch, capsys):
    """Runs `impasto presets` in a home without any of one's own."""
    monkeypatch.chdir(folder)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def run(*arguments, command="presets"):
        capsys.readouterr()
        code = main((command, *arguments))
        return code, *capsys.readouterr()

    return run


def test_saved_settings_are_those_of_the_job(presets, folder):
    options = ("--strength", "0.7", "--backbone", "vgg16", "--optimizer", "adam", "--set", "optimizer.beta1=0.8")
    code, out, err = presets("save", "my-look", *options, "--title", "Mine", "--style-layers", "relu1_1,relu2_1")
    assert (code, out) == (0, "my-look\n"), err
    assert preset_names()[-1] == "my-look"
    job = build_job(preset="my-look", flags=PICTURES)
    sets = ("optimizer.beta1=0.8",)
    flags = {**PICTURES, "strength": 0.7, "backbone": "vgg16", "optimizer": "adam"}
    assert job == build_job(flags={**flags, "losses.style.layers": ("relu1_1", "relu2_1")}, sets=sets)
    assert build_job(preset="my-look", flags={**PICTURES, "strength": 0.2}).strength == 0.2
    listed = json.loads(presets("list", "--json")[1])
    assert [row["name"] for row in listed if not row["shipped"]] == ["my-look"]
    assert listed[-1]["title"] == "Mine"
    assert "your own" in presets("list")[1]
    Path("shown.toml").write_text(presets("show", "my-look")[1])
    assert build_job(config=folder / "shown.toml", flags=PICTURES) == job


def test_the_size_is_saved_only_if_it_is_asked_for(presets):
    assert presets("save", "small", "--size", "200x100")[0] == 0
    assert build_job(preset="small", flags=PICTURES).size == "200x100"
    assert presets("save", "any", "--seed", "5")[0] == 0
    shown = tomllib.loads(presets("show", "any")[1])
    assert not {"size", "seed", "content", "styles", "style_weights", "device", "tile"} & shown.keys()


def test_a_preset_is_saved_from_a_run_and_from_a_picture(presets, small_weights, monkeypatch):
    monkeypatch.setenv("IMPASTO_HOME", str(small_weights))
    arguments = ("photo.png", "painting.png", "-o", "out.png", "--strength", "0.3", *BRIEF)
    code, _, err = presets(*arguments, command="stylize")
    assert code == 0, err
    run = presets("path", command="runs")[1].strip()
    try:
        assert presets("save", "of-run", "--from", run)[0] == 0
        assert presets("save", "of-picture", "--from", "out.png")[0] == 0
        for name in ("of-run", "of-picture"):
            job = build_job(preset=name, flags=PICTURES)
            assert (job.strength, job.weights, job.steps, job.size) == (0.3, NAME, (1,), "512")
        code, _, err = presets("save", "both", "--from", "out.png", "--strength", "1")
        assert (code, "--from takes all settings" in err) == (2, True)
        assert "holds no recipe" in presets("save", "none", "--from", "photo.png")[2]
        assert "no run is named" in presets("save", "none", "--from", "nowhere")[2]
        code, out, err = presets(
            "thumbnail", "of-run", "--content", "photo.png", "--style", "swirl", "--size", "64", "--json"
        )
        assert code == 0, err
        with Image.open(json.loads(out)["path"]) as small:
            assert (small.format, max(small.size)) == ("JPEG", 64)
        by_name = {row["name"]: row["thumbnail"] for row in json.loads(presets("list", "--json")[1])}
        assert by_name["of-run"] == json.loads(out)["path"]
        assert by_name["default"] is None
        assert len(list(Path(run).parent.glob("2*"))) == 1, "painting a thumbnail leaves no run"
        assert presets("save", "of-run", "--from", "out.png", "--overwrite")[0] == 0
        assert not Path(by_name["of-run"]).exists(), "a thumbnail of other settings would mislead"
    finally:
        for name in ("of-run", "of-picture"):
            assert presets("delete", name)[0] == 0
    assert not list((small_weights / "presets").iterdir())


NAMES = ["", "Mine", "my look", "../x", "a/b", "-x", "x-", "ä", "x" * 65, ".hidden"]


@pytest.mark.parametrize("name", NAMES)
def test_names_that_cannot_be_are_refused(presets, environment, name):
    code, _, err = presets("save", "--", name) if name.startswith("-") else presets("save", name)
    assert code == 2
    assert "error:" in err
    assert not Path(environment["IMPASTO_HOME"], "presets").exists()


@pytest.mark.parametrize("name", sorted(shipped_names()))
def test_those_in_the_box_stay(presets, name):
    assert "in the box and cannot be replaced" in presets("save", name, "--overwrite")[2]
    assert "in the box and cannot be deleted" in presets("delete", name)[2]
    Path("x.toml").write_text('title = "x"\n[job]\nkind = "stylize"\n')
    assert "in the box" in presets("import", "x.toml", "--name", name, "--overwrite")[2]


def test_one_of_ones_own_is_replaced_only_if_asked_for_and_deleted(presets):
    assert presets("save", "mine", "--strength", "0.1")[0] == 0
    assert "there is a preset mine already" in presets("save", "mine")[2]
    assert presets("save", "mine", "--strength", "0.2", "--overwrite")[0] == 0
    assert build_job(preset="mine", flags=PICTURES).strength == 0.2
    assert presets("delete", "mine")[0] == 0
    assert "no preset is named 'mine'" in presets("delete", "mine")[2]
    assert "Did you mean default" in presets("show", "defalt")[2]


def test_what_is_exported_is_the_same_when_it_is_imported(presets):
    assert presets("save", "mine", "--strength", "0.35", "--description", "Soft.")[0] == 0
    assert presets("export", "mine") == (0, "mine.toml\n", "")
    assert "exists already" in presets("export", "mine")[2]
    before = build_job(preset="mine", flags=PICTURES)
    assert presets("delete", "mine")[0] == 0
    assert presets("import", "mine.toml")[0] == 0
    assert presets("import", "mine.toml", "--name", "yours")[0] == 0
    assert build_job(preset="mine", flags=PICTURES) == build_job(preset="yours", flags=PICTURES) == before
    assert json.loads(presets("show", "yours", "--json")[1])["description"] == "Soft."
    assert presets("export", "gatys2016", "-o", "paper.toml")[0] == 0
    assert presets("import", "paper.toml")[0] == 0
    assert build_job(preset="paper", flags=PICTURES) == build_job(preset="gatys2016", flags=PICTURES)


BROKEN = {
    "not TOML": ("]]", "not valid TOML"),
    "not text": ("\udcff\udcfe", "not valid TOML"),
    "a job file": ('strength = 0.5\ncontent = "a.png"\n', "it needs a table [job]"),
    "a title that is none": ("title = 3\n[job]\n", "texts for title"),
    "an unknown setting": ("[job]\nstrenght = 0.5\n", "Did you mean strength"),
    "an unknown loss": ('[job]\nlosses = ["gramm"]\n', "Did you mean gram"),
    "a number out of range": ("[job]\nstrength = 7\n", "between 0 (the photo) and 1"),
    "an unknown kind": ('[job]\nkind = "paint"\n', "no kind of job is named 'paint'"),
    "a picture": ('[job]\ncontent = "a.png"\n', "a preset holds no pictures, and this one names its content"),
    "a picture inside": ('[job]\nstart = {kind = "picture", picture = "a.png"}\n', "names its start.picture"),
    "endless": ("#" * 200_000, "so no preset"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_file_that_holds_no_preset_is_told_and_not_taken_over(presets, environment, kind):
    text, said = BROKEN[kind]
    Path("broken.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    code, _, err = presets("import", "broken.toml")
    assert code == 2
    assert said in err
    assert not Path(environment["IMPASTO_HOME"], "presets").exists()


def test_one_that_is_damaged_hides_no_other(presets, environment):
    assert presets("save", "sound")[0] == 0
    Path(environment["IMPASTO_HOME"], "presets", "torn.toml").write_text("[jo")
    code, out, err = presets("list", "--json")
    assert code == 0
    assert json.loads(out)[-1]["name"] == "sound"
    assert "torn.toml: no preset" in err
    assert "torn.toml: no preset" in presets("show", "torn")[2]
    assert presets("delete", "torn")[0] == 0


def test_where_one_picture_is_painted_is_no_part_of_a_preset(presets, environment):
    job = """
kind = "stylize"
content = "photo.png"
styles = ["painting.png"]
strength = 0.4
strength_map = "map.png"
protect = ["face.png"]
style_masks = ["frame.png"]
style_layer_weights = [[1, 1, 0, 0, 0]]
regions = [{ mask = "sky.png", styles = ["starry.jpg"] }]
"""
    Path("job.toml").write_text(job, encoding="utf-8")
    assert presets("save", "placed", "--config", "job.toml")[0] == 0
    shown = presets("show", "placed")[1]
    assert not any(word in shown for word in (".png", ".jpg", "regions", "style_layer_weights"))
    assert build_job(preset="placed", flags=PICTURES).strength == 0.4
    assert presets("delete", "placed")[0] == 0
    for setting in ('strength_map = "map.png"', 'protect = ["all", "face.png"]', 'regions = [{ mask = "a.png" }]'):
        Path("named.toml").write_text(f"[job]\n{setting}\n", encoding="utf-8")
        code, _, err = presets("import", "named.toml")
        assert (code, "a preset holds no pictures" in err) == (2, True), err


def test_what_a_preset_cannot_keep_is_told(presets):
    code, _, err = presets("save", "begun", "--start", "photo.png")
    assert code == 2
    assert "this job has one as start.picture" in err
    assert presets("thumbnail")[0] == 2
    assert presets("thumbnail", "default", "--all")[0] == 2
    assert presets("thumbnail", "default", "--size", "10")[0] == 2
    assert "no sample picture is named" in presets("thumbnail", "default", "--content", "roket")[2]
