"""The parts of networks beside torch's own: replaceable pooling and padding, and where branches meet."""

from __future__ import annotations

from typing import Literal

from torch import Tensor, cat, nn

Pooling = Literal["max", "average", "average-scaled"]
Padding = Literal["zeros", "reflect", "replicate", "circular"]


class ScaledAveragePool(nn.AvgPool2d):
    """Average pooling times a constant, so that activations keep the size max pooling would have given them."""

    def __init__(self, factor: float, window: int, stride: int, padding: int, ceil_mode: bool) -> None:
        super().__init__(window, stride, padding, ceil_mode, count_include_pad=False)
        self.factor = factor

    def forward(self, x: Tensor) -> Tensor:
        """Pool [N, C, H, W] over windows of the picture alone, padding not counted."""
        return super().forward(x) * self.factor

    def extra_repr(self) -> str:
        """Describe the layer as torch's own layers do."""
        return f"{super().extra_repr()}, factor={self.factor}"


def pool(
    kind: Pooling, window: int, factor: float, *, stride: int | None = None, padding: int = 0, ceil_mode: bool = False
) -> nn.Module:
    """Return a pooling layer; `factor` is used by `average-scaled` alone.

    stride: pixels from window to window; None takes `window`. padding: pixels around, which an average does not count.
    ceil_mode: whether a last window that reaches beyond the picture is kept.
    """
    step = window if stride is None else stride
    if kind == "max":
        return nn.MaxPool2d(window, step, padding, ceil_mode=ceil_mode)
    if kind == "average":
        return nn.AvgPool2d(window, step, padding, ceil_mode, count_include_pad=False)
    return ScaledAveragePool(factor, window, step, padding, ceil_mode)


class Concat(nn.Module):
    """Joins activations along the channels."""

    def forward(self, *branches: Tensor) -> Tensor:
        """Join [N, C₁, H, W], [N, C₂, H, W] … to [N, C₁ + C₂ + …, H, W]."""
        return cat(branches, dim=1)


class Add(nn.Module):
    """The sum of two activations of one shape: where the branches of a residual network meet."""

    def forward(self, one: Tensor, other: Tensor) -> Tensor:
        """Add activations [N, C, H, W]."""
        return one + other


class GlobalAveragePool(nn.Module):
    """The mean over all positions, which a classifier looks at."""

    def forward(self, x: Tensor) -> Tensor:
        """Average [N, C, H, W] to [N, C]."""
        return x.mean((2, 3))
