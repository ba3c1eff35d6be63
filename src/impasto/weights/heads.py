"""Published numbers that are no network of their own: heads that read the layers of one."""

from __future__ import annotations

from collections.abc import Mapping

HEADS: Mapping[str, Mapping[str, int]] = {
    "lpips-alexnet": {"relu1": 64, "relu2": 192, "relu3": 384, "relu4": 256, "relu5": 256},
    "lpips-vgg16": {"relu1_2": 64, "relu2_2": 128, "relu3_3": 256, "relu4_3": 512, "relu5_3": 512},
}
"""For each set of heads, what a catalogue entry has for a backbone: the layers it reads with their channels."""


def head_shapes(name: str) -> dict[str, tuple[int, ...]]:
    """The shape of every head's kernel: one number to a channel."""
    return {f"{layer}.weight": (1, channels, 1, 1) for layer, channels in HEADS[name].items()}
