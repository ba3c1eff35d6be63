"""How a stylise job's colours are decided: from its strength and its colour control, before painting and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch import Tensor

from impasto.pictures import Size, composite, picture_from, resize
from impasto.solve import Target
from impasto.solve import resize as resize_image
from impasto.tasks.colour import Colour, FreeColour
from impasto.tasks.pixels import to_tensor

if TYPE_CHECKING:
    from impasto.tasks.stylize import StylizeJob

PALETTE_SIDE = 512
"""The longer side in pixels to which styles are brought whose colours alone are asked for."""


def control(job: StylizeJob) -> Colour:
    """The job's colour control; none at a strength of 0, where the result is the photo."""
    return FreeColour() if job.strength == 0 else job.colour


def ease(job: StylizeJob) -> float:
    """How much the control counts, 0 … 1: below a strength of 0.5 in proportion less."""
    return 1.0 if job.strength is None else min(1.0, 2 * job.strength)


def aimed_at(job: StylizeJob, photo: Tensor, styles: tuple[Target, ...]) -> tuple[Tensor, tuple[Target, ...]]:
    """Photo [1, 3, H, W] and styles as they are painted from."""
    return control(job).before(photo, styles, ease(job))


def coloured(job: StylizeJob, image: Tensor) -> Tensor:
    """A painted image [1, 3, H, W] of any level in the colours it is handed out in."""
    colour = control(job)
    if not colour.recolours:
        return image
    photo = to_tensor(composite(job.content_picture), image.device)
    photo = resize_image(photo, image.shape[-1], image.shape[-2])
    return colour.after(image.detach().float(), photo, job.palette, ease(job))


def palette_of(job: StylizeJob) -> tuple[Target, ...]:
    """The styles with their shares, no larger than tells their colours."""
    shares = job.style_weights or (1.0,) * len(job.styles)
    found = []
    for source, share in zip(job.styles, shares, strict=True):
        picture = composite(picture_from(source))
        if max(picture.width, picture.height) > PALETTE_SIDE:
            picture = resize(picture, *Size(longest=PALETTE_SIDE).fit(picture.width, picture.height))
        found.append(Target(to_tensor(picture), share))
    return tuple(target for target in found if target.share)
