"""MobileNet v2 (Sandler, Howard, Zhu, Zhmoginov & Chen 2018, arXiv 1801.04381, table 2), of width 1.

Names: see `InvertedResiduals.network`. There is no max pooling in it that could be replaced: it shrinks by strides.
"""

from __future__ import annotations

from torch import nn

from impasto.backbones.graph import Graph
from impasto.backbones.inverted_residual import InvertedResiduals, Stage
from impasto.backbones.layers import Padding, Pooling

STAGES = (
    Stage(expand=1, channels=16, blocks=1, stride=1),
    Stage(expand=6, channels=24, blocks=2, stride=2),
    Stage(expand=6, channels=32, blocks=3, stride=2),
    Stage(expand=6, channels=64, blocks=4, stride=2),
    Stage(expand=6, channels=96, blocks=3, stride=1),
    Stage(expand=6, channels=160, blocks=3, stride=2),
    Stage(expand=6, channels=320, blocks=1, stride=1),
)


def mobilenet_v2(*, pooling: Pooling = "max", padding: Padding = "zeros") -> Graph:  # noqa: ARG001
    """Return MobileNet v2 with its classifier; `pooling` changes nothing."""

    def convolution(inputs: int, outputs: int, kernel: int, stride: int, groups: int) -> nn.Module:
        if kernel == 1:
            return nn.Conv2d(inputs, outputs, 1, stride, groups=groups, bias=False)
        return nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False, padding_mode=padding)

    return InvertedResiduals(convolution, bn_eps=1e-5).network(stem=32, stages=STAGES, head=1280).graph()
