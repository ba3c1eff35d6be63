"""The decoder of AdaIN: places in a sequence of padding, convolution and ReLU, with an enlargement after each block."""

from __future__ import annotations

from impasto.weights.conventions.convention import Convention
from impasto.weights.conventions.vgg import numbered

CONVENTIONS = (
    Convention("AdaIN decoder", numbered(lambda conv, block: f"{1 + 3 * conv + 3 - block}", ".weight", ".bias")),
)
