"""A smooth metric for pictures: which changes of an image count as small.

A convolutional network's gradient is rich in pixel-fine lattice patterns, left by its strides and pooling, while what
a painting is made of lies at larger scales. Measured in the metric used here, a change costs more the finer it is, so
descent spends its first steps on shapes and strokes instead of grain. Lucid's Fourier-space images change the metric of
gradient ascent for the same reason (Olah, Mordvintsev & Schubert 2017, "Feature visualization", section on
preconditioning); here it is the starting point of a quasi-Newton method, which then learns the true curvature.

An image continued by reflection is a sum of cosines with k = 0 … N - 1 half waves along a side of N pixels, and these
are the type-II cosine transform; one that goes around is a sum of cosines and sines with whole waves. Either transform
is taken along one side after the other, in strips, and written over the image, so that memory beyond the image does not
grow with it.
"""

from __future__ import annotations

import abc
import math
from collections.abc import Iterator

import torch
from torch import Tensor

NOTCH = 0.01
"""How near to a wave of the lattice, in cycles per pixel, another wave is damped with it (standard deviation): a grid
is not the same all over a picture, so it is not one wave but a narrow band."""

PASSED = 0.02
"""What is left of the waves of the lattice; above 0, so that the metric remains one."""

OPPONENTS = ((1.0, 1.0, 1.0), (1.0, -1.0, 0.0), (1.0, 1.0, -2.0))
"""Brightness, red against green, and yellow against blue: orthogonal directions among red, green and blue."""


STRIP = 1 << 18
"""About how many numbers are transformed at once."""


class Smoothing:
    """Multiplies each wave of an image by 1 / (1 + wavelength · frequency), mean 1 over the waves of brightness.

    wavelength: in pixels; waves much longer than this pass, those much shorter are damped in proportion to frequency.
    chroma: how many times as long the wavelength is for colour. What networks print into colour is mostly grain, for
        the statistics that they are matched in hardly see fine colour, and paintings have less of it than of light
        and dark.
    lattice: a power of two; waves that repeat with this many pixels across and down, or with a whole fraction of it,
        are damped to almost nothing: they are what a network of that stride prints. 1 damps none.
    periodic: whether the image goes around; otherwise it is continued by reflection at its borders.
    gains: if set, by what waves are multiplied instead of by what their length says: [3, places], for brightness and
        the two opponent colours, by frequency from 0 to a cycle per pixel.
    shares: if set, what pixels are multiplied by, [1, H, W], before that and after.
    The operation is symmetric and positive definite.
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
        periodic: bool = False,
    ) -> None:
        transform = Circle if periodic else Cosines
        self.rows, self.columns = transform(height, device), transform(width, device)
        self.near = [near_lattice(side.frequencies, lattice) for side in (self.rows, self.columns)]
        self.wavelengths = (wavelength, wavelength * chroma)
        self.gains: Tensor | None = None
        self.shares: Tensor | None = None
        self.mean = mean_gain(self.rows.period, self.columns.period, wavelength, device)
        opponents = torch.tensor(OPPONENTS, device=device)
        self.opponents = opponents / opponents.norm(dim=1, keepdim=True)

    def apply_(self, image: Tensor) -> Tensor:
        """Smooth [1, 3, H, W], contiguous, in place; returns it."""
        self._share_(image)
        self._across_(image)
        for strip, columns in self._upright(image):
            waves = self.rows.forward(strip)
            self._weigh_(waves, columns)
            self.rows.back(waves, strip)
        for strip in self._level(image):
            colours = torch.empty_like(strip)
            self.columns.back(strip, colours)
            strip.copy_(turned(colours, self.opponents.T))
        return self._share_(image)

    def norm_squared_(self, image: Tensor) -> Tensor:
        """The scalar product of an image [1, 3, H, W], contiguous, with its smoothed self. The image is lost."""
        self._share_(image)
        self._across_(image)
        parts = []
        for strip, columns in self._upright(image):
            waves = self.rows.forward(strip).square_()
            self._weigh_(waves, columns)
            parts.append(waves.sum())
        return torch.stack(parts).sum()

    def _share_(self, image: Tensor) -> Tensor:
        return image if self.shares is None else image.mul_(self.shares)

    def _across_(self, image: Tensor) -> None:
        """Replace colours by opponents, and each row by its waves."""
        for strip in self._level(image):
            strip.copy_(self.columns.forward(turned(strip, self.opponents)))

    def _level(self, image: Tensor) -> Iterator[Tensor]:
        """Strips [3, h, W] of an image, one above the other."""
        yield from torch.split(image[0], max(1, STRIP // (3 * image.shape[-1])), dim=1)

    def _upright(self, image: Tensor) -> Iterator[tuple[Tensor, slice]]:
        """Strips of an image side by side, transposed to [3, w, H], and which columns each has."""
        count = max(1, STRIP // (3 * image.shape[-2]))
        for first in range(0, image.shape[-1], count):
            columns = slice(first, min(first + count, image.shape[-1]))
            yield image[0, :, :, columns].transpose(1, 2), columns

    def _weigh_(self, waves: Tensor, columns: slice) -> None:
        """Multiply the waves [3, w, H] of some columns by their gains."""
        down, across = self.rows.frequencies, self.columns.frequencies[columns, None]
        frequency = (down.square() + across.square()).sqrt_()
        near = torch.zeros_like(frequency)
        for sign, by_row, by_column in zip((1, -1), *self.near, strict=True):
            near.addcmul_(by_column[columns, None], by_row, value=sign)
        left = near.mul_(PASSED - 1).add_(1).div_(self.mean)
        if self.gains is not None:
            waves.mul_(self.gains[:, (frequency * self.gains.shape[1]).int()]).mul_(left)
            return
        brightness, colour = (left / (frequency * length).add_(1) for length in self.wavelengths)
        waves[0].mul_(brightness)
        waves[1:].mul_(colour)


class Waves(abc.ABC):
    """An orthonormal transform of real numbers along a side of `length` pixels, and the way back.

    period: pixels after which the side continued repeats.
    frequencies: of the waves in cycles per pixel, in the order that they come in.
    """

    length: int
    period: int
    frequencies: Tensor

    @abc.abstractmethod
    def forward(self, signal: Tensor) -> Tensor:
        """The waves of signals [..., length]."""

    @abc.abstractmethod
    def back(self, waves: Tensor, signal: Tensor) -> None:
        """Write the signals of these waves [..., length] into `signal`."""


class Cosines(Waves):
    """The orthonormal cosine transform of type II along a side of `length` pixels, and the way back.

    By one Fourier transform of real numbers of the same length, those at even places first and then those at odd
    places backwards (Makhoul 1980, "A fast cosine transform in one and two dimensions"). The waves of k and length - k
    are the real and the imaginary part of one number, and come in the order 0, 1, length - 1, 2, length - 2, …
    """

    def __init__(self, length: int, device: torch.device) -> None:
        halves = torch.arange(length // 2 + 1, dtype=torch.float64)
        size = torch.full_like(halves, math.sqrt(2 / length))
        size[0] = math.sqrt(1 / length)
        turn = torch.polar(size, -math.pi * halves / (2 * length))
        self.turn = turn.to(torch.complex64).to(device)
        self.turn_back = (1 / turn).to(torch.complex64).to(device)
        pairs = torch.stack([halves, length - halves], dim=1).flatten()
        self.frequencies = (torch.cat([pairs[:1], pairs[2 : length + 1]]) / (2 * length)).float().to(device)
        self.length, self.period = length, 2 * length

    def forward(self, signal: Tensor) -> Tensor:
        """The waves of signals [..., length]."""
        sorted_ = torch.cat([signal[..., 0::2], signal[..., 1::2].flip(-1)], dim=-1)
        numbers = torch.view_as_real(torch.fft.rfft(sorted_).mul_(self.turn)).flatten(-2)
        return torch.cat([numbers[..., :1], numbers[..., 2 : self.length + 1]], dim=-1)

    def back(self, waves: Tensor, signal: Tensor) -> None:
        """Write the signals of these waves [..., length] into `signal`."""
        numbers = waves.new_empty(*waves.shape[:-1], 2 * len(self.turn))
        numbers[..., 0], numbers[..., 1] = waves[..., 0], 0
        numbers[..., 2 : self.length + 1] = waves[..., 1:]
        if self.length % 2 == 0:
            numbers[..., -1] = -waves[..., -1]
        turned_back = torch.view_as_complex(numbers.view(*waves.shape[:-1], -1, 2)).mul_(self.turn_back)
        sorted_ = torch.fft.irfft(turned_back, n=self.length)
        evens = (self.length + 1) // 2
        signal[..., 0::2] = sorted_[..., :evens]
        signal[..., 1::2] = sorted_[..., evens:].flip(-1)


class Circle(Waves):
    """The discrete Fourier transform of real numbers, orthonormal: cosines and sines of whole waves around the side.

    They come in the order 0, cos 1, sin 1, cos 2, sin 2, … and for an even length the cosine of length / 2 last.
    """

    def __init__(self, length: int, device: torch.device) -> None:
        halves = torch.arange(length // 2 + 1, dtype=torch.float64)
        size = torch.full_like(halves, math.sqrt(2 / length))
        size[0] = math.sqrt(1 / length)
        if length % 2 == 0:
            size[-1] = size[0]
        self.size = size.float().to(device)[:, None]
        self.frequencies = (halves.repeat_interleave(2)[1 : length + 1] / length).float().to(device)
        self.length = self.period = length

    def forward(self, signal: Tensor) -> Tensor:
        """The waves of signals [..., length]."""
        numbers = torch.view_as_real(torch.fft.rfft(signal)).mul(self.size).flatten(-2)
        return torch.cat([numbers[..., :1], numbers[..., 2 : self.length + 1]], dim=-1)

    def back(self, waves: Tensor, signal: Tensor) -> None:
        """Write the signals of these waves [..., length] into `signal`."""
        numbers = waves.new_zeros(*waves.shape[:-1], 2 * len(self.size))
        numbers[..., 0] = waves[..., 0]
        numbers[..., 2 : self.length + 1] = waves[..., 1:]
        pairs = numbers.view(*waves.shape[:-1], -1, 2).div_(self.size)
        signal.copy_(torch.fft.irfft(torch.view_as_complex(pairs), n=self.length))


def turned(colours: Tensor, axes: Tensor) -> Tensor:
    """The components of [3, h, w] along other axes of colour [3, 3], one to a row."""
    return (axes.to(colours) @ colours.reshape(3, -1)).view(colours.shape)


def mean_gain(height: int, width: int, wavelength: float, device: torch.device) -> float:
    """The mean of 1 / (1 + wavelength · frequency) over the waves that real numbers have on `height` × `width`.

    Those have as many frequencies down as there are rows, of either sign, and half as many across.
    """
    rows = torch.arange(height // 2 + 1, device=device)[:, None] / height
    columns = torch.arange(width // 2 + 1, device=device) / width
    both_signs = torch.full_like(rows, 2.0)
    both_signs[0] = 1.0
    if height % 2 == 0:
        both_signs[-1] = 1.0
    sums = [
        (signs / (1 + wavelength * (part.square() + columns.square()).sqrt_())).sum()
        for part, signs in zip(
            *(torch.split(each, max(1, STRIP // len(columns))) for each in (rows, both_signs)), strict=True
        )
    ]
    return float(torch.stack(sums).cpu().double().sum()) / (height * len(columns))


def near_lattice(frequencies: Tensor, lattice: int) -> tuple[Tensor, Tensor]:
    """Factors, down or across, of how near waves are to those that repeat with `lattice` pixels or a fraction of it.

    With those of both sides, a product of the first ones is 1 at a wave of the lattice and falls off as a Gaussian of
    width NOTCH; a product of the second ones is the same for waves longer than the lattice's, which do not count as
    near, and else 0.
    """
    apart = (frequencies * lattice - (frequencies * lattice).round()) / lattice
    near = torch.exp(-apart.square() / (2 * NOTCH**2))
    return near, near * (frequencies < 0.5 / lattice)
