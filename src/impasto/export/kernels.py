"""Kernels that do at once what a style network does in several layers.

An enlarged picture is looked at three times too often: nine taps of a 3 × 3 kernel see only four different positions.
And a convolution with three channels out leaves most of a processor's lanes idle. Both become convolutions with four
times the channels on a quarter of the positions, whose channels are then laid out as 2 × 2 pixels (`DepthToSpace`).
The numbers are the same up to rounding.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Kernel = NDArray[np.floating[Any]]


def enlarging_kernel(kernel: Kernel) -> Kernel:
    """Of a 3 × 3 kernel [O, I, 3, 3] that follows an enlargement by repetition: one [4·O, I, 2, 2] that needs none.

    At the place p of a picture with its border repeated once, it sees the rows p − 1 and p of the picture, and its
    channels 4·o … 4·o + 3 are what the kernel gives at the rows 2p − 1 and 2p of the enlarged one, columns likewise. So
    the outermost row or column at each side is not of the picture.
    """
    seen = np.array([[[1, 1, 0], [0, 0, 1]], [[1, 0, 0], [0, 1, 1]]], dtype=kernel.dtype)  # [row out, row in, tap]
    out, channels = kernel.shape[:2]
    parts = np.einsum("oitu,art,bsu->oabirs", kernel, seen, seen)
    whole: Kernel = parts.reshape(4 * out, channels, 2, 2)
    return whole


FOUR_PLACES = tuple((0, 0, row, column, 0, 0, 1 - row, 1 - column) for row in (0, 1) for column in (0, 1))
"""How to pad a kernel [O, I, k, k] with zeros so that it stands at each of 2 × 2 neighbouring places.

The four of them, [O, I, k + 1, k + 1] each, give with a stride of 2 the four pixels of each 2 × 2. As ONNX has it: the
beginnings of all axes, then the ends.
"""
