"""Pooling by windows that lie side by side, with ways back that a processor does side by side as well."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn.functional import avg_pool2d, interpolate

from impasto.backbones.layers import ScaledAveragePool
from impasto.backbones.rectifying import WORDS
from impasto.backbones.window import window_of


def averages(op: nn.Module) -> bool:
    """Whether an operation takes the mean over windows that neither overlap nor reach beyond the picture."""
    return type(op) in (nn.AvgPool2d, ScaledAveragePool) and _side_by_side(op)


def takes_largest(op: nn.Module) -> bool:
    """Whether an operation takes the largest number of windows that neither overlap nor reach beyond the picture."""
    return type(op) is nn.MaxPool2d and not op.return_indices and _side_by_side(op)


def _side_by_side(op: nn.Module) -> bool:
    if getattr(op, "ceil_mode", False):
        return False
    windows = window_of(op, 0), window_of(op, 1)
    return all(
        window is not None and window.reach == window.size == window.stride and not window.padding for window in windows
    )


def _window(op: nn.Module) -> tuple[int, ...]:
    """Rows and columns that a pooling takes at once."""
    windows = window_of(op, 0), window_of(op, 1)
    return tuple(window.size for window in windows if window is not None)


class AveragePool:
    """Does what a pooling that `averages` does."""

    def __init__(self, op: nn.Module) -> None:
        self.window = _window(op)
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
        shares = gradient * (ctx.factor / (rows * columns))
        spread = interpolate(shares, scale_factor=(float(rows), float(columns)), mode="nearest")
        if spread.shape == ctx.shape:
            return spread, None, None
        height, width = spread.shape[-2:]
        back = torch.empty(ctx.shape, dtype=gradient.dtype, device=gradient.device, memory_format=torch.channels_last)
        back[..., :height, :width] = spread
        _clear_beyond(back, height, width)
        return back, None, None


class MaxPool:
    """Does what a pooling that `takes_largest` does, to numbers that are not below 0.

    Torch's remembers the place of each largest number in 64 bits, and goes back over one picture on one processor.
    """

    def __init__(self, op: nn.Module) -> None:
        self.op = op
        self.window = _window(op)

    def __call__(self, x: Tensor) -> Tensor:
        """Pool [N, C, H, W]."""
        own = x.device.type == "cpu" and x.dtype in WORDS and min(x.shape[-2:]) >= max(self.window)
        pooled: Tensor = _Largest.apply(x, self.window) if own else self.op(x)  # type: ignore[no-untyped-call]
        return pooled


class _Largest(torch.autograd.Function):
    """The largest number, found and found again as a whole number of the same bits."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, window: tuple[int, int]) -> Tensor:
        """Keep what went in and what came out; the places are found again on the way back."""
        first, *others = _of_windows(x.view(WORDS[x.dtype]), window)
        largest = first.clone(memory_format=torch.channels_last)
        for other in others:
            torch.maximum(largest, other, out=largest)
        pooled = largest.view(x.dtype)
        ctx.save_for_backward(x, pooled)
        ctx.window = window
        return pooled

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        """The gradient to the first that is as large as the largest, row by row; nothing to the others."""
        x, pooled = ctx.saved_tensors
        back = torch.empty_like(x, memory_format=torch.channels_last)
        words = WORDS[x.dtype]
        largest, left = pooled.view(words), gradient.view(words).clone(memory_format=torch.channels_last)
        below = torch.empty_like(largest)
        *before, (_, last) = zip(*(_of_windows(each.view(words), ctx.window) for each in (x, back)), strict=True)
        for seen, place in before:
            torch.sub(seen, largest, out=below)
            torch.ops.aten.threshold_backward.grad_input(left, below, -1, grad_input=place)
            left.sub_(place)  # bits less the same bits, or less nothing
        last.copy_(left)
        rows, columns = ctx.window
        _clear_beyond(back, pooled.shape[-2] * rows, pooled.shape[-1] * columns)
        return back, None


def _of_windows(x: Tensor, window: tuple[int, int]) -> list[Tensor]:
    """Of [N, C, H, W], the first of each window, the second of each and so on, row by row: [N, C, h, w]."""
    rows, columns = window
    height, width = x.shape[-2] // rows * rows, x.shape[-1] // columns * columns
    return [x[..., row:height:rows, column:width:columns] for row in range(rows) for column in range(columns)]


def _clear_beyond(back: Tensor, height: int, width: int) -> None:
    """What no window covers gets no gradient."""
    back[..., height:, :].zero_()
    back[..., width:].zero_()
