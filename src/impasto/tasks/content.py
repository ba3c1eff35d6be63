"""The picture whose things stay where they are, as jobs paint from it."""

from __future__ import annotations

from collections.abc import Callable

from impasto.pictures import Picture, check_paintable, check_result_size, parse_size, picture_from, resize
from impasto.tasks.job import PictureSource, name_of


def content_at(source: PictureSource, size: str | None, check_room: Callable[[int, int], None]) -> Picture:
    """The content at the size of the result: `"512"` the longer side, `"640x480"` exactly, None its own.

    check_room: raises for a width and height that there is no room for. Raises PictureError if the picture cannot be
    painted at that size, and what `check_room` does.
    """
    picture, name = picture_from(source), name_of(source, "the content picture")
    check_paintable(picture, name)
    wanted = parse_size(size)
    width, height = (picture.width, picture.height) if wanted is None else wanted.fit(picture.width, picture.height)
    check_result_size(width, height, name)
    check_room(width, height)
    return picture if wanted is None else resize(picture, width, height)
