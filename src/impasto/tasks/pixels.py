"""From pictures to tensors and back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from impasto.pictures import Picture, with_alpha

STILL_AT_THE_EDGE = 0.1
"""How far a channel may have come away from 0 or 1, where the photo lay beyond, to keep any of what lay beyond."""


def to_tensor(picture: Picture, device: torch.device | str = "cpu") -> Tensor:
    """The pixels as [1, 3, H, W], float32 in [0, 1]."""
    return torch.from_numpy(picture.pixels.copy())[None].to(device)


def to_picture(image: Tensor, *, depth: int = 8) -> Picture:
    """The image [1, 3, H, W] as an opaque picture, clipped to [0, 1]."""
    pixels = image.detach()[0].float().clamp(0, 1).cpu().numpy()
    return Picture(np.ascontiguousarray(pixels), depth=depth)


def given_back(image: Tensor, photo: Picture) -> Picture:
    """What was painted from `photo`, [1, 3, H, W], with all that was put aside of it for painting.

    That is its transparency, its depth, its metadata, and its colours beyond sRGB: a channel that is still at the edge
    of sRGB, where the photo lay beyond it, goes as far beyond as the photo did; one that has come away from the edge
    the less the farther, and from a tenth of the range on not at all. A preview of another size stays within sRGB.
    """
    painted = to_picture(image, depth=photo.depth)
    if photo.beyond is not None and photo.beyond.shape == painted.pixels.shape:
        away = np.abs(painted.pixels - photo.pixels)
        stays = np.clip(1 - away / np.float32(STILL_AT_THE_EDGE), 0, 1)
        painted = replace(painted, beyond=photo.beyond * stays)
    return with_alpha(replace(painted, metadata=photo.metadata), photo.alpha)


def fit_longer_side(picture: Picture, longer: float, shortest: int) -> tuple[int, int]:
    """Width and height with the given longer side, but no side under `shortest`."""
    scale = max(longer / max(picture.width, picture.height), shortest / min(picture.width, picture.height))
    return max(shortest, round(picture.width * scale)), max(shortest, round(picture.height * scale))
