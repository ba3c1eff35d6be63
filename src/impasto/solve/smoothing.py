"""A smooth metric for pictures: which changes of an image count as small.

A convolutional network's gradient is rich in pixel-fine lattice patterns, left by its strides and pooling, while what
a painting is made of lies at larger scales. Measured in the metric used here, a change costs more the finer it is, so
descent spends its first steps on shapes and strokes instead of grain. Lucid's Fourier-space images change the metric of
gradient ascent for the same reason (Olah, Mordvintsev & Schubert 2017, "Feature visualization", section on
preconditioning); here it is the starting point of a quasi-Newton method, which then learns the true curvature.
"""

from __future__ import annotations

import torch
from torch import Tensor

NOTCH = 0.01
"""How near to a wave of the lattice, in cycles per pixel, another wave is damped with it (standard deviation): a grid
is not the same all over a picture, so it is not one wave but a narrow band."""

PASSED = 0.02
"""What is left of the waves of the lattice; above 0, so that the metric remains one."""

OPPONENTS = ((1.0, 1.0, 1.0), (1.0, -1.0, 0.0), (1.0, 1.0, -2.0))
"""Brightness, red against green, and yellow against blue: orthogonal directions among red, green and blue."""


class Smoothing:
    """Multiplies each wave of an image by 1 / (1 + wavelength · frequency), mean 1 over the waves of brightness.

    wavelength: in pixels; waves much longer than this pass, those much shorter are damped in proportion to frequency.
    chroma: how many times as long the wavelength is for colour. What networks print into colour is mostly grain, for
        the statistics that they are matched in hardly see fine colour, and paintings have less of it than of light
        and dark.
    lattice: a power of two; waves that repeat with this many pixels across and down, or with a whole fraction of it,
        are damped to almost nothing: they are what a network of that stride prints. 1 damps none.
    The image is continued by reflection at its borders. The operation is symmetric and positive definite.
    """

    def __init__(
        self,
        height: int,
        width: int,
        wavelength: float,
        device: torch.device,
        *,
        chroma: float = 1.0,
        lattice: int = 1,
    ) -> None:
        rows = torch.fft.fftfreq(2 * height, device=device)[:, None]
        columns = torch.fft.rfftfreq(2 * width, device=device)[None]
        frequency = (rows.square() + columns.square()).sqrt()
        brightness, colour = (1 / (1 + length * frequency) for length in (wavelength, wavelength * chroma))
        self.gain = torch.stack([brightness, colour, colour]) * off_lattice(rows, columns, lattice) / brightness.mean()
        opponents = torch.tensor(OPPONENTS, device=device)
        self.opponents = opponents / opponents.norm(dim=1, keepdim=True)
        self.height, self.width = height, width

    def __call__(self, image: Tensor) -> Tensor:
        """Smooth [1, 3, H, W]; the result has the same shape."""
        opponents = self.opponents.to(image)
        colours = torch.einsum("oc,nchw->nohw", opponents, image)
        wide = torch.cat([colours, colours.flip(-1)], dim=-1)
        whole = torch.cat([wide, wide.flip(-2)], dim=-2)
        smooth = torch.fft.irfft2(torch.fft.rfft2(whole) * self.gain, s=(2 * self.height, 2 * self.width))
        corner = smooth[..., : self.height, : self.width]
        return torch.einsum("oc,nohw->nchw", opponents, corner).contiguous()


def off_lattice(rows: Tensor, columns: Tensor, lattice: int) -> Tensor:
    """Near 0 for waves that repeat with `lattice` pixels or a fraction of it, 1 away from them and for long waves.

    rows [H, 1], columns [1, W]: frequencies in cycles per pixel.
    """
    apart = [(frequency * lattice - (frequency * lattice).round()) / lattice for frequency in (rows, columns)]
    near = torch.exp(-(apart[0].square() + apart[1].square()) / (2 * NOTCH**2))
    long = (rows.abs() < 0.5 / lattice) & (columns.abs() < 0.5 / lattice)
    return torch.where(long, 1.0, 1 - (1 - PASSED) * near)
