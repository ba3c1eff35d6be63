"""Plans: what a job takes, told from a few small steps, and what is chosen to make it fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch

from impasto.backbones import Backbone
from impasto.errors import SolveError
from impasto.losses import ContentLoss, GramLoss
from impasto.pictures import Picture
from impasto.solve import LBFGS, Adam, Optimizer
from impasto.tasks import StylizeJob
from impasto.tasks.plan import Planner, plan
from impasto.tasks.plan_forecast import Choice, Forecast, bowed, line
from impasto.tasks.plan_rehearsal import Descended, Rehearsal, Timed, Weighed, is_worth_it, play
from impasto.tasks.plan_watching import Scales

Make = Callable[..., StylizeJob]
LAYERS = ("relu1_1", "relu2_1")


@pytest.fixture(scope="module")
def job_of(picture_of: Callable[..., Picture], vgg: Backbone) -> Make:
    """Makes jobs whose network has random weights."""

    def make(**settings: Any) -> StylizeJob:
        plain: dict[str, Any] = {
            "content": picture_of(90, 120, 1),
            "styles": (picture_of(100, 80, 2),),
            "size": "2400x1800",
            "losses": (ContentLoss(layers=("relu2_1",)), GramLoss(layers=LAYERS)),
            "smallest": 512,
            "steps": (3,),
            "optimizer": LBFGS(history=10),
            "device": "cpu",
            "precision": "fp32",
        }
        job = StylizeJob(**(plain | settings))
        vars(job)["network"] = vgg
        return job

    return make


@pytest.fixture(scope="module")
def planner(job_of: Make) -> Planner:
    """Of a large job with all the memory there could be."""
    return Planner(job_of(), 10**15, ())


def test_with_room_enough_nothing_is_changed(planner: Planner) -> None:
    found = planner.plan()
    assert (found.width, found.height) == (2400, 1800)
    assert (found.tile, found.history, found.history_in, found.precision) == (None, 10, "fp32", "fp32")
    assert [level.width for level in found.levels] == [600, 1200, 2400]
    assert (found.steps, found.download, found.reasons) == (9, 0, ())
    assert found.threads >= 1
    assert found.seconds > 0


def test_more_pixels_need_more_memory_and_time(planner: Planner) -> None:
    choice = next(planner.choices())
    sides = [(100, 75), (300, 225), (1000, 750), (2400, 1800), (6000, 4500)]
    taken = [planner.forecast(tiled=False).memory(*side, 30, choice) for side in sides]
    assert taken == sorted(taken)
    large = replace(planner.levels[-1], width=6000, height=4500)
    assert planner.forecast(tiled=False).seconds((large,), choice) > planner.forecast(tiled=False).seconds(
        planner.levels[-1:], choice
    )


def test_each_choice_after_the_first_takes_less_memory(planner: Planner) -> None:
    choices = list(planner.choices())
    assert choices[:4] == [
        Choice(None, 10, "fp32"),
        Choice(None, 10, "bf16"),
        Choice(2048, 10, "bf16"),
        Choice(1024, 10, "bf16"),
    ]
    assert choices[-1] == Choice(256, 5, "bf16")
    taken = [planner.memory(choice) for choice in choices]
    assert taken == sorted(taken, reverse=True)


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.8, 0.4])
def test_a_budget_is_obeyed_by_the_job_that_is_fitted_to_it(job_of: Make, planner: Planner, share: float) -> None:
    whole, least = (planner.memory(choice) for choice in (next(planner.choices()), Choice(256, 5, "bf16")))
    allowed = round(least + share * (whole - least))
    job = job_of()
    found = plan(job, memory=allowed)
    fitted = job.fitted(found)
    assert found.memory <= allowed
    assert found.reasons
    assert all("GB are allowed" in reason for reason in found.reasons)
    optimizer = fitted.optimizer
    assert isinstance(optimizer, LBFGS)
    assert (fitted.tile, optimizer.history, optimizer.history_in) == (found.tile, found.history, found.history_in)
    again = plan(fitted, memory=allowed, given=("tile", "history", "history_in"))
    assert (again.tile, again.history, again.history_in) == (found.tile, found.history, found.history_in)
    assert again.memory <= allowed * 1.1


def test_what_is_given_stays_and_else_it_is_said_what_would_do(job_of: Make, planner: Planner) -> None:
    allowed = planner.memory(Choice(512, 10, "bf16"))
    with pytest.raises(SolveError, match=r"2400×1800 pixels need about .* GB are allowed. A --size of \d+ would do"):
        plan(job_of(), memory=allowed, given=("tile", "history", "history_in"))
    kept = plan(job_of(tile=320), memory=10**15)
    assert (kept.tile, kept.history, kept.history_in) == (320, 10, "fp32")
    with pytest.raises(SolveError, match="No size would do"):
        plan(job_of(), memory=10**6)


def test_an_optimizer_without_pairs_has_none_in_its_plan(job_of: Make) -> None:
    job = job_of(size="200", optimizer=Adam())
    found = plan(job, memory=10**15)
    assert (found.history, found.tile) == (0, None)
    assert job.fitted(found) == replace(job, precision="fp32")


def test_tensors_are_weighed_while_they_live() -> None:
    with Scales() as scales:
        kept = torch.ones(1000)
        assert (scales.now, scales.peak) == (4000, 4000)
        view = kept[:10]
        passing = kept + 1
        del passing, view
        assert (scales.now, scales.peak) == (4000, 8000)
        torch.empty(10**6, device="meta")
        del kept
    assert (scales.now, scales.peak) == (0, 8000)


@pytest.mark.parametrize("optimizer", [LBFGS(history=3), LBFGS(history=3, history_in="bf16", smoothing=8.0), Adam()])
@pytest.mark.parametrize("tile", [None, 96])
def test_each_image_that_lives_is_foretold_once(job_of: Make, optimizer: Optimizer, tile: int | None) -> None:
    """At a size where the images weigh as much as what the network makes of a tile, or more."""
    job = job_of(size="640x480", smallest=640, steps=(5,), tile=tile, optimizer=optimizer)
    made = Planner(job, 10**15, ())
    with Scales() as scales:
        play(job.problem())
    live, _ = made.forecast(tiled=tile is not None).live(640, 480, 5, next(made.choices()))
    assert live == pytest.approx(scales.peak, rel=0.15)


def test_what_was_measured_is_told_back_and_lines_go_on() -> None:
    sizes, values = [10.0, 20.0, 40.0], [7.0, 9.0, 17.0]
    assert [line(sizes, values, size) for size in (10, 15, 20, 30, 40, 60)] == [7, 8, 9, 13, 17, 25]
    assert bowed(sizes, values, 30) == 13
    assert 25 < bowed(sizes, values, 60) == 25.25 < 17 * 60 / 40
    assert line([10.0], [5.0], 30) == 15
    assert line([10.0, 20.0], [5.0, 4.0], 30) == 4


def found_of(begin: float, look: float, finish: float = 0.0) -> Rehearsal:
    """What was found at 96 × 80 pixels."""
    weighed = Weighed(pixels=7680, began=10**7, held=10**6, added=10**7)
    timed = Timed(pixels=7680, prepare=0.1, begin=begin, look=look, aim=0.0, finish=finish)
    return Rehearsal((weighed,), (timed,), (Descended(100_000, 10**7, 10**7),), 10**8, (0.0, 0.0), 0.0)


def test_what_the_colours_take_at_the_end_is_part_of_the_time(job_of: Make) -> None:
    job = job_of(size="192x160", smallest=192, steps=(2,))
    seconds = [
        Forecast(found_of(0.5, 0.1, finish), job.network, job.needed_layers, 1, 1).seconds(
            job.levels(), Choice(None, 0, "fp32")
        )
        for finish in (0.0, 0.25)
    ]
    assert seconds[1] - seconds[0] == pytest.approx(0.25 * 4)


def test_a_small_job_is_not_rehearsed_at_its_own_size() -> None:
    found = found_of(begin=0.5, look=0.1)
    taken = (2 * 0.5 + 5 * 0.1) * 4
    assert is_worth_it(found, (192, 160), 11 * taken)
    assert not is_worth_it(found, (192, 160), 9 * taken)


@pytest.mark.parametrize(("memory", "steps", "sizes"), [(10**15, 2, 1), (10**15, 2000, 2), (10**9, 2, 2)])
def test_how_far_a_small_job_is_rehearsed(job_of: Make, memory: int, steps: int, sizes: int) -> None:
    """At its own size only if it takes long, or might not fit."""
    small = Planner(job_of(size="160", smallest=160, steps=(steps,)), memory, ())
    assert len(small.forecast(tiled=False).rehearsal.timed) == sizes


def test_large_jobs_are_rehearsed_at_two_sizes_however_short(job_of: Make) -> None:
    large = Planner(job_of(size="300", smallest=300, steps=(1,)), 10**15, ())
    assert len(large.forecast(tiled=False).rehearsal.weighed) == 2
