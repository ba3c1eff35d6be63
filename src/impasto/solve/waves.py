"""A picture as the sum of waves of decorrelated colour, in which natural pictures are simple.

In photographs neighbouring pixels, and red, green and blue, say nearly the same, so that a step of equal size in every
pixel is nothing like a step from one natural picture to another, and gradient ascent on pixels ends in noise. Taken
apart into waves, each divided by the amplitude it has in photographs, which falls off as 1 over its frequency, and into
colours that do not go together, pictures have parts of equal size that go their own ways (Olah, Mordvintsev & Schubert
2017, "Feature visualization", section on preconditioning and parameterization).
"""

from __future__ import annotations

import torch
from torch import Tensor

COLOURS = (
    (0.5267, 0.2759, 0.2097),
    (0.2759, 0.3989, 0.3128),
    (0.2097, 0.3128, 0.4772),
)
"""The symmetric root of the covariance of red, green and blue in photographs, pixels through the inverse of the
logistic function, divided by its largest eigenvalue: measured by `benchmarks/colour_correlation.py` on the sample
photographs."""

AMPLITUDE = 0.25
"""What a wave of one cycle per pixel and amplitude 1 comes to before the logistic function."""

FINEST = 0.2
"""In cycles per pixel. Finer waves are smaller than those of photographs, as the fourth power: what networks ask for
there is dots that hide the rest."""

MARGIN = 1 / 510
"""Half a step of an 8-bit channel: as near to 0 or 1 as a pixel of a given picture is taken."""


class Waves:
    """From amplitudes of waves [1, 3, H, W] to an image of that shape inside (0, 1), and back.

    The image continues at its opposite border. A wave of frequency f, in cycles per pixel, is a cosine plus a sine, of
    which there are as many as pixels: the transform of Hartley (1942), which is its own inverse.
    """

    def __init__(self, height: int, width: int, device: torch.device) -> None:
        rows, columns = (torch.fft.fftfreq(side, dtype=torch.float64) for side in (height, width))
        frequency = (rows[:, None].square() + columns.square()).sqrt()
        natural = AMPLITUDE / frequency.clamp_min(1 / max(height, width))
        self.gain = (natural / (1 + (frequency / FINEST) ** 4)).float().to(device)
        colours = torch.tensor(COLOURS, dtype=torch.float64)
        self.colours, self.decorrelated = colours.float().to(device), colours.inverse().float().to(device)

    def image(self, amplitudes: Tensor) -> Tensor:
        """The image of these waves."""
        return mixed(self.colours, hartley(self.gain * amplitudes)).sigmoid_()

    def amplitudes(self, image: Tensor) -> Tensor:
        """The waves of an image, its pixels taken no nearer to 0 and 1 than half an 8-bit step."""
        return hartley(mixed(self.decorrelated, torch.logit(image, MARGIN))).div_(self.gain)

    def gradient(self, image: Tensor, gradient: Tensor) -> Tensor:
        """The gradient to the amplitudes, from that to their image: `image` must be what `self.image` made of them."""
        before_squash = gradient * image * (1 - image)
        return hartley(mixed(self.colours.T, before_squash)).mul_(self.gain)


def hartley(image: Tensor) -> Tensor:
    """The orthonormal Hartley transform of [..., H, W]: products with cos + sin of 2π (ky/H + lx/W), real numbers."""
    waves: Tensor = torch.fft.fft2(image, norm="ortho")
    return waves.real - waves.imag


def mixed(colours: Tensor, image: Tensor) -> Tensor:
    """Every pixel of [1, 3, H, W] multiplied by a matrix of colours [3, 3]."""
    return (colours @ image.flatten(2)).view(image.shape)
