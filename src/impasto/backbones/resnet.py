"""ResNet-50 (He, Zhang, Ren & Sun 2015, arXiv 1512.03385), with the layer names of Keras.

Names run `conv1_conv conv1_bn conv1_relu pool1_pool conv2_block1_1_conv … conv2_block1_0_conv conv2_block1_0_bn
conv2_block1_add conv2_block1_out … conv5_block3_out avg_pool logits`: stages 2 to 5, blocks from 1, and in a block the
convolutions 1 to 3, with 0 the one in the shortcut of a stage's first block.
"""

from __future__ import annotations

from typing import Literal

from torch import nn

from impasto.backbones.builder import Builder
from impasto.backbones.graph import Graph
from impasto.backbones.layers import Add, GlobalAveragePool, Padding, Pooling, pool

BLOCKS = (3, 4, 6, 3)
WIDTHS = (64, 128, 256, 512)
EXPANSION = 4

POOL_FACTOR = 1.23
"""Mean after max pooling over mean after average pooling at pool1_pool; printed by benchmarks/pooling.py."""

StrideOn = Literal["1x1", "3x3"]


def resnet50(
    *,
    pooling: Pooling = "max",
    padding: Padding = "zeros",
    stride_on: StrideOn = "1x1",
    biases: bool = True,
    epsilon: float = 1e-3,
) -> Graph:
    """Return ResNet-50 with its classifier, its weights not yet filled in.

    The defaults are Keras's; weights of other origin say otherwise in the catalogue.
    stride_on: which convolution of a stage's first block strides: the first 1×1 (the paper's, "v1") or the 3×3
        (torchvision's, "v1.5"). biases: whether convolutions have them. epsilon: of the batch normalisations.
    """
    net = _Bottlenecks(padding, biases, epsilon)
    net.convolution("conv1", 3, 64, kernel=7, stride=2)
    net.add("conv1_relu", nn.ReLU())
    last, channels = net.add("pool1_pool", pool(pooling, 3, POOL_FACTOR, stride=2, padding=1)), 64
    for stage, (count, width) in enumerate(zip(BLOCKS, WIDTHS, strict=True), start=2):
        for block in range(1, count + 1):
            stride = 2 if block == 1 and stage > 2 else 1
            strides = (stride, 1) if stride_on == "1x1" else (1, stride)
            last = net.block(f"conv{stage}_block{block}", last, channels, width, strides, shortcut=block == 1)
            channels = EXPANSION * width
    net.add("avg_pool", GlobalAveragePool())
    net.add("logits", nn.Linear(channels, 1000))
    return net.graph()


class _Bottlenecks(Builder):
    """Writes convolutions with their batch normalisations, and the blocks of three with a way around."""

    def __init__(self, padding: Padding, biases: bool, epsilon: float) -> None:
        super().__init__()
        self._padding: Padding = padding
        self._biases = biases
        self._epsilon = epsilon

    def convolution(
        self, place: str, channels_in: int, channels: int, *sources: str, kernel: int = 1, stride: int = 1
    ) -> str:
        """Add `place`_conv, as wide on all sides as it needs for stride 1, and `place`_bn."""
        mode = self._padding if kernel > 1 else "zeros"
        conv = nn.Conv2d(channels_in, channels, kernel, stride, kernel // 2, bias=self._biases, padding_mode=mode)
        self.add(f"{place}_conv", conv, *sources)
        return self.add(f"{place}_bn", nn.BatchNorm2d(channels, eps=self._epsilon))

    def block(
        self, name: str, source: str, channels_in: int, width: int, strides: tuple[int, int], *, shortcut: bool
    ) -> str:
        """Add 1×1, 3×3 and 1×1 convolutions, the last four times as wide, and the sum with the block's input.

        strides: of the first two. shortcut: whether the input goes through a convolution to fit the sum.
        """
        wide, around = EXPANSION * width, source
        self.convolution(f"{name}_1", channels_in, width, source, stride=strides[0])
        self.add(f"{name}_1_relu", nn.ReLU())
        self.convolution(f"{name}_2", width, width, kernel=3, stride=strides[1])
        self.add(f"{name}_2_relu", nn.ReLU())
        through = self.convolution(f"{name}_3", width, wide)
        if shortcut:
            around = self.convolution(f"{name}_0", channels_in, wide, source, stride=max(strides))
        self.add(f"{name}_add", Add(), around, through)
        return self.add(f"{name}_out", nn.ReLU())
