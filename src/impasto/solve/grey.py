"""Pictures that keep to greys, so that only light and dark is painted."""

from __future__ import annotations

from torch import Tensor

from impasto.pictures.luma import WEIGHTS


def in_grey(image: Tensor) -> Tensor:
    """[1, 3, H, W] without colour: all three channels are the luma."""
    luma = (image * image.new_tensor(WEIGHTS).view(1, 3, 1, 1)).sum(dim=1, keepdim=True)
    return luma.expand_as(image).contiguous()


def towards_grey(gradient: Tensor) -> Tensor:
    """Of a gradient [1, 3, H, W] the part among greys: its projection on pictures of three equal channels."""
    return gradient.mean(dim=1, keepdim=True).expand_as(gradient).contiguous()
