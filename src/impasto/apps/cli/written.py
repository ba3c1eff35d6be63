"""The options that say how a result's file is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from impasto.apps.cli.options import RESULT

if TYPE_CHECKING:
    from impasto.runs.writing import Writing


@Parameter(name="*", group=RESULT)
@dataclass(frozen=True, kw_only=True)
class Written:
    """How the file of the result is written.

    Parameters
    ----------
    depth
        Bits per channel, 8 or 16 (PNG and TIFF); without it as many as the photo has.
    quality
        1 … 100, of JPEG, WebP and AVIF; 95 without it, 100 is without loss for the latter two.
    profile
        photo, the colour space of the photo, such as Display P3 or Adobe RGB; or srgb, for the web.
    metadata
        public keeps what the camera wrote but the place and serial numbers; all keeps these too; none writes nothing,
        not even the recipe.
    """

    depth: Annotated[int | None, Parameter(metavar="BITS")] = None
    quality: Annotated[int | None, Parameter(metavar="NUMBER")] = None
    profile: Annotated[Literal["photo", "srgb"], Parameter(show_default=False)] = "photo"
    metadata: Annotated[Literal["public", "all", "none"], Parameter(show_default=False)] = "public"

    def writing(self) -> Writing:
        """What a run is told. Raises InputError for a number that cannot be."""
        from impasto.runs.writing import Writing

        return Writing(self.depth, self.quality, self.profile, self.metadata)
