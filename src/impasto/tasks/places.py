"""Where on the picture what is painted: the masks of a job, brought to its size and made to go together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from impasto.errors import JobError
from impasto.pictures import Picture
from impasto.solve import Area, Target, resized_mask
from impasto.tasks.job import name_of
from impasto.tasks.masks import MaskSource, mask_for
from impasto.tasks.region import Region


@dataclass(frozen=True)
class Places:
    """areas: of the regions, and then of what they leave if that has styles; none where the whole picture is one.

    amount: how much is painted at each pixel, [1, 1, H, W]; None for all of it.
    """

    areas: tuple[Area, ...] = ()
    amount: Tensor | None = None

    @property
    def whole(self) -> bool:
        """Whether all of the picture is one, painted in full."""
        return not self.areas and self.amount is None

    def parts(self, photo: Tensor, styles: Sequence[Target]) -> Iterator[tuple[Tensor, tuple[Target, ...]]]:
        """How much of each area is painted at each pixel, [1, 1, H, W], and the styles of that area."""
        masks = [area.mask for area in self.areas] or [torch.ones_like(photo[:, :1])]
        for place, mask in enumerate(masks):
            where = mask if self.amount is None else mask * self.amount
            yield where.to(photo), tuple(style for style in styles if style.region == place)

    def resized(self, width: int, height: int) -> Places:
        """The same at another size."""
        areas = tuple(replace(area, mask=resized_mask(area.mask, width, height)) for area in self.areas)
        return Places(areas, None if self.amount is None else resized_mask(self.amount, width, height))


def places_on(
    content: Picture,
    regions: Sequence[Region],
    strength_map: MaskSource | None,
    protect: Sequence[MaskSource],
    rest: bool,
    device: torch.device | str,
) -> Places:
    """The masks at the size of `content`.

    rest: whether what no region covers has styles too; else nothing is painted there.
    Raises PictureError for a mask that will not do, JobError if nothing is left to paint, of all or of an area.
    """
    amount = amount_on(content, strength_map, protect)
    masks = [
        mask_for(region.mask, content, name_of(region.mask, f"the mask of region {i}"))
        for i, region in enumerate(regions, start=1)
    ]
    if masks and not rest:
        covered = torch.stack(masks).sum(0).clamp_max(1)
        amount = covered if amount is None else amount * covered
    masks = divided(masks, rest=rest)
    for i, mask in enumerate(masks, start=1):
        if amount is not None and not (mask * amount).any():
            where = f"region {i}" if i <= len(regions) else "what no region covers"
            raise JobError(f"{where} lies wholly where nothing is to be painted: look at --protect and --strength-map")
    weights = [region.weight for region in regions] + [1.0]
    return Places(
        tuple(Area(mask.to(device), weight) for mask, weight in zip(masks, weights, strict=False)),
        None if amount is None else amount.to(device),
    )


def divided(masks: Sequence[Tensor], *, rest: bool) -> list[Tensor]:
    """Masks that share each pixel between them, in the proportions of those given.

    rest: whether there is to be one more, of what they leave; else they share what they cover as if it were all.
    """
    if not masks:
        return []
    together = torch.stack(list(masks)).sum(0)
    if rest:
        return [*(mask / together.clamp_min(1) for mask in masks), (1 - together).clamp_min(0)]
    return [torch.where(together > 0, mask / together, torch.zeros(())) for mask in masks]


def amount_on(content: Picture, strength_map: MaskSource | None, protect: Sequence[MaskSource]) -> Tensor | None:
    """How much is painted at each pixel: as much as the strength map says, less what is protected."""
    if strength_map is None and not protect:
        return None
    amount = torch.ones(1, 1, content.height, content.width)
    if strength_map is not None:
        amount = mask_for(strength_map, content, name_of(strength_map, "the strength map"))
    for mask in protect:
        amount = amount * (1 - mask_for(mask, content, name_of(mask, "the mask that protects")))
    if not amount.any():
        raise JobError("all of the picture is protected, so nothing is left to paint")
    return amount
