"""What the real weights see in real photographs."""

import pytest
import torch
from torch.nn.functional import interpolate

from impasto.pictures.samples import sample_photograph
from impasto.weights import load_backbone

pytestmark = [pytest.mark.real, pytest.mark.slow]

CLASSES = {"tabby cat": 281, "Egyptian cat": 285, "espresso": 967}
"""Places in the 1000 classes of ILSVRC 2012."""


def probabilities(photograph: str) -> torch.Tensor:
    """Of the 1000 classes: shorter side to 256 pixels, the middle 227 × 227, as Caffe's models are tested."""
    pixels = torch.from_numpy(sample_photograph(photograph).pixels.copy())[None]
    scale = 256 / min(pixels.shape[-2:])
    size = [round(side * scale) for side in pixels.shape[-2:]]
    pixels = interpolate(pixels, size, mode="bilinear", antialias=True)
    top, left = ((side - 227) // 2 for side in size)
    backbone = load_backbone("squeezenet1_1", weights="squeezenet1_1.caffe", precision="fp32", device="cpu")
    with torch.no_grad():
        scores = backbone(pixels[..., top : top + 227, left : left + 227], ["logits"])["logits"]
    return scores.softmax(1)[0]


def test_squeezenet_from_the_caffemodel_names_the_cat_and_the_espresso() -> None:
    cat, coffee = probabilities("cat"), probabilities("coffee")
    assert int(cat.argmax()) == CLASSES["Egyptian cat"]
    assert float(cat[CLASSES["Egyptian cat"]]) == pytest.approx(0.43, abs=0.05)
    assert float(cat[CLASSES["tabby cat"]]) == pytest.approx(0.32, abs=0.05)
    assert int(coffee.argmax()) == CLASSES["espresso"]
    assert float(coffee[CLASSES["espresso"]]) == pytest.approx(0.97, abs=0.03)


def test_the_first_filters_of_alexnet_are_gabors_and_blobs_of_colour() -> None:
    weight = load_backbone("alexnet", precision="fp32", device="cpu").graph.ops["conv1"].weight.detach()
    spectrum = torch.fft.fft2(weight.mean(1), dim=(-2, -1)).abs()
    oriented = (spectrum.flatten(1).argmax(1) != 0).float().mean()
    assert float(oriented) > 0.7
    colour = (weight - weight.mean(1, keepdim=True)).norm() / weight.norm()
    assert 0.2 < float(colour) < 0.8
