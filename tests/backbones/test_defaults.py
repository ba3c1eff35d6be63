"""The layers networks paint with when nobody says."""

import pytest
import torch

from impasto.backbones import BACKBONES, default_layers, painting_defaults
from impasto.backbones.defaults import PAINTING_DEFAULTS
from impasto.errors import JobError


@pytest.mark.parametrize("name", PAINTING_DEFAULTS)
def test_a_networks_own_layers_are_layers_it_has(name: str) -> None:
    with torch.device("meta"):
        graph = BACKBONES[name](pooling=painting_defaults(name).pooling)
    content, style = default_layers(name, "content"), default_layers(name, "style")
    assert content
    assert len(style) >= 5
    assert graph.plan([*content, *style])


@pytest.mark.parametrize("name", ["mobilenet_v2", "efficientnet_lite0"])
def test_a_judge_is_not_painted_with_unless_its_layers_are_named(name: str) -> None:
    assert name in BACKBONES
    with pytest.raises(JobError, match="--content-layers"):
        default_layers(name, "content")
