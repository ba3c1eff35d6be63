"""What a colour control does after painting, for a network that paints without its styles at hand.

Of the styles a control asks for their colours alone, so a network's file keeps some of those, in their shares, as text:
`colours_kept`.
"""

from __future__ import annotations

import base64
import binascii

import numpy as np
import torch
from torch import Tensor

from impasto.errors import CorruptError
from impasto.solve import Target, in_grey
from impasto.tasks.colour_matching import sampled
from impasto.tasks.colouring import control, ease
from impasto.tasks.stylize import StylizeJob

KEPT = 2048
"""How many of the styles' colours are kept."""


def colours_kept(job: StylizeJob) -> str:
    """Of the colours of the job's styles, as many of each as its share asks for, `KEPT`: 8 bits a channel, base64."""
    colours = sampled(job.palette)
    chosen = colours[:, np.arange(KEPT) * colours.shape[1] // KEPT]
    return base64.b64encode(np.rint(chosen.T * 255).clip(0, 255).astype(np.uint8).tobytes()).decode()


def palette_kept(text: str) -> tuple[Target, ...]:
    """The styles for their colours alone, from what `colours_kept` gave. Raises CorruptError for any other text."""
    try:
        data = np.frombuffer(base64.b64decode(text, validate=True), np.uint8).reshape(-1, 3)
    except (binascii.Error, ValueError) as error:
        raise CorruptError(f"the colours kept of the styles are damaged ({error})") from None
    if not len(data):
        raise CorruptError("no colours of the styles were kept")
    return (Target(torch.from_numpy(data.T.astype(np.float32) / 255)[None, :, None]),)


def recoloured(job: StylizeJob, palette: tuple[Target, ...], painted: Tensor, photo: Tensor) -> Tensor:
    """What a network of a job's style painted of a photo, [1, 3, H, W] both, in the colours it is handed out in.

    The job says by which control; its pictures are not looked at.
    """
    colour = control(job)
    if not colour.recolours:
        return painted
    return colour.after(in_grey(painted) if colour.grey else painted, photo, palette, ease(job))
