"""From pictures to tensors and back."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from impasto.pictures import Picture


def to_tensor(picture: Picture, device: torch.device | str = "cpu") -> Tensor:
    """The pixels as [1, 3, H, W], float32 in [0, 1]."""
    return torch.from_numpy(picture.pixels.copy())[None].to(device)


def to_picture(image: Tensor, *, depth: int = 8) -> Picture:
    """The image [1, 3, H, W] as an opaque picture, clipped to [0, 1]."""
    pixels = image.detach()[0].float().clamp(0, 1).cpu().numpy()
    return Picture(np.ascontiguousarray(pixels), depth=depth)


def fit_longer_side(picture: Picture, longer: float, shortest: int) -> tuple[int, int]:
    """Width and height with the given longer side, but no side under `shortest`."""
    scale = max(longer / max(picture.width, picture.height), shortest / min(picture.width, picture.height))
    return max(shortest, round(picture.width * scale)), max(shortest, round(picture.height * scale))
