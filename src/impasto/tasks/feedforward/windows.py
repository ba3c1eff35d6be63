"""Convolutions of a part of a picture, as they are in the whole.

A window is a rectangle of a layer with its place in it. Where it ends and the layer does not, a convolution gives only
the positions that see nothing beyond; where the layer ends too, its border is reflected as in the whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from torch import Tensor, nn
from torch.nn.functional import conv2d, interpolate, pad

Range = tuple[int, int]
"""Positions along one axis: the first, and the first beyond."""


@dataclass(frozen=True)
class Window:
    """features: [1, C, h, w]. rows, columns: where they lie. size: of the whole layer, height and width."""

    features: Tensor
    rows: Range
    columns: Range
    size: tuple[int, int]

    @classmethod
    def of(cls, layer: Tensor, rows: Range, columns: Range) -> Window:
        """A part of a layer [1, C, H, W] that is there as a whole."""
        return cls(layer[..., slice(*rows), slice(*columns)], rows, columns, (layer.shape[-2], layer.shape[-1]))

    def own(self, rows: Range, columns: Range) -> Tensor:
        """The features of a rectangle within."""
        down, across = (
            slice(own[0] - had[0], own[1] - had[0])
            for own, had in zip((rows, columns), (self.rows, self.columns), strict=True)
        )
        return self.features[..., down, across]


@dataclass(frozen=True)
class Stage:
    """A convolution with reflected borders, its input enlarged before by repeating it `enlarged` times along each side.

    convolution: a square kernel of odd side, padded by half of it.
    """

    convolution: nn.Conv2d
    enlarged: int = 1

    def size_of(self, size: tuple[int, int]) -> tuple[int, int]:
        """Height and width of what comes of a layer of this size."""
        stride = self.convolution.stride[0]
        height, width = (-(-side * self.enlarged // stride) for side in size)
        return height, width

    def seen(self, wanted: Range, side: int) -> Range:
        """What of a layer with so many positions along an axis the wanted ones of this stage see."""
        stride, reach = self.convolution.stride[0], self.convolution.kernel_size[0] // 2
        first = max(0, wanted[0] * stride - reach)
        end = min(side * self.enlarged, (wanted[1] - 1) * stride + reach + 1)
        return first // self.enlarged, -(-end // self.enlarged)

    def __call__(self, window: Window) -> Window:
        """What comes of a window: all positions that see nothing beyond it."""
        features = window.features
        if self.enlarged > 1:
            features = interpolate(features, scale_factor=float(self.enlarged), mode="nearest")
        down, across = (
            self._along(place, side) for place, side in zip((window.rows, window.columns), window.size, strict=True)
        )
        features = features[..., down.begin :, across.begin :]
        borders = (across.before, across.after, down.before, down.after)
        if any(borders):
            features = pad(features, borders, mode="reflect")
        op = self.convolution
        made = conv2d(features, op.weight, op.bias, op.stride)
        rows, columns = (down.first, down.first + made.shape[-2]), (across.first, across.first + made.shape[-1])
        return Window(made, rows, columns, self.size_of(window.size))

    def _along(self, place: Range, side: int) -> _Along:
        stride, reach = self.convolution.stride[0], self.convolution.kernel_size[0] // 2
        start, end = place[0] * self.enlarged, place[1] * self.enlarged
        before, after = reach if start == 0 else 0, reach if end == side * self.enlarged else 0
        first = 0 if start == 0 else -(-(start + reach) // stride)
        return _Along(first, 0 if start == 0 else first * stride - reach - start, before, after)


@dataclass(frozen=True)
class _Along:
    """One axis of a window. first: position that it gives. begin: what is seen of it first. before, after: padding."""

    first: int
    begin: int
    before: int
    after: int


def rectangles(size: tuple[int, int], side: int) -> list[tuple[Range, Range]]:
    """Rows and columns of the rectangles of up to `side` positions that a layer is cut into."""
    down, across = (list(pairwise([*range(0, length, side), length])) for length in size)
    return [(rows, columns) for rows in down for columns in across]


def window_for(layer: Tensor, stages: Iterable[Stage], rows: Range, columns: Range) -> Window:
    """What of a layer [1, C, H, W] a rectangle of what comes of it after all stages sees."""
    steps = list(stages)
    sizes = [(layer.shape[-2], layer.shape[-1])]
    for stage in steps[:-1]:
        sizes.append(stage.size_of(sizes[-1]))
    for stage, (height, width) in zip(reversed(steps), reversed(sizes), strict=True):
        rows, columns = stage.seen(rows, height), stage.seen(columns, width)
    return Window.of(layer, rows, columns)
