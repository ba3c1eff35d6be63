"""Proofs: small variants on a sheet, the command for each, and what happens when one fails or the user stops."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from impasto.apps.cli import proofs_sheet
from impasto.apps.cli.application import application
from impasto.apps.cli.main import main
from impasto.errors import CancelledError
from impasto.pictures import read_picture
from impasto.runs import Recipe, list_runs
from impasto.tasks import StylizeJob, network_job

SETTINGS = ("--set", "weights=vgg19.torchvision", "--set", "precision=fp32", "--set", "steps=[2]")
BRIEF = (*SETTINGS, "--size", "96", "--proof-size", "48", "--device", "cpu")
SHEET = Path("photo_painting_proofs.png")


@pytest.fixture
def proofs(folder, tmp_path, random_weights, monkeypatch, capsys):
    """Runs `impasto proofs` on the folder's pictures with random weights; gives code and streams."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("IMPASTO_HOME", str(random_weights))
    monkeypatch.setenv("IMPASTO_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("IMPASTO_OFFLINE", "1")

    def run(*arguments, backbones="vgg19", strengths="0.3,0.7", scales="0.5,1"):
        tried = ("--backbones", backbones, "--strengths", strengths, "--style-scales", scales)
        code = main(["proofs", "photo.png", "painting.png", *tried, *BRIEF, *arguments])
        return code, *capsys.readouterr()

    return run


def told():
    """What the JSON beside the sheet says, by number."""
    return {proof["number"]: proof for proof in json.loads(SHEET.with_suffix(".json").read_text())["proofs"]}


def job_of(words, monkeypatch):
    """The job that `impasto stylize` would carry out for a command."""
    jobs = []
    monkeypatch.setattr("impasto.apps.cli.painting.paint_new", lambda job, *_, **__: jobs.append(job))
    assert words[0] == "impasto"
    application()(words[1:], exit_on_error=False, print_error=False, result_action="return_value")
    return jobs[0]


def test_every_variant_is_painted_with_one_network_and_is_on_the_sheet(proofs, monkeypatch):
    loaded = []
    load = network_job.load_backbone
    monkeypatch.setattr(network_job, "load_backbone", lambda *a, **k: loaded.append(k["name"]) or load(*a, **k))
    code, out, err = proofs()
    assert (code, out) == (0, f"{SHEET}\n"), err
    assert loaded == ["vgg19"]
    assert "4 proofs of 48×40 pixels, together about" in err
    jobs = [Recipe.read(told()[number]["picture"]).job for number in (1, 2, 3, 4)]
    assert [(job.strength, job.style_scale) for job in jobs] == [(0.3, 0.5), (0.3, 1), (0.7, 0.5), (0.7, 1)]
    assert {(job.backbone, job.size) for job in jobs} == {("vgg19", "48x40")}
    cells = [read_picture(told()[number]["picture"]).pixels for number in (1, 2, 3, 4)]
    assert len({cell.tobytes() for cell in cells}) == 4
    sheet = read_picture(SHEET)
    assert sheet.width > 2 * proofs_sheet.LEAST_CELL
    assert np.ptp(sheet.pixels) > 0.5


def test_the_command_of_a_variant_is_its_job_at_full_size(proofs, monkeypatch):
    assert proofs()[0] == 0
    commands = {number: proof["command"] for number, proof in told().items()}
    assert told()[3]["typed"] == shlex.join(commands[3])
    picked = proofs("--pick", "3")
    assert picked[:2] == (0, shlex.join(commands[3]) + "\n")
    for number, words in commands.items():
        full = job_of(words, monkeypatch)
        proof = Recipe.read(told()[number]["picture"]).job
        assert isinstance(full, StylizeJob)
        assert full.size == "96"
        assert proof.with_inputs(full.inputs) == replace(full, size=proof.size)


def test_proofs_take_regions_and_tell_them(proofs, monkeypatch):
    places = ("--region", "left.png=other.png:scale=0.5", "--protect", "a.png", "--protect", "b.png")
    places += ("--strength-map", "map.png", "--style-rotation", "90")
    code, out, err = proofs("--pick", "2", *places)
    assert code == 0, err
    job = job_of(shlex.split(out), monkeypatch)
    assert [(region.mask.name, region.scale) for region in job.regions] == [("left.png", 0.5)]
    assert [path.name for path in job.protect] == ["a.png", "b.png"]
    assert (job.strength_map.name, job.style_rotation, job.style_scale) == ("map.png", 90, 1)


def test_a_number_that_is_none_and_settings_that_overrule_are_refused(proofs):
    code, _, err = proofs("--pick", "5")
    assert (code, "1 to 4, not 5" in err) == (2, True)
    code, _, err = proofs("--set", "strength=0.1")
    assert (code, "make all proofs alike" in err) == (2, True)
    code, _, err = proofs(strengths="0.5,0.5")
    assert (code, "named twice" in err) == (2, True)
    code, _, err = proofs(backbones="vgg91")
    assert (code, "vgg19" in err) == (2, True)
    assert not SHEET.exists()
    assert list_runs() == []


def test_one_that_fails_has_its_place_and_its_reason_and_stops_no_other(proofs):
    code, _, err = proofs(backbones="alexnet,vgg19", scales="1")
    assert code == 5
    assert "2 of 4 proofs failed" in err
    assert "Traceback" not in err
    found = told()
    assert ["are for vgg19" in (found[number]["failed"] or "") for number in (1, 2, 3, 4)] == [True, False] * 2
    assert [found[number]["picture"] is None for number in (1, 2, 3, 4)] == [True, False] * 2
    assert SHEET.exists()


def test_stopped_in_the_middle_the_sheet_is_there_and_nothing_is_painted_twice(proofs, monkeypatch):
    paint, begun = proofs_sheet.paint_new, []

    def third_is_stopped(job, *arguments, **settings):
        begun.append(job)
        if len(begun) == 3:
            raise CancelledError("stopped")
        paint(job, *arguments, **settings)

    monkeypatch.setattr(proofs_sheet, "paint_new", third_is_stopped)
    code, _, err = proofs()
    assert code == 130
    assert "2 of 4 proofs are in photo_painting_proofs.png" in err
    assert [told()[number]["picture"] is None for number in (1, 2, 3, 4)] == [False, False, True, True]
    code, _, err = proofs()
    assert (code, "--overwrite" in err) == (2, True)
    assert proofs("--overwrite")[0] == 0
    assert len(begun) == 5
    assert all(told()[number]["picture"] for number in (1, 2, 3, 4))
