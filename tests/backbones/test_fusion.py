"""Nodes that run together do what they do one by one, forwards and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from impasto.backbones import BACKBONES, INPUT, Graph, Node, Padding
from impasto.backbones.extent import least_side
from impasto.backbones.fusion import fuse
from impasto.backbones.rings import fill, fold, inside
from impasto.backbones.units import Unit


def one_by_one(graph: Graph, image: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
    """What a network computes, by torch's own layers alone."""
    values = {INPUT: image}
    for node in graph.plan(layers):
        values[node.name] = graph.ops[node.name](*(values[name] for name in node.inputs))
    return {name: values[name] for name in layers}


def randomised(graph: Graph) -> Graph:
    """Weights under which activations neither vanish nor explode, with statistics that are not trivial."""
    generator = torch.Generator().manual_seed(3)
    for module in graph.modules():
        if isinstance(module, nn.Conv2d):
            spread = (2 / module.weight[0].numel()) ** 0.5
            module.weight.data = torch.randn(module.weight.shape, generator=generator) * spread
            if module.bias is not None:
                module.bias.data = torch.randn(module.bias.shape, generator=generator) * 0.1
        if isinstance(module, nn.BatchNorm2d):
            for numbers in (module.running_mean, module.running_var, module.weight, module.bias):
                assert isinstance(numbers, Tensor)
                numbers.data = torch.rand(numbers.shape, generator=generator) + 0.5
    return graph.double()


def slopes_of(seen: dict[str, Tensor]) -> list[Tensor]:
    """The gradient that each layer sends back, the same for both ways of computing it."""
    generator = torch.Generator().manual_seed(5)
    return [torch.randn(value.shape, generator=generator, dtype=value.dtype) for value in seen.values()]


def compared(graph: Graph, layers: Sequence[str], height: int, width: int) -> None:
    generator = torch.Generator().manual_seed(4)
    image = torch.rand(1, 3, height, width, generator=generator, dtype=torch.float64, requires_grad=True)
    fused, plain = graph(image, layers), one_by_one(graph, image, layers)
    for name in layers:
        torch.testing.assert_close(fused[name], plain[name], rtol=1e-9, atol=1e-9)
    slopes = slopes_of(plain)
    kept = [slope.clone() for slope in slopes]
    (back,) = torch.autograd.grad(list(fused.values()), image, slopes)
    (wanted,) = torch.autograd.grad(list(plain.values()), image, slopes)
    torch.testing.assert_close(back, wanted, rtol=1e-8, atol=1e-8 * float(wanted.abs().max()))
    assert all(torch.equal(slope, before) for slope, before in zip(slopes, kept, strict=True))


def every(graph: Graph, count: int, kinds: tuple[type[nn.Module], ...]) -> list[str]:
    """`count` layers of these kinds, spread over the network."""
    names = [name for name, node in graph.nodes.items() if isinstance(node.op, kinds)]
    return names[:: max(1, len(names) // count)][:count]


@pytest.mark.parametrize("padding", ["zeros", "reflect", "replicate", "circular"])
@pytest.mark.parametrize("name", ["vgg19", "squeezenet1_1", "alexnet", "resnet50", "inception_v3", "mobilenet_v2"])
def test_a_network_gives_the_same_forwards_and_back(name: str, padding: Padding) -> None:
    if name not in BACKBONES:
        pytest.fail(f"no network is named {name}")
    graph = randomised(BACKBONES[name](padding=padding))
    layers = every(graph, 3, (nn.Conv2d,)) + every(graph, 4, (nn.ReLU, nn.ReLU6))
    side = max(43, least_side(graph.plan(layers)))
    compared(graph, layers, side, side + 8)


@pytest.mark.parametrize("pooling", ["max", "average", "average-scaled"])
def test_every_pooling(pooling: str) -> None:
    graph = randomised(BACKBONES["vgg16"](pooling=pooling, padding="reflect"))
    compared(graph, ["relu1_1", "pool1", "conv2_2", "relu3_1", "relu3_3"], 33, 47)


def test_a_branch_whose_readers_want_different_borders() -> None:
    conv = {"padding_mode": "reflect", "bias": True}
    nodes = [
        Node("stem", nn.Conv2d(3, 4, 3, 2, 1, **conv), (INPUT,)),
        Node("relu", nn.ReLU(), ("stem",)),
        Node("wide", nn.Conv2d(4, 4, 5, padding=2, **conv), ("relu",)),
        Node("flat", nn.Conv2d(4, 4, (1, 7), padding=(0, 3), **conv), ("relu",)),
        Node("one", nn.Conv2d(4, 4, 1), ("flat",)),
        Node("last", nn.ReLU(), ("one",)),
        Node("dilated", nn.Conv2d(4, 4, 3, padding=2, dilation=2, groups=2, **conv), ("wide",)),
    ]
    graph = randomised(Graph(nodes).requires_grad_(False).eval())
    compared(graph, ["relu", "wide", "last", "dilated"], 27, 31)
    compared(graph, ["last", "dilated"], 27, 31)


def test_what_nobody_asked_for_runs_together(make_vgg: Callable[..., object]) -> None:
    graph = BACKBONES["vgg19"](padding="reflect")
    steps = fuse(graph.plan(["relu2_1", "conv1_2"]), {"relu2_1", "conv1_2"})
    assert [step.name for step in steps] == ["relu1_1", "conv1_2", "relu1_2", "pool1", "relu2_1"]
    assert [isinstance(step.op, Unit) for step in steps] == [True, True, False, False, True]
    assert (steps[0].wants, steps[0].gives) == ((1, 1), (1, 1))


def test_a_changed_weight_counts_at_once() -> None:
    graph = randomised(BACKBONES["resnet50"]()).eval()
    image, layer = torch.rand(1, 3, 64, 64, dtype=torch.float64), "conv2_block1_1_relu"
    before = graph(image, [layer])[layer]
    with torch.no_grad():
        graph.ops["conv2_block1_1_bn"].weight.mul_(2)
    after = graph(image, [layer])[layer]
    assert not torch.allclose(before, after)
    torch.testing.assert_close(after, one_by_one(graph, image, [layer])[layer])


def test_weights_that_are_trained_get_their_gradient() -> None:
    graph = randomised(BACKBONES["vgg16"]())
    graph.ops["conv1_1"].requires_grad_()
    graph(torch.rand(1, 3, 32, 32, dtype=torch.float64), ["relu1_2"])["relu1_2"].sum().backward()
    assert graph.ops["conv1_1"].weight.grad is not None


@pytest.mark.parametrize("ring", [(1, 1), (2, 0), (0, 3), (2, 1)])
def test_a_ring_is_what_padding_by_reflection_makes(ring: tuple[int, int]) -> None:
    inner = torch.rand(1, 2, 5, 6, dtype=torch.float64, requires_grad=True)
    padded = nn.functional.pad(inner, (ring[1], ring[1], ring[0], ring[0]), mode="reflect")
    ringed = padded.detach().clone()
    inside(ringed, ring).add_(1).sub_(1)
    fill(ringed, ring)
    torch.testing.assert_close(ringed, padded.detach())
    slope = torch.rand(padded.shape, dtype=torch.float64)
    (wanted,) = torch.autograd.grad(padded, inner, slope)
    fold(slope, ring)
    torch.testing.assert_close(inside(slope, ring), wanted)
    assert float(slope.sum()) == pytest.approx(float(inside(slope, ring).sum()))


def test_too_little_to_reflect_is_refused() -> None:
    with pytest.raises(RuntimeError, match="cannot be reflected"):
        fill(torch.zeros(1, 1, 5, 9), (2, 2))


def ramp(rise: float) -> Tensor:
    """Pixels about 100 that rise by so much from column to column."""
    return (100 + rise * torch.arange(64.0)).expand(1, 1, 8, 64).contiguous()


def differences(**settings: Any) -> Graph:
    """A network that tells by how much a pixel differs from the one before, in bf16."""
    conv = nn.Conv2d(1, 1, (1, 3), bias=False, **settings)
    conv.weight.data = torch.tensor([-1.0, 1.0, 0.0]).view(1, 1, 1, 3)
    return Graph([Node("change", conv, (INPUT,))]).requires_grad_(False).to(torch.bfloat16)


def test_moves_of_a_part_of_a_level_are_seen_in_bf16_as_they_are() -> None:
    """In bf16 the numbers about 100 are half a level apart."""
    for rise in (0.05, 0.2, 0.31):
        seen = differences()(ramp(rise), ("change",))["change"]
        assert seen.dtype == torch.bfloat16
        torch.testing.assert_close(seen.float(), torch.full_like(seen, rise, dtype=torch.float32), rtol=0.02, atol=0)


def test_the_gradient_to_pixels_is_that_of_the_weights_once() -> None:
    image = ramp(0.1).requires_grad_()
    (gradient,) = torch.autograd.grad(differences()(image, ("change",))["change"].float().square().sum() / 2, image)
    assert gradient.dtype == torch.float32
    torch.testing.assert_close(gradient[..., 0], torch.full_like(gradient[..., 0], -0.1), rtol=0.02, atol=0)
    torch.testing.assert_close(gradient[..., 1:-2], torch.zeros_like(gradient[..., 1:-2]), rtol=0, atol=0.002)


def test_an_operation_that_is_no_unit_takes_pixels_in_its_own_precision() -> None:
    around = differences(padding=(0, 1), padding_mode="circular")
    seen = around(ramp(1.0), ("change",))["change"]
    assert seen.dtype == torch.bfloat16
    torch.testing.assert_close(seen.float()[..., 1:], torch.ones(1, 1, 8, 63))


@pytest.mark.parametrize(("stride", "channels"), [(1, 8), (1, 2), (2, 8), (2, 1)])
def test_a_gradient_that_is_one_number_everywhere(stride: int, channels: int) -> None:
    """As a sum sends it back: there is no memory of the input's size behind it, and more or less of its own."""
    nodes = [Node("deep", nn.Conv2d(3, 4, 3, padding=1), (INPUT,))]
    nodes.append(Node("last", nn.Conv2d(4, channels, 3, stride, padding=1), ("deep",)))
    graph = randomised(Graph(nodes).requires_grad_(False).eval())
    image = torch.rand(1, 3, 12, 17, dtype=torch.float64, requires_grad=True)
    fused, plain = (seen["last"].sum() for seen in (graph(image, ["last"]), one_by_one(graph, image, ["last"])))
    torch.testing.assert_close(torch.autograd.grad(fused, image), torch.autograd.grad(plain, image))
