"""A region of the picture that is painted in the manner of styles of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from impasto.errors import JobError
from impasto.registry import Registry
from impasto.tasks.job import PictureSource, picture_source
from impasto.tasks.masks import MaskSource, mask_source

REGIONS: Registry[type[Region]] = Registry("region")


@dataclass(frozen=True, kw_only=True)
class Region:
    """Where, and in whose manner. Sizes, turns and weights are beside those of the job.

    mask: white where the region is, black where it is not, greys between; it has the shape of the content. `alpha` is
        the content's own transparency, `all` the whole picture. Where masks together are above white, each gets its
        share of them.
    styles: the pictures whose manner is taken, blended in the shares `style_weights` (equal if not given).
    style_masks: for each style which part of it counts, or `all` of it; none means all.
    style_layer_weights: for each style what its share is multiplied by at each style layer, from the first.
    weight: what the pull of the styles is multiplied by.
    scale: what the job's `style_scale` is multiplied by. rotation: degrees clockwise beside the job's.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid", "arbitrary_types_allowed": True}

    kind: Literal["region"] = "region"
    mask: MaskSource
    styles: tuple[PictureSource, ...]
    style_weights: tuple[float, ...] = ()
    style_masks: tuple[MaskSource, ...] = ()
    style_layer_weights: tuple[tuple[float, ...], ...] = ()
    weight: float = 1.0
    scale: float = 1.0
    rotation: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "mask", mask_source(self.mask))
        styles = self.styles if isinstance(self.styles, tuple | list) else (self.styles,)
        object.__setattr__(self, "styles", tuple(picture_source(style) for style in styles))
        object.__setattr__(self, "style_weights", tuple(self.style_weights))
        object.__setattr__(self, "style_masks", tuple(mask_source(mask) for mask in self.style_masks))
        object.__setattr__(self, "style_layer_weights", tuple(tuple(row) for row in self.style_layer_weights))
        if not self.styles:
            raise JobError("a region needs a style picture: name at least one")
        if not 0 < self.weight < float("inf"):
            raise JobError(f"the weight of a region must be a number above 0, not {self.weight}")
        if not 0 < self.scale <= 8:
            raise JobError(f"the scale of a region must lie above 0 and up to 8, not {self.scale}")


REGIONS.add("region", Region)
