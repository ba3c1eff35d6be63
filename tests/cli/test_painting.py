"""Whole runs from the command line, on a VGG-19 whose numbers are random: what is painted is not the point here."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import numpy as np
import pytest
from grey_noise import grey_noise
from PIL import Image

NAME = "vgg19.torchvision"
PHOTO_TO_OUT = ("stylize", "photo.png", "painting.png", "-o", "out.png")
SMALL = ("--weights", NAME, "--size", "48", "--precision", "fp32", "--device", "cpu")
BRIEF = (*SMALL, "--steps", "3")
ENDLESS = (*SMALL, "--steps", "100000")


@pytest.fixture
def environment(environment, random_weights):
    return environment | {"IMPASTO_HOME": str(random_weights)}


def test_the_plan_is_told_first_and_obeyed(impasto):
    outcome = impasto(*PHOTO_TO_OUT, *BRIEF, "--json")
    assert outcome.returncode == 0, outcome.stderr
    plan = events_of(outcome.stdout)[0]
    assert plan["event"] == "plan"
    assert plan["download"] == 0
    assert plan["memory"] > 3e8
    refused = impasto(*PHOTO_TO_OUT, *BRIEF, "--overwrite", "--memory", "200MB")
    assert refused.returncode == 4
    assert "allow more memory" in refused.stderr


def runs_in(environment):
    return sorted(path for path in Path(environment["IMPASTO_RUNS"]).iterdir() if not path.name.startswith("."))


def events_of(text):
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def painting(start):
    """Starts a process that paints, and gives it once it has told its first step on the standard output.

    It then paints some thirty steps at the most, until somebody reads the others: the pipe holds no more.
    """

    def begin(*arguments):
        process = start(*arguments, "--json", text=True, pipesize=4096)
        for line in process.stdout:
            if json.loads(line)["event"] == "step":
                return process
        raise AssertionError(process.communicate()[1])

    return begin


def test_the_result_is_where_the_last_line_says(impasto, folder, environment):
    outcome = impasto("stylize", "photo.png", "painting.png", *BRIEF)
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout == f"{folder / 'photo_painting.png'}\n"
    with Image.open(folder / "photo_painting.png") as result:
        assert result.size == (48, 40)
    (run,) = runs_in(environment)
    assert f"run {run.name}" in outcome.stderr.splitlines()
    assert "step 3 of 3: loss" in outcome.stderr


def test_quiet_says_nothing(process, folder):
    outcome = process("stylize", "photo.png", "painting.png", "-o", "out.webp", *BRIEF, "--quiet")
    assert (outcome.returncode, outcome.stdout, outcome.stderr) == (0, "", "")
    assert (folder / "out.webp").exists()


def test_json_tells_every_event_on_a_line(impasto, folder):
    outcome = impasto(*PHOTO_TO_OUT, *BRIEF, "--json")
    assert outcome.returncode == 0, outcome.stderr
    events = events_of(outcome.stdout)
    kinds = [event["event"] for event in events]
    assert kinds[:4] == ["plan", "run", "started", "level_started"]
    assert kinds.count("step") == events[2]["steps"] == events[0]["steps"] == 3
    assert events[-1] == {"event": "saved", "path": str(folder / "out.png")}
    steps = [event for event in events if event["event"] == "step"]
    assert {"content"} < set(steps[0]["losses"])
    assert [step["number"] for step in steps] == [1, 2, 3]


def test_options_reach_the_job_and_set_counts_most(impasto, folder, environment):
    (folder / "job.toml").write_text(
        'steps = [9]\nseed = 3\ncolour = { kind = "style", amount = 0.25 }\ncontent = "photo.png"\n'
    )
    outcome = impasto(
        *("stylize", "photo.png", "painting.png", "other.png", "-o", "out.png", *BRIEF, "--config", "job.toml"),
        *("--preset", "gatys2016"),
        *("--style-weights", "3, 1", "--optimizer", "adam", "--learning-rate", "2", "--start", "noise"),
        *("--style-layers", "relu1_1,relu2_1", "--content-weight", "7", "--seed", "4", "--set", "seed=5"),
        *("--set", "losses.style.weight=11", "--pooling", "max"),
    )
    assert outcome.returncode == 0, outcome.stderr
    (run,) = runs_in(environment)
    job = tomllib.loads((run / "job.toml").read_text(encoding="utf-8"))
    content, style = job["losses"]
    assert job["style_weights"] == [3.0, 1.0]
    assert (job["optimizer"]["kind"], job["optimizer"]["learning_rate"]) == ("adam", 2.0)
    assert (job["start"]["kind"], job["pooling"], job["steps"]) == ("noise", "max", [3])
    assert (job["seed"], job["colour"]["amount"], job["strength"]) == (5, 0.25, "none")
    assert (content["weight"], style["weight"], style["layers"]) == (7.0, 11.0, ["relu1_1", "relu2_1"])


def test_a_picture_to_start_from_is_painted_on_at_full_size(impasto, folder, environment):
    begun = grey_noise(96, 80, seed=3)
    begun.save(folder / "begun.png")
    unpainted = ("--weights", NAME, "--device", "cpu", "--size", "96", "--steps", "0")
    outcome = impasto("stylize", "photo.png", "painting.png", "--start", "begun.png", *unpainted)
    assert outcome.returncode == 0, outcome.stderr
    assert outcome.stdout == f"{folder / 'photo_painting.png'}\n"
    with Image.open(folder / "photo_painting.png") as result:
        assert np.array_equal(np.asarray(result), np.asarray(begun))
    (run,) = runs_in(environment)
    job = tomllib.loads((run / "job.toml").read_text(encoding="utf-8"))
    assert job["start"] == {"kind": "picture", "picture": str(folder / "begun.png"), "level": "last"}


def test_overwrite_replaces_the_result_only_when_asked(impasto, folder):
    (folder / "out.png").write_bytes(b"mine")
    refused = impasto(*PHOTO_TO_OUT, *BRIEF)
    assert refused.returncode == 2
    assert (folder / "out.png").read_bytes() == b"mine"
    allowed = impasto(*PHOTO_TO_OUT, *BRIEF, "--overwrite")
    assert allowed.returncode == 0, allowed.stderr
    assert (folder / "out.png").read_bytes() != b"mine"


def test_ctrl_c_stops_and_resume_ends_as_if_it_had_not(painting, process, folder, environment):
    arguments = ("stylize", "photo.png", "painting.png", *SMALL, "--steps", "100")
    stopped = painting(*arguments, "-o", "out.png")
    stopped.send_signal(signal.SIGINT)
    out, said = stopped.communicate(timeout=60)
    (run,) = runs_in(environment)
    assert stopped.returncode == 130, said
    assert said.strip() == f"stopped; go on with: impasto runs resume {run.name}"
    assert json.loads(out.splitlines()[-1])["exit_code"] == 130
    assert not (folder / "out.png").exists()
    resumed = process("runs", "resume", "--json")
    assert resumed.returncode == 0, resumed.stderr
    assert "resumed" in [event["event"] for event in events_of(resumed.stdout)]
    straight = process(*arguments, "-o", "straight.png")
    assert straight.returncode == 0, straight.stderr
    assert (folder / "out.png").read_bytes() == (folder / "straight.png").read_bytes()


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGHUP])
def test_other_signals_that_ask_to_stop_are_taken_as_ctrl_c(stop, painting, folder, environment):
    process = painting(*PHOTO_TO_OUT, *ENDLESS)
    process.send_signal(stop)
    _, said = process.communicate(timeout=60)
    (run,) = runs_in(environment)
    assert process.returncode == 130, said
    assert said.strip() == f"stopped; go on with: impasto runs resume {run.name}"
    assert json.loads((run / "outcome.json").read_text())["state"] == "interrupted"


def test_impatience_gives_no_traceback(painting, folder):
    process = painting(*PHOTO_TO_OUT, *ENDLESS)
    for _ in range(6):
        process.send_signal(signal.SIGINT)
        time.sleep(0.02)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "Traceback" not in said
    assert not (folder / "out.png").exists()


def test_nobody_reading_the_events_stops_with_the_work_kept(painting, environment):
    process = painting(*PHOTO_TO_OUT, *ENDLESS)
    process.stdout.close()
    assert process.wait(timeout=60) == 141
    assert process.stderr.read() == ""
    (run,) = runs_in(environment)
    assert json.loads((run / "outcome.json").read_text())["state"] == "interrupted"


def test_runs_are_listed_shown_found_and_repeated(impasto, folder, environment):
    assert "no runs yet" in impasto("runs", "list").stderr
    assert impasto(*PHOTO_TO_OUT, *BRIEF).returncode == 0
    (run,) = runs_in(environment)
    assert run.name in impasto("runs", "list").stdout
    assert [row["id"] for row in json.loads(impasto("runs", "list", "--json").stdout)] == [run.name]
    assert json.loads(impasto("runs", "show", run.name, "--json").stdout)["state"] == "finished"
    assert "finished" in impasto("runs", "show").stdout
    assert impasto("runs", "path").stdout.strip() == str(run)
    refused = impasto("runs", "resume", run.name)
    assert refused.returncode == 2
    assert "is finished" in refused.stderr
    for source, place in ((run.name, "by_id.png"), ("out.png", "by_picture.png")):
        repeated = impasto("runs", "repeat", source, "-o", place)
        assert repeated.returncode == 0, repeated.stderr
        assert (folder / place).read_bytes() == (folder / "out.png").read_bytes()


def test_repeat_takes_other_pictures(impasto, folder, environment):
    assert impasto(*PHOTO_TO_OUT, *BRIEF).returncode == 0
    (run,) = runs_in(environment)
    wrong = impasto("runs", "repeat", run.name, "-o", "b.png", "--style", "other.png", "--style", "photo.png")
    assert wrong.returncode == 2
    assert "takes 1 style" in wrong.stderr
    changed = impasto("runs", "repeat", run.name, "-o", "b.png", "--style", "other.png")
    assert changed.returncode == 0, changed.stderr
    assert (folder / "b.png").read_bytes() != (folder / "out.png").read_bytes()


def test_a_run_in_another_folder_is_resumed_by_its_folder(painting, impasto, folder):
    process = painting(*PHOTO_TO_OUT, *SMALL, "--steps", "100", "--run-dir", "elsewhere")
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    name = said.strip().removeprefix("stopped; go on with: impasto runs resume ")
    assert Path(folder, name).is_dir()
    resumed = impasto("runs", "resume", name)
    assert resumed.returncode == 0, resumed.stderr
    assert (folder / "out.png").exists()


def test_a_terminal_shows_live_what_is_done(start, folder, environment):
    """On a pseudo-terminal the panel names step, losses, pace, memory and preview, and is gone at the end."""
    ours, theirs = pty.openpty()
    terminal = environment | {"TERM": "xterm", "COLUMNS": "120", "LINES": "40"}
    process = start(*PHOTO_TO_OUT, *SMALL, "--steps", "60", env=terminal, stderr=theirs)
    os.close(theirs)
    shown = b""
    while process.poll() is None or select.select([ours], [], [], 0)[0]:
        if select.select([ours], [], [], 0.1)[0]:
            try:
                shown += os.read(ours, 65536)
            except OSError:
                break
    os.close(ours)
    assert process.stdout.read().decode().strip() == str(folder / "out.png")
    assert process.wait() == 0
    text = shown.decode(errors="replace")
    for expected in ("of 60", "steps/s", "left", "loss", "content", "memory:", "48 × 40"):
        assert expected in text
    assert text.rstrip().endswith("\x1b[?25h") or "\x1b[?25h" in text[-200:]


@pytest.mark.real
def test_real_weights_paint(impasto, folder):
    home = os.environ.get("IMPASTO_HOME")
    outcome = subprocess.run(
        [sys.executable, "-m", "impasto", *PHOTO_TO_OUT, "--size", "96", "--steps", "4"],
        cwd=folder,
        env={**os.environ, "IMPASTO_RUNS": str(folder / "runs")} | ({"IMPASTO_HOME": home} if home else {}),
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr
    with Image.open(folder / "out.png") as result, Image.open(folder / "photo.png") as photo:
        painted = np.asarray(result.convert("RGB"), dtype=float)
        assert np.abs(painted - np.asarray(photo.resize(result.size), dtype=float)).mean() > 3
