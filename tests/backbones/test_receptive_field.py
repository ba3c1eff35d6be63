"""What layers see, against the gradient itself: the pixels that really reach a position."""

from __future__ import annotations

import copy
from functools import reduce

import pytest
import torch
from torch import Tensor, nn

from impasto.backbones import BACKBONES, INPUT, Graph, Node, Reach, receptive_fields
from impasto.backbones.layers import Add, Concat, GlobalAveragePool

AXES = ("vertical", "horizontal")


class Sum(nn.Module):
    """What stands for any meeting of branches when every layer has one channel."""

    def forward(self, *branches: Tensor) -> Tensor:
        return reduce(torch.add, branches)


def positive(op: nn.Module, generator: torch.Generator) -> nn.Module:
    """The operation on one channel, with positive numbers, so that nothing a position sees can cancel."""
    if isinstance(op, nn.Conv2d):
        op = copy.deepcopy(op)
        op.weight = nn.Parameter(torch.rand(1, 1, *op.kernel_size, generator=generator, dtype=torch.float64) + 0.1)
        op.groups, op.bias = 1, None
        return op
    if isinstance(op, nn.MaxPool2d):  # of a maximum only the greatest position has a gradient
        return nn.AvgPool2d(op.kernel_size, op.stride, op.padding, op.ceil_mode)
    return Sum() if isinstance(op, Add | Concat) else op if isinstance(op, nn.AvgPool2d) else nn.Identity()


def thin(graph: Graph) -> Graph:
    """The same windows and wiring on one channel, up to where positions end."""
    generator = torch.Generator().manual_seed(0)
    nodes = []
    for node in graph.nodes.values():
        if isinstance(node.op, GlobalAveragePool):
            break
        nodes.append(Node(node.name, positive(node.op, generator), node.inputs))
    return Graph(nodes)


def seen_by(activation: Tensor, image: Tensor, along: int) -> tuple[int, int, int]:
    """The middle position along an axis, and the first and last pixel it sees."""
    middle = activation.shape[along] // 2
    (gradient,) = torch.autograd.grad(activation.select(along, middle).sum(), image, retain_graph=True)
    pixels = gradient.abs().sum([axis for axis in range(4) if axis != along]).nonzero()
    return middle, int(pixels.min()), int(pixels.max())


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("name", list(BACKBONES))
def test_a_position_sees_just_the_pixels_that_have_a_gradient(name: str, axis: int) -> None:
    with torch.device("meta"):
        graph = BACKBONES[name]()
    fields = receptive_fields(graph.plan(graph.layers))
    long, short = 2048, 128  # multiples of every stride; longer than twice what any layer sees
    image = torch.ones(1, 1, *((long, short) if axis == 0 else (short, long)), dtype=torch.float64, requires_grad=True)
    model = thin(graph)
    assert set(model.layers) == set(fields) - {INPUT}
    activations = model(image, model.layers)
    for layer in model.layers:
        reach: Reach = getattr(fields[layer], AXES[axis])
        middle, first, last = seen_by(activations[layer], image, axis + 2)
        at = middle * reach.stride
        assert (first, last) == (at - reach.before, at + reach.after), layer
        assert reach.size == last - first + 1, layer


@pytest.mark.parametrize(
    ("network", "layer", "size", "stride"),
    [
        ("vgg19", "relu1_1", 3, 1),
        (
            "vgg19",
            "relu3_1",
            24,
            4,
        ),  # 1, and 2 · stride for each 3 × 3, 1 · stride for each 2 × 2: 1 + 4 + 1 + 8 + 2 + 8
        ("vgg19", "relu4_2", 84, 8),  # the same: 1 + 4 + 1 + 8 + 2 + 32 + 4 + 32
        ("vgg16", "pool5", 212, 32),  # this and the next two: the table of Araujo, Norris & Sim 2019
        ("alexnet", "pool5", 195, 32),
        ("inception_v3", "mixed_7c", 1311, 32),
        ("resnet50", "conv1_relu", 7, 2),
        ("resnet50", "pool1_pool", 11, 4),
    ],
)
def test_known_figures(network: str, layer: str, size: int, stride: int) -> None:
    with torch.device("meta"):
        graph = BACKBONES[network]()
    field = receptive_fields(graph.plan([layer]))[layer]
    assert field.vertical == field.horizontal
    assert (field.vertical.size, field.vertical.stride) == (size, stride)


def test_where_the_shortcut_strides_decides_how_much_resnet_sees() -> None:
    with torch.device("meta"):
        sizes = [
            receptive_fields(list(BACKBONES["resnet50"](stride_on=where).nodes.values()))["conv5_block3_out"]
            for where in ("3x3", "1x1")
        ]
    assert [field.vertical.size for field in sizes] == [427, 483]


def test_a_wide_window_sees_further_across_than_down() -> None:
    with torch.device("meta"):
        graph = BACKBONES["inception_v3"]()
    fields = receptive_fields(graph.plan(graph.layers))
    before, wide = fields["mixed_6b/branch7x7_1/relu"], fields["mixed_6b/branch7x7_2/relu"]
    assert wide.vertical == before.vertical
    stride = before.horizontal.stride
    assert wide.horizontal == Reach(stride, before.horizontal.before + 3 * stride, before.horizontal.after + 3 * stride)


def test_unpadded_windows_leave_the_first_pixels_to_the_first_position() -> None:
    plan = [Node("one", nn.Conv2d(1, 1, 3, 2), (INPUT,)), Node("two", nn.Conv2d(1, 1, (3, 5), (1, 2)), ("one",))]
    field = receptive_fields(plan)["two"]
    assert field.vertical == Reach(stride=2, before=0, after=6)
    assert field.horizontal == Reach(stride=4, before=0, after=10)


def test_dilation_spreads_a_window() -> None:
    plan = [Node("wide", nn.Conv2d(1, 1, 3, padding=4, dilation=4), (INPUT,))]
    assert receptive_fields(plan)["wide"].vertical == Reach(stride=1, before=4, after=4)


def test_branches_that_cannot_meet_are_a_mistake() -> None:
    plan = [Node("half", nn.Conv2d(1, 1, 1, 2), (INPUT,)), Node("sum", Add(), (INPUT, "half"))]
    with pytest.raises(ValueError, match=r"inputs of sum have strides \[1, 2\]"):
        receptive_fields(plan)


def test_what_has_no_positions_is_left_out() -> None:
    plan = [
        Node("conv", nn.Conv2d(1, 1, 3), (INPUT,)),
        Node("mean", GlobalAveragePool(), ("conv",)),
        Node("logits", nn.Linear(1, 2), ("mean",)),
        Node("again", nn.ReLU(), ("logits",)),
    ]
    assert list(receptive_fields(plan)) == [INPUT, "conv"]
