"""Style networks, and photographs to see them on."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pytest
from numpy.typing import NDArray

from impasto.backbones.style_network import NETWORK_SIZES, StyleNetwork
from impasto.pictures.samples import paint_sample
from impasto.weights.style_network import StyleNetworkAbout

ABOUT = StyleNetworkAbout("night coast", "tiny", "CC0-1.0", 'kind = "stylize"\n', "steps = 0\n")


@lru_cache
def fresh(size: str) -> StyleNetwork:
    """A network of a size whose numbers were drawn and never trained."""
    return StyleNetwork(NETWORK_SIZES[size], seed=3).requires_grad_(False).eval()


@pytest.fixture
def tiny() -> StyleNetwork:
    """The smallest network, fresh."""
    return fresh("tiny")


@pytest.fixture
def about() -> StyleNetworkAbout:
    """What the smallest network is."""
    return ABOUT


@pytest.fixture(scope="session")
def photos() -> list[NDArray[Any]]:
    """Two pictures [1, 3, H, W] in 0 … 1 whose sides no network can halve twice."""
    return [paint_sample(name, width=130, height=99).pixels[None] for name in ("harbour", "mosaic")]
