"""What the published weights promise, on a painting of a harbour."""

import pytest
import torch

from impasto.pictures.samples import paint_sample
from impasto.weights.backbone import load_backbone

pytestmark = [pytest.mark.real, pytest.mark.slow]


def mean_activations(pooling: str) -> dict[str, float]:
    backbone = load_backbone("vgg19", weights="vgg19.gatys", pooling=pooling, precision="fp32", device="cpu")
    pixels = torch.from_numpy(paint_sample("harbour", width=192, height=144).pixels.copy())[None]
    layers = backbone.layers[: backbone.layers.index("relu5_1") + 1]
    with torch.no_grad():
        seen = backbone(pixels, [name for name in layers if name.startswith("relu")])
    return {name: float(value.mean()) for name, value in seen.items()}


def test_rescaled_filters_make_mean_activations_about_one() -> None:
    means = mean_activations("max")
    assert len(means) == 13
    assert all(0.3 < mean < 3 for mean in means.values()), means


def test_scaled_average_pooling_keeps_the_size_that_plain_average_pooling_loses() -> None:
    # The filters were rescaled under max pooling, so plain averages shrink block by block.
    largest, plain, scaled = (mean_activations(kind) for kind in ("max", "average", "average-scaled"))
    assert plain["relu5_1"] < 0.4 * largest["relu5_1"]
    assert all(0.5 < scaled[name] / largest[name] < 2 for name in largest), scaled
