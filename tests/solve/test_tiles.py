"""Seen tile by tile, a picture has the value and the gradient it has when seen at once."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Generator, Tensor, nn

from impasto.backbones import Backbone, default_layers, painting_defaults, receptive_fields
from impasto.backbones.builder import Builder
from impasto.errors import JobError
from impasto.losses import (
    ActivationLoss,
    ContentLoss,
    GaussianLoss,
    GramLoss,
    HistogramLoss,
    Loss,
    MeanStdLoss,
    MomentsLoss,
    NearestLoss,
    Power,
    SelfSimilarityLoss,
    SlicedLoss,
    SmoothedLoss,
    Softmax,
    VariationLoss,
)
from impasto.pictures.samples import paint_sample
from impasto.solve import Finished, Problem, Shift, Target, pyramid, solve
from impasto.solve.objective import Objective
from impasto.solve.tiles import tiles
from impasto.tasks.pixels import to_tensor
from impasto.weights import load_backbone

LOSSES: tuple[Loss, ...] = (
    ContentLoss(layers=("relu2_1", "input")),
    GramLoss(layers=("relu1_1", "relu2_1", "input")),
    MomentsLoss(layers=("pool1",)),
    MeanStdLoss(layers=("relu2_1",)),
    GaussianLoss(layers=("relu1_1", "pool1")),
    VariationLoss(weight=0.5),
    ActivationLoss(layers=("relu2_1", "input"), channel=2, position=(5, 5)),
    ActivationLoss(layers=("pool1",), objective="mean-square"),
    SmoothedLoss(loss=GramLoss(layers=("relu2_1",)), transform=Power()),
)


def both(problem: Problem, tile: int, step: int = 0) -> tuple[tuple[float, Tensor], tuple[float, Tensor]]:
    """Value and gradient at noise, at once and in tiles."""
    found = []
    level = problem.levels[-1]
    image = torch.rand(1, 3, level.height, level.width, generator=Generator().manual_seed(7))
    for kind in (problem, replace(problem, tile=tile)):
        objective = Objective(kind, len(problem.levels) - 1)
        objective.look_from(step)
        found.append(objective(image))
    return found[0], found[1]


def error(whole: Tensor, tiled: Tensor) -> float:
    return float((whole - tiled).norm() / whole.norm())


@pytest.mark.parametrize("tile", [4, 10, 16, 100])
@pytest.mark.parametrize("shift", [1, 8])
@pytest.mark.parametrize("size", [(37, 29), (33, 32), (41, 17)])
def test_value_and_gradient_are_those_of_the_whole(
    tile: int, shift: int, size: tuple[int, int], make_problem: Callable[..., Problem]
) -> None:
    levels = pyramid(*size, smallest=64, steps=(1,))
    problem = make_problem(losses=LOSSES, levels=levels, shift=Shift(pixels=shift, every=2))
    (value, gradient), (tiled_value, tiled_gradient) = both(problem, tile, step=4)
    assert tiled_value == pytest.approx(value, rel=1e-5)
    assert error(gradient, tiled_gradient) < 1e-5


def test_painted_in_tiles_it_is_the_same_picture(make_problem: Callable[..., Problem]) -> None:
    problem = make_problem(losses=LOSSES, shift=Shift(pixels=4, every=2))
    pictures = [
        next(e.image for e in solve(kind) if isinstance(e, Finished)) for kind in (problem, replace(problem, tile=8))
    ]
    torch.testing.assert_close(pictures[0], pictures[1], rtol=0, atol=2e-3)


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "padding"),
    [
        ("vgg19", "reflect"),
        ("resnet50", "reflect"),
        ("resnet50", "zeros"),
        ("inception_v3", "reflect"),
        ("squeezenet1_1", "reflect"),
        ("alexnet", "zeros"),
    ],
)
def test_every_published_network_can_be_cut(name: str, padding: Any) -> None:
    """At a size that no stride divides, for three tiles."""
    pooling = painting_defaults(name).pooling
    backbone = load_backbone(name, pooling=pooling, padding=padding, precision="fp32", device="cpu")
    style = default_layers(name, "style")
    width, height = 187, 141
    problem = Problem(
        backbone=backbone,
        losses=(ContentLoss(layers=default_layers(name, "content")), GramLoss(layers=style), MomentsLoss(layers=style)),
        targets={
            role: (Target(to_tensor(paint_sample(sample, width=width, height=height))),)
            for role, sample in (("content", "harbour"), ("style", "swirl"))
        },
        levels=pyramid(width, height, smallest=256, steps=(1,)),
        strength=0.5,
    )
    whole = Objective(problem, 0)
    image = 0.7 * problem.targets["content"][0].image + 0.3 * problem.targets["style"][0].image
    value, gradient = whole(image)
    for tile in (32, 72, 128):
        tiled = Objective(replace(problem, tile=tile), 0)
        assert tiled.weights == pytest.approx(whole.weights, rel=1e-4)
        tiled.terms = whole.terms
        tiled_value, tiled_gradient = tiled(image)
        assert tiled_value == pytest.approx(value, rel=1e-5)
        assert error(gradient, tiled_gradient) < 1e-5


def test_every_position_of_every_layer_is_owned_once(vgg: Backbone) -> None:
    layers = ("relu1_1", "relu2_1", "pool1", "input")
    image = torch.rand(1, 3, 43, 31)
    features = vgg(image, layers)
    counts = {name: torch.zeros(activation.shape[-2:]) for name, activation in features.items()}
    for tile in tiles(vgg.graph, layers, (43, 31), 9, (0, 0), (43, 31)):
        seen = vgg(image[..., tile.rows, tile.columns], layers)
        for name in layers:
            tile.part.of_whole(name, counts[name]).add_(1)
            own = tile.part.own(name, seen[name])
            torch.testing.assert_close(own, tile.part.of_whole(name, features[name]), rtol=0, atol=1e-5)
    assert all(bool((count == 1).all()) for count in counts.values())


def test_a_tile_sees_no_more_than_it_must(vgg: Backbone) -> None:
    layers = ("relu2_1",)
    reach = receptive_fields(vgg.graph.plan(layers))["relu2_1"].vertical
    largest = max(t.rows.stop - t.rows.start for t in tiles(vgg.graph, layers, (400, 400), 32, (0, 0), (400, 400)))
    assert largest <= 32 + reach.before + reach.after + 2 * reach.stride


def test_a_layer_goes_by_its_other_name_too() -> None:
    net = Builder()
    net.add("conv", nn.Conv2d(3, 4, 3, stride=2, padding=1))
    net.alias("first", net.add("relu", nn.ReLU()))
    named, aliased = (tiles(net.graph(), (layer,), (40, 30), 8, (0, 0), (40, 30)) for layer in ("relu", "first"))
    assert [(t.rows, t.columns, t.part.spans["first"]) for t in aliased] == [
        (t.rows, t.columns, t.part.spans["relu"]) for t in named
    ]


def test_what_cannot_be_cut_says_so(make_problem: Callable[..., Problem]) -> None:
    where = {"layers": ("relu2_1",)}
    for loss in (
        SmoothedLoss(loss=GramLoss(**where), transform=Softmax()),
        SlicedLoss(**where),
        HistogramLoss(**where),
        NearestLoss(**where),
        SelfSimilarityLoss(**where),
        SmoothedLoss(loss=SlicedLoss(**where), transform=Power()),
    ):
        for strength in (None, 0.5):
            with pytest.raises(JobError, match=f"the {loss.kind} loss .* cannot be painted in tiles"):
                list(solve(make_problem(losses=(ContentLoss(**where), loss), strength=strength, tile=8)))
    with pytest.raises(JobError, match="largest stride"):
        list(solve(make_problem(tile=1)))
