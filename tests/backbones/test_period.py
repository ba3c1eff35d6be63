"""Networks that go around with the picture."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from impasto.backbones import BACKBONES, INPUT, Backbone, Graph, Node, period_of
from impasto.errors import JobError


@pytest.mark.parametrize(("layer", "period"), [("conv1_2", 1), ("relu2_1", 2), ("conv4_1", 8), ("relu5_1", 16)])
def test_a_picture_moved_around_moves_every_layer_around(
    layer: str, period: int, make_vgg: Callable[..., Backbone], image_of: Callable[..., Tensor]
) -> None:
    network = make_vgg(padding="circular", pooling="average")
    assert period_of(network.graph.plan([layer])) == period
    image = image_of(64, 96)
    for down, across in ((1, 2), (-2, 1)):
        seen = network(image, [layer])[layer].roll((down, across), (-2, -1))
        moved = network(image.roll((down * period, across * period), (-2, -1)), [layer])[layer]
        torch.testing.assert_close(moved, seen, rtol=1e-3, atol=1e-4 * float(seen.abs().max()))


def test_other_paddings_do_not_go_around(make_vgg: Callable[..., Backbone], image_of: Callable[..., Tensor]) -> None:
    image = image_of(32, 32)
    for padding in ("zeros", "reflect", "replicate"):
        network = make_vgg(padding=padding)
        seen, moved = (network(each, ["conv2_1"])["conv2_1"] for each in (image, image.roll(2, -1)))
        assert float((moved - seen.roll(1, -1)).abs().max()) > 0.05 * float(seen.abs().max())
        with pytest.raises(JobError, match="conv1_1 has borders"):
            period_of(network.graph.plan(["conv2_1"]))


@pytest.mark.parametrize(
    ("name", "layer", "first"),
    [
        ("resnet50", "conv2_block1_out", "pool1_pool"),
        ("squeezenet1_1", "fire2/concat", "conv1"),
        ("alexnet", "conv2", "conv1"),
        ("inception_v3", "mixed_5b", "conv2d_1a_3x3/conv"),
    ],
)
def test_networks_with_borders_of_their_own_are_refused_by_layer(name: str, layer: str, first: str) -> None:
    with torch.device("meta"):
        graph = BACKBONES[name](padding="circular")
    with pytest.raises(JobError, match=f"{first} has borders"):
        period_of(graph.plan([layer]))


def test_windows_are_judged_by_what_they_reach() -> None:
    def period(op: nn.Module) -> int:
        return period_of([Node("op", op, (INPUT,))])

    assert period(nn.Conv2d(3, 3, 7, 2, 3, padding_mode="circular")) == 2
    assert period(nn.Conv2d(3, 3, 3, padding=2, dilation=2, padding_mode="circular")) == 1
    assert period(nn.MaxPool2d(2)) == 2
    assert period(nn.Conv2d(3, 3, 1, 4)) == 4
    for op in (nn.MaxPool2d(3, 2), nn.MaxPool2d(3, 2, ceil_mode=True), nn.MaxPool2d(3, 2, 1), nn.Conv2d(3, 3, 3)):
        with pytest.raises(JobError, match="borders"):
            period(op)
    graph = Graph([Node("op", nn.MaxPool2d(3, 2, ceil_mode=True), (INPUT,))])
    assert graph(torch.rand(1, 3, 8, 8), ["op"])["op"].shape[-1] == 4, "as many positions, the last of a cut window"
