"""A network's layers, against running the network and against torch's own count of operations."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from impasto.backbones import BACKBONES, Backbone, Preprocessing, survey
from impasto.backbones.surveying import kind_of
from impasto.errors import PictureError

PLAIN = Preprocessing("rgb", 1.0, (0.0,) * 3, (1.0,) * 3)


def planned(name: str) -> Backbone:
    with torch.device("meta"):
        return Backbone(name, BACKBONES[name](), PLAIN)


@pytest.mark.parametrize("name", list(BACKBONES))
def test_operations_are_those_that_torch_counts(name: str) -> None:
    backbone = planned(name)
    with FlopCounterMode(display=False) as counted:
        backbone(torch.empty(1, 3, 224, 320, device="meta"), backbone.layers)
    layers = survey(backbone, 320, 224)
    assert 2 * sum(layer.multiply_adds for layer in layers) == counted.get_total_flops()
    assert all(layer.multiply_adds > 0 for layer in layers if layer.kind in ("conv", "linear"))


@pytest.mark.parametrize("name", ["vgg19", "squeezenet1_1", "mobilenet_v2"])
def test_shapes_are_those_of_the_network_at_work(
    name: str, make_vgg: Callable[..., Backbone], image_of: Callable[..., Tensor]
) -> None:
    layers = survey(planned(name), 96, 64)
    seen = make_vgg(name)(image_of(64, 96), [layer.name for layer in layers])
    assert {layer.name: layer.shape for layer in layers} == {name: tuple(a.shape[1:]) for name, a in seen.items()}


def test_resnet_is_as_large_as_its_paper_says() -> None:
    layers = survey(planned("resnet50"), 224, 224)
    assert sum(layer.multiply_adds for layer in layers) == pytest.approx(3.8e9, rel=0.02)  # He et al. 2015, table 1
    assert sum(layer.parameters for layer in layers) == pytest.approx(25.6e6, rel=0.01)


def test_a_layer_tells_what_it_is() -> None:
    layers = {layer.name: layer for layer in survey(planned("inception_v3"), 299, 299)}
    tall, block = layers["mixed_6b/branch7x7dbl_2/conv"], layers["mixed_6b"]
    assert (tall.kind, tall.kernel, tall.shape) == ("conv", (7, 1), (128, 17, 17))
    assert tall.multiply_adds == 128 * 17 * 17 * 128 * 7
    assert (tall.parameters, tall.aliases) == (128 * 128 * 7, ())
    assert (block.kind, block.kernel, block.shape, block.aliases) == ("concat", None, (768, 17, 17), ("mixed4",))
    assert block.field is not None
    assert block.field.vertical.stride == 16
    assert layers["pool3"].field is None
    assert layers["pool3"].shape == (2048,)


def test_a_picture_too_small_for_the_last_layer_is_refused() -> None:
    with pytest.raises(PictureError, match=r"63×64 pixels is too small for vgg19 up to pool5.* at least 64"):
        survey(planned("vgg19"), 63, 64)


def test_an_operation_without_a_word_is_a_mistake() -> None:
    with pytest.raises(ValueError, match=r"Softmax .* KINDS"):
        kind_of(nn.Softmax())
