"""ReLUs in place, their way back, and that of sums over what they gave."""

from __future__ import annotations

import torch
from torch import Tensor

WORDS = {
    torch.bfloat16: torch.int16,
    torch.float16: torch.int16,
    torch.float32: torch.int32,
    torch.float64: torch.int64,
}
"""The whole numbers of the same bits: in the same order, for numbers from 0 on, and −0 below all.

A processor compares halves so at several times the speed.
"""

BLOCK = 2**20
"""Numbers that are worked on at a time: few enough to stay in a processor's cache in between."""


def rectify_(y: Tensor) -> None:
    """Set to 0, in place, what is below, and −0."""
    _words(y).relu_()


def rectify_back(gradient: Tensor, y: Tensor, *, in_place: bool) -> Tensor:
    """The gradient where `y` is above 0, else 0."""
    masked = gradient if in_place else torch.empty_like(gradient)
    _mask(gradient, y, masked)
    return masked


def moments_back(
    gradient: Tensor | None, y: Tensor, to_products: Tensor | None, to_sums: Tensor | None, *, in_place: bool
) -> Tensor:
    """As `rectify_back`, with the gradient of sums over the positions of `y` [N, C, H, W] added before.

    to_products, to_sums: the gradients to Σ F Fᵀ [C, C] and to Σ F [C], F being the features of a position; None for
    nothing. That of a position is then (S + Sᵀ) F + s.
    """
    rows = _positions(y)
    slopes = None if to_products is None else (to_products + to_products.T).to(y.dtype)
    level = None if to_sums is None else to_sums.to(y.dtype)
    if gradient is None:
        gradient, in_place = torch.zeros_like(y, memory_format=torch.channels_last), True
    before = _positions(gradient.contiguous(memory_format=torch.channels_last))
    after = before if in_place else torch.empty_like(before)
    size = max(1, BLOCK // y.shape[1]) if y.device.type == "cpu" else len(rows)
    for seen, old, new in zip(*(torch.split(each, size) for each in (rows, before, after)), strict=True):
        if slopes is not None:
            torch.addmm(old, seen, slopes, out=new)
        elif old is not new:
            new.copy_(old)
        if level is not None:
            new.add_(level)
        _mask(new, seen, new)
    count, channels, height, width = y.shape
    return after.view(count, height, width, channels).permute(0, 3, 1, 2)


def _positions(x: Tensor) -> Tensor:
    """[N, C, H, W], `channels_last`, as [N·H·W, C] over the same memory."""
    return x.permute(0, 2, 3, 1).view(-1, x.shape[1])


def _mask(gradient: Tensor, y: Tensor, out: Tensor) -> None:
    torch.ops.aten.threshold_backward.grad_input(_words(gradient), _words(y), 0, grad_input=_words(out))


def _words(x: Tensor) -> Tensor:
    return x.view(WORDS[x.dtype]) if x.device.type == "cpu" else x
