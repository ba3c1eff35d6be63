"""Activations that carry their reflected border with them.

A reflected convolution needs its input with a border around. Made by padding, that is a copy of every activation on the
way forward and another on the way back. Instead a convolution is asked for that much more output, whose outermost
positions, the ring, are then overwritten with the reflection of those inside: nothing is copied but the ring.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

Ring = tuple[int, int]
"""How many positions are around: above and below as many, left and right as many."""

NONE: Ring = (0, 0)


def inside(ringed: Tensor, ring: Ring) -> Tensor:
    """The view of [N, C, H, W] within the ring."""
    (rows, columns), (height, width) = ring, ringed.shape[-2:]
    return ringed[..., rows : height - rows, columns : width - columns]


def fill(ringed: Tensor, ring: Ring) -> None:
    """Write the reflection of what is inside into the ring, as torch.nn.functional.pad(mode="reflect") does.

    Raises RuntimeError, as that does, where there is less inside than has to be reflected.
    """
    for axis, around in ((-2, ring[0]), (-1, ring[1])):
        side = ringed.shape[axis]
        if not around:
            continue
        if side < 3 * around + 1:
            raise RuntimeError(f"{side - 2 * around} positions cannot be reflected by {around}")
        for near, far in _sides(side, around):
            ringed.narrow(axis, near, around).copy_(ringed.narrow(axis, far, around).flip(axis))


def fold(gradient: Tensor, ring: Ring) -> None:
    """Add the gradient of the ring to that of the positions reflected there, and clear the ring: `fill` backwards."""
    for axis, around in ((-1, ring[1]), (-2, ring[0])):
        if not around:
            continue
        for near, far in _sides(gradient.shape[axis], around):
            border = gradient.narrow(axis, near, around)
            gradient.narrow(axis, far, around).add_(border.flip(axis))
            border.zero_()


def clear(ringed: Tensor, ring: Ring) -> None:
    """Write zeros into the ring."""
    for axis, around in ((-2, ring[0]), (-1, ring[1])):
        if around:
            ringed.narrow(axis, 0, around).zero_()
            ringed.narrow(axis, ringed.shape[axis] - around, around).zero_()


def _sides(side: int, around: int) -> tuple[tuple[int, int], tuple[int, int]]:
    """For both ends of an axis, where the ring begins and where begins what it reflects."""
    return (0, around + 1), (side - around, side - 2 * around - 1)


def with_ring(inner: Tensor, ring: Ring) -> tuple[Tensor, Tensor]:
    """Room for [N, C, H, W] with a ring around, in `channels_last`, and the view inside; nothing is written."""
    *outer, height, width = inner.shape
    shape = (*outer, height + 2 * ring[0], width + 2 * ring[1])
    ringed = torch.empty(shape, dtype=inner.dtype, device=inner.device, memory_format=torch.channels_last)
    return ringed, inside(ringed, ring)


def cleared_around(inner: Tensor, ring: Ring) -> Tensor:
    """A copy of [N, C, H, W] with zeros around."""
    ringed, room = with_ring(inner, ring)
    clear(ringed, ring)
    room.copy_(inner)
    return ringed


class Ringed(torch.autograd.Function):
    """A copy of [N, C, H, W] with its reflection around."""

    @staticmethod
    def forward(ctx: Any, inner: Tensor, ring: Ring) -> Tensor:
        """Copy and reflect."""
        ctx.ring = ring
        ringed, room = with_ring(inner, ring)
        room.copy_(inner)
        fill(ringed, ring)
        return ringed

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        """What is inside, after the ring was folded in."""
        own = gradient.clone()
        fold(own, ctx.ring)
        return inside(own, ctx.ring), None
