"""Interrupted anywhere and gone on with, a run ends in the very same picture."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor

from impasto.errors import JobError
from impasto.losses import ContentLoss, GramLoss, VariationLoss
from impasto.solve import (
    LBFGS,
    SGD,
    Adam,
    Event,
    Finished,
    LevelStarted,
    MixedStart,
    NoiseStart,
    Normalised,
    Optimizer,
    Problem,
    Shift,
    Snapshot,
    Step,
    WaveAdam,
    solve,
)

OPTIMIZERS = [
    LBFGS(history=2),
    LBFGS(history=2, history_in="bf16", smoothing=8.0),
    LBFGS(first_step=200.0, smoothing=8.0),
    LBFGS(history=2, smoothing=8.0, chroma=4.0, learning=True),
    Adam(),
    SGD(learning_rate=4.0),
    Adam(box=False),
    WaveAdam(),
    Normalised(smoothing=4.0, chroma=2.0),
]
LOSSES = (
    ContentLoss(layers=("relu2_1",)),
    GramLoss(layers=("relu1_1", "relu2_1")),
    VariationLoss(weight=0.1),
)


def stored(snapshot: Snapshot) -> Snapshot:
    """As it comes back from a file: other memory, plain numbers."""
    tensors = {name: tensor.clone() for name, tensor in snapshot.tensors.items()}
    return Snapshot(snapshot.level, snapshot.index, snapshot.number, tensors, dict(snapshot.numbers))


def run(problem: Problem, resume: Snapshot | None = None) -> tuple[list[Event], list[Snapshot]]:
    events, snapshots = [], []
    for event in solve(problem, resume=resume):
        events.append(event)
        if isinstance(event, Step):
            snapshots.append(stored(event.snapshot()))
    return events, snapshots


def told(event: Event) -> tuple[Any, ...]:
    """What an event says, for comparison bit by bit."""
    if isinstance(event, Step):
        return event.level, event.index, event.number, dict(event.losses), event.value, event.image.numpy().tobytes()
    if isinstance(event, LevelStarted):
        return event.level, event.width, event.height, dict(event.weights)
    image = getattr(event, "image", None)
    return type(event), None if image is None else image.numpy().tobytes()


@pytest.mark.parametrize(
    "optimizer",
    OPTIMIZERS,
    ids=[
        "lbfgs",
        "lbfgs-bf16",
        "lbfgs-smooth",
        "lbfgs-learning",
        "adam",
        "sgd",
        "adam-unboxed",
        "wave-adam",
        "normalised",
    ],
)
def test_resumed_at_every_step_it_is_the_same_bit_for_bit(
    optimizer: Optimizer, make_problem: Callable[..., Problem]
) -> None:
    problem = make_problem(optimizer=optimizer, losses=LOSSES, start=MixedStart())
    whole, snapshots = run(problem)
    assert len(snapshots) == 7
    for snapshot in snapshots:
        rest, _ = run(problem, snapshot)
        missed = [e for e in whole if isinstance(e, Step) and e.number <= snapshot.number]
        passed = [e for e in whole if getattr(e, "level", snapshot.level) < snapshot.level]
        assert [told(e) for e in rest] == [told(e) for e in whole if e not in missed and e not in passed]


@pytest.mark.parametrize("optimizer", [LBFGS(), Adam()], ids=["lbfgs", "adam"])
@pytest.mark.parametrize("every", [2, 3])
def test_resumed_between_shifts_it_is_the_same_bit_for_bit(
    optimizer: Optimizer, every: int, make_problem: Callable[..., Problem]
) -> None:
    problem = make_problem(optimizer=optimizer, losses=LOSSES, shift=Shift(pixels=8, every=every))
    whole, snapshots = run(problem)
    for snapshot in snapshots:
        rest, _ = run(problem, snapshot)
        assert told(rest[-1]) == told(whole[-1])


@pytest.mark.parametrize(
    "optimizer", [LBFGS(history=2, history_in="bf16", learning=True), Adam()], ids=["lbfgs", "adam"]
)
def test_resumed_while_content_comes_first_it_is_the_same_bit_for_bit(
    optimizer: Optimizer, make_problem: Callable[..., Problem]
) -> None:
    problem = make_problem(optimizer=optimizer, losses=LOSSES, content_first=3.0, least_gain=0.5)
    whole, snapshots = run(problem)
    assert len(snapshots) == 7
    for snapshot in snapshots:
        rest, _ = run(problem, snapshot)
        assert told(rest[-1]) == told(whole[-1])


def test_a_rash_run_does_reject_trials(make_problem: Callable[..., Problem]) -> None:
    """So that the test above resumes after trials in vain, too."""
    events, _ = run(make_problem(optimizer=LBFGS(first_step=200.0, smoothing=8.0)))
    steps = [e for e in events if isinstance(e, Step)]
    assert any(a.image is b.image for a, b in pairwise(steps))


def test_a_snapshot_can_be_used_twice(make_problem: Callable[..., Problem]) -> None:
    problem = make_problem(optimizer=Adam())
    _, snapshots = run(problem)
    endings = [run(problem, snapshots[1])[0][-1] for _ in range(2)]
    assert torch.equal(endings[0].image, endings[1].image)


def test_going_on_from_the_start_of_a_level(make_problem: Callable[..., Problem]) -> None:
    problem = make_problem()
    whole, _ = run(problem)
    first_level = next(e for e in whole if isinstance(e, Step) and e.number == 3)
    rest, _ = run(problem, Snapshot(1, 0, 3, {"image": first_level.image.clone()}, {}))
    assert told(rest[-1]) == told(whole[-1])


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_a_snapshot_stays_as_it_was_though_nothing_is_copied(
    optimizer: Optimizer, make_problem: Callable[..., Problem]
) -> None:
    kept = []
    for event in solve(make_problem(optimizer=optimizer, losses=LOSSES)):
        if isinstance(event, Step):
            kept.append((event.snapshot(), stored(event.snapshot())))
            assert kept[-1][0].tensors["image"] is event.image
    for snapshot, copy in kept:
        run(make_problem(optimizer=optimizer, losses=LOSSES), snapshot)
        assert all(torch.equal(tensor, copy.tensors[name]) for name, tensor in snapshot.tensors.items())


def test_the_seed_decides_and_nothing_else(make_problem: Callable[..., Problem]) -> None:
    problem = make_problem(start=NoiseStart(), seed=5)
    first, _ = run(problem)
    torch.manual_seed(99)
    again, _ = run(problem)
    other, _ = run(replace(problem, seed=6))
    assert told(first[-1]) == told(again[-1])
    assert told(first[-1]) != told(other[-1])


def test_nothing_random_is_taken_from_the_process(make_problem: Callable[..., Problem]) -> None:
    state = torch.get_rng_state()
    run(make_problem(start=NoiseStart()))
    assert torch.equal(torch.get_rng_state(), state)


def test_a_snapshot_of_another_optimizer_or_size_is_refused(
    make_problem: Callable[..., Problem], image_of: Callable[..., Tensor]
) -> None:
    _, snapshots = run(make_problem(optimizer=SGD()))
    with pytest.raises(JobError, match="not one of this optimizer"):
        run(make_problem(optimizer=LBFGS()), snapshots[0])
    misplaced = replace(snapshots[0], level=1)
    with pytest.raises(JobError, match="not one of a level of 32x24 pixels"):
        run(make_problem(optimizer=SGD()), misplaced)
    assert isinstance(run(make_problem(optimizer=SGD()), snapshots[0])[0][-1], Finished)
