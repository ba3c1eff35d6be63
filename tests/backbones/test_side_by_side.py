"""Two networks that look at one picture: each answers as by itself, and tiles stay exact."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch import Tensor

from impasto.backbones import Backbone, Preprocessing, SideBySide, layer_of
from impasto.errors import PictureError, UnknownNameError
from impasto.losses import ActivationLoss, ContentLoss, GramLoss
from impasto.solve import Problem, Shift, Target, pyramid
from impasto.solve.objective import Objective

BGR = Preprocessing("bgr", 255.0, (103.9, 116.8, 123.7), (1.0, 1.0, 1.0))


@pytest.fixture(scope="module")
def pair(make_vgg: Callable[..., Backbone]) -> tuple[Backbone, Backbone]:
    return make_vgg("vgg19", padding="reflect"), make_vgg("inception_v3", padding="reflect", preprocessing=BGR)


def test_each_answers_as_by_itself(pair: tuple[Backbone, Backbone], image_of: Callable[..., Tensor]) -> None:
    own, other = pair
    both, image = SideBySide(own, {"inception_v3": other}), image_of(90, 110)
    seen = both(image, ("relu2_1", "inception_v3:mixed0", "input", "inception_v3:maxpool1"))
    assert list(seen) == ["relu2_1", "input", "inception_v3:mixed0", "inception_v3:maxpool1"]
    assert torch.equal(seen["relu2_1"], own(image, ("relu2_1",))["relu2_1"])
    assert torch.equal(seen["inception_v3:mixed0"], other(image, ("mixed0", "maxpool1"))["mixed0"])
    assert seen["input"] is image
    assert both.least_side(["relu2_1", "inception_v3:mixed0"]) == other.least_side(["mixed0"])
    assert layer_of("vgg16", "input") == "input"


def test_what_is_wrong_is_told_of_either(pair: tuple[Backbone, Backbone], image_of: Callable[..., Tensor]) -> None:
    both = SideBySide(pair[0], {"inception_v3": pair[1]})
    with pytest.raises(UnknownNameError, match="no layer named 'inception_v3:mixed_9z'"):
        both.graph.plan(["inception_v3:mixed_9z"])
    with pytest.raises(PictureError, match="too small"):
        both.check_size(20, 20, ["relu1_1", "inception_v3:mixed0"])


@pytest.mark.parametrize("shift", [1, 8])
def test_in_tiles_the_gradient_of_both_is_that_of_the_whole(
    shift: int, pair: tuple[Backbone, Backbone], image_of: Callable[..., Tensor]
) -> None:
    both = SideBySide(pair[0], {"inception_v3": pair[1]})
    whole = Problem(
        backbone=both,
        losses=(
            ContentLoss(layers=("relu2_1",)),
            GramLoss(layers=("relu1_1", "relu3_1")),
            ActivationLoss(layers=("inception_v3:mixed_5b",), objective="mean-square"),
            ActivationLoss(layers=("inception_v3:mixed_5b/branch1x1/bn",), channel=3),
        ),
        targets={"content": (Target(image_of(150, 130, 1)),), "style": (Target(image_of(90, 100, 2)),)},
        levels=pyramid(130, 150, smallest=150, steps=(1,)),
        strength=0.5,
        shift=Shift(pixels=shift),
    )
    image, found = image_of(150, 130, 3), []
    for problem in (whole, replace(whole, tile=64)):
        objective = Objective(problem, 0)
        objective.look_from(0)
        found.append(objective(image))
    (value, gradient), (tiled_value, tiled) = found
    assert tiled_value == pytest.approx(value, rel=1e-4)
    assert float((tiled - gradient).norm() / gradient.norm()) < 1e-4
