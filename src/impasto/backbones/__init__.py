"""Backbones: pretrained networks as lists of named nodes. Adding one is one file and its line in `BACKBONES`."""

from __future__ import annotations

from collections.abc import Callable

from impasto.backbones.backbone import Backbone, Precision
from impasto.backbones.graph import INPUT, Graph, Node
from impasto.backbones.layers import Padding, Pooling
from impasto.backbones.preprocessing import Preprocessing
from impasto.backbones.vgg import vgg16, vgg19
from impasto.registry import Registry

BACKBONES: Registry[Callable[..., Graph]] = Registry("backbone")
BACKBONES.add("vgg16", vgg16)
BACKBONES.add("vgg19", vgg19)

__all__ = [
    "BACKBONES",
    "INPUT",
    "Backbone",
    "Graph",
    "Node",
    "Padding",
    "Pooling",
    "Precision",
    "Preprocessing",
]
