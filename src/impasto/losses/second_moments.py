"""Sums of products of channels, the one costly thing that style losses measure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from impasto.losses.statistic import widened

BLOCK = 2**21
"""Numbers multiplied at a time: few enough for a processor's cache."""


def second_moments(activation: Tensor, positions: Tensor | None = None) -> Tensor:
    """Of [1, C, H, W] the sums over positions of F Fᵀ and, as the last row, of F: [C + 1, C] in float32 or wider.

    positions: how much each counts, [H, W].
    """
    moments: Tensor = _SecondMoments.apply(activation, positions)  # type: ignore[no-untyped-call]
    return moments


def _product(left: Tensor, right: Tensor) -> Tensor:
    """The matrix product in float32 or wider.

    Units that multiply halves add up in float32, but hand out halves. A second product, from which the first is taken
    away before it is rounded, gives what the rounding lost: together they are good to 17 bits, where the numbers
    multiplied have 8, and cost a fraction of widening those.
    """
    if left.dtype != torch.bfloat16 or not multiplies_halves(left.device):
        return widened(left) @ widened(right)
    rounded = left @ right
    lost = torch.addmm(rounded, left, right, beta=-1)
    return rounded.float() + lost.float()


@cache
def multiplies_halves(device: torch.device) -> bool:
    """Whether a device has units for products of bfloat16."""
    if device.type != "cpu":
        return device.type == "cuda"
    units = torch.cpu.get_capabilities()
    return bool(units.get("amx_bf16") or units.get("avx512_bf16"))


class _SecondMoments(torch.autograd.Function):
    """Sums in float32 over what may be half as wide.

    The way back is one matrix product in the activation's own precision, F (S + Sᵀ) with S the gradient to F Fᵀ: the
    gradient is rounded to it at once anyway, and widened copies of large layers would take most of the time.
    """

    @staticmethod
    def forward(ctx: Any, activation: Tensor, positions: Tensor | None) -> Tensor:
        """Add up, block by block; blocks that do not count are passed over."""
        ctx.save_for_backward(activation, positions)
        rows = activation.permute(0, 2, 3, 1).flatten(0, 1)
        count, width, channels = rows.shape
        size = max(1, BLOCK // max(1, width * channels)) if activation.device.type == "cpu" else count
        total = widened(activation.new_zeros(channels + 1, channels))
        if positions is not None:
            _add_weighted(total, torch.split(rows, size), torch.split(positions, size))
            return total
        for block in torch.split(rows, size):
            flat = block.reshape(-1, channels)
            total[:-1] += _product(flat.T, flat)
            total[-1:] += _product(flat.new_ones(1, flat.shape[0]), flat)
        return total

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        """F (S + Sᵀ) plus the gradient to the sums, [1, C, H, W], times the weights of the positions."""
        activation, positions = ctx.saved_tensors
        _, channels, height, width = activation.shape
        slopes = (gradient[:-1] + gradient[:-1].T).to(activation.dtype)
        flat = activation.permute(0, 2, 3, 1).reshape(-1, channels)
        back = torch.addmm(gradient[-1].to(activation.dtype), flat, slopes)
        if positions is not None:
            back = back * positions.reshape(-1, 1).to(back.dtype)
        return back.view(1, height, width, channels).permute(0, 3, 1, 2), None


def _add_weighted(total: Tensor, rows: Sequence[Tensor], weights: Sequence[Tensor]) -> None:
    """Add to the moments [C + 1, C] what blocks of rows [h, W, C] give with weights [h, W], multiplied in full."""
    for block, weight in zip(rows, weights, strict=True):
        if weight.any():
            flat = widened(block.reshape(-1, block.shape[-1]))
            counting = weight.reshape(-1, 1).to(flat.dtype)
            total[:-1] += (flat * counting).T @ flat
            total[-1:] += counting.T @ flat
