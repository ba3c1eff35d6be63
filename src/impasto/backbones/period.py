"""Whether a network can look at a picture that goes around: its right edge meets its left, its bottom its top."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from impasto.backbones.node import Node
from impasto.backbones.receptive_field import receptive_fields
from impasto.backbones.window import window_of
from impasto.errors import JobError


def period_of(plan: Sequence[Node]) -> int:
    """The pixels of which the sides must be whole multiples, so that the picture goes around without an edge.

    Moving such a picture around by so many pixels moves every layer around, and changes nothing else.
    plan: the nodes to be computed, of a network built with circular padding.
    Raises JobError, with the layer's name, for a network with an operation that has borders nevertheless: windows that
    reach beyond their stride and are not padded, or not circularly, and means over the whole picture.
    """
    fields = receptive_fields(plan)
    for node in plan:
        if node.name not in fields or not all(_goes_around(node.op, axis) for axis in (0, 1)):
            raise JobError(
                f"{node.name} has borders whatever the padding, so nothing seamless can be made up to that layer of "
                "this network; take vgg19 or vgg16"
            )
    return max(reach.stride for field in fields.values() for reach in (field.vertical, field.horizontal))


def _goes_around(op: nn.Module, axis: int) -> bool:
    """Whether n positions, a multiple of the stride, become n / stride, with nothing foreign in any window.

    That is where the padding on both sides together makes up for what windows reach beyond their stride, and by less
    than a stride more; not at all more where a last window may be cut short (ceil mode).
    """
    window = window_of(op, axis)
    if window is None:
        return True
    if window.padding and getattr(op, "padding_mode", "zeros") != "circular":
        return False
    more = 2 * window.padding - (window.reach - window.stride)
    return 0 <= more < (1 if getattr(op, "ceil_mode", False) else window.stride)
