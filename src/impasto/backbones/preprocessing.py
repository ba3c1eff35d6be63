"""How a network wants its pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Preprocessing:
    """From sRGB pixels x in [0, 1] to what a network was trained on: ((x · scale)[order] − mean) / std.

    `mean` and `std` are in the order the network reads its channels.
    """

    order: Literal["rgb", "bgr"]
    scale: float
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
