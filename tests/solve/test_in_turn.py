"""Several problems one after the other, told and resumed as one."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch

from impasto.errors import JobError
from impasto.losses import ActivationLoss, Seen
from impasto.solve import (
    Event,
    Finished,
    LevelDone,
    LevelStarted,
    Problem,
    Shift,
    Snapshot,
    Started,
    Step,
    TilesHalved,
    WaveAdam,
    WaveStart,
    pyramid,
    solve,
    solve_in_turn,
)

STEPS = 3


@pytest.fixture
def problems(make_problem: Callable[..., Problem]) -> list[Problem]:
    """Three channels, at 24 × 20 pixels."""
    return [
        make_problem(
            losses=(ActivationLoss(layers=("conv2_1",), channel=channel),),
            targets={},
            strength=None,
            start=WaveStart(),
            optimizer=WaveAdam(),
            shift=Shift(pixels=2, every=1),
            levels=pyramid(24, 20, smallest=24, steps=(STEPS,)),
        )
        for channel in (1, 5, 2)
    ]


def stored(snapshot: Snapshot) -> Snapshot:
    tensors = {name: tensor.clone() for name, tensor in snapshot.tensors.items()}
    return Snapshot(snapshot.level, snapshot.index, snapshot.number, tensors, dict(snapshot.numbers))


def final(events: list[Event]) -> torch.Tensor:
    assert isinstance(events[-1], Finished)
    return events[-1].image


def test_it_is_told_as_one_problem_whose_image_grows(problems: list[Problem]) -> None:
    events = list(solve_in_turn(problems))
    started = events[0]
    assert isinstance(started, Started)
    assert (len(started.levels), started.steps) == (3, 3 * STEPS)
    steps = [event for event in events if isinstance(event, Step)]
    assert [step.number for step in steps] == list(range(1, 3 * STEPS + 1))
    assert [step.level for step in steps] == [0] * STEPS + [1] * STEPS + [2] * STEPS
    assert [step.image.shape[-1] for step in steps] == [24] * STEPS + [48] * STEPS + [72] * STEPS
    assert [event.level for event in events if isinstance(event, LevelStarted | LevelDone)] == [0, 0, 1, 1, 2, 2]
    alone = [final(list(solve(problem))) for problem in problems]
    assert torch.equal(final(events), torch.cat(alone, dim=-1))


def test_resumed_anywhere_it_ends_in_the_same_pictures(problems: list[Problem]) -> None:
    whole = []
    snapshots = []
    for event in solve_in_turn(problems):
        whole.append(event)
        if isinstance(event, Step):
            snapshots.append(stored(event.snapshot()))
        if isinstance(event, LevelDone):
            number = STEPS * (event.level + 1)
            snapshots.append(Snapshot(event.level + 1, 0, number, {"image": event.image.clone()}, {}))
    assert len(snapshots) == 3 * STEPS + 3
    for snapshot in snapshots:
        rest = list(solve_in_turn(problems, resume=snapshot))
        assert torch.equal(final(rest), final(whole))
        numbers = [event.number for event in rest if isinstance(event, Step)]
        assert numbers == list(range(snapshot.number + 1, 3 * STEPS + 1))


def test_snapshots_hold_tensors_of_one_shape(problems: list[Problem]) -> None:
    """As checkpoints demand."""
    steps = [event for event in solve_in_turn(problems) if isinstance(event, Step)]
    assert {tensor.shape for tensor in steps[-1].snapshot().tensors.values()} == {(1, 3, 20, 24)}


class Greedy(ActivationLoss):
    """Asks for more memory than there is wherever a layer is more than 60 wide."""

    def measure(self, seen: Seen, name: str) -> tuple[torch.Tensor, torch.Tensor]:
        if seen.features[name].shape[-1] > 60:
            torch.empty(1 << 60)
        return super().measure(seen, name)


def test_tiles_that_memory_asked_for_at_one_are_kept_for_those_after_it(problems: list[Problem]) -> None:
    def at(kind: type[ActivationLoss]) -> list[Problem]:
        losses = [kind(layers=("conv2_1",), channel=channel) for channel in (1, 5, 2)]
        levels = pyramid(144, 112, smallest=144, steps=(2,))
        return [replace(problem, losses=(loss,), levels=levels) for problem, loss in zip(problems, losses, strict=True)]

    told = list(solve_in_turn(at(Greedy)))
    assert [event for event in told if isinstance(event, TilesHalved)] == [TilesHalved(0, 64)]
    assert sum(isinstance(event, Step) for event in told) == 6
    assert torch.allclose(final(told), final(list(solve_in_turn(at(ActivationLoss)))), atol=1e-2)


def test_what_is_warned_of_is_said_once(problems: list[Problem]) -> None:
    idle = [replace(problem, levels=pyramid(24, 20, smallest=24, steps=(0,))) for problem in problems]
    ended = list(solve_in_turn(idle))[-1]
    assert isinstance(ended, Finished)
    assert len(ended.warnings) == 1
    assert "no step was taken" in ended.warnings[0]


def test_several_sizes_or_levels_are_refused(problems: list[Problem]) -> None:
    larger = replace(problems[0], levels=pyramid(26, 20, smallest=26, steps=(1,)))
    levels = replace(problems[0], levels=pyramid(24, 20, smallest=12, steps=(1,)))
    for others in ([problems[0], larger], [levels, levels]):
        with pytest.raises(JobError, match="one level and one size"):
            next(solve_in_turn(others))
