"""From the features of VGG-19 back to a picture: the decoder of AdaIN (Huang & Belongie 2017, arXiv 1703.06868)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from impasto.arithmetic import convolve_singles
from impasto.backbones.backbone import DTYPES, Precision
from impasto.backbones.builder import Builder
from impasto.backbones.graph import Graph
from impasto.backbones.window import window_of

FEATURES = "relu4_1"
"""The layer of VGG-19 that is decoded."""

PICTURE = "conv1_1"
"""The node that gives the picture."""

SCALE = 8
"""Pixels along each side that a feature becomes."""

LATTICE = 4
"""Pixels after which a pattern comes back that the last two enlargements leave in all that is decoded."""

_ENLARGED = 2
"""Times that every enlargement repeats a position along each side."""

_CHANNELS = {
    "conv4_1": (512, 256),
    "conv3_4": (256, 256),
    "conv3_3": (256, 256),
    "conv3_2": (256, 256),
    "conv3_1": (256, 128),
    "conv2_2": (128, 128),
    "conv2_1": (128, 64),
    "conv1_2": (64, 64),
    "conv1_1": (64, 3),
}


def adain_decoder() -> Graph:
    """Return the mirror of VGG-19 up to relu4_1, its weights not yet filled in.

    Each convolution is named after the encoder's that it undoes; poolings are undone by repeating pixels. It takes
    features [N, 512, H, W] and gives at `PICTURE` RGB [N, 3, 8·H, 8·W], about 0 … 1 and not clipped.
    """
    net = Builder()
    for name, (channels, fewer) in _CHANNELS.items():
        net.add(name, nn.Conv2d(channels, fewer, 3, padding=1, padding_mode="reflect"))
        if name != PICTURE:
            net.add(name.replace("conv", "relu"), nn.ReLU())
        if name.endswith("_1") and name != PICTURE:
            net.add(f"upsample{int(name[4]) - 1}", nn.Upsample(scale_factor=_ENLARGED, mode="nearest"))
    return net.graph()


class Decoder(nn.Module):
    """The decoder with its numbers, and the precision it computes in.

    weights, weights_sha256: what the numbers are, for the record of a run.
    """

    def __init__(
        self, graph: Graph, *, weights: str = "", weights_sha256: str = "", precision: Precision = "fp32"
    ) -> None:
        super().__init__()
        self.weights = weights
        self.weights_sha256 = weights_sha256
        self.precision = precision
        self.graph: Graph = graph.to(DTYPES[precision])
        self.graph.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, features: Tensor) -> Tensor:
        """Return RGB [N, 3, 8·H, 8·W], float32, about 0 … 1 and not clipped, for features [N, 512, H, W] at `FEATURES`.

        H and W must be at least 2, or there is nothing to reflect at the borders.
        """
        convolve_singles(features.device, tf32=self.precision == "tf32")
        wanted = features.to(DTYPES[self.precision]).contiguous(memory_format=torch.channels_last)
        picture: Tensor = self.graph(wanted, (PICTURE,))[PICTURE]
        return picture.float()

    @property
    def around(self) -> int:
        """How many features on every side of a block of them the pixels decoded from that block see as well."""
        first, end = 0, SCALE
        for node in reversed(self.graph.plan((PICTURE,))):
            window = window_of(node.op, 0)
            if isinstance(node.op, nn.Upsample):
                first, end = first // _ENLARGED, -(-end // _ENLARGED)
            elif window is not None:
                first, end = first - window.before, end + window.reach - 1 - window.before
        return max(-first, end - 1)
