"""Content feature structural distance: whether the places of a picture are still alike and unlike as in the photo.

Chung, Hyun & Heo 2024, "Style Injection in Diffusion" (CVPR, arXiv 2312.09008), section 4.1.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from impasto.artefacts import ProgressCallback
from impasto.backbones import Backbone
from impasto.errors import PictureError
from impasto.weights import load_backbone

NETWORK, WEIGHTS, LAYER = "vgg16", "vgg16.torchvision", "relu3_1"

PUBLISHED_POSITIONS = 128 * 128
"""Positions of the layer on the authors' pictures of 512×512 pixels, over which their program adds up."""

MOST_ROWS = 4096
"""Positions compared with all others; of more, so many are taken at even distances."""

ROWS_AT_ONCE = 256


@dataclass(frozen=True, eq=False)
class ContentStructure:
    """The distance of a result from its photo, by the self-correlation of one layer of VGG-16."""

    backbone: Backbone

    def __call__(self, out: Tensor, content: Tensor) -> float:
        """Return Σ_i KL(S_i(content) ‖ S_i(out)), S = softmax(F Fᵀ / C²) row by row, F [M, C] the layer's positions.

        out, content: [1, 3, H, W], sRGB in [0, 1], of one size. As in the authors' program, activations are divided by
        the number of channels and the sum runs over the positions of 512×512 pixels: for other sizes it is the mean
        over positions times 128², so that it does not grow with the picture.

        Departures: VGG-16 for VGG-19, at the layer of the same name and shape; of more than 4096 positions, every
        second or so has its row compared, with all others.

        0: the same structure; no upper bound. Blind to colour and tone as
        far as VGG is. With so flat a softmax it follows the size of activations: a picture gone flat scores better
        than one gone noisy. Raises PictureError for two sizes.
        """
        if out.shape != content.shape:
            raise PictureError(f"structures are compared of one size, not {list(out.shape)} and {list(content.shape)}")
        with torch.no_grad():
            seen, wanted = (self._positions(image) for image in (out, content))
            rows = torch.linspace(0, len(seen) - 1, min(len(seen), MOST_ROWS), device=seen.device).round().long()
            parts = [_divergence(wanted, seen, part) for part in torch.split(rows, ROWS_AT_ONCE)]
        return max(0.0, PUBLISHED_POSITIONS * sum(parts) / len(rows))

    def _positions(self, image: Tensor) -> Tensor:
        """The layer's activations over C, a row to a position."""
        self.backbone.check_size(image.shape[-1], image.shape[-2], (LAYER,))
        activation: Tensor = self.backbone(image.to(self.backbone.device), (LAYER,))[LAYER]
        return activation[0].flatten(1).T / activation.shape[1]


def load_content_structure(
    *, device: str = "auto", offline: bool = False, progress: ProgressCallback | None = None
) -> ContentStructure:
    """Return the distance on VGG-16 as torchvision trained it, in fp32. Raises InputError, WeightsError."""
    return ContentStructure(
        load_backbone(NETWORK, weights=WEIGHTS, precision="fp32", device=device, offline=offline, progress=progress)
    )


def _divergence(wanted: Tensor, seen: Tensor, rows: Tensor) -> float:
    """Σ KL over some rows, in float64: they differ from an even share by little, and from each other by less."""
    before, after = ((places[rows] @ places.T).double().log_softmax(dim=1) for places in (wanted, seen))
    return float((before.exp() * (before - after)).sum())
