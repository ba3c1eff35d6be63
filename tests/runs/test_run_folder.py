import json
import re
import subprocess
import sys
from contextlib import closing

import numpy as np
import pytest

from impasto.errors import InputError, JobError, OutputError, PictureError, UnknownNameError
from impasto.losses import GramLoss
from impasto.pictures import Picture, read_picture
from impasto.runs import Run, execute, latest_unfinished, list_runs, runs_home
from impasto.runs.naming import is_id, slug
from impasto.solve import Step


def test_a_new_run_holds_all_it_needs(make_job, runs, photo, tmp_path, monkeypatch):
    monkeypatch.chdir(photo.parent)
    job = make_job(content=photo.relative_to(photo.parent))
    run = Run.create(job, output=tmp_path / "out.png")
    assert re.fullmatch(r"\d{8}-\d{6}-photo-painting_1-[0-9a-f]{4}", run.id)
    assert is_id(run.id)
    again = Run.open(run.id)
    assert again.job == job.with_inputs({"content": photo})
    assert again.output == tmp_path / "out.png"
    assert (again.state, again.events(), again.weights) == ("queued", [], {})
    summary = json.loads(json.dumps(again.summary()))
    assert summary["inputs"]["content"] == str(photo)
    assert (summary["state"], summary["steps_done"], summary["result"]) == ("queued", 0, None)


@pytest.mark.parametrize(("levels", "depth"), [(255, 8), (65535, 16), (1000, 16)])
def test_pictures_in_memory_are_stored_without_loss(make_job, runs, levels, depth):
    values = np.random.default_rng(0).integers(0, levels, (3, 40, 40)).astype(np.float32) / np.float32(levels)
    run = Run.create(make_job(content=Picture(values)))
    stored = read_picture(run.job.content)
    assert run.job.content == run.folder / "inputs" / "content.png"
    assert stored.depth == depth
    assert np.abs(stored.pixels - values).max() <= (0 if levels != 1000 else 0.5001 / 65535)


def test_a_run_can_be_moved_with_the_pictures_it_holds(make_job, runs, tmp_path):
    run = Run.create(make_job(content=Picture(np.full((3, 40, 40), 0.25, np.float32))))
    moved = run.folder.rename(tmp_path / "moved")
    assert read_picture(Run.open(moved).job.content).width == 40


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"content": "missing.jpg"}, PictureError),
        ({"losses": (GramLoss(layers=("relu9_1",)),)}, UnknownNameError),
        ({"backbone": "vgg17"}, UnknownNameError),
        ({"weights": "vgg16.torchvision"}, JobError),
        ({"content": Picture(np.zeros((3, 8, 8), np.float32))}, PictureError),
        ({"size": "40x2"}, PictureError),
    ],
    ids=lambda value: str(next(iter(value))) if isinstance(value, dict) else "",
)
def test_a_job_that_cannot_be_painted_leaves_no_folder(make_job, runs, settings, error):
    with pytest.raises(error):
        Run.create(make_job(**settings))
    assert not runs.exists()


def test_an_output_that_cannot_be_written_leaves_no_folder(make_job, runs, tmp_path):
    with pytest.raises(OutputError):
        Run.create(make_job(), output=tmp_path / "no folder" / "out.png")
    assert not runs.exists()


def test_a_home_that_cannot_be_written_says_what_to_set(make_job, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="IMPASTO_RUNS"):
        Run.create(make_job(), home=tmp_path / "file")


def test_runs_are_listed_by_age_and_the_unfinished_found(make_job, runs):
    assert list_runs() == []
    assert latest_unfinished() is None
    first, second = Run.create(make_job()), Run.create(make_job())
    (runs / "20260101-000000-photo-0000").mkdir()
    (runs / "notes.txt").write_text("")
    assert {run.id for run in list_runs()} == {first.id, second.id}
    list(execute(first))
    assert latest_unfinished().id == second.id
    with closing(execute(second)) as events:
        next(event for event in events if isinstance(event, Step))
        assert second.state == "running"
        assert latest_unfinished() is None
    assert second.state == "interrupted"
    assert second.summary()["steps_done"] == 1


@pytest.mark.parametrize("name", ["", "..", "../..", "\0", "a" * 5000, "/nowhere", "20260101-000000-photo-000"])
def test_names_of_no_run_are_refused(make_job, runs, name):
    (runs / "20260101-000000-photo-0000").mkdir(parents=True)
    with pytest.raises(InputError):
        Run.open(name)


def test_a_near_name_is_offered(runs):
    (runs / "20260101-000000-photo-0000").mkdir(parents=True)
    with pytest.raises(InputError, match="Did you mean 20260101-000000-photo-0000"):
        Run.open("20260101-000000-photo-0001")


@pytest.mark.parametrize(
    "record",
    [b"", b"[]", b"\xff", b"{}", b'{"format": 2}', b'{"format": 1, "kind": 3}', b"[" * 100_000, b" " * 9_000_000],
    ids=range(8),
)
def test_a_damaged_record_is_refused(make_job, runs, record):
    run = Run.create(make_job())
    (run.folder / "run.json").write_bytes(record)
    with pytest.raises(InputError, match=r"run\.json: "):
        Run.open(run.id)
    assert list_runs() == []


@pytest.mark.parametrize("text", ["", "a = ", "kind = 'x'", "content = 'a'\nstyles = [1]", "x = " + "[" * 2000])
def test_a_damaged_job_is_refused(make_job, runs, text):
    run = Run.create(make_job())
    (run.folder / "job.toml").write_text(text)
    with pytest.raises(JobError):
        _ = Run.open(run.id).job


def test_a_foreign_folder_is_refused(tmp_path):
    with pytest.raises(InputError, match="is no run of Impasto"):
        Run.open(tmp_path)


def test_torn_and_foreign_lines_among_the_events_are_passed_over(make_job, runs):
    run = Run.create(make_job())
    with closing(execute(run)) as events:
        next(event for event in events if isinstance(event, Step))
    with run.events_path.open("ab") as file:
        file.write(b'not json\n[1]\n{"event": "step", "num')
    before = run.events()
    assert [event["event"] for event in before][:3] == ["started", "level_started", "step"]
    list(execute(run))
    assert [event["event"] for event in run.events()][: len(before)] == [event["event"] for event in before]
    assert run.events()[-1]["event"] == "saved"


def test_the_home_is_an_absolute_folder(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("IMPASTO_RUNS", "here")
    assert runs_home() == tmp_path / "here"
    monkeypatch.delenv("IMPASTO_RUNS")
    assert runs_home().is_absolute()


@pytest.mark.parametrize(
    ("stem", "word"), [("Tübingen am Neckar", "t_bingen_am_neckar"), ("../..", "picture"), ("", "picture")]
)
def test_words_of_an_id(stem, word):
    assert slug(stem) == word


def test_listing_runs_and_presets_needs_no_torch(runs):
    code = (
        "import sys, impasto; from impasto.runs import list_runs, preset_names, Run; list_runs(); preset_names();"
        "sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
