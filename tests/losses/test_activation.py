"""Activations to be raised: their formula, and what cannot be meant. What all losses share is in the contracts."""

from typing import Any

import pytest
import torch
from torch import Tensor

from impasto.errors import JobError
from impasto.losses import ActivationLoss, Part, Seen, Span


def activation() -> Tensor:
    return torch.randn(1, 3, 4, 5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, lambda x: -x.mean()),
        ({"objective": "mean-square"}, lambda x: -(x**2).sum() / 60),
        ({"channel": 2}, lambda x: -x[0, 2].mean()),
        ({"channel": 0, "objective": "mean-square"}, lambda x: -(x[0, 0] ** 2).sum() / 20),
        ({"channel": 1, "position": (3, 4)}, lambda x: -x[0, 1, 3, 4]),
        ({"position": (0, 2)}, lambda x: -x[0, :, 0, 2].mean()),
    ],
)
def test_it_is_minus_the_mean_of_what_counts(settings: dict[str, Any], expected: Any) -> None:
    seen = activation().requires_grad_()
    value = ActivationLoss(layers=("a",), **settings).bind(())({"a": seen})
    wanted = expected(seen)
    torch.testing.assert_close(value, wanted)
    gradients = [torch.autograd.grad(number, seen)[0] for number in (value, wanted)]
    torch.testing.assert_close(*gradients)


def test_layers_are_weighted() -> None:
    seen = {"a": activation(), "b": 3 * activation()}
    value = ActivationLoss(layers=("a", "b"), layer_weights=(0.5, 2.0)).bind(())(seen)
    torch.testing.assert_close(value, -(0.5 * seen["a"].mean() + 2 * seen["b"].mean()))


def test_a_layer_without_positions_has_channels() -> None:
    value = ActivationLoss(layers=("a",), channel=1).bind(())({"a": torch.tensor([[2.0, 5.0]])})
    assert float(value) == -5
    with pytest.raises(JobError, match="a sees the picture as a whole and has no positions"):
        ActivationLoss(layers=("a",), channel=1, position=(0, 0)).bind(())({"a": torch.tensor([[2.0, 5.0]])})


@pytest.mark.parametrize(("first", "counts"), [((0, 0), 0), ((1, 3), 1), ((2, 3), 0), ((1, 2), 1), ((1, 4), 0)])
def test_a_position_belongs_to_the_part_that_owns_it(first: tuple[int, int], counts: int) -> None:
    """The position is that of the picture, wherever the part begins; each part computes one row and column more."""
    whole = activation()
    down, across = first
    part = Part({"a": (Span(down, down + 1, max(0, down - 1)), Span(across, across + 2, max(0, across - 1)))})
    computed = whole[..., max(0, down - 1) : down + 2, max(0, across - 1) : across + 3]
    term = ActivationLoss(layers=("a",), channel=0, position=(1, 3)).bind(())
    total, count = term.sums(Seen({"a": computed}, part))
    assert float(count) == counts
    assert float(total) == (float(whole[0, 0, 1, 3]) if counts else 0)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"channel": 3}, r"a has the channels 0 … 2, and no channel 3"),
        ({"position": (4, 0)}, r"a has no position in row 4 and column 0"),
        ({"channel": 0, "position": (0, 5)}, r"a has no position in row 0 and column 5"),
    ],
)
def test_what_the_layer_does_not_have_is_told(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(JobError, match=said):
        ActivationLoss(layers=("a",), **settings).bind(())({"a": activation()})


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"channel": -1}, "counted from 0"),
        ({"position": (0, -1)}, "a row and a column from 0"),
        ({"position": (1,)}, "a row and a column from 0"),
        ({"objective": "median"}, "mean or mean-square"),
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(JobError, match=said):
        ActivationLoss(layers=("a",), **wrong)
