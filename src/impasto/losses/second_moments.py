"""Sums of products of channels, the one costly thing that style losses measure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from impasto.arithmetic import multiplies_halves
from impasto.losses.part import Seen
from impasto.losses.statistic import widened
from impasto.slots import Slots, offered

BLOCK = 2**21
"""Numbers multiplied at a time: few enough for a processor's cache."""


def second_moments(activation: Tensor, positions: Tensor | None = None) -> Tensor:
    """Of [1, C, H, W] the sums over positions of F Fᵀ and, as the last row, of F: [C + 1, C] in float32 or wider.

    positions: how much each counts, [H, W].
    """
    moments: Tensor = _SecondMoments.apply(activation, positions)  # type: ignore[no-untyped-call]
    return moments


def products_seen(seen: Seen, name: str) -> Tensor:
    """The sums of F Fᵀ, [C, C], over a part's own positions of a layer; measured once, whichever losses ask."""
    slots = _slots(seen, name)
    if slots is None:
        return seen.measured(second_moments, name)[:-1]
    return slots.products + seen.measured(_products, name)


def moments_seen(seen: Seen, name: str) -> Tensor:
    """What `second_moments` gives of a part's own positions of a layer; measured once, whichever losses ask."""
    slots = _slots(seen, name)
    if slots is None:
        return seen.measured(second_moments, name)
    return torch.vstack((products_seen(seen, name), slots.sums + seen.measured(_sums, name)))


def _slots(seen: Seen, name: str) -> Slots | None:
    return offered(seen.own(name)) if seen.positions(name) is None else None


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


class _SecondMoments(torch.autograd.Function):
    """Sums in float32 over what may be half as wide.

    The way back is one matrix product in the activation's own precision, F (S + Sᵀ) with S the gradient to F Fᵀ: the
    gradient is rounded to it at once anyway, and widened copies of large layers would take most of the time.
    """

    @staticmethod
    def forward(ctx: Any, activation: Tensor, positions: Tensor | None) -> Tensor:
        """Add up, block by block; blocks that do not count are passed over."""
        ctx.save_for_backward(activation, positions)
        if positions is None:
            return torch.vstack((_products(activation), _sums(activation)))
        total = widened(activation.new_zeros(activation.shape[1] + 1, activation.shape[1]))
        _add_weighted(total, _blocks(activation), positions)
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


def _products(activation: Tensor) -> Tensor:
    """The sums of F Fᵀ, [C, C], without a gradient."""
    total = widened(activation.new_zeros(activation.shape[1], activation.shape[1]))
    for block in _blocks(activation.detach()):
        flat = block.flatten(0, 1)
        total += _product(flat.T, flat)
    return total


def _sums(activation: Tensor) -> Tensor:
    """The sums of F, [C], without a gradient."""
    total = widened(activation.new_zeros(1, activation.shape[1]))
    for block in _blocks(activation.detach()):
        flat = block.flatten(0, 1)
        total += _product(flat.new_ones(1, len(flat)), flat)
    return total[0]


def _blocks(activation: Tensor) -> Sequence[Tensor]:
    """The features of [1, C, H, W], a few rows of positions at a time: [h, W, C]."""
    rows = activation.permute(0, 2, 3, 1).flatten(0, 1)
    count, width, channels = rows.shape
    size = max(1, BLOCK // max(1, width * channels)) if activation.device.type == "cpu" else count
    return torch.split(rows, size)


def _add_weighted(total: Tensor, blocks: Sequence[Tensor], positions: Tensor) -> None:
    """Add to the moments [C + 1, C] what blocks of rows [h, W, C] give with their weights, multiplied in full."""
    first = 0
    for block in blocks:
        weight = positions[first : first + len(block)]
        first += len(block)
        if weight.any():
            flat = widened(block.flatten(0, 1))
            counting = weight.reshape(-1, 1).to(flat.dtype)
            total[:-1] += (flat * counting).T @ flat
            total[-1:] += counting.T @ flat
