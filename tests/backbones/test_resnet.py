"""ResNet-50 against plain torch, written out by hand from the papers' tables."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.backbones import BACKBONES, Backbone
from impasto.backbones.resnet import POOL_FACTOR
from impasto.weights.naming import expected_shapes

STAGES = {2: (3, 64), 3: (4, 128), 4: (6, 256), 5: (3, 512)}
KERAS = {"stride_on": "1x1", "biases": True, "epsilon": 1e-3}
TORCHVISION = {"stride_on": "3x3", "biases": False, "epsilon": 1e-5}


def block_names(place: str, *, first: bool) -> list[str]:
    names = [f"{place}_{i}_{what}" for i in (1, 2) for what in ("conv", "bn", "relu")]
    names += [f"{place}_3_conv", f"{place}_3_bn"]
    return [*names, *([f"{place}_0_conv", f"{place}_0_bn"] if first else []), f"{place}_add", f"{place}_out"]


def test_names_are_those_of_keras() -> None:
    with torch.device("meta"):
        layers = BACKBONES["resnet50"]().layers
    expected = ["conv1_conv", "conv1_bn", "conv1_relu", "pool1_pool"]
    for stage, (count, _) in STAGES.items():
        for block in range(1, count + 1):
            expected += block_names(f"conv{stage}_block{block}", first=block == 1)
    assert list(layers) == [*expected, "avg_pool", "logits"]


def test_it_has_the_published_number_of_parameters() -> None:
    with torch.device("meta"):
        torchvision = BACKBONES["resnet50"](**TORCHVISION)
        keras = BACKBONES["resnet50"](**KERAS)
    assert sum(p.numel() for p in torchvision.parameters()) == 25_557_032
    statistics = sum(t.numel() for key, t in keras.state_dict().items() if "running" in key)
    assert sum(p.numel() for p in keras.parameters()) + statistics == 25_636_712
    assert not any(".bias" in name and "_conv" in name for name in expected_shapes("resnet50", TORCHVISION))


def padded(x: Tensor, kind: str, by: int) -> Tensor:
    return F.pad(x, (by,) * 4, mode={"zeros": "constant"}.get(kind, kind))


class Reference:
    """The network as a formula over its state."""

    def __init__(self, state: dict[str, Tensor], padding: str, stride_on: str, biases: bool, epsilon: float) -> None:
        self.state, self.padding, self.stride_on = state, padding, stride_on
        self.biases, self.epsilon = biases, epsilon

    def conv_bn(self, place: str, x: Tensor, stride: int = 1) -> Tensor:
        weight = self.state[f"ops.{place}_conv.weight"]
        bias = self.state[f"ops.{place}_conv.bias"] if self.biases else None
        if weight.shape[-1] > 1:
            x = padded(x, self.padding, weight.shape[-1] // 2)
        y = F.conv2d(x, weight, bias, stride)
        scale, shift, mean, variance = (
            self.state[f"ops.{place}_bn.{kind}"][:, None, None]
            for kind in ("weight", "bias", "running_mean", "running_var")
        )
        return (y - mean) / (variance + self.epsilon).sqrt() * scale + shift

    def block(self, place: str, x: Tensor, stride: int, first: bool) -> Tensor:
        one, three = (stride, 1) if self.stride_on == "1x1" else (1, stride)
        y = self.conv_bn(f"{place}_1", x, one).relu()
        y = self.conv_bn(f"{place}_2", y, three).relu()
        y = self.conv_bn(f"{place}_3", y)
        return (y + (self.conv_bn(f"{place}_0", x, stride) if first else x)).relu()

    def __call__(self, x: Tensor, pooling: str) -> dict[str, Tensor]:
        seen = {"conv1_relu": self.conv_bn("conv1", x, 2).relu()}
        x = seen["conv1_relu"]
        if pooling == "max":
            x = F.max_pool2d(x, 3, 2, 1)
        else:
            inside = F.avg_pool2d(torch.ones_like(x), 3, 2, 1)
            x = F.avg_pool2d(x, 3, 2, 1) / inside * (POOL_FACTOR if pooling == "average-scaled" else 1)
        for stage, (count, _) in STAGES.items():
            for block in range(1, count + 1):
                name = f"conv{stage}_block{block}"
                x = self.block(name, x, 2 if stage > 2 and block == 1 else 1, block == 1)
                seen[f"{name}_out"] = x
        seen["logits"] = F.linear(x.mean((2, 3)), self.state["ops.logits.weight"], self.state["ops.logits.bias"])
        return seen


@pytest.mark.parametrize(
    ("pooling", "padding", "options"),
    [
        ("max", "zeros", KERAS),
        ("max", "zeros", TORCHVISION),
        ("average", "reflect", TORCHVISION),
        ("average-scaled", "replicate", KERAS),
    ],
)
def test_the_network_is_what_plain_torch_computes(
    pooling: str,
    padding: str,
    options: dict[str, Any],
    make_vgg: Callable[..., Backbone],
    image_of: Callable[..., Tensor],
) -> None:
    full = make_vgg("resnet50").graph.state_dict()
    with torch.device("meta"):
        wanted = BACKBONES["resnet50"](**options).state_dict()
    state = {key: full[key] for key in wanted}
    backbone = make_vgg("resnet50", pooling=pooling, padding=padding, state=state, **options)
    image = image_of(49, 57)
    expected = Reference(state, padding, **options)((image - backbone.mean) / backbone.std, pooling)
    found = backbone(image, list(expected))
    for layer, value in expected.items():
        assert found[layer].shape == value.shape
        assert (found[layer] - value).norm() < 1e-4 * value.norm(), layer


def test_a_branch_is_reached_without_what_comes_after(make_vgg: Callable[..., Backbone]) -> None:
    plan = [node.name for node in make_vgg("resnet50").graph.plan(["conv2_block1_2_relu"])]
    assert plan == ["conv1_conv", "conv1_bn", "conv1_relu", "pool1_pool", *block_names("conv2_block1", first=False)[:6]]
