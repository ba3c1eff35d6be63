from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import pytest
import torch
from torch import Tensor

from impasto.backbones import Backbone
from impasto.errors import DivergedError, JobError, PictureError
from impasto.losses import ContentLoss, GramLoss, Loss, Seen, Targets, Term
from impasto.solve import (
    LBFGS,
    OPTIMIZERS,
    SGD,
    Adam,
    Finished,
    Level,
    LevelDone,
    LevelStarted,
    NoiseStart,
    Optimizer,
    Problem,
    Started,
    Step,
    Target,
    pyramid,
    solve,
)


@dataclass(frozen=True, kw_only=True)
class Fuse(Loss):
    """The mean pixel, until it has been asked `lasts` times; then not a number, or without a gradient that is one."""

    kind: Literal["fuse"] = "fuse"
    layers: tuple[str, ...] = ("input",)
    lasts: int = 0
    blows: float = float("nan")

    def bind(self, targets: Targets) -> Term:
        return Burning(self)


class Burning(Term):
    """Counts how often it was asked."""

    def __init__(self, fuse: Fuse) -> None:
        self.fuse, self.asked = fuse, 0

    def sums(self, seen: Seen) -> tuple[Tensor, ...]:
        self.asked += 1
        return (seen.own("input").mean(),)

    def value(self, sums: Sequence[Tensor]) -> Tensor:
        return sums[0] * (1.0 if self.asked <= self.fuse.lasts else self.fuse.blows)


def test_events_come_in_order_and_count(make_problem: Callable[..., Problem]) -> None:
    events = list(solve(make_problem()))
    assert [type(e).__name__ for e in events] == [
        "Started",
        *("LevelStarted", "Step", "Step", "Step", "LevelDone"),
        *("LevelStarted", "Step", "Step", "Step", "Step", "LevelDone"),
        "Finished",
    ]
    started = events[0]
    assert isinstance(started, Started)
    assert started.steps == 7
    assert [(level.width, level.height) for level in started.levels] == [(16, 12), (32, 24)]
    steps = [e for e in events if isinstance(e, Step)]
    assert [(e.level, e.index, e.number) for e in steps] == [
        *((0, i, i + 1) for i in range(3)),
        *((1, i, i + 4) for i in range(4)),
    ]
    assert {e.image.shape[-2:] for e in steps if e.level == 0} == {(12, 16)}
    assert events[-1].image is events[-2].image is steps[-1].image
    assert events[-1].warnings == ()
    assert all(not e.image.requires_grad for e in steps)


@pytest.mark.parametrize("kind", list(OPTIMIZERS))
def test_value_losses_and_image_of_a_step_belong_together(kind: str, make_problem: Callable[..., Problem]) -> None:
    problem = make_problem(optimizer=OPTIMIZERS[kind](), levels=(Level(32, 24, 6),))
    steps = [e for e in solve(problem) if isinstance(e, Step)]
    for step in steps:
        assert sum(step.losses.values()) == pytest.approx(step.value, rel=1e-5)
    final = replace(problem, strength=None, start=Fixed(image=steps[-1].image), levels=(Level(32, 24, 1),))
    weights = next(e for e in solve(problem) if isinstance(e, LevelStarted)).weights
    weighted = replace(final, losses=tuple(replace(loss, weight=weights[loss.kind]) for loss in problem.losses))
    (again,) = [e for e in solve(weighted) if isinstance(e, Step)]
    assert again.losses == pytest.approx(dict(steps[-1].losses), rel=1e-5)
    assert steps[-1].value < steps[0].value


@dataclass(frozen=True, kw_only=True)
class Fixed:
    """A start at a given image."""

    image_: Tensor | None = None

    def __init__(self, image: Tensor) -> None:
        object.__setattr__(self, "image_", image)

    def image(self, content: Tensor, generator: torch.Generator) -> Any:
        return self.image_


def test_stopping_early_is_fine(make_problem: Callable[..., Problem]) -> None:
    painting = solve(make_problem())
    step = next(e for e in painting if isinstance(e, Step))
    painting.close()
    assert step.image.isfinite().all()
    assert list(painting) == []


def test_nothing_is_done_before_it_is_asked_for(make_problem: Callable[..., Problem]) -> None:
    painting = solve(make_problem(losses=(ContentLoss(layers=("relu9_9",)),)))
    assert isinstance(next(painting), Started)


def test_levels_without_steps_carry_the_picture_through(make_problem: Callable[..., Problem]) -> None:
    problem = make_problem(levels=pyramid(32, 24, smallest=16, steps=(0, 0)), detail=1.0)
    events = list(solve(problem))
    assert not any(isinstance(e, Step) for e in events)
    assert isinstance(events[-1], Finished)
    torch.testing.assert_close(events[-1].image, problem.targets["content"][0].image, rtol=0, atol=0.02)


def test_terms_of_one_kind_are_told_apart(make_problem: Callable[..., Problem]) -> None:
    losses = (
        ContentLoss(layers=("relu1_1",)),
        GramLoss(layers=("relu1_1",)),
        GramLoss(layers=("relu2_1",), weight=3.0),
    )
    started = next(e for e in solve(make_problem(losses=losses, strength=None)) if isinstance(e, LevelStarted))
    assert dict(started.weights) == {"content": 1.0, "gram": 1.0, "gram 2": 3.0}


def test_style_alone_needs_no_content(vgg: Backbone, image_of: Callable[..., Tensor]) -> None:
    style = GramLoss(layers=("relu1_1", "relu2_1"))
    problem = Problem(
        backbone=vgg,
        losses=(style,),
        targets={"style": (Target(image_of(20, 20)),)},
        levels=pyramid(24, 24, smallest=12, steps=(4,)),
        start=NoiseStart(),
    )
    steps = [e for e in solve(problem) if isinstance(e, Step)]
    assert steps[-1].value < 0.8 * steps[4].value


def test_a_narrow_style_is_never_made_too_small_to_look_at(
    make_problem: Callable[..., Problem], image_of: Callable[..., Tensor], make_vgg: Callable[..., Backbone]
) -> None:
    problem = make_problem(
        backbone=make_vgg(padding="reflect"),
        losses=(ContentLoss(layers=("relu3_1",)), GramLoss(layers=("relu3_1",))),
        targets={"content": (Target(image_of(64, 64)),), "style": (Target(image_of(8, 64)),)},
        levels=pyramid(64, 64, smallest=16, steps=(1,)),
    )
    assert isinstance(list(solve(problem))[-1], Finished)


def test_a_level_too_small_for_the_network_is_said(make_problem: Callable[..., Problem]) -> None:
    with pytest.raises(PictureError, match="too small for vgg19 up to relu5_1"):
        list(solve(make_problem(losses=(ContentLoss(layers=("relu5_1",)),), levels=(Level(8, 8, 1),))))


@pytest.mark.parametrize("optimizer", [Adam(), SGD()])
@pytest.mark.parametrize("blows", [float("nan"), float("inf")])
def test_no_number_stops_with_the_last_good_picture(
    optimizer: Optimizer, blows: float, make_problem: Callable[..., Problem]
) -> None:
    problem = make_problem(
        losses=(Fuse(lasts=3, blows=blows),), strength=None, optimizer=optimizer, levels=(Level(16, 12, 9),)
    )
    seen = []
    with pytest.raises(
        DivergedError, match=r"the fuse loss is no longer a finite number.*learning rate than"
    ) as caught:
        seen.extend(solve(problem))
    painting = solve(problem)
    steps = [next(painting) for _ in range(5)][2:]
    assert isinstance(steps[-1], Step)
    assert torch.equal(caught.value.image, steps[-1].image)
    assert caught.value.exit_code == 4


def test_lbfgs_never_leaves_a_good_picture_for_one_without_a_number(make_problem: Callable[..., Problem]) -> None:
    problem = make_problem(losses=(Fuse(lasts=3),), strength=None, levels=(Level(16, 12, 9),))
    steps = [e for e in solve(problem) if isinstance(e, Step)]
    assert len(steps) == 9
    assert all(e.image is steps[2].image and e.losses == steps[2].losses for e in steps[3:])


def test_no_number_from_the_first_step_on_is_an_error(make_problem: Callable[..., Problem]) -> None:
    for optimizer in (LBFGS(), Adam(), SGD()):
        with pytest.raises(DivergedError, match="smaller weight"):
            list(solve(make_problem(losses=(Fuse(),), strength=None, optimizer=optimizer)))


def test_a_broken_network_is_not_taken_for_a_finished_picture(
    make_vgg: Callable[..., Backbone], make_problem: Callable[..., Problem]
) -> None:
    backbone = make_vgg()
    backbone.graph.ops["conv1_1"].weight.data = torch.full_like(backbone.graph.ops["conv1_1"].weight, float("nan"))
    for strength in (None, 0.5):
        with pytest.raises(DivergedError, match="finite"):
            list(solve(make_problem(backbone=backbone, strength=strength)))


def test_blank_pictures_are_warned_of(make_problem: Callable[..., Problem]) -> None:
    grey = Target(torch.full((1, 3, 24, 32), 0.5))
    problem = make_problem()
    flat_style = replace(problem, targets={**problem.targets, "style": (grey,)})
    finished = list(solve(flat_style))[-1]
    assert isinstance(finished, Finished)
    assert any("style picture is nearly one flat colour" in w for w in finished.warnings)
    blank = replace(problem, start=Fixed(image=torch.full((1, 3, 24, 32), 0.5)), levels=(Level(32, 24, 0),))
    finished = list(solve(blank))[-1]
    assert isinstance(finished, Finished)
    assert any("result is nearly one flat colour" in w for w in finished.warnings)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"levels": ()}, "at least one level"),
        ({"losses": ()}, "at least one loss"),
        ({"strength": 1.5}, "strength must lie between 0"),
        ({"strength": float("nan")}, "strength must lie between 0"),
        ({"targets": {}}, "give a content picture"),
        ({"targets": {}, "strength": None}, "the content loss needs a content picture"),
    ],
)
def test_wrong_problems_are_refused(changes: dict[str, Any], said: str, make_problem: Callable[..., Problem]) -> None:
    with pytest.raises(JobError, match=said):
        make_problem(**changes)


def test_every_level_is_left_with_its_image(make_problem: Callable[..., Problem]) -> None:
    done = [e for e in solve(make_problem()) if isinstance(e, LevelDone)]
    assert [tuple(e.image.shape[-2:]) for e in done] == [(12, 16), (24, 32)]
