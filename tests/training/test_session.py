"""Learning: it works, it can be stopped at any moment, and what comes out says how it was made."""

import json
import subprocess
import sys
import tomllib
from contextlib import closing
from dataclasses import replace

import pytest
import torch

from impasto.errors import DivergedError, InputError, JobError, OutputError
from impasto.losses import ContentLoss, GramLoss, SlicedLoss, VariationLoss
from impasto.pictures import read_picture
from impasto.runs import job_from_toml
from impasto.runs.checkpoint import checkpoints
from impasto.tasks.colour import LuminanceColour, PhotoColour, StyleColour, ToneColour
from impasto.tasks.feedforward.second_say import palette_kept, recoloured
from impasto.training import (
    Learnt,
    LookedAt,
    NetworkWritten,
    Rehearsed,
    Session,
    StateKept,
    TrainingFolder,
    TrainingResumed,
)
from impasto.training.learner import fallen, risen
from impasto.weights.style_network import load_style_network


def begun(path, plan, teacher):
    return Session(plan, teacher), TrainingFolder.create(path, plan, teacher)


def trained(path, plan, teacher):
    session, folder = begun(path, plan, teacher)
    return list(session.events(folder))


def numbers_of(plan):
    return load_style_network(plan.output)[0].state_dict()


def same(first, second):
    return all(torch.equal(numbers, second[name]) for name, numbers in first.items())


def test_a_network_learns_and_its_file_says_how(make_plan, make_teacher, tmp_path):
    plan = make_plan(steps=40, look_every=20, learning_rate=5e-3, averaging=0.8, copying=0)
    events = trained(tmp_path / "t", plan, make_teacher())
    values = [event.value for event in events if isinstance(event, Learnt)]
    assert len(values) == 40
    assert sum(values[-5:]) < 0.6 * sum(values[:5])
    looks = [event for event in events if isinstance(event, LookedAt)]
    assert [look.number for look in looks] == [20, 40]
    assert looks[1].value < looks[0].value
    assert read_picture(looks[1].sheet).width > 4 * 32
    assert isinstance(events[-1], NetworkWritten)
    _, about = load_style_network(plan.output)
    said = tomllib.loads(about.trained)
    assert (about.name, about.size, said["steps"], said["photos_learnt_from"]) == ("stripes", "tiny", 40, 7)
    assert len(said["photos_held_out"]) == 2
    assert set(said["weights"]) == {"content", "gram"}
    assert job_from_toml(about.recipe).losses == make_teacher().losses
    lines = [json.loads(line) for line in (tmp_path / "t" / "metrics.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines if "loss" in line] == list(range(1, 41))
    assert [line["step"] for line in lines if "held_out" in line] == [20, 40]
    assert list((tmp_path / "t" / "tensorboard").glob("events*"))
    assert checkpoints(tmp_path / "t" / "state")[0].stem.endswith("00000040")


@pytest.mark.parametrize("stop", [2, 3, 5])
def test_stopped_and_gone_on_with_it_gives_the_same_numbers(make_plan, make_teacher, tmp_path, stop):
    losses = (ContentLoss(layers=("fire2/concat",)), SlicedLoss(layers=("relu_conv1",), directions=8))
    teacher = make_teacher(losses=losses, shift_every=2)
    trained(tmp_path / "whole", make_plan(output=tmp_path / "whole.safetensors"), teacher)
    plan = make_plan(output=tmp_path / "parts.safetensors")
    session, folder = begun(tmp_path / "parts", plan, teacher)
    with closing(session.events(folder)) as events:
        next(event for event in events if isinstance(event, Learnt) and event.number == stop)
    assert not plan.output.exists()
    opened = TrainingFolder.open(tmp_path / "parts")
    assert opened.plan == plan
    rest = list(Session(opened.plan, opened.teacher).events(opened))
    assert any(isinstance(event, TrainingResumed) and event.number == stop for event in rest)
    assert [event.number for event in rest if isinstance(event, Learnt)] == list(range(stop + 1, 7))
    assert same(numbers_of(make_plan(output=tmp_path / "whole.safetensors")), numbers_of(plan))
    first, second = ((tmp_path / name / "metrics.jsonl").read_text().splitlines() for name in ("whole", "parts"))
    losses_of = [
        [(told["step"], told["loss"]) for told in map(json.loads, lines) if "loss" in told] for lines in (first, second)
    ]
    assert losses_of[0] == losses_of[1]


def test_a_rehearsal_says_what_is_to_come_and_changes_nothing(make_plan, make_teacher, tmp_path):
    plan = make_plan(steps=3, output=tmp_path / "plain.safetensors")
    trained(tmp_path / "plain", plan, make_teacher())
    other = replace(plan, output=tmp_path / "tried.safetensors")
    session = Session(other, make_teacher())
    told = session.rehearse()
    assert isinstance(told, Rehearsed)
    assert (told.steps, told.photos, told.held_out) == (3, 7, 2)
    assert told.seconds > 0
    assert told.memory > 1e7
    list(session.events(TrainingFolder.create(tmp_path / "tried", other, session.job)))
    assert same(numbers_of(plan), numbers_of(other))


def test_steps_are_planned_into_a_time(make_plan, make_teacher):
    session = Session(make_plan(), make_teacher())
    session.rehearse()
    session.seconds_a_step = 2.0
    told = session.fitted_into(100.0)
    assert session.plan.steps == told.steps
    assert told.seconds == pytest.approx(100, rel=0.05)


def test_a_disk_that_fills_up_stops_it_with_the_last_state_standing(make_plan, make_teacher, tmp_path):
    plan = make_plan(steps=4, look_every=2)
    session, folder = begun(tmp_path / "t", plan, make_teacher())
    with closing(session.events(folder)) as events:
        next(event for event in events if isinstance(event, StateKept))
    code = (
        "import resource, sys, pathlib\n"
        "from impasto.training import Session, TrainingFolder\n"
        "folder = TrainingFolder.open(pathlib.Path(sys.argv[1]))\n"
        "session = Session(folder.plan, folder.teacher)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "list(session.events(folder))\n"
    )
    done = subprocess.run([sys.executable, "-c", code, folder.path], capture_output=True, text=True, check=False)
    assert "OutputError" in done.stderr.splitlines()[-1]
    assert "Free space, then go on: impasto fast train --resume" in done.stderr
    assert [path.stem for path in checkpoints(folder.state)] == ["00-00000002"]
    assert isinstance(list(Session(plan, make_teacher()).events(folder))[-1], NetworkWritten)


def test_a_state_of_other_settings_or_none_of_use_is_not_gone_on_with(make_plan, make_teacher, tmp_path):
    session, folder = begun(tmp_path / "t", make_plan(), make_teacher())
    with closing(session.events(folder)) as events:
        next(event for event in events if isinstance(event, StateKept))
    with pytest.raises(InputError, match="belongs to other settings"):
        list(Session(make_plan(batch=1), make_teacher()).events(folder))
    for path in checkpoints(folder.state):
        path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(InputError, match="is damaged"):
        list(Session(make_plan(), make_teacher()).events(folder))


def test_a_training_can_be_made_longer(make_plan, make_teacher, tmp_path):
    session, folder = begun(tmp_path / "t", make_plan(), make_teacher())
    with closing(session.events(folder)) as events:
        next(event for event in events if isinstance(event, StateKept))
    rest = Session(make_plan(steps=8), make_teacher()).events(folder)
    assert [event.number for event in rest if isinstance(event, Learnt)] == [4, 5, 6, 7, 8]


def test_photos_are_given_back_before_a_style_is_learnt(make_plan, make_teacher, tmp_path):
    events = trained(tmp_path / "t", make_plan(copying=2, steps=3), make_teacher())
    assert [list(event.losses) for event in events if isinstance(event, Learnt)] == [
        ["pixels"],
        ["pixels"],
        ["content", "gram"],
    ]


def test_a_learning_rate_beyond_reason_ends_with_a_word_for_it(make_plan, make_teacher, tmp_path):
    teacher = make_teacher(strength=None, losses=(ContentLoss(layers=("fire2/concat",), weight=1e38),))
    with pytest.raises(DivergedError, match="lower --learning-rate"):
        trained(tmp_path / "t", make_plan(), teacher)


def test_a_training_needs_a_folder_of_its_own_and_its_styles_as_they_were(make_plan, make_teacher, tmp_path, painting):
    style = tmp_path / "style.png"
    style.write_bytes(painting.read_bytes())
    teacher = make_teacher(styles=(style,))
    folder = TrainingFolder.create(tmp_path / "t", make_plan(), teacher)
    with pytest.raises(OutputError, match="--resume"):
        TrainingFolder.create(tmp_path / "t", make_plan(), teacher)
    with folder.locked(), pytest.raises(InputError, match="another process trains"), folder.locked():
        pass
    style.write_bytes(painting.read_bytes() + b" ")
    with pytest.raises(InputError, match="style1 of the teacher has changed"):
        TrainingFolder.open(tmp_path / "t")
    with pytest.raises(InputError, match="is no training's folder"):
        TrainingFolder.open(tmp_path)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"strength": 0.0}, "nothing to learn"),
        ({"dream": ("fire2/concat",)}, "dreamt"),
        ({"colour": PhotoColour()}, "no one style"),
        ({"colour": LuminanceColour(lightness="photo")}, "no one style"),
        ({"style_layer_weights": ((1.0, 2.0),)}, "style_layer_weights"),
        ({"strength_map": "map.png"}, "masks"),
    ],
)
def test_a_teacher_of_one_picture_is_refused(make_plan, make_teacher, settings, reason):
    with pytest.raises(JobError, match=reason):
        Session(make_plan(), make_teacher(**settings))


@pytest.mark.parametrize(
    "colour", [LuminanceColour(), ToneColour(), PhotoColour(when="after"), StyleColour(when="both"), StyleColour()]
)
def test_what_a_control_does_after_painting_is_in_the_file(make_plan, make_teacher, tmp_path, image_of, colour):
    teacher = make_teacher(colour=colour, losses=(*make_teacher().losses, VariationLoss(weight=0.1)))
    plan = make_plan(steps=2)
    trained(tmp_path / "t", plan, teacher)
    network, about = load_style_network(plan.output)
    kept = tomllib.loads(about.trained).get("colours")
    assert (kept is not None) == colour.recolours
    if kept is None:
        return
    photo = image_of(40, 40)
    done = recoloured(job_from_toml(about.recipe), palette_kept(kept), network(photo), photo)
    exact = recoloured(teacher, teacher.palette, network(photo), photo)
    assert float((done - exact).abs().mean()) < 0.02
    assert done.shape == photo.shape


def test_the_learning_rate_rises_and_falls():
    rates = [risen(step) * fallen(step, 1000) for step in range(1000)]
    assert rates.index(max(rates)) == 19
    assert rates[0] == pytest.approx(0.05, rel=0.01)
    assert rates[-1] == pytest.approx(0.05, rel=0.01)
    assert rates[500] == pytest.approx(0.525, rel=0.01)


def test_gram_matrices_are_of_each_painting_alone(make_plan, make_teacher):
    """Over a whole batch, half of it too much would make up for half too little."""
    session = Session(make_plan(), make_teacher(losses=(GramLoss(layers=("relu_conv1",)),), strength=None))
    photos = session.photos.batch(0, 2, 48)
    objective, aims = session.teacher.objective, session.teacher.aims(photos)
    both = objective.values(photos, aims)["gram"]
    alone = [objective.values(photos[i : i + 1], aims[i : i + 1])["gram"] for i in range(2)]
    assert both == pytest.approx(sum(alone) / 2, rel=1e-5)
