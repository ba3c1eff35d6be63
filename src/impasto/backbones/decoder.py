"""From the features of VGG-19 back to a picture: the decoder of AdaIN (Huang & Belongie 2017, arXiv 1703.06868)."""

from __future__ import annotations

from torch import nn

from impasto.backbones.builder import Builder
from impasto.backbones.graph import Graph

FEATURES = "relu4_1"
"""The layer of VGG-19 that is decoded."""

PICTURE = "conv1_1"
"""The node that gives the picture."""

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
            net.add(f"upsample{int(name[4]) - 1}", nn.Upsample(scale_factor=2, mode="nearest"))
    return net.graph()
