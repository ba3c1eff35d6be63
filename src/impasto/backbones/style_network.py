"""A network that paints in one style, in one pass (Johnson, Alahi & Fei-Fei 2016, arXiv 1603.08155).

Down to a quarter of the side, through residual blocks, and up again, with what later work found better: instance
normalisation (Ulyanov, Vedaldi & Lempitsky 2016, arXiv 1607.08022), reflected borders, and enlargement before a
convolution instead of transposed convolutions, which leave a chequerboard (Odena, Dumoulin & Olah 2016).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from impasto.registry import Registry

LEAST_SIDE = 16
"""Pixels along each side that a network needs."""

SHRINK = 4
"""Times that the residual blocks see each side smaller."""


@dataclass(frozen=True)
class NetworkSize:
    """How large a network is.

    channels: at the picture's full side, at half and at a quarter of it. blocks: residual blocks at a quarter.
    kernel: side in pixels of the first and the last convolution; all others are 3.
    """

    channels: tuple[int, int, int]
    blocks: int
    kernel: int


NETWORK_SIZES: Registry[NetworkSize] = Registry("size of a style network")
NETWORK_SIZES.add("tiny", NetworkSize((8, 16, 24), blocks=3, kernel=5))
NETWORK_SIZES.add("small", NetworkSize((16, 32, 64), blocks=5, kernel=9))
NETWORK_SIZES.add("full", NetworkSize((32, 64, 128), blocks=5, kernel=9))


class StyleNetwork(nn.Module):
    """Paints a picture in the one style that its numbers know. Fresh, they know none: they are drawn from `seed`."""

    def __init__(self, size: NetworkSize, *, seed: int = 0) -> None:
        super().__init__()
        whole, half, quarter = size.channels
        with torch.random.fork_rng(devices=[]):
            self.layers = nn.Sequential(
                Convolved(3, whole, size.kernel),
                Convolved(whole, half, 3, stride=2),
                Convolved(half, quarter, 3, stride=2),
                *(ResidualBlock(quarter) for _ in range(size.blocks)),
                Enlarged(quarter, half),
                Enlarged(half, whole),
                nn.Conv2d(whole, 3, size.kernel, padding=size.kernel // 2, padding_mode="reflect"),
            )

        draw(self, torch.Generator().manual_seed(seed))

    def forward(self, image: Tensor) -> Tensor:
        """Return RGB [N, 3, H, W] in 0 … 1 for RGB [N, 3, H, W] in 0 … 1; H and W at least `LEAST_SIDE`."""
        painted: Tensor = self.layers(image).sigmoid()
        return painted[..., : image.shape[-2], : image.shape[-1]]


def draw(network: nn.Module, generator: torch.Generator) -> None:
    """Draw the first numbers of all convolutions: even in ± 1/√n, n numbers to an output, as torch does by itself."""
    for part in network.modules():
        if isinstance(part, nn.Conv2d):
            bound = part.weight[0].numel() ** -0.5
            for numbers in (part.weight, part.bias):
                if numbers is not None:
                    nn.init.uniform_(numbers, -bound, bound, generator=generator)


class Convolved(nn.Module):
    """A convolution with reflected borders, instance normalisation, and a rectifier unless it is left out."""

    def __init__(self, channels: int, out: int, kernel: int, *, stride: int = 1, rectified: bool = True) -> None:
        super().__init__()
        self.convolution = nn.Conv2d(
            channels, out, kernel, stride, kernel // 2, padding_mode="reflect", bias=False
        )  # what a bias adds, the normalisation takes away
        self.normalisation = nn.InstanceNorm2d(out, affine=True)
        self.rectified = rectified

    def forward(self, features: Tensor) -> Tensor:
        """[N, channels, H, W] → [N, out, ⌈H / stride⌉, ⌈W / stride⌉]."""
        normalised: Tensor = self.normalisation(self.convolution(features))
        return normalised.relu() if self.rectified else normalised


class ResidualBlock(nn.Module):
    """Two convolutions, added to what came in."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.first = Convolved(channels, channels, 3)
        self.second = Convolved(channels, channels, 3, rectified=False)

    def forward(self, features: Tensor) -> Tensor:
        """[N, channels, H, W] → [N, channels, H, W]."""
        added: Tensor = features + self.second(self.first(features))
        return added


class Enlarged(nn.Module):
    """Every position repeated twice along each side, then a convolution."""

    def __init__(self, channels: int, out: int) -> None:
        super().__init__()
        self.convolved = Convolved(channels, out, 3)

    def forward(self, features: Tensor) -> Tensor:
        """[N, channels, H, W] → [N, out, 2·H, 2·W]."""
        enlarged: Tensor = self.convolved(interpolate(features, scale_factor=2.0, mode="nearest"))
        return enlarged
