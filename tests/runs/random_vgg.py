"""VGG-19 with random numbers in it: everything real but the pretraining, for tests that need no pretrained weights."""

import numpy as np

from impasto.backbones import BACKBONES
from impasto.weights import CATALOGUE, WeightsEntry
from impasto.weights.fingerprint import tensors_sha256
from impasto.weights.formats import safetensors_file

NAME = "vgg19.random"


def entry():
    return WeightsEntry(
        name=NAME,
        backbone="vgg19",
        description="random numbers",
        licence="none",
        origin="this test",
        preprocessing=CATALOGUE["vgg19.gatys"].preprocessing,
        artefacts=(),
    )


def store(home, *, seed=0):
    """Put the weights into the store under `home`."""
    draw = np.random.default_rng(seed)
    tensors = {}
    for name, parameter in BACKBONES["vgg19"]().named_parameters():
        shape = tuple(parameter.shape)
        scale = (2 / np.prod(shape[1:])) ** 0.5 if len(shape) == 4 else 0.0
        if name.startswith("ops.conv1_1."):
            scale /= 100  # its input runs to 150
        tensors[name.removeprefix("ops.")] = draw.standard_normal(shape, np.float32) * np.float32(scale)
    metadata = {"tensors_sha256": tensors_sha256(tensors)}
    (home / "weights").mkdir(parents=True, exist_ok=True)
    safetensors_file.write(home / "weights" / f"{NAME}.safetensors", tensors, metadata)
