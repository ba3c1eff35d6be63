"""When a picture counts as blank, and when nothing was painted at all."""

from collections.abc import Callable

import pytest
import torch

from impasto.losses import ContentLoss, GramLoss, Loss
from impasto.solve import Finished, Problem, pyramid, solve
from impasto.solve.guards import FLAT, spread


@pytest.mark.parametrize("colour", [(0.0, 0.0, 0.0), (1.0, 0.0, 0.0), (0.2, 0.9, 0.5)])
def test_one_flat_colour_is_blank_whatever_the_colour(colour):
    assert spread(torch.tensor(colour).view(1, 3, 1, 1).expand(1, 3, 20, 30)) < FLAT


def test_one_lively_channel_is_enough(image_of):
    image = torch.zeros(1, 3, 24, 24)
    image[:, 2] = image_of(24, 24, 1)[:, 2]
    assert spread(image) > FLAT


def content_loss(weight: float) -> Loss:
    return ContentLoss(layers=("relu2_1",), weight=weight)


def style_loss(weight: float, *layer_weights: float) -> Loss:
    return GramLoss(layers=("relu1_1", "relu2_1"), weight=weight, layer_weights=layer_weights)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"levels": pyramid(32, 24, smallest=16, steps=(0,))}, "no step was taken"),
        ({"losses": (content_loss(1), style_loss(0))}, "every style loss has weight 0"),
        ({"losses": (content_loss(1), style_loss(1, 0.0, 0.0))}, "every style loss has weight 0"),
        ({"losses": (content_loss(0), style_loss(0))}, "every loss has weight 0"),
        ({"losses": (content_loss(1), style_loss(0), style_loss(1))}, None),
        ({"losses": (content_loss(0), style_loss(1, 0.0, 1.0))}, None),
        ({"losses": (content_loss(1),)}, None),
        ({"levels": pyramid(32, 24, smallest=16, steps=(0, 1))}, None),
        ({"levels": pyramid(32, 24, smallest=16, steps=(0,)), "strength": 0.0}, None),
        ({"losses": (content_loss(1), style_loss(0)), "strength": 0.0}, None),
    ],
)
def test_what_paints_nothing_is_told_and_nothing_else(
    changes: dict[str, object], said: str | None, make_problem: Callable[..., Problem]
) -> None:
    plain = {"strength": None, "levels": pyramid(32, 24, smallest=16, steps=(1,))}
    *_, finished = solve(make_problem(**(plain | changes)))
    assert isinstance(finished, Finished)
    if said is None:
        assert finished.warnings == ()
    else:
        (warning,) = finished.warnings
        assert warning.startswith(said)
