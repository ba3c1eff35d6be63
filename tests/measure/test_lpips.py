"""LPIPS against the same arithmetic written out by hand, from the arrays up."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn.functional import conv2d, max_pool2d

from impasto.errors import PictureError, UnknownNameError
from impasto.measure import LPIPS_NETWORKS, Lpips, load_lpips
from impasto.pictures import Picture, resize
from impasto.pictures.samples import sample_photograph
from impasto.weights import load_weights

STRIDES_AND_PADDING = {"alexnet": [(4, 2), (1, 2), (1, 1), (1, 1), (1, 1)], "vgg16": [(1, 1)] * 13}
POOLED = {"alexnet": {0: 3, 1: 3}, "vgg16": {1: 2, 3: 2, 6: 2, 9: 2}}
READ = {"alexnet": (0, 1, 2, 3, 4), "vgg16": (1, 3, 6, 9, 12)}
CHANNELS = {"alexnet": (64, 192, 384, 256, 256), "vgg16": (64, 128, 256, 512, 512)}
NETWORKS = list(LPIPS_NETWORKS)


def by_hand(network: str, a: Tensor, b: Tensor, arrays: dict[str, Tensor], heads: list[Tensor]) -> float:
    """As the authors write it: [−1, 1], their shift and scale, the network, unit channels, heads, means, sum."""
    shift = torch.tensor([-0.030, -0.088, -0.188]).view(1, 3, 1, 1)
    scale = torch.tensor([0.458, 0.448, 0.450]).view(1, 3, 1, 1)
    x, y = ((2 * image - 1 - shift) / scale for image in (a, b))
    kernels = [tensor for name, tensor in arrays.items() if name.endswith(".weight")]
    biases = [tensor for name, tensor in arrays.items() if name.endswith(".bias")]
    remaining, total = iter(heads), 0.0
    for i, (stride, padding) in enumerate(STRIDES_AND_PADDING[network]):
        x, y = (conv2d(z, kernels[i], biases[i], stride, padding).relu() for z in (x, y))
        if i in READ[network]:
            unit_x, unit_y = (z / (z.square().sum(1, keepdim=True).sqrt() + 1e-10) for z in (x, y))
            total += float(conv2d((unit_x - unit_y) ** 2, next(remaining).view(1, -1, 1, 1)).mean())
        if i in POOLED[network]:
            x, y = (max_pool2d(z, POOLED[network][i], 2) for z in (x, y))
    return total


def random_heads(network: str) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(4)
    layers = LPIPS_NETWORKS[network].layers
    return {layer: torch.rand(n, generator=generator) for layer, n in zip(layers, CHANNELS[network], strict=True)}


@pytest.mark.parametrize("network", NETWORKS)
def test_it_is_the_arithmetic_of_the_authors(network, make_vgg, image_of):
    backbone, heads = make_vgg(network), random_heads(network)
    arrays = {name.removeprefix("ops."): tensor for name, tensor in backbone.graph.state_dict().items()}
    a, b = image_of(64, 80, 1), image_of(64, 80, 2)
    expected = by_hand(network, a, b, arrays, list(heads.values()))
    assert Lpips(backbone, heads)(a, b) == pytest.approx(expected, rel=1e-3)


def test_a_picture_is_at_nought_from_itself_and_as_far_there_as_back(make_vgg, image_of):
    distance = Lpips(make_vgg("vgg16"), random_heads("vgg16"))
    a, b = image_of(48, 64, 1), image_of(48, 64, 2)
    assert distance(a, a) == 0
    assert distance(a, b) == distance(b, a) > 0


def test_black_pictures_are_finite(make_vgg):
    black = torch.zeros(1, 3, 32, 32)
    assert Lpips(make_vgg("vgg16"), random_heads("vgg16"))(black, black) == 0


def test_pictures_of_two_sizes_are_refused(make_vgg, image_of):
    with pytest.raises(PictureError, match="of one size"):
        Lpips(make_vgg("vgg16"), random_heads("vgg16"))(image_of(48, 64), image_of(64, 48))


def test_an_unknown_network_is_named():
    with pytest.raises(UnknownNameError, match="vgg19"):
        load_lpips("vgg19")


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize("network", NETWORKS)
def test_the_published_heads_give_the_published_arithmetic(network: str) -> None:
    a, b = (tensor(resize(sample_photograph(name), 192, 128)) for name in ("cat", "coffee"))
    arrays = load_weights(LPIPS_NETWORKS[network].weights).as_torch()
    heads = load_weights(LPIPS_NETWORKS[network].heads).as_torch()
    assert all(float(head.min()) >= 0 for head in heads.values())
    distance = load_lpips(network, device="cpu")
    assert distance(a, b) == pytest.approx(by_hand(network, a, b, arrays, list(heads.values())), abs=1e-3)
    assert distance(a, a) == 0
    assert 0 < distance(a, (a + 0.1).clamp(0, 1)) < distance(a, torch.lerp(a, b, 0.5)) < distance(a, b) < 1.5


def tensor(picture: Picture) -> Tensor:
    return torch.from_numpy(picture.pixels.copy())[None]
