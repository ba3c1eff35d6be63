"""Samples, weights and presets as they are listed, and written."""

from __future__ import annotations

import json
import tomllib

import pytest
from PIL import Image

from impasto.apps.cli.main import main


@pytest.fixture(autouse=True)
def own_home(environment, folder, monkeypatch):
    monkeypatch.chdir(folder)
    for name in ("IMPASTO_HOME", "IMPASTO_RUNS", "IMPASTO_OFFLINE"):
        monkeypatch.setenv(name, environment[name])


def test_samples_are_written_in_the_size_asked_for(folder, capsys):
    assert main(["samples", "more", "--only", "mosaic, waves", "--size", "96x64"]) == 0
    captured = capsys.readouterr()
    assert captured.out.splitlines() == ["more/mosaic.png", "more/waves.png"]
    for name in ("mosaic", "waves"):
        with Image.open(folder / "more" / f"{name}.png") as picture:
            assert picture.size == (96, 64)


def test_samples_never_replace_a_picture_unasked(folder, capsys):
    (folder / "waves.png").write_bytes(b"mine")
    arguments = ["samples", ".", "--only", "mosaic,waves", "--size", "64"]
    assert main(arguments) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert (folder / "waves.png").read_bytes() == b"mine"
    assert not (folder / "mosaic.png").exists()
    assert main([*arguments, "--overwrite", "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")
    assert (folder / "waves.png").read_bytes() != b"mine"


def test_samples_tell_json(capsys):
    assert main(["samples", "more", "--only", "waves", "--size", "64", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"event": "sample", "name": "waves", "path": "more/waves.png"}


def test_weights_are_listed_with_what_a_choice_needs(capsys):
    assert main(["weights", "list"]) == 0
    text = capsys.readouterr().out
    assert text.split("\n")[0].split() == ["name", "backbone", "size", "here", "licence"]
    assert main(["weights", "list", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["vgg19.gatys"]["backbone"] == "vgg19"
    assert all(row["licence"] and row["origin"] for row in rows.values())
    assert not any(row["here"] for row in rows.values())


def test_weights_say_where_they_would_be(environment, capsys):
    assert main(["weights", "where", "vgg19.gatys"]) == 0
    path = capsys.readouterr().out.strip()
    assert path.startswith(environment["IMPASTO_HOME"])
    assert main(["weights", "where", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["here"] is False


def test_weights_verify_finds_none_and_a_damaged_one(environment, folder, capsys):
    assert main(["weights", "verify"]) == 0
    assert "no weights are here yet" in capsys.readouterr().err
    damaged = folder.parent / "home" / "weights" / "vgg19.gatys.safetensors"
    damaged.parent.mkdir(parents=True)
    damaged.write_bytes(b"\x10\0\0\0\0\0\0\0{}")
    assert main(["weights", "verify", "--json"]) == 3
    (report,) = json.loads(capsys.readouterr().out)
    assert (report["name"], report["state"]) == ("vgg19.gatys", "corrupt")


def test_presets_are_listed_and_shown_as_a_job_file_that_can_be_used(folder, capsys):
    from impasto.runs import build_job, preset_names

    assert main(["presets", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [row["name"] for row in listed] == list(preset_names())
    assert main(["presets", "show", "default"]) == 0
    shown = capsys.readouterr().out
    (folder / "job.toml").write_text(shown, encoding="utf-8")
    flags = {"content": "photo.png", "styles": ("painting.png",)}
    from_file = build_job("stylize", config=folder / "job.toml", flags=flags)
    assert from_file == build_job("stylize", flags=flags)
    assert main(["presets", "show", "default", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["settings"] == tomllib.loads(shown)
