"""Grey pictures of random numbers, the same in every run."""

from __future__ import annotations

import numpy as np
from PIL import Image


def grey_noise(width: int, height: int, *, seed: int, deviation: float = 90.0) -> Image.Image:
    values = np.random.default_rng(seed).normal(128.0, deviation, (height, width))
    return Image.fromarray(values.clip(0, 255).astype(np.uint8)).convert("RGB")
