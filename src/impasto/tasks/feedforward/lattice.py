"""Taking the lattice out of a decoded picture.

A decoder that enlarges by repeating pixels leaves a pattern that comes back every 4 pixels. It is what the mean of the
pixels 4, 8, 12 … away, across and down, has more than the mean of all pixels around: both under one Gaussian bell, so
that slopes cancel. That is a stop band about the frequencies (i, j)/4 but (0, 0), so narrow that strokes stay. It is
looked for in fine detail alone and within limits, so that edges cast no pattern of their own.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import conv2d

from impasto.backbones.decoder import LATTICE

BELL = 8.0
"""Standard deviation in pixels of the bell under which means are taken: the band is about 1/(2π · 8) wide."""

DETAIL = 2.0
"""Standard deviation in pixels of the bell whose mean is taken from a picture to leave its fine detail."""

MOST = 0.1
"""Detail beyond this, of 0 … 1, counts as this much."""

CUT = 3
"""Standard deviations at which a bell ends."""

STRIP = 512
"""Rows that are computed at once."""


def without_lattice(image: Tensor) -> Tensor:
    """[1, 3, H, W] in 0 … 1 without what comes back every `LATTICE` pixels down and across, in strips."""
    height, reach = image.shape[-2], reach_of(BELL) + reach_of(DETAIL)
    strips = []
    for start in range(0, height, STRIP):
        first, end = max(0, start - reach), min(height, start + STRIP + reach)
        strips.append(_cleaned(image[..., first:end, :])[..., start - first : start - first + STRIP, :])
    return torch.cat(strips, dim=-2)


def reach_of(deviation: float) -> int:
    """How many pixels to each side a bell reaches."""
    return int(CUT * deviation)


def _cleaned(image: Tensor) -> Tensor:
    detail = (image - under_bell(image, DETAIL)).clamp_(-MOST, MOST)
    lattice = under_bell(detail, BELL, LATTICE) - under_bell(detail, BELL)
    return (image - lattice).clamp_(0, 1)


def under_bell(image: Tensor, deviation: float, step: int = 1) -> Tensor:
    """The means of [1, C, H, W] over every `step`-th pixel around, down and across, under a Gaussian bell.

    Beyond the borders nothing counts.
    """
    taps = reach_of(deviation) // step
    away = torch.arange(-taps, taps + 1, dtype=torch.float32, device=image.device) * step
    bell = torch.exp(-away.square() / (2 * deviation**2))
    channels = image.shape[1]
    for axis in (0, 1):
        shape, steps = ((1, 1, -1, 1), (step, 1)) if axis == 0 else ((1, 1, 1, -1), (1, step))
        kernel = bell.view(shape)
        padding = tuple(taps * each if n == axis else 0 for n, each in enumerate((step, step)))
        line = torch.ones_like(image[:, :1, :, :1] if axis == 0 else image[:, :1, :1, :])
        weights = conv2d(line, kernel, padding=padding, dilation=steps)
        image = conv2d(image, kernel.expand(channels, -1, -1, -1), None, 1, padding, steps, channels) / weights
    return image
