"""The block of MobileNet v2 and its descendants: widen, filter each channel by itself, narrow, and add where it can.

Sandler, Howard, Zhu, Zhmoginov & Chen 2018, arXiv 1801.04381, figure 3b.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from torch import nn

from impasto.backbones.builder import Builder
from impasto.backbones.graph import INPUT
from impasto.backbones.layers import Add, GlobalAveragePool

CLASSES = 1000
"""Of ImageNet, which the classifiers tell apart."""


@dataclass(frozen=True)
class Stage:
    """Blocks in a row of one width: `expand` times the channels inside, the first block alone with the stride."""

    expand: int
    channels: int
    blocks: int
    stride: int
    kernel: int = 3


@dataclass(frozen=True)
class InvertedResiduals:
    """How one family writes its layers. convolution: (in, out, kernel, stride, groups) -> an unbiased convolution."""

    convolution: Callable[[int, int, int, int, int], nn.Module]
    bn_eps: float

    def network(self, stem: int, stages: Sequence[Stage], head: int) -> Builder:
        """The whole network: a strided 3×3 stem, the stages, a 1×1 head, and the classifier (`pool`, `logits`).

        Nodes: `stem/conv stem/bn stem/relu`, for every block counted from 1 `blockN/expand/…` (conv, bn, relu; not in
        a block that does not widen), `blockN/depthwise/…`, `blockN/project/conv`, `blockN/project/bn` and, where input
        and output have one shape, `blockN/add`; then `head/conv head/bn head/relu pool logits`.
        """
        net = Builder()
        source = self._rectified(net, "stem", INPUT, 3, stem, 3, 2)
        inside, number = stem, 0
        for stage in stages:
            for i in range(stage.blocks):
                number += 1
                stride = stage.stride if i == 0 else 1
                source = self._block(net, f"block{number}", source, inside, stage, stride)
                inside = stage.channels
        self._rectified(net, "head", source, inside, head, 1, 1)
        net.add("pool", GlobalAveragePool())
        net.add("logits", nn.Linear(head, CLASSES))
        return net

    def _block(self, net: Builder, name: str, source: str, inputs: int, stage: Stage, stride: int) -> str:
        wide = inputs * stage.expand
        last = source
        if stage.expand != 1:
            last = self._rectified(net, f"{name}/expand", last, inputs, wide, 1, 1)
        last = self._rectified(net, f"{name}/depthwise", last, wide, wide, stage.kernel, stride, groups=wide)
        last = self._normalised(net, f"{name}/project", last, wide, stage.channels, 1, 1)
        if stride == 1 and inputs == stage.channels:
            last = net.add(f"{name}/add", Add(), source, last)
        return last

    def _rectified(
        self,
        net: Builder,
        name: str,
        source: str,
        inputs: int,
        outputs: int,
        kernel: int,
        stride: int,
        *,
        groups: int = 1,
    ) -> str:
        self._normalised(net, name, source, inputs, outputs, kernel, stride, groups=groups)
        return net.add(f"{name}/relu", nn.ReLU6())

    def _normalised(
        self,
        net: Builder,
        name: str,
        source: str,
        inputs: int,
        outputs: int,
        kernel: int,
        stride: int,
        *,
        groups: int = 1,
    ) -> str:
        net.add(f"{name}/conv", self.convolution(inputs, outputs, kernel, stride, groups), source)
        return net.add(f"{name}/bn", nn.BatchNorm2d(outputs, eps=self.bn_eps))
