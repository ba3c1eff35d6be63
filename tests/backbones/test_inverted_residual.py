"""MobileNet v2 and EfficientNet-Lite0: what their blocks compute, and how they pad."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import conv2d, pad

from impasto.backbones import BACKBONES
from impasto.backbones.efficientnet import SameConv2d

BOTH = ("mobilenet_v2", "efficientnet_lite0")


@pytest.mark.parametrize("name", BOTH)
def test_a_block_is_widened_filtered_narrowed_and_added(name, make_vgg, image_of):
    backbone = make_vgg(name)
    ops = backbone.graph.ops
    seen = backbone(image_of(64, 64), backbone.layers)
    block = next(layer.removesuffix("/add") for layer in backbone.layers if layer.endswith("/add"))
    source = backbone.graph.nodes[f"{block}/add"].inputs[0]
    x = seen[source]
    for step in ("expand", "depthwise", "project"):
        x = ops[f"{block}/{step}/bn"](ops[f"{block}/{step}/conv"](x))
        assert torch.equal(x, seen[f"{block}/{step}/bn"])
        if step != "project":
            x = x.clamp(0, 6)
    assert torch.equal(x + seen[source], seen[f"{block}/add"])
    channels = ops[f"{block}/depthwise/conv"].weight.shape
    assert channels[1] == 1
    assert channels[0] == 6 * seen[source].shape[1]


@pytest.mark.parametrize("name", BOTH)
def test_the_classifier_sees_the_mean_of_the_head(name, make_vgg, image_of):
    backbone = make_vgg(name)
    seen = backbone(image_of(96, 64), ["head/relu", "logits"])
    assert seen["head/relu"].shape == (1, 1280, 3, 2)
    linear = backbone.graph.ops["logits"]
    expected = linear.weight @ seen["head/relu"][0].mean((1, 2)) + linear.bias
    torch.testing.assert_close(seen["logits"][0], expected)


@pytest.mark.parametrize(("name", "count"), [("mobilenet_v2", 3_504_872), ("efficientnet_lite0", 4_652_008)])
def test_the_published_numbers_of_parameters(name, count):
    with torch.device("meta"):
        graph = BACKBONES[name]()
    assert sum(parameter.numel() for parameter in graph.parameters()) == count


@pytest.mark.parametrize("padding", ["zeros", "reflect", "replicate"])
@pytest.mark.parametrize(
    ("side", "kernel", "front", "behind"), [(8, 3, 0, 1), (9, 3, 1, 1), (8, 5, 1, 2), (9, 5, 2, 2)]
)
def test_same_padding_puts_the_odd_pixel_behind(padding, side, kernel, front, behind):
    generator = torch.Generator().manual_seed(1)
    convolution = SameConv2d(2, 3, kernel, stride=2, bias=False, padding_mode=padding)
    weight = torch.randn(3, 2, kernel, kernel, generator=generator)
    convolution.load_state_dict({"weight": weight})
    x = torch.randn(1, 2, side, side, generator=generator)
    padded = pad(x, (front, behind) * 2, mode="constant" if padding == "zeros" else padding)
    assert torch.equal(convolution(x), conv2d(padded, weight, stride=2))
    assert convolution(x).shape[-1] == (side + 1) // 2
