"""AlexNet in one tower (Krizhevsky 2014, arXiv 1404.5997), the form that torchvision trained and LPIPS looks through.

Names run `conv1 relu1 pool1 conv2 relu2 pool2 conv3 relu3 conv4 relu4 conv5 relu5 pool5`; there is no response
normalisation, and the classifier is left out, as the packaged weights leave it out.
"""

from __future__ import annotations

from torch import nn

from impasto.backbones.builder import Builder
from impasto.backbones.graph import Graph
from impasto.backbones.layers import Padding, Pooling, pool

CONVOLUTIONS = ((64, 11, 4, 2), (192, 5, 1, 2), (384, 3, 1, 1), (256, 3, 1, 1), (256, 3, 1, 1))
"""Channels, window, stride and padding of each."""

POOL_FACTORS = {1: 2.61, 2: 2.78, 5: 2.97}
"""Mean after max pooling over mean after average pooling, per pooling; printed by benchmarks/pooling.py."""


def alexnet(*, pooling: Pooling = "max", padding: Padding = "zeros") -> Graph:
    """Return AlexNet's convolutions, the weights not yet filled in. Pooling windows overlap: 3 × 3 at stride 2."""
    net, previous = Builder(), 3
    for i, (channels, window, stride, around) in enumerate(CONVOLUTIONS, start=1):
        net.add(f"conv{i}", nn.Conv2d(previous, channels, window, stride, around, padding_mode=padding))
        net.add(f"relu{i}", nn.ReLU())
        if i in POOL_FACTORS:
            net.add(f"pool{i}", pool(pooling, 3, POOL_FACTORS[i], stride=2))
        previous = channels
    return net.graph()
