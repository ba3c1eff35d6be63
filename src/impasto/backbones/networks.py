"""The networks by name."""

from __future__ import annotations

from collections.abc import Callable

from impasto.backbones.efficientnet import efficientnet_lite0
from impasto.backbones.graph import Graph
from impasto.backbones.mobilenet import mobilenet_v2
from impasto.backbones.vgg import vgg16, vgg19
from impasto.registry import Registry

BACKBONES: Registry[Callable[..., Graph]] = Registry("backbone")
BACKBONES.add("vgg16", vgg16)
BACKBONES.add("vgg19", vgg19)
BACKBONES.add("mobilenet_v2", mobilenet_v2)
BACKBONES.add("efficientnet_lite0", efficientnet_lite0)
