"""How large a picture must be for a layer: the arithmetic of windows that stride, pad and stop at the border."""

from __future__ import annotations

from collections.abc import Sequence

from torch import nn

from impasto.backbones.graph import INPUT
from impasto.backbones.layers import GlobalAveragePool
from impasto.backbones.node import Node
from impasto.backbones.window import window_of

LEAST_POSITIONS = 2
"""Positions along each side that a layer must keep: statistics of fewer say nothing of a texture."""

BORROWED = {"reflect": 1, "circular": 0}
"""Paddings that are made of the layer's own positions, and how many more of those than are padded they take."""


def least_side(plan: Sequence[Node]) -> int:
    """The shortest side in pixels that leaves 2 × 2 positions at every node of `plan` that has positions at all.

    plan: nodes in execution order. Going backwards, each node asks its inputs for what it needs itself.
    """
    needed: dict[str, int] = {}
    for node in reversed(plan):
        asked = least_input(node.op, needed.get(node.name, LEAST_POSITIONS))
        for name in node.inputs:
            needed[name] = max(asked, needed.get(name, LEAST_POSITIONS))
    return needed.get(INPUT, LEAST_POSITIONS)


def least_input(op: nn.Module, positions: int) -> int:
    """The fewest positions along a side that `op` turns into at least `positions`.

    A window of k positions (dilation d) with stride s and p positions of padding on either side gives
    ⌊(n + 2p − d(k − 1) − 1) / s⌋ + 1 positions from n (torch.nn.Conv2d). In ceil mode (torch.nn.MaxPool2d) the
    division rounds up, and the last window must start before the padding on the far side.
    Reflecting p positions takes p + 1 of them, and going around by p takes p.
    """
    if isinstance(op, GlobalAveragePool | nn.Linear):
        return 1
    least = 1
    for axis in (0, 1):
        window = window_of(op, axis)
        if window is None:
            return positions
        step = (positions - 1) * window.stride
        if getattr(op, "ceil_mode", False):
            least = max(least, step - window.stride + 1 + window.reach - 2 * window.padding, step + 1 - window.padding)
        else:
            least = max(least, step + window.reach - 2 * window.padding)
        mode = getattr(op, "padding_mode", "zeros")
        if mode in BORROWED:
            least = max(least, window.padding + BORROWED[mode])
    return least
