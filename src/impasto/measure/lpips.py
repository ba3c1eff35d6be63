"""LPIPS: how different two pictures look to people, learnt from their judgements.

Zhang, Isola, Efros, Shechtman & Wang 2018, arXiv 1801.03924, version 0.1 of the authors' linear heads.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from impasto.artefacts import ProgressCallback
from impasto.backbones import Backbone
from impasto.errors import PictureError
from impasto.registry import Registry
from impasto.weights import load_backbone, load_weights

DEFAULT_LPIPS = "alexnet"
"""The one its authors advise for measuring."""

EPSILON = 1e-10
"""Added to the norm of a position's channels, as the authors do, so that a position of zeros stays zero."""


@dataclass(frozen=True)
class LpipsNetwork:
    """A network that heads were published for, with the layers they read, and the names of both sets of weights."""

    backbone: str
    weights: str
    heads: str
    layers: tuple[str, ...]


LPIPS_NETWORKS: Registry[LpipsNetwork] = Registry("LPIPS network")
LPIPS_NETWORKS.add(
    "alexnet",
    LpipsNetwork("alexnet", "alexnet.torchvision", "lpips.alexnet", ("relu1", "relu2", "relu3", "relu4", "relu5")),
)
LPIPS_NETWORKS.add(
    "vgg16",
    LpipsNetwork("vgg16", "vgg16.torchvision", "lpips.vgg16", ("relu1_2", "relu2_2", "relu3_3", "relu4_3", "relu5_3")),
)


@dataclass(frozen=True, eq=False)
class Lpips:
    """The distance of two pictures of one size.

    backbone: preprocesses as the authors do: their scaling of [−1, 1] by shift (−.030, −.088, −.188) and scale (.458,
    .448, .450) is, for pixels in [0, 1], ImageNet's mean and deviation. heads: [C] per layer, none negative.
    """

    backbone: Backbone
    heads: dict[str, Tensor]

    def __call__(self, a: Tensor, b: Tensor) -> float:
        """Return Σ over layers of the mean over positions of Σ_c w_c (â_c − b̂_c)², â = a / (‖a‖ + ε) per position.

        a, b: [1, 3, H, W], sRGB in [0, 1]. 0 for one picture twice; seldom above 1. Blind to differences larger than
        what the layers see at once, and, like its networks, more to colour than to outline. Raises PictureError if
        the sizes differ, or are too small for the network.
        """
        if a.shape != b.shape:
            raise PictureError(f"LPIPS compares pictures of one size, not {list(a.shape)} and {list(b.shape)}")
        layers = tuple(self.heads)
        self.backbone.check_size(a.shape[-1], a.shape[-2], layers)
        with torch.no_grad():
            seen_a, seen_b = (self.backbone(image.to(self.backbone.device), layers) for image in (a, b))
        parts = [_weighted(seen_a[layer], seen_b[layer], head) for layer, head in self.heads.items()]
        return float(sum(parts))


def load_lpips(
    name: str, *, device: str = "auto", offline: bool = False, progress: ProgressCallback | None = None
) -> Lpips:
    """Return LPIPS on the network `name` of `LPIPS_NETWORKS`, in fp32, its weights fetched if they are not here yet.

    Raises UnknownNameError, InputError for a device that is not there, WeightsError.
    """
    network = LPIPS_NETWORKS[name]
    heads = load_weights(network.heads, offline=offline, progress=progress).as_torch()
    backbone = load_backbone(
        network.backbone,
        weights=network.weights,
        precision="fp32",
        device=device,
        offline=offline,
        progress=progress,
    )
    return Lpips(backbone, {layer: heads[f"{layer}.weight"].to(backbone.device) for layer in network.layers})


def _weighted(a: Tensor, b: Tensor, head: Tensor) -> float:
    difference = (_unit(a) - _unit(b)).square()
    return float((difference * head.view(1, -1, 1, 1)).sum(dim=1).mean())


def _unit(activation: Tensor) -> Tensor:
    length: Tensor = torch.linalg.vector_norm(activation, dim=1, keepdim=True)
    return activation / (length + EPSILON)
