"""VGG-16 and VGG-19 (Simonyan & Zisserman 2014, arXiv 1409.1556), with the layer names of the papers.

Names run `conv1_1 relu1_1 conv1_2 relu1_2 pool1 … pool5`; the classifier is left out.
"""

from __future__ import annotations

from torch import nn

from impasto.backbones.builder import Builder
from impasto.backbones.graph import Graph
from impasto.backbones.layers import Padding, Pooling, pool

BLOCKS = {16: (2, 2, 3, 3, 3), 19: (2, 2, 4, 4, 4)}
CHANNELS = (64, 128, 256, 512, 512)

POOL_FACTORS = {16: (1.53, 1.96, 2.12, 2.05, 1.86), 19: (1.34, 1.76, 1.51, 2.11, 1.82)}
"""Mean after max pooling over mean after average pooling, per block; printed by benchmarks/pooling.py."""


def vgg(depth: int, *, pooling: Pooling = "max", padding: Padding = "zeros") -> Graph:
    """Return the convolutional part of VGG-`depth` (16 or 19), its weights not yet filled in."""
    net, previous = Builder(), 3
    for block, (count, channels) in enumerate(zip(BLOCKS[depth], CHANNELS, strict=True), start=1):
        for i in range(1, count + 1):
            net.add(f"conv{block}_{i}", nn.Conv2d(previous, channels, 3, padding=1, padding_mode=padding))
            net.add(f"relu{block}_{i}", nn.ReLU())
            previous = channels
        net.add(f"pool{block}", pool(pooling, 2, POOL_FACTORS[depth][block - 1]))
    return net.graph()


def vgg16(*, pooling: Pooling = "max", padding: Padding = "zeros") -> Graph:
    """Return VGG-16 without its classifier."""
    return vgg(16, pooling=pooling, padding=padding)


def vgg19(*, pooling: Pooling = "max", padding: Padding = "zeros") -> Graph:
    """Return VGG-19 without its classifier."""
    return vgg(19, pooling=pooling, padding=padding)
