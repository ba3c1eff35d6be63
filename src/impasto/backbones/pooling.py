"""Averages over windows that lie side by side, with a way back that only copies."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn.functional import avg_pool2d

from impasto.backbones.layers import ScaledAveragePool
from impasto.backbones.window import window_of


def averages(op: nn.Module) -> bool:
    """Whether an operation takes the mean over windows that neither overlap nor reach beyond the picture."""
    if type(op) not in (nn.AvgPool2d, ScaledAveragePool) or getattr(op, "ceil_mode", False):
        return False
    windows = window_of(op, 0), window_of(op, 1)
    return all(window is not None and window.size == window.stride and not window.padding for window in windows)


class AveragePool:
    """Does what a pooling that `averages` does."""

    def __init__(self, op: nn.Module) -> None:
        windows = window_of(op, 0), window_of(op, 1)
        self.window = tuple(window.size for window in windows if window is not None)
        self.factor = float(getattr(op, "factor", 1.0))

    def __call__(self, x: Tensor) -> Tensor:
        """Pool [N, C, H, W]."""
        pooled: Tensor = _Average.apply(x, self.window, self.factor)  # type: ignore[no-untyped-call]
        return pooled


class _Average(torch.autograd.Function):
    """The mean times a factor."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, window: tuple[int, int], factor: float) -> Tensor:
        """Keep nothing but the shape."""
        ctx.window, ctx.factor, ctx.shape = window, factor, x.shape
        pooled = avg_pool2d(x, window)
        return pooled if factor == 1 else pooled.mul_(factor)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None, None]:
        """Each window gets its gradient in equal shares; what no window covers gets none."""
        rows, columns = ctx.window
        height, width = gradient.shape[-2] * rows, gradient.shape[-1] * columns
        shares = gradient * (ctx.factor / (rows * columns))
        back = torch.empty(ctx.shape, dtype=gradient.dtype, device=gradient.device, memory_format=torch.channels_last)
        for row in range(rows):
            for column in range(columns):
                back[..., row:height:rows, column:width:columns] = shares
        back[..., height:, :].zero_()
        back[..., width:].zero_()
        return back, None, None
