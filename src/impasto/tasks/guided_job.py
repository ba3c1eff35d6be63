"""What a job has that takes the manner of pictures: which, how they are looked at, where each counts and how much."""

from __future__ import annotations

import abc
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Annotated, Any

import torch

from impasto.backbones import Backbone
from impasto.errors import JobError
from impasto.pictures import Picture
from impasto.registry import OneOf
from impasto.solve import Target
from impasto.tasks.job import PictureSource, name_of, picture_source
from impasto.tasks.manner import Manner
from impasto.tasks.masks import MaskSource, mask_inputs, mask_source
from impasto.tasks.network_job import NetworkJob
from impasto.tasks.places import Places, places_on
from impasto.tasks.region import REGIONS, Region

PALETTE_SIDE = 512
"""The longer side in pixels to which styles are brought whose colours alone are asked for."""

COVERED = 1 / 255
"""The largest share that may be left of any pixel for the regions to cover the picture."""


@dataclass(frozen=True, kw_only=True)
class GuidedJob(NetworkJob):
    """A job with styles, and masks that say where they count.

    styles: pictures whose manner is taken; their statistics are blended in the shares `style_weights` (equal if not
        given). With regions, they are for what no region covers; without any, that stays the photo.
    style_masks: for each style which part of it counts, or `all` of it; none means all. `alpha` is its transparency.
    style_layer_weights: for each style what its share is multiplied by at each style layer, from the first: fine
        strokes of one and the large forms of another. None means alike at all.
    style_scale: the longer side of each style over the longer side of the result; larger means larger brushwork.
    style_rotation: by how many degrees the styles are turned clockwise.
    style_crops: how many pieces, each as large as the result, are measured of a style that its scale makes larger; they
        are spread over it evenly and their statistics add up. 0 measures it whole.
    regions: parts of the picture with styles of their own.
    strength_map: white where all of the style is wanted, black where the photo stays, greys between.
    protect: masks of what stays as it is in the photo.

    Masks have the shape of the picture they are for and any size.
    """

    styles: tuple[PictureSource, ...]
    style_weights: tuple[float, ...] = ()
    style_masks: tuple[MaskSource, ...] = ()
    style_layer_weights: tuple[tuple[float, ...], ...] = ()
    style_scale: float = 1.0
    style_rotation: float = 0.0
    style_crops: int = 0
    regions: tuple[Annotated[Region, OneOf(REGIONS)], ...] = ()
    strength_map: MaskSource | None = None
    protect: tuple[MaskSource, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        styles = self.styles if isinstance(self.styles, tuple | list) else (self.styles,)
        object.__setattr__(self, "styles", tuple(picture_source(style) for style in styles))
        for name in ("style_weights", "regions"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        object.__setattr__(self, "style_layer_weights", tuple(tuple(row) for row in self.style_layer_weights))
        for name in ("style_masks", "protect"):
            given = getattr(self, name)
            masks = given if isinstance(given, tuple | list) else (given,)
            object.__setattr__(self, name, tuple(mask_source(mask) for mask in masks))
        if self.strength_map is not None:
            object.__setattr__(self, "strength_map", mask_source(self.strength_map))
        if not self.styles and not self.regions:
            raise JobError("a style picture is needed: name at least one")
        for manner in self.manners:
            manner.check_values()

    @property
    @abc.abstractmethod
    def style_layers(self) -> tuple[str, ...]:
        """The layers at which losses of style look, each once."""

    @property
    def manners(self) -> tuple[Manner, ...]:
        """The styles of each region, and those of the rest, or of the whole picture, if there are any."""
        of_regions = [
            Manner(
                styles=region.styles,
                weights=region.style_weights,
                masks=region.style_masks,
                layer_weights=region.style_layer_weights,
                scale=self.style_scale * region.scale,
                rotation=self.style_rotation + region.rotation,
                crops=self.style_crops,
                region=place,
                place=f" of region {place + 1}",
            )
            for place, region in enumerate(self.regions)
        ]
        if not self.styles:
            return tuple(of_regions)
        rest = Manner(
            styles=self.styles,
            weights=self.style_weights,
            masks=self.style_masks,
            layer_weights=self.style_layer_weights,
            scale=self.style_scale,
            rotation=self.style_rotation,
            crops=self.style_crops,
            region=len(of_regions),
        )
        return (*of_regions, rest)

    @property
    def style_inputs(self) -> dict[str, PictureSource]:
        """The styles, those of regions, and all masks, by names like `style1`, `region1_style1`, `mask_of_region1`."""
        found = named("style", self.styles)
        masks: dict[str, MaskSource] = named("mask_of_style", self.style_masks)
        for i, region in enumerate(self.regions, start=1):
            found |= named(f"region{i}_style", region.styles)
            masks |= {f"mask_of_region{i}": region.mask}
            masks |= named(f"mask_of_region{i}_style", region.style_masks)
        masks |= named("mask_that_protects", self.protect)
        masks |= {} if self.strength_map is None else {"mask_of_strength": self.strength_map}
        return {**found, **mask_inputs(masks)}

    def with_styles(self, inputs: Mapping[str, PictureSource]) -> dict[str, Any]:
        """The fields of the job with other pictures, by the names of `style_inputs`; those not named stay."""
        regions = tuple(
            replace(
                region,
                mask=inputs.get(f"mask_of_region{i}", region.mask),
                styles=others(f"region{i}_style", region.styles, inputs),
                style_masks=others(f"mask_of_region{i}_style", region.style_masks, inputs),
            )
            for i, region in enumerate(self.regions, start=1)
        )
        return {
            "styles": others("style", self.styles, inputs),
            "style_masks": others("mask_of_style", self.style_masks, inputs),
            "regions": regions,
            "protect": others("mask_that_protects", self.protect, inputs),
            "strength_map": inputs.get("mask_of_strength", self.strength_map),
        }

    def check_styles(self, content: Picture) -> None:
        """Raise PictureError for a style or a mask that will not do, JobError for masks that do not go together."""
        for manner in self.manners:
            manner.check(self.style_layers)
        areas = self.places(content).areas
        if self.styles and areas and float(areas[-1].mask.max()) <= COVERED:
            called = name_of(self.styles[0], "the style")
            raise JobError(f"the regions cover the whole picture, so nothing is left for {called}: leave it out")

    def places(self, content: Picture, device: torch.device | str = "cpu") -> Places:
        """Where on the content, at its size in the result, what is painted. Raises like `check_styles`."""
        return places_on(content, self.regions, self.strength_map, self.protect, bool(self.styles), device)

    def style_targets(self, content: Picture, backbone: Backbone, layers: tuple[str, ...]) -> tuple[Target, ...]:
        """The styles at the size they have beside the full-size result, with their shares and masks."""
        longer, least = max(content.width, content.height), backbone.least_side(layers)
        return tuple(
            target
            for manner in self.manners
            for target in manner.targets(longer, least, self.style_layers, backbone.device)
        )

    @cached_property
    def palette(self) -> tuple[Target, ...]:
        """The styles with their shares and masks, at a size that tells their colours; read once.

        Raises PictureError like `check_styles`.
        """
        return tuple(target for manner in self.manners for target in manner.palette(PALETTE_SIDE))


def named(word: str, sources: tuple[Any, ...]) -> dict[str, Any]:
    """Pictures by a word and their number from 1."""
    return {f"{word}{i}": source for i, source in enumerate(sources, start=1)}


def others(word: str, sources: tuple[Any, ...], inputs: Mapping[str, Any]) -> tuple[Any, ...]:
    """Pictures with those in their places that are named by the word and their number."""
    return tuple(inputs.get(f"{word}{i}", source) for i, source in enumerate(sources, start=1))
