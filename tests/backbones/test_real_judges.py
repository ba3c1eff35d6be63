"""The judges with their published weights know a cat and a cup of coffee."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import interpolate

from impasto.pictures.samples import sample_photograph
from impasto.weights import load_backbone

pytestmark = [pytest.mark.real, pytest.mark.slow]

TABBY, TIGER_CAT, EGYPTIAN_CAT, ESPRESSO = 281, 282, 285, 967


def probabilities(network: str, photograph: str) -> torch.Tensor:
    """Of the 1000 classes, for the middle 224 × 224 of the photograph with its shorter side at 224."""
    backbone = load_backbone(network, precision="fp32", device="cpu")
    pixels = torch.from_numpy(sample_photograph(photograph).pixels.copy())[None]
    height, width = pixels.shape[-2:]
    scale = 224 / min(height, width)
    size = (round(height * scale), round(width * scale))
    small = interpolate(pixels, size, mode="bilinear", antialias=True)
    top, left = (size[0] - 224) // 2, (size[1] - 224) // 2
    with torch.no_grad():
        seen = backbone(small[..., top : top + 224, left : left + 224], ["logits"])["logits"]
    return seen[0].softmax(dim=0)


def test_mobilenet_names_the_cat() -> None:
    seen = probabilities("mobilenet_v2", "cat")
    assert int(seen.argmax()) == EGYPTIAN_CAT
    assert float(seen[EGYPTIAN_CAT]) == pytest.approx(0.79, abs=0.01)


def test_efficientnet_names_a_cat() -> None:
    seen = probabilities("efficientnet_lite0", "cat")
    assert int(seen.argmax()) == EGYPTIAN_CAT
    assert float(seen[[TABBY, TIGER_CAT, EGYPTIAN_CAT]].sum()) > 0.8


@pytest.mark.parametrize("network", ["mobilenet_v2", "efficientnet_lite0"])
def test_both_name_the_espresso(network: str) -> None:
    seen = probabilities(network, "coffee")
    assert int(seen.argmax()) == ESPRESSO
    assert float(seen[ESPRESSO]) > 0.85
