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


class Smoothing:
    """Multiplies each wave of an image by 1 / (1 + wavelength · frequency), mean 1 over all waves.

    wavelength: in pixels; waves much longer than this pass, those much shorter are damped in proportion to frequency.
    The image is continued by reflection at its borders. The operation is symmetric and positive definite.
    """

    def __init__(self, height: int, width: int, wavelength: float, device: torch.device) -> None:
        rows = torch.fft.fftfreq(2 * height, device=device)[:, None]
        columns = torch.fft.rfftfreq(2 * width, device=device)[None]
        gain = 1 / (1 + wavelength * (rows.square() + columns.square()).sqrt())
        self.gain = gain / gain.mean()
        self.height, self.width = height, width

    def __call__(self, image: Tensor) -> Tensor:
        """Smooth [1, 3, H, W]; the result has the same shape."""
        wide = torch.cat([image, image.flip(-1)], dim=-1)
        whole = torch.cat([wide, wide.flip(-2)], dim=-2)
        smooth = torch.fft.irfft2(torch.fft.rfft2(whole) * self.gain, s=(2 * self.height, 2 * self.width))
        corner: Tensor = smooth[..., : self.height, : self.width]
        return corner.contiguous()
