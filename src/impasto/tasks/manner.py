"""The pictures whose manner is taken in one place, made ready to be measured: scaled, turned, masked and cut."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

from impasto.errors import JobError, PictureError
from impasto.pictures import Picture, check_paintable, composite, picture_from, resize
from impasto.solve import Target, resized_mask
from impasto.tasks.job import PictureSource, name_of
from impasto.tasks.masks import ALL, MaskSource, mask_for
from impasto.tasks.pixels import fit_longer_side, to_tensor

MOST_CROPS = 64

PLASTIC = 1.32471795724474602596
"""The root of x³ = x + 1. Multiples of 1/x and 1/x², their whole parts left out, lie evenly in a square, however many
there are (Roberts 2018, "The unreasonable effectiveness of quasirandom sequences")."""


@dataclass(frozen=True)
class Manner:
    """Styles, how much each counts, and how they are looked at.

    weights, masks, layer_weights: none, or one to a style. scale: the longer side of each style over the result's.
    rotation: degrees clockwise. crops: how many pieces as large as the result are measured of a larger style; 0
    measures it whole. region: its place. place: how messages go on after what is amiss, such as " of region 1".
    """

    styles: tuple[PictureSource, ...]
    weights: tuple[float, ...]
    masks: tuple[MaskSource, ...]
    layer_weights: tuple[tuple[float, ...], ...]
    scale: float
    rotation: float
    crops: int
    region: int = 0
    place: str = ""

    def check_values(self) -> None:
        """Raise JobError for numbers out of range, and lists of another length than the styles."""
        count, place = len(self.styles), self.place
        for given, what in ((self.weights, "weights"), (self.masks, "masks"), (self.layer_weights, "layer weights")):
            if given and len(given) != count:
                one = what.removesuffix("s") if what != "layer weights" else "row of layer weights"
                raise JobError(f"{count} styles but {len(given)} style {what}{place}; give one {one} to a style")
        if any(not 0 <= w < float("inf") for w in self.weights) or (self.weights and not sum(self.weights)):
            raise JobError(f"style weights{place} must be 0 or more and not all 0: {list(self.weights)}")
        if any(not 0 <= w < float("inf") for row in self.layer_weights for w in row):
            raise JobError(f"style layer weights{place} must be 0 or more: {[list(row) for row in self.layer_weights]}")
        if not 0 < self.scale <= 8:
            raise JobError(f"style_scale{place} must lie above 0 and up to 8, not {self.scale}")
        if not -360 <= self.rotation <= 360:
            raise JobError(f"style_rotation{place} must lie between -360 and 360 degrees, not {self.rotation}")
        if not 0 <= self.crops <= MOST_CROPS:
            raise JobError(f"style_crops must be a whole number from 0 to {MOST_CROPS}, not {self.crops}")
        if self.crops and self.scale <= 1:
            raise JobError(
                "style_crops cuts pieces as large as the result out of styles that are larger, and "
                f"style_scale{place} is {self.scale:g}: give a scale above 1"
            )

    def check(self, layers: Sequence[str]) -> None:
        """Raise PictureError for a style or a mask that will not do, JobError for layer weights of another number.

        layers: those that the style losses look at.
        """
        self._check_rows(layers)
        for place in range(len(self.styles)):
            self._read(place)

    def _check_rows(self, layers: Sequence[str]) -> None:
        for row in self.layer_weights:
            if len(row) != len(layers):
                raise JobError(
                    f"{len(row)} layer weights of a style{self.place}, but styles are looked at at {len(layers)} "
                    f"layers: {', '.join(layers)}"
                )

    def _read(self, place: int) -> tuple[Picture, Tensor | None]:
        """A style, and the mask of what counts of it, None if all does."""
        source, mask = self.styles[place], self.masks[place] if self.masks else ALL
        picture = picture_from(source)
        check_paintable(picture, name_of(source, "a style picture"))
        return picture, None if mask == ALL else mask_for(mask, picture, name_of(mask, "a style mask"))

    def targets(self, longer: int, least: int, layers: Sequence[str], device: torch.device) -> tuple[Target, ...]:
        """The styles beside a result with this longer side, with their shares; those of no share are left out.

        least: the shortest side that the network can look at. layers: those that the style losses look at.
        Raises like `check`.
        """
        self._check_rows(layers)
        found: list[Target] = []
        for i, share in enumerate(self.weights or (1.0,) * len(self.styles)):
            if not share:
                continue
            picture, mask = self._read(i)
            width, height = fit_longer_side(picture, longer * self.scale, least)
            image = to_tensor(resize(composite(picture), width, height), device)
            counting = None if mask is None else resized_mask(mask, width, height).to(device)
            row = dict(zip(layers, self.layer_weights[i], strict=True)) if self.layer_weights else {}
            for piece, seen, part in self._pieces(*turned(image, counting, self.rotation), max(longer, least)):
                found.append(Target(piece, share * part, mask=seen, region=self.region, layers=row))
        return tuple(found)

    def palette(self, side: int) -> tuple[Target, ...]:
        """The styles for their colours alone, none with a longer side than this, with their shares and masks."""
        found = []
        for i, share in enumerate(self.weights or (1.0,) * len(self.styles)):
            picture, mask = self._read(i)
            width, height = fit_longer_side(picture, min(side, max(picture.width, picture.height)), 1)
            image = to_tensor(resize(composite(picture), width, height))
            counting = None if mask is None else resized_mask(mask, width, height)
            found.append(Target(image, share, mask=counting, region=self.region))
        return tuple(target for target in found if target.share)

    def _pieces(self, image: Tensor, mask: Tensor | None, side: int) -> Iterator[tuple[Tensor, Tensor | None, float]]:
        """What is measured of a style, its mask, and its share: the whole, or crops that the mask leaves some of."""
        if not self.crops:
            yield image, mask, 1.0
            return
        boxes = list(boxes_in(image, self.crops, side))
        parts = [1.0 if mask is None else float(mask[..., rows, columns].mean()) for rows, columns in boxes]
        if not sum(parts):
            raise PictureError(
                f"a style mask{self.place} leaves nothing of the style's crops: take more of them, or none"
            )
        for (rows, columns), part in zip(boxes, parts, strict=True):
            if part:
                seen = None if mask is None else mask[..., rows, columns]
                yield image[..., rows, columns], seen, part / sum(parts)


def boxes_in(image: Tensor, count: int, side: int) -> Iterator[tuple[slice, slice]]:
    """Rows and columns of boxes with sides of up to `side` pixels, spread evenly over [1, 3, H, W]."""
    height, width = image.shape[-2:]
    high, wide = min(height, side), min(width, side)
    for i in range(count):
        down, across = ((0.5 + (i + 1) / PLASTIC**power) % 1 for power in (1, 2))
        top, left = round(down * (height - high)), round(across * (width - wide))
        yield slice(top, top + high), slice(left, left + wide)


def turned(image: Tensor, mask: Tensor | None, degrees: float) -> tuple[Tensor, Tensor | None]:
    """A style [1, 3, H, W] and its mask turned clockwise, by quarters exactly, else about the middle.

    What comes in at the corners is the mirror image of what is there, so that nothing foreign is seen, and is masked,
    so that it does not count.
    """
    rest = (degrees + 45) % 90 - 45
    quarters = round((degrees - rest) / 90)
    image = torch.rot90(image, -quarters, (-2, -1))
    mask = None if mask is None else torch.rot90(mask, -quarters, (-2, -1))
    if not rest:
        return image.contiguous(), mask
    height, width = image.shape[-2:]
    cosine, sine = math.cos(math.radians(rest)), math.sin(math.radians(rest))
    place = image.new_tensor([[[cosine, sine * height / width, 0], [-sine * width / height, cosine, 0]]])
    grid = affine_grid(place, [1, 3, height, width], align_corners=False)
    seen = grid_sample(image, grid, mode="bicubic", padding_mode="reflection", align_corners=False).clamp(0, 1)
    counting = torch.ones_like(image[:, :1]) if mask is None else mask
    return seen, grid_sample(counting, grid, mode="bilinear", padding_mode="zeros", align_corners=False)
