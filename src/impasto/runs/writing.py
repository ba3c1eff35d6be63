"""How a run's result is written to its file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, get_args

from impasto.errors import InputError, OutputError

DEPTHS = (8, 16)


@dataclass(frozen=True)
class Writing:
    """How a result is written; what is None or not given is left to the photo and the format.

    depth: bits per channel, 8 or 16; the photo's own without it. quality: 1 … 100, of JPEG, WebP and AVIF; 95 without
    it. profile: `photo`, the photo's own colour space, or `srgb`. metadata: `public`, `all` or `none`, see
    `impasto.pictures.metadata.Kept`; with `none` the recipe is left out too.

    Raises InputError for anything else.
    """

    depth: int | None = None
    quality: int | None = None
    profile: str = "photo"
    metadata: str = "public"

    def __post_init__(self) -> None:
        from impasto.pictures.metadata import Kept
        from impasto.pictures.write import Profile

        if self.depth is not None and (isinstance(self.depth, bool) or self.depth not in DEPTHS):
            raise InputError(f"the depth is 8 or 16 bits a channel, not {self.depth}")
        if self.quality is not None and (isinstance(self.quality, bool) or not 1 <= self.quality <= 100):
            raise InputError(f"the quality is a number from 1 to 100, not {self.quality}")
        for what, given, known in (
            ("profile", self.profile, get_args(Profile)),
            ("metadata", self.metadata, get_args(Kept)),
        ):
            if given not in known:
                raise InputError(f"the {what} is one of {', '.join(known)}, not {given!r}")

    def check(self, path: str | os.PathLike[str]) -> None:
        """Raise OutputError if the format that a file of this name has cannot be written so."""
        from impasto.pictures.formats import format_for

        form = format_for(path)
        if self.depth is not None and self.depth not in form.depths:
            raise OutputError(
                f"{path}: {form.name} holds {form.depths[0]} bits a channel, not {self.depth}. Write .png or .tif."
            )
        if self.quality is not None and not form.lossy:
            raise OutputError(
                f"{path}: {form.name} is written without loss, so a quality means nothing. "
                "Leave it out, or write .jpg, .webp or .avif."
            )

    def suited(self, path: str | os.PathLike[str]) -> Writing:
        """The same for a file of another name: without the depth or quality that its format has not."""
        from impasto.pictures.formats import format_for

        form = format_for(path)
        depth = self.depth if self.depth in form.depths else None
        return replace(self, depth=depth, quality=self.quality if form.lossy else None)

    @property
    def keeps_recipe(self) -> bool:
        """Whether the recipe goes into the file."""
        return self.metadata != "none"

    def options(self) -> dict[str, Any]:
        """What `write_picture` is told."""
        return {name: value for name, value in asdict(self).items() if value is not None}


def writing_from(record: Mapping[str, Any]) -> Writing:
    """The writing that a run's record tells; the usual one if it tells none. Raises InputError for a damaged one."""
    try:
        return Writing(**record.get("writing", {}))
    except TypeError:
        raise InputError("run.json is damaged: its `writing` is not one of ours") from None
