"""Sums over a layer send the same gradient back, whether or not who made the layer takes it as a matrix."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
import torch
from torch import Tensor

from impasto.backbones import BACKBONES, Graph, Padding
from impasto.losses.part import Seen
from impasto.losses.second_moments import moments_seen, products_seen
from impasto.slots import offered

LAYERS = ("relu1_1", "relu1_2", "relu2_1", "conv2_2", "relu3_1")


def vgg(padding: Padding, dtype: torch.dtype) -> Graph:
    graph = BACKBONES["vgg16"](padding=padding)
    generator = torch.Generator().manual_seed(1)
    for weight in graph.parameters():
        fan = max(1, weight[0].numel())
        weight.data = torch.randn(weight.shape, generator=generator) * (2 / fan) ** 0.5
    return graph.to(dtype).to(memory_format=torch.channels_last)


def gradient(
    graph: Graph, dtype: torch.dtype, value_of: Callable[[Mapping[str, Tensor]], Tensor], *, slots: bool
) -> Tensor:
    image = torch.rand(1, 3, 37, 45, generator=torch.Generator().manual_seed(2)).to(dtype)
    image = image.contiguous(memory_format=torch.channels_last).requires_grad_()
    features = graph(image, LAYERS)
    if not slots:
        features = {name: value.view_as(value) for name, value in features.items()}
    assert [offered(features[name]) is not None for name in LAYERS] == [slots and "relu" in name for name in LAYERS]
    (slope,) = torch.autograd.grad(value_of(features), image)
    return slope


def drawn(like: Tensor) -> Tensor:
    numbers = torch.randn(like.shape, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    return numbers.to(like.dtype) / like.detach().norm()


def of_all(features: Mapping[str, Tensor]) -> Tensor:
    """Products and sums of every layer, and what compares position by position beside them."""
    seen = Seen(features)
    moments = [moments_seen(seen, name) for name in LAYERS]
    return sum((m * drawn(m)).sum() for m in moments) + features["relu2_1"].square().mean()  # type: ignore[return-value]


def of_products(features: Mapping[str, Tensor]) -> Tensor:
    seen = Seen(features)
    products = [products_seen(seen, name) for name in ("relu1_2", "relu3_1")]
    return sum((p * drawn(p)).sum() for p in products)  # type: ignore[return-value]


def of_sums(features: Mapping[str, Tensor]) -> Tensor:
    seen = Seen(features)
    return sum((moments_seen(seen, name)[-1] ** 2).sum() for name in ("relu1_1", "relu3_1"))  # type: ignore[return-value]


@pytest.mark.parametrize("value_of", [of_all, of_products, of_sums])
@pytest.mark.parametrize("padding", ["zeros", "reflect"])
def test_a_matrix_is_as_good_as_a_gradient_spread_out(padding: Padding, value_of: Callable[..., Tensor]) -> None:
    graph = vgg(padding, torch.float64)
    short, long = (gradient(graph, torch.float64, value_of, slots=slots) for slots in (True, False))
    torch.testing.assert_close(short, long, rtol=1e-9, atol=1e-9 * float(long.abs().max()))


def test_in_halves_it_loses_no_more() -> None:
    wanted = gradient(vgg("reflect", torch.float64), torch.float64, of_all, slots=False)
    graph = vgg("reflect", torch.bfloat16)
    short, long = (gradient(graph, torch.bfloat16, of_all, slots=slots) for slots in (True, False))
    missed, allowed = ((found.double() - wanted).norm() / wanted.norm() for found in (short, long))
    assert missed < 1.05 * allowed < 0.2
