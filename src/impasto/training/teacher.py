"""The teacher: a job to stylise, whose objective a network is taught with instead of a picture being painted by it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from impasto.errors import JobError
from impasto.pictures import Picture, parse_size
from impasto.solve import BatchObjective, Target, in_grey
from impasto.solve import resize as resize_image
from impasto.tasks import StylizeJob
from impasto.tasks.colour import Colour, LuminanceColour, PhotoColour
from impasto.tasks.colouring import control, ease

PALETTE_SIDE = 128
"""The longer side in pixels at which the styles tell their colours to a batch of photos; matched as at any other."""

DEFAULT_SIZE = 512
"""The longer side in pixels that a result is taken to have, beside which styles are seen, if the job names none."""


class Teacher:
    """A job's objective for batches of photos, on crops of `pixels` × `pixels`.

    The job's content does not count. Its styles are seen at the size they have beside a result of the job's size, so
    that brushwork is as large as the job paints it, whatever the crops.

    Raises JobError for a job that is about one picture and cannot be taught, PictureError for styles that will not do,
    WeightsError if the weights cannot be had.
    """

    def __init__(self, job: StylizeJob, pixels: int) -> None:
        check_teachable(job)
        self.job = job
        longer = longer_side(job)
        photo = Picture(np.full((3, min(pixels, longer), longer), 0.5, np.float32))  # as long as the job's result
        placed = replace(job, content=photo, size=None, smallest=longer)
        if "network" in vars(job):
            vars(placed)["network"] = job.network
        problem = placed.problem()
        self.objective = BatchObjective(problem)
        self.device, self.precision = problem.backbone.device, problem.backbone.precision
        self.grey = problem.grey
        self.weighed = False
        self.colour: Colour = control(job)
        self.ease = ease(job)
        self.palette = tuple(_small(target) for target in job.palette)

    def aims(self, photos: Tensor) -> Tensor:
        """The photos [N, 3, H, W] as the objective holds on to them: in the colours that the control asks for."""
        return torch.cat([self.colour.before(photo[None], self.palette, self.ease)[0] for photo in photos])

    def shown(self, paintings: Tensor) -> Tensor:
        """What of paintings [N, 3, H, W] the objective sees: of grey painting, light and dark alone."""
        return in_grey(paintings) if self.grey else paintings

    def balance(self, photos: Tensor) -> None:
        """Weigh the terms by photos [N, 3, H, W], see `BatchObjective.balance`."""
        self.objective.balance([aim[None] for aim in self.aims(photos)])
        self.weighed = True


def check_teachable(job: StylizeJob) -> None:
    """Raise JobError for a job whose objective depends on the one photo it is for."""
    reasons = [
        (bool(job.regions), "regions are places of one photo: teach a network for each style"),
        (job.strength_map is not None or bool(job.protect), "masks of one photo cannot be learnt: leave them out"),
        (bool(job.dream), "what is dreamt into a picture cannot be learnt: leave the dream out"),
        (bool(job.style_layer_weights), "weights of a style by layer are not taught: leave style_layer_weights out"),
        (job.strength == 0, "at a strength of 0 there is nothing to learn: the result is the photo"),
        (
            isinstance(job.colour, PhotoColour) and job.colour.prepares,
            "styles in the colours of each photo are no one style: let the colours be moved after painting "
            "(--set colour.when=after), or choose another --colour",
        ),
        (
            isinstance(job.colour, LuminanceColour) and job.colour.lightness == "photo",
            "styles in the lightness of each photo are no one style: take --set colour.lightness=style",
        ),
    ]
    for holds, reason in reasons:
        if holds:
            raise JobError(f"this job cannot teach a network: {reason}")


def longer_side(job: StylizeJob) -> int:
    """The longer side in pixels of what the job paints."""
    size = parse_size(job.size)
    return DEFAULT_SIZE if size is None else max(size.fit(1000, 1000))


def _small(target: Target) -> Target:
    """A style for its colours alone, small."""
    height, width = target.image.shape[-2:]
    scale = min(1.0, PALETTE_SIDE / max(height, width))
    sides = [max(1, round(side * scale)) for side in (width, height)]
    mask = None if target.mask is None else resize_image(target.mask, *sides)
    return replace(target, image=resize_image(target.image, *sides), mask=mask)
