"""Painting goes on, in smaller tiles, where memory runs out: in a process that may not have more."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from impasto.errors import SolveError, is_out_of_memory
from impasto.losses import Seen, SlicedLoss, Targets, Term
from impasto.losses.variation import VariationLoss, VariationTerm
from impasto.solve import Level, Shift, Step, Target, solve
from impasto.solve.shortage import in_smaller_tiles

PAINT = """
import json, resource, sys
from pathlib import Path
import torch
from conftest import build_vgg, smooth_image
from impasto.losses import ContentLoss, GramLoss
from impasto.solve import Level, Problem, Shift, Step, Target, TilesHalved, solve

torch.set_num_threads(1)
layers = ("relu1_1", "relu2_1")
def problem(width, height):
    return Problem(
        backbone=build_vgg(),
        losses=(ContentLoss(layers=("relu2_1",)), GramLoss(layers=layers)),
        targets={"content": (Target(smooth_image(height, width, 1)),), "style": (Target(smooth_image(200, 200, 2)),)},
        levels=(Level(width, height, 3),),
        strength=0.5,
        shift=Shift(pixels=2, every=2),
    )
for _ in solve(problem(64, 48)):
    pass
allowed = int(sys.argv[1])
held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
if allowed:
    resource.setrlimit(resource.RLIMIT_AS, (held + allowed, held + allowed))
told = []
for event in solve(problem(512, 384)):
    if isinstance(event, Step):
        told.append(event.value)
    elif isinstance(event, TilesHalved):
        told.append(f"tiles of {event.tile}")
peak = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmPeak"))
print(json.dumps([told, 1024 * int(peak.split()[1]) - held]))
"""


def told(allowed: int) -> tuple[list[float | str], int]:
    """What a solve tells that may have so many more bytes, 0 for all it wants, and how many more it had."""
    here = Path(__file__).parent.parent
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(here), os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run(
        [sys.executable, "-c", PAINT, str(allowed)],
        env={**environment, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    events, taken = json.loads(done.stdout)
    return events, taken


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux heeds a limit of the address space")
def test_it_goes_on_in_tiles_where_memory_runs_out() -> None:
    free, wanted = told(0)
    short, taken = told(wanted // 2)
    assert taken < 0.6 * wanted
    assert all(isinstance(value, float) for value in free)
    assert str(short[0]).startswith("tiles of ")
    values = [value for value in short if isinstance(value, float)]
    assert values == pytest.approx([value for value in free if isinstance(value, float)], rel=1e-2)


@dataclass(frozen=True, kw_only=True)
class Greedy(VariationLoss):
    """Asks for more memory than there is, once told to, wherever relu2_1 is more than 60 wide."""

    hungry: list[bool]

    def bind(self, targets: Targets) -> Term:
        return GreedyTerm(self)


class GreedyTerm(VariationTerm):
    def sums(self, seen: Seen) -> tuple[Tensor, ...]:
        if self.loss.hungry[0] and seen.features["relu2_1"].shape[-1] > 60:
            torch.empty(1 << 60)
        return super().sums(seen)


def test_a_step_is_taken_again_in_tiles(make_problem, image_of) -> None:
    hungry = [False]
    plain = make_problem(levels=(Level(144, 112, 6),), targets=targets_of(image_of), shift=Shift(pixels=2, every=4))
    greedy = Greedy(layers=("relu2_1",), weight=0.1, hungry=hungry)
    problem = replace(plain, losses=(*plain.losses, greedy))
    undisturbed = [event.value for event in solve(problem) if isinstance(event, Step)]
    values, told = [], []
    for event in solve(problem):
        told.append(type(event).__name__)
        if isinstance(event, Step):
            values.append(event.value)
            hungry[0] = event.number >= 2
    assert told == ["Started", "LevelStarted", "Step", "Step", "TilesHalved", *["Step"] * 4, "LevelDone", "Finished"]
    assert values[:2] == undisturbed[:2]
    assert values[2] == pytest.approx(values[1], rel=1e-3)  # looked at anew, in tiles, where it was
    assert values[-1] < values[1]


def test_a_loss_that_tiles_cannot_is_told_where_memory_runs_out(make_problem, image_of) -> None:
    plain = make_problem(levels=(Level(144, 112, 2),), targets=targets_of(image_of))
    greedy = Greedy(layers=("relu2_1",), weight=0.1, hungry=[True])
    with pytest.raises(SolveError, match=r"the memory does not suffice, and the sliced loss looks"):
        list(solve(replace(plain, losses=(*plain.losses, SlicedLoss(layers=("relu2_1",)), greedy))))


def targets_of(image_of):
    return {"content": (Target(image_of(112, 144, 1)),), "style": (Target(image_of(60, 70, 2)),)}


def test_tiles_are_halved_down_to_the_smallest(make_problem) -> None:
    problem = make_problem(levels=(Level(700, 300, 1),))
    sides = []
    for _ in range(3):
        problem = in_smaller_tiles(problem, 0)
        sides.append(problem.tile)
    assert sides == [320, 128, 64]
    with pytest.raises(SolveError, match="700×300 pixels, even in tiles of 64"):
        in_smaller_tiles(problem, 0)


def test_memory_that_ran_out_is_told_from_other_failures() -> None:
    assert is_out_of_memory(MemoryError())
    assert is_out_of_memory(torch.OutOfMemoryError("CUDA out of memory"))
    with pytest.raises(RuntimeError) as caught:
        torch.empty(1 << 60)
    assert is_out_of_memory(caught.value)
    assert not is_out_of_memory(RuntimeError("the shapes do not fit"))
