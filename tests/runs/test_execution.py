"""A run ends in the same bytes whatever happens to it on the way."""

import random
import signal
import subprocess
import sys
import time
from contextlib import ExitStack, closing
from pathlib import Path

import numpy as np
import pytest
import random_vgg
import torch

from impasto.errors import CancelledError, DivergedError, InputError, OutputError
from impasto.losses import ContentLoss
from impasto.pictures import Picture, read_picture, write_picture
from impasto.runs import Checkpointed, PreviewWritten, Resumed, Run, Saved, Warned, build_job, execute
from impasto.runs.checkpoint import checkpoints
from impasto.solve import LBFGS, SGD, Adam, Finished, LevelDone, NoiseStart, Started, Step

PAINT = Path(__file__).with_name("paint_run.py")


@pytest.fixture(autouse=True)
def one_thread():
    """As in the subprocesses: the order of a sum depends on the threads it is spread over."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def paint(run):
    list(execute(run))
    return run.result_path.read_bytes()


def stop_after(run, steps):
    with closing(execute(run)) as events:
        for event in events:
            if isinstance(event, Step) and event.number == steps:
                return


@pytest.fixture
def start(subprocess_environment):
    """Starts painting a run in a process of its own, which is gone with its streams after the test."""
    with ExitStack() as after:

        def begin(run):
            command = [sys.executable, str(PAINT), str(run.folder)]
            process = subprocess.Popen(
                command, env=subprocess_environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
            after.enter_context(process)
            after.callback(process.kill)
            return process

        yield begin


def test_a_run_tells_paints_and_clears_up(make_job, runs, tmp_path):
    output = tmp_path / "out.png"
    run = Run.create(make_job(), output=output)
    assert run.state == "queued"
    told = [type(event) for event in execute(run)]
    assert told[0] is Started
    assert told[-2:] == [Finished, Saved]
    assert told.count(Step) == 10
    assert {Checkpointed, PreviewWritten} <= set(told)
    assert run.state == "finished"
    assert output.read_bytes() == run.result_path.read_bytes()
    assert (read_picture(output).width, read_picture(output).height) == (40, 32)
    assert not run.state_folder.exists()
    assert list(run.weights) == [random_vgg.NAME]
    assert [e["number"] for e in run.events() if e["event"] == "step"] == list(range(1, 11))
    with pytest.raises(InputError, match="is finished"):
        next(execute(run))


def test_the_same_job_gives_the_same_bytes(make_job, runs, tmp_path):
    first = Run.create(make_job(), output=tmp_path / "a.png")
    second = Run.create(make_job(), output=tmp_path / "b.png", home=tmp_path / "elsewhere")
    assert paint(first) == paint(second)


@pytest.mark.parametrize("optimizer", [LBFGS(history=3, smoothing=16.0), Adam(), SGD()], ids=lambda o: o.kind)
@pytest.mark.parametrize("steps", [1, 4, 7])
def test_stopped_and_resumed_gives_the_same_bytes(make_job, runs, optimizer, steps):
    whole = paint(Run.create(make_job(optimizer=optimizer)))
    run = Run.create(make_job(optimizer=optimizer))
    stop_after(run, steps)
    assert run.state == "interrupted"
    read_picture(run.preview_path)
    events = list(execute(Run.open(run.folder)))
    assert [e.number for e in events if isinstance(e, Resumed)] == [steps]
    assert [e.number for e in events if isinstance(e, Step)] == list(range(steps + 1, 11))
    assert run.result_path.read_bytes() == whole


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_killed_at_a_random_moment_and_resumed_gives_the_same_bytes(make_job, runs, start, seed):
    job = make_job(steps=(15, 60), size="64")
    whole = paint(Run.create(job))
    run = Run.create(job)
    process = start(run)
    process.stdout.readline()
    time.sleep(random.Random(seed).uniform(0, 0.4))
    process.kill()
    process.communicate()
    assert run.state == "interrupted"
    assert paint(Run.open(run.folder)) == whole


def test_ctrl_c_leaves_a_preview_and_the_very_step_it_was_at(make_job, runs, start):
    job = make_job(steps=(2000,), smallest=64, size="64")
    run = Run.create(job)
    process = start(run)
    for _ in range(5):
        process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert b"KeyboardInterrupt" in errors
    assert run.state == "interrupted"
    assert read_picture(run.preview_path).width == 64
    told = [e["number"] for e in run.events() if e["event"] == "step"][-1]
    with closing(execute(run)) as events:
        resumed = next(e for e in events if isinstance(e, Resumed))
    assert told <= resumed.number <= told + 1


def test_a_run_can_be_asked_to_stop_from_outside(make_job, runs, start):
    run = Run.create(make_job(steps=(5000,), smallest=40))
    assert run.cancel() is False
    process = start(run)
    process.stdout.readline()
    assert run.state == "running"
    with pytest.raises(InputError, match="by another process"):
        next(execute(run))
    assert run.cancel() is True
    _, errors = process.communicate(timeout=60)
    assert CancelledError.__name__.encode() in errors
    assert run.state == "interrupted"
    assert checkpoints(run.state_folder)


def test_following_a_run_sees_what_another_process_paints(make_job, runs, start):
    run = Run.create(make_job())
    process = start(run)
    seen = [event["event"] for event in run.follow(poll=0.02)]
    process.communicate()
    assert seen[0] == "started"
    assert seen[-1] == "saved"
    assert seen.count("step") == 10


@pytest.mark.parametrize("damaged", [1, 2])
def test_a_damaged_checkpoint_falls_back_to_the_one_before_or_the_start(make_job, runs, damaged):
    whole = paint(Run.create(make_job()))
    run = Run.create(make_job())
    stop_after(run, 7)
    kept = checkpoints(run.state_folder)
    assert len(kept) == 2
    before = int(kept[1].stem.split("-")[1])  # 4, the end of a level, unless the machine is slow
    for path in kept[:damaged]:
        path.write_bytes(path.read_bytes()[:-3] + b"\0\1\2")
    events = list(execute(run))
    assert sum("damaged" in event.text for event in events if isinstance(event, Warned)) == damaged
    assert [e.number for e in events if isinstance(e, Resumed)] == ([before] if damaged == 1 else [])
    assert run.result_path.read_bytes() == whole


def test_a_checkpoint_of_another_job_is_not_gone_on_from(make_job, runs):
    run = Run.create(make_job())
    stop_after(run, 7)
    job = run.folder / "job.toml"
    job.write_text(job.read_text().replace("seed = 0", "seed = 1"))
    events = list(execute(Run.open(run.folder)))
    assert any("belongs to another job" in e.text for e in events if isinstance(e, Warned))
    assert not any(isinstance(event, Resumed) for event in events)


def test_a_changed_input_is_noticed(make_job, runs, painting):
    run = Run.create(make_job())
    painting.write_bytes(painting.read_bytes() + b"\0")
    with pytest.raises(InputError, match=r"Painting 1\.png: the style1 picture has changed"):
        list(execute(run))
    assert run.state == "failed"


def test_changed_weights_are_noticed(make_job, runs, tmp_path, monkeypatch):
    run = Run.create(make_job())
    stop_after(run, 2)
    random_vgg.store(tmp_path / "other home", seed=1)
    monkeypatch.setenv("IMPASTO_HOME", str(tmp_path / "other home"))
    with pytest.raises(InputError, match="are not those that the run"):
        list(execute(Run.open(run.folder)))


def test_a_disk_that_takes_no_checkpoint_does_not_stop_painting(make_job, runs):
    run = Run.create(make_job())
    run.state_folder.write_text("not a folder")
    events = list(execute(run))
    assert isinstance(events[-1], Saved)
    assert len([e for e in events if isinstance(e, Warned)]) == 1


def test_a_diverged_run_keeps_the_last_good_picture(make_job, runs):
    losses = (ContentLoss(layers=("relu2_1",), weight=1e38, normalisation="gatys"),)
    run = Run.create(make_job(strength=None, losses=losses, start=NoiseStart(), optimizer=SGD()))
    with pytest.raises(DivergedError, match=r"last-good\.png"):
        list(execute(run))
    assert read_picture(run.folder / "last-good.png").width == 20
    assert run.state == "failed"
    assert "finite" in run.summary()["reason"]


def test_an_output_that_became_unwritable_keeps_the_picture_in_the_folder(make_job, runs, tmp_path):
    place = tmp_path / "place"
    place.mkdir()
    run = Run.create(make_job(), output=place / "out.png")
    place.rmdir()
    with pytest.raises(OutputError, match="is kept as"):
        list(execute(run))
    assert run.state == "failed"
    read_picture(run.result_path)
    place.mkdir()
    events = list(execute(run))
    assert not any(isinstance(event, Step | LevelDone) for event in events)
    assert (place / "out.png").read_bytes() == run.result_path.read_bytes()


@pytest.mark.real
def test_killed_and_resumed_gives_the_same_bytes_on_real_weights(photo, painting, runs, start, subprocess_environment):
    subprocess_environment.pop("IMPASTO_HOME")
    flags = {"content": photo, "styles": [painting], "size": 64, "steps": [60], "precision": "fp32", "device": "cpu"}
    job = build_job(flags=flags)
    whole = paint(Run.create(job))
    run = Run.create(job)
    process = start(run)
    for _ in range(20):
        process.stdout.readline()
    process.kill()
    process.communicate()
    assert run.state == "interrupted"
    assert paint(Run.open(run.folder)) == whole


@pytest.mark.parametrize(("suffix", "lost"), [(".jpg", True), (".webp", False)])
def test_lost_transparency_is_told(make_job, runs, photo, tmp_path, suffix, lost):
    seen = read_picture(photo)
    write_picture(Picture(seen.pixels, np.full((seen.height, seen.width), 0.5, np.float32)), photo)
    run = Run.create(make_job(steps=(1,)), output=tmp_path / f"out{suffix}")
    told = [event.text for event in execute(run) if isinstance(event, Warned)]
    assert told == ([".jpg holds no transparency: the picture lies on white; .png keeps it"] if lost else [])
    assert (read_picture(run.output).alpha is None) == lost
