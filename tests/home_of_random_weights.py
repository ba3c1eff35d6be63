"""A home whose store holds random numbers in place of pretrained weights: everything is real but the pretraining."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from impasto.weights.fingerprint import tensors_sha256
from impasto.weights.formats import safetensors_file
from impasto.weights.naming import expected_shapes

RANDOM = "vgg19.torchvision"
"""The catalogue knows no hash of its tensors beforehand, so the store trusts the one in the file."""

SMALL = "squeezenet1_1.torchvision"
"""The same of a network that paints in little time."""


def home_with(name: str, home: Path) -> Path:
    """Put random numbers into the store of a home as the weights of a name."""
    numbers = np.random.default_rng(0)
    tensors = {}
    for key, shape in expected_shapes(name.partition(".")[0]).items():
        deviation = np.float32((2 / np.prod(shape[1:])) ** 0.5 if len(shape) > 1 else 0.01)
        tensors[key] = deviation * numbers.standard_normal(shape, dtype=np.float32)
    (home / "weights").mkdir()
    path = home / "weights" / f"{name}.safetensors"
    safetensors_file.write(path, tensors, {"name": name, "tensors_sha256": tensors_sha256(tensors)})
    return home
