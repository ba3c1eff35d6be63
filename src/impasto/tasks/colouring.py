"""How a job's colours are decided: from its strength and its colour control, before painting and after."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor

from impasto.pictures import Picture, continued
from impasto.solve import Target
from impasto.solve import resize as resize_image
from impasto.tasks.colour import Colour, FreeColour
from impasto.tasks.pixels import to_tensor
from impasto.tasks.places import Places


class Coloured(Protocol):
    """A job with a colour control."""

    @property
    def strength(self) -> float | None:
        """From 0, the photo, to 1; None for weights of its own."""

    @property
    def colour(self) -> Colour:
        """The control."""

    @property
    def content_picture(self) -> Picture:
        """The content at the size of the result."""

    @property
    def palette(self) -> tuple[Target, ...]:
        """The styles with their shares and masks, at a size that tells their colours."""

    def places(self, content: Picture, device: torch.device | str = "cpu") -> Places:
        """Where on the content what is painted."""
        ...


def control(job: Coloured) -> Colour:
    """The job's colour control; none at a strength of 0, where the result is the photo."""
    return FreeColour() if job.strength == 0 else job.colour


def ease(job: Coloured) -> float:
    """How much the control counts, 0 … 1: below a strength of 0.5 in proportion less."""
    return 1.0 if job.strength is None else min(1.0, 2 * job.strength)


def aimed_at(
    colour: Colour, ease: float, photo: Tensor, styles: tuple[Target, ...], places: Places
) -> tuple[Tensor, tuple[Target, ...]]:
    """Photo [1, 3, H, W] and styles as they are painted from: each area of the photo with its own styles.

    Where less is painted, the photo is changed less. ease: how much the control counts.
    """
    if places.whole:
        return colour.before(photo, styles, ease)
    aimed, found = photo.clone(), list[Target]()
    for where, own in places.parts(photo, styles):
        changed, moved = colour.before(photo, own, ease, where)
        aimed += where * (changed - photo)
        found += moved
    return aimed.clamp(0, 1), tuple(found)


def coloured(job: Coloured, image: Tensor) -> Tensor:
    """A painted image [1, 3, H, W] of any level in the colours it is handed out in, area by area."""
    colour = control(job)
    if not colour.recolours:
        return image
    painted = image.detach().float()
    photo = to_tensor(continued(job.content_picture), image.device)
    photo = resize_image(photo, image.shape[-1], image.shape[-2])
    places = job.places(job.content_picture, image.device).resized(image.shape[-1], image.shape[-2])
    if places.whole:
        return colour.after(painted, photo, job.palette, ease(job))
    changed = painted.clone()
    for where, own in places.parts(photo, job.palette):
        changed += where * (colour.after(painted, photo, own, ease(job), where) - painted)
    return changed.clamp(0, 1)
