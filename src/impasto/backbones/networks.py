"""The networks by name."""

from __future__ import annotations

from collections.abc import Callable

from impasto.backbones.alexnet import alexnet
from impasto.backbones.efficientnet import efficientnet_lite0
from impasto.backbones.graph import Graph
from impasto.backbones.inception import inception_v3
from impasto.backbones.mobilenet import mobilenet_v2
from impasto.backbones.resnet import resnet50
from impasto.backbones.squeezenet import squeezenet1_0, squeezenet1_1
from impasto.backbones.vgg import vgg16, vgg19
from impasto.registry import Registry

BACKBONES: Registry[Callable[..., Graph]] = Registry("backbone")
BACKBONES.add("alexnet", alexnet)
BACKBONES.add("inception_v3", inception_v3)
BACKBONES.add("resnet50", resnet50)
BACKBONES.add("squeezenet1_0", squeezenet1_0)
BACKBONES.add("squeezenet1_1", squeezenet1_1)
BACKBONES.add("vgg16", vgg16)
BACKBONES.add("vgg19", vgg19)
BACKBONES.add("mobilenet_v2", mobilenet_v2)
BACKBONES.add("efficientnet_lite0", efficientnet_lite0)
