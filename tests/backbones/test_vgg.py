"""VGG against plain torch, written out by hand."""

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from impasto.backbones import BACKBONES, Backbone
from impasto.backbones.vgg import POOL_FACTORS
from impasto.errors import UnknownNameError

VGG16 = "64 64 | 128 128 | 256 256 256 | 512 512 512 | 512 512 512"
VGG19 = "64 64 | 128 128 | 256 256 256 256 | 512 512 512 512 | 512 512 512 512"


def published_names(configuration: str) -> list[str]:
    names = []
    for block, channels in enumerate(configuration.split(" | "), start=1):
        for i in range(1, len(channels.split()) + 1):
            names += [f"conv{block}_{i}", f"relu{block}_{i}"]
        names.append(f"pool{block}")
    return names


@pytest.mark.parametrize(("name", "configuration"), [("vgg16", VGG16), ("vgg19", VGG19)])
def test_names_order_and_channels_are_those_of_the_paper(name: str, configuration: str) -> None:
    with torch.device("meta"):
        graph = BACKBONES[name]()
    assert list(graph.layers) == published_names(configuration)
    convolutions = [op for key, op in graph.ops.items() if key.startswith("conv")]
    channels = [int(n) for n in configuration.replace("|", "").split()]
    assert [op.out_channels for op in convolutions] == channels
    assert [op.in_channels for op in convolutions] == [3, *channels[:-1]]
    assert {tuple(op.kernel_size) for op in convolutions} == {(3, 3)}


def test_relu2_1_does_not_run_block_3(vgg: Backbone) -> None:
    plan = [node.name for node in vgg.graph.plan(["relu2_1", "conv1_1"])]
    assert plan == ["conv1_1", "relu1_1", "conv1_2", "relu1_2", "pool1", "conv2_1", "relu2_1"]


def test_convolutions_go_negative_and_relu_is_their_clamp(vgg: Backbone, image_of: Callable[..., Tensor]) -> None:
    seen = vgg(image_of(32, 32), vgg.layers)
    for name in vgg.layers:
        if name.startswith("conv"):
            assert seen[name].min() < 0, name
            assert torch.equal(seen[name.replace("conv", "relu")], seen[name].clamp_min(0))


def test_activations_are_neither_aliased_nor_changed_later(vgg: Backbone, image_of: Callable[..., Tensor]) -> None:
    image = image_of(24, 24)
    before = image.clone()
    together = vgg(image, vgg.layers[:12])
    assert torch.equal(image, before)
    places = [value.data_ptr() for value in together.values()]
    assert len(set(places)) == len(places)
    for name, value in together.items():
        assert torch.equal(value, vgg(image, [name])[name]), name


def pooled(x: Tensor, kind: str, factor: float) -> Tensor:
    """Means and maxima of 2 × 2 blocks, from strided slices."""
    height, width = x.shape[-2] // 2 * 2, x.shape[-1] // 2 * 2
    corners = torch.stack([x[..., i:height:2, j:width:2] for i in (0, 1) for j in (0, 1)])
    if kind == "max":
        return corners.amax(0)
    return corners.mean(0) * (factor if kind == "average-scaled" else 1)


def padded(x: Tensor, kind: str) -> Tensor:
    """One pixel around, by indexing."""
    if kind == "zeros":
        return F.pad(x, (1, 1, 1, 1))
    height, width = x.shape[-2:]
    outer = {"reflect": (1, height - 2, 1, width - 2), "replicate": (0, height - 1, 0, width - 1)}[kind]
    rows = [outer[0], *range(height), outer[1]]
    columns = [outer[2], *range(width), outer[3]]
    return x[..., rows, :][..., columns]


@pytest.mark.parametrize("pooling", ["max", "average", "average-scaled"])
@pytest.mark.parametrize("padding", ["zeros", "reflect", "replicate"])
@pytest.mark.parametrize("name", ["vgg16", "vgg19"])
def test_the_network_is_what_plain_torch_computes(
    name: str, pooling: str, padding: str, make_vgg: Callable[..., Backbone], image_of: Callable[..., Tensor]
) -> None:
    backbone = make_vgg(name, pooling=pooling, padding=padding)
    image = image_of(19, 22)
    x = (image - backbone.mean) / backbone.std
    state = backbone.graph.state_dict()
    for block in range(3):
        for i in range(2):
            key = f"ops.conv{block + 1}_{i + 1}"
            x = F.conv2d(padded(x, padding), state[f"{key}.weight"], state[f"{key}.bias"]).relu()
        if block < 2:
            x = pooled(x, pooling, POOL_FACTORS[int(name[3:])][block])
    torch.testing.assert_close(backbone(image, ["relu3_2"])["relu3_2"], x, rtol=1e-4, atol=1e-4)


def test_scaled_average_pooling_says_its_factor(make_vgg: Callable[..., Backbone]) -> None:
    assert f"factor={POOL_FACTORS[19][0]}" in repr(make_vgg(pooling="average-scaled").graph.ops["pool1"])
    assert all(1 < factor < 3 for factors in POOL_FACTORS.values() for factor in factors)


def test_an_unknown_layer_is_refused_with_the_nearest(vgg: Backbone) -> None:
    with pytest.raises(UnknownNameError, match=r"'relu4-2'.*Did you mean.*relu4_2"):
        vgg(torch.zeros(1, 3, 32, 32), ["relu4-2"])
    with pytest.raises(UnknownNameError, match="no layer named 'mixed4c'"):
        vgg(torch.zeros(1, 3, 32, 32), ["mixed4c"])
