"""Plans of the jobs that are not paintings in the manner of others: dreams, textures, reconstructions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from impasto.backbones import Backbone
from impasto.errors import SolveError
from impasto.losses import GramLoss
from impasto.pictures import Picture
from impasto.solve import LBFGS
from impasto.tasks import DreamJob, ReconstructJob, TextureJob
from impasto.tasks.painting_job import PaintingJob
from impasto.tasks.plan import Planner, plan
from impasto.tasks.plan_rehearsal import play
from impasto.tasks.plan_watching import Scales

Make = Callable[..., PaintingJob]
MUCH = 10**15


@pytest.fixture(scope="module")
def job_of(picture_of: Callable[..., Picture], make_vgg: Callable[..., Backbone]) -> Make:
    """Makes a job of a kind, whose network has random weights."""
    picture = picture_of(90, 120, 1)
    networks = {padding: make_vgg(padding=padding) for padding in ("reflect", "circular")}

    def make(kind: str, **settings: Any) -> PaintingJob:
        common: dict[str, Any] = {"backbone": "vgg19", "device": "cpu", "precision": "fp32"} | settings
        job: PaintingJob
        if kind == "dream":
            job = DreamJob(**({"source": picture, "layers": ("relu2_1",), "jitter": 4, "steps": 2} | common))
        elif kind == "texture":
            losses = (GramLoss(layers=("relu1_1", "relu2_1")),)
            job = TextureJob(**({"style": picture, "losses": losses, "steps": (2,)} | common))
        else:
            job = ReconstructJob(**({"source": picture, "of": kind, "layers": ("relu2_1",), "steps": 2} | common))
        vars(job)["network"] = networks["circular" if kind == "texture" else "reflect"]
        return job

    return make


KINDS = ("dream", "texture", "content", "style")


@pytest.mark.parametrize("kind", KINDS)
def test_a_plan_tells_the_size_the_levels_and_the_steps(kind: str, job_of: Make) -> None:
    job = job_of(kind, size="320x240")
    found = plan(job, memory=MUCH)
    assert (found.width, found.height) == job.result_size == (320, 240)
    assert found.levels == job.problem().levels
    assert found.steps == sum(level.steps for level in found.levels)
    assert found.seconds > 0
    assert found.tile is None


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_chosen_becomes_the_job_and_what_is_loaded_stays(kind: str, job_of: Make) -> None:
    job = job_of(kind, size="160x128")
    fitted = job.fitted(plan(job, memory=MUCH))
    assert type(fitted) is type(job)
    assert vars(fitted)["network"] is vars(job)["network"]
    assert fitted.result_size == (160, 128)
    assert fitted.levels() == job.levels()


@pytest.mark.parametrize("kind", KINDS)
def test_the_memory_of_what_lives_is_foretold(kind: str, job_of: Make) -> None:
    job = job_of(kind, size="448x320", **({"smallest": 448} if kind == "texture" else {}))
    made = Planner(job, MUCH, ())
    with Scales() as scales:
        play(job.problem())
    live, _ = made.forecast(tiled=False).live(448, 320, 2, next(made.choices()))
    assert live == pytest.approx(scales.peak, rel=0.15)


@pytest.mark.parametrize("kind", ["dream", "content"])
def test_tiles_are_chosen_where_the_memory_asks_for_them(kind: str, job_of: Make) -> None:
    job = job_of(kind, size="1600x1200")
    much = Planner(job, MUCH, ())
    choices = list(much.choices())
    tiled = next(choice for choice in choices if choice.tile is not None)
    found = plan(job, memory=int(much.memory(tiled) * 1.16))
    assert found.tile is not None
    assert job.fitted(found).tile == found.tile


def test_a_texture_is_never_looked_at_in_tiles(job_of: Make) -> None:
    job = job_of("texture", size="1600x1200", optimizer=LBFGS(history=20))
    made = Planner(job, MUCH, ())
    assert {choice.tile for choice in made.choices()} == {None}
    with pytest.raises(SolveError, match=r"1600×1200 pixels need about .* A --size of \d+ would do"):
        plan(job, memory=made.memory(list(made.choices())[-1]) * 2 // 3)
