"""Whether a picture of a size can be painted in this machine's memory, told before anything large is asked for."""

from __future__ import annotations

import math
from collections.abc import Sequence

import psutil
import torch
from torch import Tensor

from impasto.backbones import Backbone, receptive_fields
from impasto.errors import SolveError

GIGABYTE = 1e9
PICTURES_HELD = 6
"""Pictures of the full size that painting holds at the least: the photo, its tensor, the painting with its gradient,
and the next trial with its own."""

LEAST_TILE = 256
"""The side of the smallest tile that is chosen for a picture too large to be looked at at once."""

WORTH_ASKING = 1_000_000
"""Pixels below which any machine that can run a network has the memory; finding the need out takes a second."""


def least_memory(backbone: Backbone, layers: Sequence[str], width: int, height: int) -> int:
    """The bytes that one gradient of `layers` to an image of this size cannot do without.

    These are the activations that differentiation keeps, each storage counted once, and the weights among them; found
    by running `backbone`, which must lie on the meta device, where tensors have shapes and no memory. The whole of
    painting takes more: gradients, the optimiser's history and what convolutions work in.
    """
    kept: list[torch.UntypedStorage] = []

    def note(tensor: Tensor) -> Tensor:
        kept.append(tensor.untyped_storage())
        return tensor

    image = torch.empty(1, 3, height, width, device="meta", requires_grad=True)
    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        backbone(image, layers)
    return sum({storage._cdata: storage.nbytes() for storage in kept}.values())


def tile_extent(backbone: Backbone, layers: Sequence[str], side: int, tile: int | None) -> int:
    """How many pixels are computed at once along a side: all, or a tile with what its positions see around it."""
    if tile is None:
        return side
    fields = receptive_fields(backbone.graph.plan(layers)).values()
    return min(side, tile + max(max(field.vertical.size, field.horizontal.size) for field in fields))


def check_memory(needed: int, width: int, height: int, *, free: int | None = None) -> None:
    """Raise SolveError if painting `width` x `height` pixels needs more bytes than there are.

    The system would otherwise end the process without a word. needed: as from `least_memory`. free: bytes; None asks
    the system, and counts unused swap.
    """
    if free is None:
        free = psutil.virtual_memory().available + psutil.swap_memory().free
    if needed > free:
        largest = math.floor(max(width, height) * math.sqrt(free / needed))
        raise SolveError(
            f"{width}×{height} pixels need more than {needed / GIGABYTE:,.1f} GB of memory here, and "
            f"{free / GIGABYTE:,.1f} GB are free. Ask for a --size well under {largest}, or close other programs."
        )
