"""What every registered network must do, found through the registry."""

from collections.abc import Callable
from typing import get_args

import pytest
import torch
from torch import Tensor

from impasto.backbones import BACKBONES, Backbone, Padding, Pooling
from impasto.errors import PictureError
from impasto.weights import CATALOGUE, DEFAULT

NAMES = list(BACKBONES)


@pytest.mark.parametrize("pooling", get_args(Pooling))
@pytest.mark.parametrize("padding", get_args(Padding))
@pytest.mark.parametrize("name", NAMES)
def test_is_built_frozen_without_anything_in_place(name: str, padding: str, pooling: str) -> None:
    with torch.device("meta"):
        graph = BACKBONES[name](pooling=pooling, padding=padding)
    assert not graph.training
    assert not any(parameter.requires_grad for parameter in graph.parameters())
    assert not any(getattr(op, "inplace", False) for op in graph.ops.values())


@pytest.mark.parametrize("name", NAMES)
def test_every_layer_is_reached_by_the_shortest_way(name: str) -> None:
    with torch.device("meta"):
        graph = BACKBONES[name]()
    for layer in graph.layers:
        plan = graph.plan([layer])
        assert plan[-1].name == layer
        read = {source for node in plan for source in node.inputs}
        assert {node.name for node in plan} - {layer} <= read
        done = {"input"}
        for node in plan:
            assert set(node.inputs) <= done
            done.add(node.name)


@pytest.mark.parametrize("name", NAMES)
def test_asking_for_more_changes_no_layer(
    name: str, make_vgg: Callable[..., Backbone], image_of: Callable[..., Tensor]
) -> None:
    backbone = make_vgg(name)
    side, layers = max(32, backbone.least_side(backbone.layers)), backbone.layers
    image = image_of(side, side)
    together = backbone(image, layers)
    for layer in (layers[0], layers[len(layers) // 2], layers[-1]):
        rounding = 1e-4 * float(together[layer].abs().max())
        torch.testing.assert_close(backbone(image, [layer])[layer], together[layer], rtol=0, atol=rounding)


@pytest.mark.parametrize("padding", ["zeros", "reflect", "circular"])
@pytest.mark.parametrize("name", NAMES)
def test_the_least_side_leaves_two_positions_everywhere(
    name: str, padding: str, make_vgg: Callable[..., Backbone], image_of: Callable[..., Tensor]
) -> None:
    backbone = make_vgg(name, padding=padding)
    least = backbone.least_side(backbone.layers)
    shapes = [seen.shape for seen in backbone(image_of(least, least), backbone.layers).values()]
    sides = [min(shape[-2:]) for shape in shapes if len(shape) == 4]
    assert min(sides) == 2 or (padding == "reflect" and min(sides) == 3), "5×5 reflects two positions, and takes three"
    with pytest.raises(PictureError, match=f"at least {least} pixels"):
        backbone.check_size(least, least - 1, backbone.layers)


@pytest.mark.parametrize("name", NAMES)
def test_convolutions_go_negative_and_rectifiers_do_not(
    name: str, make_vgg: Callable[..., Backbone], image_of: Callable[..., Tensor]
) -> None:
    backbone = make_vgg(name)
    ops, side = backbone.graph.ops, max(32, backbone.least_side(backbone.layers))
    seen = backbone(image_of(side, side), backbone.layers)
    for layer in backbone.layers:
        if isinstance(ops[layer], torch.nn.Conv2d | torch.nn.BatchNorm2d):
            assert seen[layer].min() < 0, layer
        elif isinstance(ops[layer], torch.nn.ReLU):
            (source,) = backbone.graph.nodes[layer].inputs
            assert torch.equal(seen[layer], seen[source].clamp_min(0)), layer


@pytest.mark.parametrize("name", NAMES)
def test_aliases_are_other_names_of_nodes(name: str) -> None:
    with torch.device("meta"):
        graph = BACKBONES[name]()
    assert not set(graph.aliases) & set(graph.layers)
    for alias, node in graph.aliases.items():
        assert graph.plan([alias]) == graph.plan([node])


@pytest.mark.parametrize("name", NAMES)
def test_the_default_weights_are_in_the_catalogue_and_for_it(name: str) -> None:
    assert CATALOGUE[DEFAULT[name]].backbone == name
