"""The objective of many paintings is the mean of the objectives of each."""

from dataclasses import replace

import pytest
import torch

from impasto.errors import JobError
from impasto.losses import ContentLoss, GramLoss, MomentsLoss, SlicedLoss, VariationLoss
from impasto.solve import BatchObjective, Level, Problem, Target, in_grey
from impasto.solve.balance import balance, style_ratio
from impasto.solve.looking import AtOnce
from impasto.solve.objective import Objective
from impasto.solve.seeds import seeded

SIDE = 32
LOSSES = (
    ContentLoss(layers=("relu2_1",), weight=0.7),
    GramLoss(layers=("relu1_1", "relu2_1"), weight=0.5),
    MomentsLoss(layers=("relu1_1", "relu2_1"), weight=0.5),
    VariationLoss(weight=0.1),
)


@pytest.fixture
def make(vgg, image_of):
    def problem(**changes):
        settings = {
            "backbone": vgg,
            "losses": LOSSES,
            "targets": {"content": (Target(image_of(SIDE, SIDE, 1)),), "style": (Target(image_of(40, 48, 2)),)},
            "levels": (Level(SIDE, SIDE, 1),),
        }
        return Problem(**(settings | changes))

    return problem


def with_content(problem, aim):
    return replace(problem, targets={**problem.targets, "content": (Target(aim),)})


@pytest.fixture
def paintings(image_of):
    return torch.cat([image_of(SIDE, SIDE, seed) for seed in (3, 4, 5)])


@pytest.fixture
def aims(image_of):
    return torch.cat([image_of(SIDE, SIDE, seed) for seed in (6, 7, 8)])


def test_values_and_gradients_are_the_means_of_those_of_each_painting(make, paintings, aims):
    batch = BatchObjective(make())
    values, gradient = batch(paintings, aims)
    alone = [Objective(with_content(make(), aim[None]), 0) for aim in aims]
    seen = [objective(painting[None]) for objective, painting in zip(alone, paintings, strict=True)]
    assert sum(values.values()) == pytest.approx(sum(value for value, _ in seen) / 3, rel=1e-5)
    for name in ("content", "gram", "moments", "variation"):
        assert values[name] == pytest.approx(sum(objective.losses[name] for objective in alone) / 3, rel=1e-5)
    wanted = torch.cat([each for _, each in seen]) / 3
    assert torch.allclose(gradient, wanted, rtol=1e-3, atol=1e-4 * float(wanted.abs().max()))
    assert batch.values(paintings, aims) == pytest.approx(values)


def test_terms_are_weighed_by_the_median_photo(make, aims):
    problem = make(strength=0.4)
    objective = BatchObjective(problem)
    found = objective.balance([aim[None] for aim in aims])
    look, generator = AtOnce(problem.backbone, problem.layers), seeded(problem, 0, "balance")
    alone = [
        balance(look, BatchObjective(problem)._pairs(aim[None]), aim[None], style_ratio(0.4), generator) for aim in aims
    ]
    middle = torch.tensor(alone).median(0).values
    assert list(found.values()) == pytest.approx(
        [loss.weight * float(f) for loss, f in zip(LOSSES, middle, strict=True)]
    )
    assert found == objective.weights


def test_without_a_strength_the_losses_keep_their_weights(make, aims):
    objective = BatchObjective(make())
    assert objective.balance([aims[:1]]) == {"content": 0.7, "gram": 0.5, "moments": 0.5, "variation": 0.1}


def test_a_style_counts_by_its_mask_as_it_does_for_one_picture(make, image_of, paintings, aims):
    half = torch.zeros(1, 1, 40, 48)
    half[..., :24] = 1
    masked = make(targets={"content": (Target(aims[:1]),), "style": (Target(image_of(40, 48, 2), mask=half),)})
    one = Objective(masked, 0)
    one(paintings[:1])
    found = BatchObjective(masked).values(paintings[:1], aims[:1])
    assert found == pytest.approx(one.losses, rel=1e-5)
    assert found["gram"] != pytest.approx(BatchObjective(make()).values(paintings[:1], aims[:1])["gram"], rel=1e-2)


def test_losses_that_draw_do_so_once_a_turn(make, paintings, aims):
    losses = (ContentLoss(layers=("relu2_1",)), SlicedLoss(layers=("relu2_1",), directions=4))
    objective = BatchObjective(make(losses=losses))
    first = objective.values(paintings, aims)
    objective.turn_to(1)
    second = objective.values(paintings, aims)
    objective.turn_to(0)
    assert second["sliced"] != first["sliced"]
    assert second["content"] == first["content"]
    assert objective.values(paintings, aims) == first


def test_what_is_of_one_picture_alone_is_refused(make):
    with pytest.raises(JobError, match="of one picture, not of many"):
        BatchObjective(make(amount=torch.full((1, 1, SIDE, SIDE), 0.5)))


def test_grey_painting_is_seen_in_grey(paintings):
    seen = in_grey(paintings)
    assert torch.equal(seen[:, 0], seen[:, 1])
    assert seen.shape == paintings.shape
