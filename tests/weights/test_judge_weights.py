"""How files of the judges and of LPIPS name their numbers, and what of them is refused."""

from __future__ import annotations

import numpy as np
import pytest

from impasto.errors import CorruptError, InputError
from impasto.weights import CATALOGUE, load_backbone
from impasto.weights.conventions import CONVENTIONS
from impasto.weights.heads import HEADS
from impasto.weights.naming import canonical, expected_shapes

EXAMPLES = {
    "mobilenet_v2": {
        "stem/conv.weight": "features.0.0.weight",
        "stem/bn.running_mean": "features.0.1.running_mean",
        "block1/depthwise/conv.weight": "features.1.conv.0.0.weight",
        "block1/depthwise/bn.bias": "features.1.conv.0.1.bias",
        "block1/project/conv.weight": "features.1.conv.1.weight",
        "block1/project/bn.running_var": "features.1.conv.2.running_var",
        "block2/expand/conv.weight": "features.2.conv.0.0.weight",
        "block2/depthwise/bn.weight": "features.2.conv.1.1.weight",
        "block17/project/conv.weight": "features.17.conv.2.weight",
        "block17/project/bn.bias": "features.17.conv.3.bias",
        "head/conv.weight": "features.18.0.weight",
        "head/bn.bias": "features.18.1.bias",
        "logits.bias": "classifier.1.bias",
    },
    "efficientnet_lite0": {
        "stem/conv.weight": "_conv_stem.weight",
        "stem/bn.running_mean": "_bn0.running_mean",
        "block1/depthwise/conv.weight": "_blocks.0._depthwise_conv.weight",
        "block1/depthwise/bn.bias": "_blocks.0._bn1.bias",
        "block2/expand/bn.weight": "_blocks.1._bn0.weight",
        "block16/project/conv.weight": "_blocks.15._project_conv.weight",
        "block16/project/bn.running_var": "_blocks.15._bn2.running_var",
        "head/conv.weight": "_conv_head.weight",
        "head/bn.bias": "_bn1.bias",
        "logits.weight": "_fc.weight",
    },
    "lpips-vgg16": {"relu1_2.weight": "lin0.model.1.weight", "relu5_3.weight": "lin4.model.1.weight"},
    "lpips-alexnet": {"relu1.weight": "lin0.model.1.weight", "relu5.weight": "lin4.model.1.weight"},
}
COUNTS = {"mobilenet_v2": 262, "efficientnet_lite0": 247, "lpips-vgg16": 5, "lpips-alexnet": 5}


def random_tensors(network: str) -> dict[str, np.ndarray]:
    random = np.random.default_rng(5)
    return {name: random.random(shape, dtype=np.float32) for name, shape in expected_shapes(network).items()}


@pytest.mark.parametrize("network", EXAMPLES)
def test_files_name_every_number_once_and_are_read_back(network):
    ours = random_tensors(network)
    assert len(ours) == COUNTS[network]
    for convention in CONVENTIONS[network]:
        keys = convention.keys(tuple(ours))
        assert len(set(keys.values())) == len(ours)
        theirs = {
            keys[name]: tensor.transpose(2, 3, 1, 0) if convention.layout == "hwio" else tensor
            for name, tensor in ours.items()
        }
        found = canonical(theirs, network, CATALOGUE["vgg16.torchvision"].preprocessing)
        assert list(found) == list(ours)
        assert all(np.array_equal(found[name], ours[name]) for name in ours)
    torch_keys = CONVENTIONS[network][-1].keys(tuple(ours))
    assert {name: torch_keys[name] for name in EXAMPLES[network]} == EXAMPLES[network]


@pytest.mark.parametrize("network", EXAMPLES)
def test_a_missing_number_and_a_wrong_shape_are_refused(network):
    pixels = CATALOGUE["vgg16.torchvision"].preprocessing
    ours = random_tensors(network)
    last = list(ours)[-1]
    with pytest.raises(CorruptError, match=f"{last}.* of {network}.* expected"):
        canonical({**ours, last: ours[last][:, :1] if ours[last].ndim > 1 else ours[last][:1]}, network, pixels)
    del ours[last]
    with pytest.raises(CorruptError, match=f"not the {COUNTS[network]} tensors of {network}"):
        canonical(ours, network, pixels)


def test_heads_are_no_networks_weights():
    assert {entry.backbone for entry in CATALOGUE.values() if entry.name.startswith("lpips.")} == set(HEADS)
    with pytest.raises(InputError, match=r"lpips\.vgg16 are for lpips-vgg16, not for vgg16"):
        load_backbone("vgg16", weights="lpips.vgg16", offline=True)
