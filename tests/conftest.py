"""Networks and pictures that several rooms of tests share."""

from __future__ import annotations

import signal
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import settings
from torch import Tensor, nn

from impasto.backbones import BACKBONES, Backbone, Preprocessing
from impasto.pictures import Picture

settings.register_profile("untimed", deadline=None)  # a busy machine is no failure
settings.load_profile("untimed")

RGB = Preprocessing("rgb", 1.0, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


@pytest.fixture(scope="session", autouse=True)
def interrupts_act() -> None:
    """Shells start what runs in the background deaf to Ctrl-C, and what the tests start would be deaf with it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@lru_cache
def random_state(name: str) -> dict[str, Tensor]:
    """Weights that keep activations of about the same size from layer to layer, the same in every test."""
    generator = torch.Generator().manual_seed(0)
    state = {}
    with torch.device("meta"):
        graph = BACKBONES[name]()
    for key, tensor in graph.state_dict().items():
        if key.endswith("running_var"):
            state[key] = torch.rand(tensor.shape, generator=generator) + 0.5
        elif tensor.is_floating_point():
            deviation = 0.1 if tensor.dim() == 1 else (2 / tensor[0].numel()) ** 0.5
            state[key] = deviation * torch.randn(tensor.shape, generator=generator)
            if key.endswith("bn.weight"):
                state[key] += 1
    return state


def build_vgg(
    name: str = "vgg19",
    *,
    preprocessing: Preprocessing = RGB,
    precision: Any = "fp32",
    state: dict[str, Tensor] | None = None,
    **parts: Any,
) -> Backbone:
    with torch.device("meta"):
        graph = BACKBONES[name](**parts)
    graph.load_state_dict(state or random_state(name), assign=True)
    return Backbone(name, graph, preprocessing, precision=precision)


@pytest.fixture(scope="session")
def make_vgg() -> Callable[..., Backbone]:
    """Builds a VGG with fixed random weights, with any pooling, padding, preprocessing and precision."""
    return build_vgg


@pytest.fixture(scope="session")
def vgg() -> Backbone:
    """VGG-19 with fixed random weights."""
    return build_vgg()


def smooth_image(height: int, width: int, seed: int = 0) -> Tensor:
    """[1, 3, height, width] in (0, 1): soft blotches of colour with a little noise, alike at every size."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(1, 3, 5, 5, generator=generator)
    blotches = nn.functional.interpolate(coarse, (height, width), mode="bicubic", align_corners=True)
    noise = torch.randn(1, 3, height, width, generator=generator)
    return (0.15 + 0.7 * blotches + 0.03 * noise).clamp(0.01, 0.99)


@pytest.fixture(scope="session")
def image_of() -> Callable[..., Tensor]:
    """Makes picture-like images (height, width, seed) -> [1, 3, height, width]."""
    return smooth_image


@pytest.fixture(scope="session")
def picture_of() -> Callable[..., Picture]:
    """Makes pictures (height, width, seed=0, alpha=False, depth=8)."""

    def make(height: int, width: int, seed: int = 0, *, alpha: bool = False, depth: int = 8) -> Picture:
        clear = np.linspace(0, 1, width, dtype=np.float32)[None].repeat(height, 0) if alpha else None
        return Picture(smooth_image(height, width, seed)[0].numpy().copy(), clear, depth)

    return make
