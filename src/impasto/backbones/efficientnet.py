"""EfficientNet-Lite0, of TensorFlow's model garden: EfficientNet-B0 (Tan & Le 2019, arXiv 1905.11946, table 1) without
squeeze-and-excitation, with ReLU6 for swish, and with a stem and a head that keep B0's width.

Names: see `InvertedResiduals.network`. There is no max pooling in it that could be replaced: it shrinks by strides.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn
from torch.nn.functional import conv2d, pad

from impasto.backbones.graph import Graph
from impasto.backbones.inverted_residual import InvertedResiduals, Stage
from impasto.backbones.layers import Padding, Pooling

STAGES = (
    Stage(expand=1, channels=16, blocks=1, stride=1, kernel=3),
    Stage(expand=6, channels=24, blocks=2, stride=2, kernel=3),
    Stage(expand=6, channels=40, blocks=2, stride=2, kernel=5),
    Stage(expand=6, channels=80, blocks=3, stride=2, kernel=3),
    Stage(expand=6, channels=112, blocks=3, stride=1, kernel=5),
    Stage(expand=6, channels=192, blocks=4, stride=2, kernel=5),
    Stage(expand=6, channels=320, blocks=1, stride=1, kernel=3),
)


class SameConv2d(nn.Conv2d):
    """A convolution that pads as TensorFlow's "SAME" does: just enough for ⌈side/stride⌉ outputs, the odd one behind.

    Its `padding` says half the kernel, which gives as many outputs; where the positions fall is what differs.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, **options: Any) -> None:
        super().__init__(inputs, outputs, kernel, padding=kernel // 2, **options)

    @property
    def padding_before(self) -> tuple[int, int]:
        """Positions put above and to the left of a layer whose sides the stride divides."""
        (tall, wide), (down, across) = self.kernel_size, self.stride
        return (tall - down) // 2, (wide - across) // 2

    def forward(self, x: Tensor) -> Tensor:
        """Map [N, C, H, W] to [N, C', ⌈H/stride⌉, ⌈W/stride⌉]."""
        kernel, stride = self.kernel_size[0], self.stride[0]
        lacking = [max((-(-side // stride) - 1) * stride + kernel - side, 0) for side in (x.shape[-1], x.shape[-2])]
        around = [end for total in lacking for end in (total // 2, total - total // 2)]
        mode = "constant" if self.padding_mode == "zeros" else self.padding_mode
        x = pad(x, around, mode=mode)
        return conv2d(x, self.weight, self.bias, self.stride, 0, self.dilation, self.groups)


def efficientnet_lite0(*, pooling: Pooling = "max", padding: Padding = "zeros") -> Graph:  # noqa: ARG001
    """Return EfficientNet-Lite0 with its classifier; `pooling` changes nothing."""

    def convolution(inputs: int, outputs: int, kernel: int, stride: int, groups: int) -> nn.Module:
        if kernel == 1:
            return nn.Conv2d(inputs, outputs, 1, stride, groups=groups, bias=False)
        return SameConv2d(inputs, outputs, kernel, stride=stride, groups=groups, bias=False, padding_mode=padding)

    return InvertedResiduals(convolution, bn_eps=1e-3).network(stem=32, stages=STAGES, head=1280).graph()
