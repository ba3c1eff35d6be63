"""Sums of squared differences of activations, without anything as large as an activation made beside them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from impasto.losses.statistic import widened

BLOCK = 2**20
"""Numbers that are worked on at a time: few enough for a processor's cache."""


def squared_distance(activation: Tensor, target: Tensor) -> Tensor:
    """Σ (F − P)² over two activations of one shape [N, C, H, W], in float32 or wider; differentiable once."""
    squares: Tensor = _SquaredDistance.apply(activation, target)  # type: ignore[no-untyped-call]
    return squares


def squared_norm(activation: Tensor) -> Tensor:
    """Σ F², the same of one activation and nothing."""
    return squared_distance(activation, activation.new_zeros(()).expand_as(activation))


class _SquaredDistance(torch.autograd.Function):
    """A few rows at a time, widened one block after the other."""

    @staticmethod
    def forward(ctx: Any, activation: Tensor, target: Tensor) -> Tensor:
        """Add up in float32 over a block, and over the blocks."""
        ctx.save_for_backward(activation, target)
        total = widened(activation.new_zeros(()))
        for rows in _blocks(activation):
            total += _difference(activation, target, rows).square_().sum()
        return total

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None]:
        """2 (F − P) times the gradient, rounded to the activation's precision."""
        activation, target = ctx.saved_tensors
        back = torch.empty_like(activation)
        for rows in _blocks(activation):
            back[..., rows, :] = _difference(activation, target, rows).mul_(2 * gradient)
        return (back if ctx.needs_input_grad[0] else None), (back.neg() if ctx.needs_input_grad[1] else None)


def _difference(activation: Tensor, target: Tensor, rows: slice) -> Tensor:
    return widened(activation[..., rows, :]) - widened(target[..., rows, :])


def _blocks(activation: Tensor) -> Iterator[slice]:
    """The rows of an activation, so many at a time."""
    height = activation.shape[-2]
    count = max(1, BLOCK * height // max(1, activation.numel())) if activation.device.type == "cpu" else height
    yield from (slice(first, first + count) for first in range(0, height, max(1, count)))
