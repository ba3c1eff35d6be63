"""Light and dark apart from colour: pictures in CIELAB, strip by strip."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from impasto.pictures.cielab import from_cielab, to_cielab
from impasto.solve import Target

STRIP = 1 << 20
"""About how many pixels are converted to CIELAB at once."""

Lab = NDArray[np.float64]
"""L*, a*, b* as [3, H, W]."""


def in_strips(change: Callable[..., Lab], *images: Tensor) -> Tensor:
    """The picture [1, 3, H, W] whose CIELAB is `change` of that of pictures of one size, computed strip by strip."""
    first = images[0]
    rows, strips = max(1, STRIP // first.shape[-1]), []
    for parts in zip(*(torch.split(image, rows, dim=-2) for image in images), strict=True):
        labs = [to_cielab(part[0].detach().float().clamp(0, 1).cpu().numpy()) for part in parts]
        strips.append(torch.from_numpy(from_cielab(change(*labs))))
    return torch.cat(strips, dim=-2)[None].to(first)


def in_lightness(image: Tensor) -> Tensor:
    """[1, 3, H, W] in grey, with the L* it has."""
    return in_strips(lambda lab: lab * np.array([1.0, 0.0, 0.0])[:, None, None], image)


def all_in_lightness(styles: Sequence[Target]) -> tuple[Target, ...]:
    """Each in grey."""
    return tuple(replace(style, image=in_lightness(style.image)) for style in styles)


def with_colours_of(image: Tensor, other: Tensor) -> Tensor:
    """The lightness of an image [1, 3, H, W] with a* and b* of another, of less chroma where sRGB cannot show them."""
    return in_strips(lambda own, coloured: np.stack([own[0], coloured[1], coloured[2]]), image, other)
