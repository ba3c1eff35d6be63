"""What the layers of a network make of a picture, as labelled sheets: activation maps and Gram matrices."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from impasto.backbones import Backbone
from impasto.errors import InputError
from impasto.losses import gram
from impasto.pictures import Picture, composite, contact_sheet
from impasto.tasks.pixels import to_picture, to_tensor

COLUMNS = 8
"""The most maps side by side on a sheet."""


def activation_sheet(
    picture: Picture, backbone: Backbone, layers: Sequence[str], *, channels: int = 16, cell: int = 128
) -> Picture:
    """The activation maps of the strongest `channels` of each layer, the strongest first, below the picture itself.

    Strongest are those of the largest mean square. Each map runs from black, the channel's least activation, to white,
    its greatest; a channel that is the same everywhere is black. Labels say which channel it is, and what white is.

    Raises UnknownNameError for an unknown layer, InputError for one without positions, PictureError for a picture too
    small.
    """
    if channels < 1:
        raise InputError(f"a sheet of activations shows 1 or more channels of a layer, not {channels}")
    seen = _seen(picture, backbone, layers)
    rows: list[list[Picture]] = [[composite(picture)]]
    labels = [["the picture"]]
    for layer, activation in seen.items():
        for group in torch.split(strongest(activation, channels), COLUMNS):
            maps = [(int(channel), activation[:, channel : channel + 1]) for channel in group]
            rows.append([to_picture(_enlarged(normalised(answer), cell).expand(-1, 3, -1, -1)) for _, answer in maps])
            labels.append([f"{layer}  {channel}\nup to {float(answer.max()):.3g}" for channel, answer in maps])
    return contact_sheet(rows, labels=labels, title=f"{backbone.name} ({backbone.weights})", cell=cell)


def strongest(activation: Tensor, count: int) -> Tensor:
    """The `count` channels of [1, C, H, W] with the largest mean squares, the largest first; all if there are fewer."""
    strength = activation[0].square().mean((1, 2))
    return strength.argsort(descending=True, stable=True)[:count]


def normalised(activation: Tensor) -> Tensor:
    """Each channel of [1, C, H, W] from 0, its least value, to 1, its greatest; 0 where both are the same."""
    least, greatest = activation.amin((2, 3), keepdim=True), activation.amax((2, 3), keepdim=True)
    spread = greatest - least
    return torch.where(spread > 0, (activation - least) / spread, 0.0)


def gram_sheet(picture: Picture, backbone: Backbone, layers: Sequence[str], *, cell: int = 256) -> Picture:
    """The Gram matrix of each layer as a picture: a pixel, or several, to a pair of channels, in the network's order.

    The lightness is the root of an entry's size, white the one that a hundredth of the entries reach, for a few are far
    larger than all others; entries below 0, which only layers that are not rectified have, are blue. Labels say how
    many channels there are and what white is, as a mean over positions.

    Raises like `activation_sheet`.
    """
    seen = _seen(picture, backbone, layers)
    matrices = [gram(activation).mean for activation in seen.values()]
    pictures = [to_picture(_enlarged(in_colours(matrix), cell)) for matrix in matrices]
    labels = [
        f"{layer}\n{len(matrix)} channels, white from {float(white(matrix)):.3g}"
        for layer, matrix in zip(seen, matrices, strict=True)
    ]
    return contact_sheet(
        [[composite(picture), *pictures]],
        labels=[["the picture", *labels]],
        title=f"{backbone.name} ({backbone.weights})",
        cell=cell,
    )


def white(matrix: Tensor) -> Tensor:
    """The size that a hundredth of the entries of a matrix reach."""
    return matrix.abs().flatten().quantile(0.99)


def in_colours(matrix: Tensor) -> Tensor:
    """A matrix [C, C] as an image [1, 3, C, C]: black for 0, white from `white` on, blue for entries below 0."""
    whitest = white(matrix)
    lightness = (matrix.abs() / whitest).sqrt().clamp_max(1) if float(whitest) else torch.zeros_like(matrix)
    negative = matrix < 0
    return torch.stack([lightness.where(~negative, 0), lightness.where(~negative, lightness / 3), lightness])[None]


def _seen(picture: Picture, backbone: Backbone, layers: Sequence[str]) -> dict[str, Tensor]:
    """The activations [1, C, H, W] of each layer, in float32 on the CPU."""
    backbone.check_size(picture.width, picture.height, layers)
    with torch.no_grad():
        seen = backbone(to_tensor(composite(picture), backbone.device), tuple(dict.fromkeys(layers)))
    for layer, activation in seen.items():
        if activation.dim() != 4:
            raise InputError(f"{layer} sees the picture as a whole and has no maps: name a layer before it")
    return {layer: activation.float().cpu() for layer, activation in seen.items()}


def _enlarged(image: Tensor, cell: int) -> Tensor:
    """The image [1, C, H, W] with its longer side at least `cell`, every position a square block of pixels."""
    factor = -(-cell // max(image.shape[-2:]))
    return interpolate(image, scale_factor=factor, mode="nearest")
