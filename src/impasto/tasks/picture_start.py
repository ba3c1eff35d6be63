"""Painting on from a picture of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from torch import Generator, Tensor

from impasto.errors import PictureError
from impasto.pictures import Picture, check_paintable, continued, picture_from
from impasto.solve import Start, resize
from impasto.tasks.job import PictureSource, name_of, picture_source
from impasto.tasks.pixels import to_tensor

SHAPE_TOLERANCE = 0.02
"""By how much the ratio of width to height may differ between the start and the result, beside what rounding to whole
pixels makes of it."""


@dataclass(frozen=True, kw_only=True)
class PictureStart(Start, kind="picture"):
    """A given picture, enlarged or shrunk to the level where painting begins. What is clear is filled from around it,
    as it is in the content.

    picture: of the same shape as the result.
    level: `last` leaves out the smaller levels and paints at full size from the first step, so that all that is in the
        picture counts, its finest strokes included. `first` paints coarse to fine, as from the photo: only the large
        forms of the picture are taken, which is enough for a sketch.
    """

    kind: Literal["picture"] = "picture"
    picture: PictureSource
    level: Literal["last", "first"] = "last"

    def __post_init__(self) -> None:
        object.__setattr__(self, "picture", picture_source(self.picture))

    def image(self, content: Tensor, generator: Generator) -> Tensor:  # noqa: ARG002 nothing is random
        """The picture at the content's size. Raises PictureError like `check`."""
        height, width = content.shape[-2:]
        return resize(to_tensor(continued(self._read(width, height)), content.device), width, height)

    def check(self, width: int, height: int) -> None:
        """Raise PictureError if the picture cannot be read or used, or is of another shape than width × height."""
        self._read(width, height)

    def _read(self, width: int, height: int) -> Picture:
        name, picture = name_of(self.picture, "the start picture"), picture_from(self.picture)
        check_paintable(picture, name)
        if not has_shape(picture, width, height):
            raise PictureError(
                f"{name}: it is {picture.width}x{picture.height} and the result {width}x{height}: painting cannot "
                "start from a picture of another shape. Crop it like the content, or give --size the start's shape."
            )
        return picture


def has_shape(picture: Picture, width: int, height: int) -> bool:
    """Whether a picture can be brought to width × height without being visibly stretched."""
    rounding = 1 / min(width, height, picture.width, picture.height)
    return abs(picture.width * height / (picture.height * width) - 1) <= SHAPE_TOLERANCE + rounding
