"""How a picture is looked at that goes around, and how the pictures are that it takes after, which do not."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn.functional import pad

from impasto.backbones import Reach, receptive_fields
from impasto.losses import PIXELS, Part, Seen, Span
from impasto.solve.looking import AtOnce


class Around(AtOnce):
    """A picture whose right edge meets its left and whose bottom meets its top, through a network padded circularly.

    A target has borders. It is continued by its mirror image as far as the network sees, which is then left out of what
    is measured; else its opposite borders would meet, and their edge would count as a part of its style.
    """

    def parts(self, image: Tensor) -> Iterator[Seen]:
        """What is seen of a target, without gradients."""
        fields = receptive_fields(self.backbone.graph.plan(self.layers))
        axes = [[(field.vertical, field.horizontal)[axis] for field in fields.values()] for axis in (0, 1)]
        rows, columns = (margin(reaches, side) for reaches, side in zip(axes, image.shape[-2:], strict=True))
        with torch.no_grad():
            seen = self.backbone(pad(image, (columns, columns, rows, rows), mode="reflect"), self.layers)
        spans = {
            name: (inner(down, image.shape[-2], rows), inner(across, image.shape[-1], columns))
            for name, down, across in zip(fields, *axes, strict=True)
            if name != PIXELS
        }
        yield Seen({name: image if name == PIXELS else seen[name] for name in self.layers}, Part(spans))

    def _place(self, image: Tensor) -> Tensor:
        """Moved around by the offset."""
        return image if self.offset is None else image.roll(self.offset, (-2, -1))


def margin(reaches: list[Reach], side: int) -> int:
    """By how many pixels a side is mirrored at both ends: as many as are seen, in whole strides, if it has them."""
    stride = max(reach.stride for reach in reaches)
    seen = max(0, *(max(reach.before, reach.after) for reach in reaches))
    return min(-(-seen // stride), (side - 1) // stride) * stride


def inner(reach: Reach, side: int, mirrored: int) -> Span:
    """The positions of a layer that lie in a side of so many pixels, behind as many that were mirrored."""
    return Span(0, max(1, side // reach.stride), -mirrored // reach.stride)
