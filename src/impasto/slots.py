"""A short way back for sums over an activation.

A style loss looks at sums over all positions of a layer. Their gradient is one small matrix; spread out over the
positions it is as large as the layer, to be written, read, and added to what comes from elsewhere. Who made the layer
can take the small matrix itself: it offers slots, zeros that are added to the sums, and gets their gradients.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

_ATTRIBUTE = "_impasto_slots"


class Slots(NamedTuple):
    """Zeros to be added to sums over the positions of an activation that are taken without a gradient.

    products: to the sums of F Fᵀ, [C, C]. sums: to the sums of F, [C]. Both in float32 or wider.
    """

    products: Tensor
    sums: Tensor

    @classmethod
    def beside(cls, activation: Tensor) -> Slots:
        """Zeros for an activation [N, C, H, W]."""
        channels, dtype = activation.shape[1], torch.promote_types(activation.dtype, torch.float32)
        return cls(activation.new_zeros(channels, channels, dtype=dtype), activation.new_zeros(channels, dtype=dtype))


def offer(activation: Tensor, slots: Slots) -> None:
    """Let sums over `activation` find the slots. Views and copies of it do not have them."""
    setattr(activation, _ATTRIBUTE, slots)


def offered(activation: Tensor) -> Slots | None:
    """The slots of an activation, if it has any."""
    slots: Slots | None = getattr(activation, _ATTRIBUTE, None)
    return slots
