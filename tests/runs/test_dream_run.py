"""Dreams as runs: written down, interrupted, resumed, with frames."""

from contextlib import closing
from dataclasses import replace

import pytest

from impasto.runs import FrameWritten, Run, execute, job_from_dict, job_from_recipe, job_to_dict
from impasto.runs import keeping as keeping_module
from impasto.solve import Step
from impasto.tasks import DreamJob


@pytest.fixture
def job(photo, weights):
    return DreamJob(
        source=photo,
        layers=("relu2_1:channel=3", "relu1_2"),
        backbone="vgg19",
        weights=weights,
        steps=3,
        frames=3,
        frame_steps=2,
        size="40",
        device="cpu",
        precision="fp32",
    )


def test_it_survives_being_written_down(job, painting):
    assert job_from_dict(job_to_dict(job)) == job
    assert job_from_dict(job_to_dict(replace(job, layers=(), guide=painting))).guide == painting


@pytest.mark.parametrize("stop", [2, 4, 7])
def test_stopped_and_resumed_picture_and_frames_are_the_same(job, stop, runs, tmp_path, monkeypatch):
    monkeypatch.setattr(keeping_module, "CHECKPOINT_SECONDS", 0.0)
    whole, cut = (Run.create(job, output=tmp_path / f"{name}.png") for name in ("whole", "cut"))
    written = [event for event in execute(whole) if isinstance(event, FrameWritten)]
    assert [event.number for event in written] == [1, 2, 3]
    with closing(execute(cut)) as events:
        for event in events:
            if isinstance(event, Step) and event.number == stop:
                break
    list(execute(Run.open(cut.id)))
    assert (tmp_path / "cut.png").read_bytes() == (tmp_path / "whole.png").read_bytes()
    frames = [sorted((tmp_path / f"{name}_frames").iterdir()) for name in ("whole", "cut")]
    assert [path.name for path in frames[1]] == ["0001.png", "0002.png", "0003.png"]
    assert [path.read_bytes() for path in frames[0]] == [path.read_bytes() for path in frames[1]]
    assert job_from_recipe(tmp_path / "cut.png", content=job.source) == job


def test_a_style_job_keeps_what_auto_chose_and_why(make_job, runs):
    job = make_job(dream="auto", size="64").with_dream_chosen()
    run = Run.create(job)
    list(execute(run))
    assert run.job.dream == job.dream
    noted = [event["text"] for event in run.events() if event["event"] == "noted"]
    assert tuple(noted) == job.dream_reasons == run.job.dream_reasons
