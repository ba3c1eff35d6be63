"""The replaceable parts of a network: pooling and padding."""

from __future__ import annotations

from typing import Literal

from torch import Tensor, nn
from torch.nn.functional import avg_pool2d

Pooling = Literal["max", "average", "average-scaled"]
Padding = Literal["zeros", "reflect", "replicate"]


class ScaledAveragePool(nn.Module):
    """Average pooling times a constant, so that activations keep the size max pooling would have given them."""

    def __init__(self, window: int, factor: float) -> None:
        super().__init__()
        self.window = window
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        """Pool [N, C, H, W] to [N, C, H // window, W // window]."""
        return avg_pool2d(x, self.window) * self.factor

    def extra_repr(self) -> str:
        """Describe the layer as torch's own layers do."""
        return f"{self.window}, factor={self.factor}"


def pool(kind: Pooling, window: int, factor: float) -> nn.Module:
    """Return a pooling layer of stride `window`; `factor` is used by `average-scaled` alone."""
    if kind == "max":
        return nn.MaxPool2d(window)
    if kind == "average":
        return nn.AvgPool2d(window)
    return ScaledAveragePool(window, factor)
