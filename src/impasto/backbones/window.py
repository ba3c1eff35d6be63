"""The windows that operations slide over a layer, along one axis at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import nn


@dataclass(frozen=True)
class Window:
    """One axis of a convolution's or a pooling's window.

    size: positions it weighs. dilation: steps from one of them to the next. stride: positions from window to window.
    padding: positions put before and after the layer. before: of those, the ones before the first position of a layer
    whose side the stride divides, which is `padding` but for TensorFlow's "SAME".
    """

    size: int
    stride: int
    padding: int
    dilation: int = 1
    before: int = 0

    @property
    def reach(self) -> int:
        """Positions from the first that it weighs to the last, both counted."""
        return self.dilation * (self.size - 1) + 1


def window_of(op: nn.Module, axis: int) -> Window | None:
    """The window of `op` down (axis 0) or across (axis 1), None for an operation that has none."""
    if not hasattr(op, "kernel_size"):
        return None
    size, stride, padding = (_along(getattr(op, name), axis) for name in ("kernel_size", "stride", "padding"))
    before = _along(getattr(op, "padding_before", padding), axis)
    return Window(size, stride, padding, _along(getattr(op, "dilation", 1), axis), before)


def _along(value: Any, axis: int) -> int:
    return int(value[axis] if isinstance(value, tuple) else value)
