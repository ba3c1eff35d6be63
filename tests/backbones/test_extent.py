"""The least side of a picture, against running the windows themselves."""

import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch import nn

from impasto.backbones.extent import least_input, least_side
from impasto.backbones.graph import Node
from impasto.backbones.layers import Add, GlobalAveragePool, pool

KINDS = ("conv", "reflect", "max", "average", "average-scaled")


def window(kind: str, size: int, stride: int, padding: int, ceil_mode: bool) -> nn.Module:
    if kind in ("conv", "reflect"):
        mode = "reflect" if kind == "reflect" else "zeros"
        return nn.Conv2d(1, 1, (size, 1), stride, (padding, 0), padding_mode=mode)
    return pool(kind, size, 1.0, stride=stride, padding=padding, ceil_mode=ceil_mode)


def positions(op: nn.Module, side: int) -> int:
    """How many positions the operation really makes of a picture of this side, none if it refuses."""
    try:
        return min(op(torch.zeros(1, 1, side, side)).shape[-2:])
    except RuntimeError:
        return 0


@given(
    st.sampled_from(KINDS), st.integers(1, 5), st.integers(1, 3), st.integers(0, 2), st.booleans(), st.integers(1, 5)
)
def test_one_window_needs_what_it_says(
    kind: str, size: int, stride: int, padding: int, ceil_mode: bool, wanted: int
) -> None:
    assume(padding <= size // 2)
    op = window(kind, size, stride, padding, ceil_mode)
    least = least_input(op, wanted)
    assert positions(op, least) >= wanted
    assert least == 1 or positions(op, least - 1) < wanted


def test_a_chain_of_windows_and_two_branches() -> None:
    plan = [
        Node("wide", nn.Conv2d(3, 4, 7, 2, 3), ("input",)),
        Node("pool", nn.MaxPool2d(3, 2), ("wide",)),
        Node("deep", nn.Conv2d(4, 4, 3), ("pool",)),
        Node("flat", nn.Conv2d(4, 4, (3, 3), 1, 1), ("pool",)),
        Node("sum", Add(), ("deep", "flat")),
    ]
    least = least_side(plan)
    assert least == 17
    x = torch.zeros(1, 3, least, least)
    for node in plan[:3]:
        x = node.op(x)
    assert min(x.shape[-2:]) == 2


def test_a_classifier_needs_no_more_than_what_it_averages() -> None:
    body = [Node("conv", nn.Conv2d(3, 4, 3, 2, 1), ("input",))]
    head = [Node("mean", GlobalAveragePool(), ("conv",)), Node("logits", nn.Linear(4, 2), ("mean",))]
    assert least_side([*body, *head]) == least_side(body) == 3
    assert least_side([]) == 2
