"""The names of ResNet-50's and Inception's files, each spelt out here a second time from the files themselves."""

import numpy as np
import pytest

from impasto.errors import CorruptError
from impasto.weights import CATALOGUE
from impasto.weights.formats import Arrays
from impasto.weights.naming import Tensors, canonical, expected_shapes

TORCH_KINDS = ("weight", "bias", "running_mean", "running_var")
KERAS_KINDS = ("gamma", "beta", "moving_mean", "moving_variance")
STAGES = ((2, 3), (3, 4), (4, 6), (5, 3))


def numbered(name: str) -> Tensors:
    """Numbers that are all different, of the shapes of a set of weights, in half a byte to an element."""
    entry, tensors = CATALOGUE[name], {}
    for i, (key, shape) in enumerate(expected_shapes(entry.backbone, entry.graph_options).items()):
        flat = np.arange(int(np.prod(shape)), dtype=np.float32) % 251 + i
        tensors[key] = flat.reshape(shape)
    return tensors


def turned(array: np.ndarray) -> np.ndarray:
    return array.transpose({4: (2, 3, 1, 0), 2: (1, 0)}.get(array.ndim))


def assert_read(name: str, theirs: Arrays, ours: Tensors) -> None:
    entry = CATALOGUE[name]
    found = canonical(theirs, entry.backbone, entry.preprocessing, entry.graph_options)
    assert list(found) == list(ours)
    for key, array in ours.items():
        np.testing.assert_array_equal(found[key], array, key)


def early_keras(ours: Tensors) -> Arrays:
    theirs = {"conv1/kernel": turned(ours["conv1_conv.weight"]), "conv1/bias": ours["conv1_conv.bias"]}
    for torch_kind, kind in zip(TORCH_KINDS, KERAS_KINDS, strict=True):
        theirs[f"bn_conv1/{kind}"] = ours[f"conv1_bn.{torch_kind}"]
    for stage, count in STAGES:
        for block in range(1, count + 1):
            for position, branch in (("1", "2a"), ("2", "2b"), ("3", "2c"), *((("0", "1"),) if block == 1 else ())):
                place, at = f"conv{stage}_block{block}_{position}", f"{stage}{'abcdef'[block - 1]}_branch{branch}"
                theirs[f"res{at}/kernel"] = turned(ours[f"{place}_conv.weight"])
                theirs[f"res{at}/bias"] = ours[f"{place}_conv.bias"]
                for torch_kind, kind in zip(TORCH_KINDS, KERAS_KINDS, strict=True):
                    theirs[f"bn{at}/{kind}"] = ours[f"{place}_bn.{torch_kind}"]
    return theirs | {"fc1000/kernel": turned(ours["logits.weight"]), "fc1000/bias": ours["logits.bias"]}


def late_keras(ours: Tensors) -> Arrays:
    theirs = {}
    for key, array in ours.items():
        node, kind = key.split(".")
        if node.endswith("_bn"):
            kind = dict(zip(TORCH_KINDS, KERAS_KINDS, strict=True))[kind]
        theirs[f"{node.replace('logits', 'predictions')}/{kind.replace('weight', 'kernel')}"] = turned(array)
    return theirs


def torchvision_resnet(ours: Tensors) -> Arrays:
    theirs = {"conv1.weight": ours["conv1_conv.weight"]} | {f"bn1.{k}": ours[f"conv1_bn.{k}"] for k in TORCH_KINDS}
    for stage, count in STAGES:
        for block in range(1, count + 1):
            place, at = f"conv{stage}_block{block}", f"layer{stage - 1}.{block - 1}"
            for i in (1, 2, 3):
                theirs[f"{at}.conv{i}.weight"] = ours[f"{place}_{i}_conv.weight"]
                theirs |= {f"{at}.bn{i}.{k}": ours[f"{place}_{i}_bn.{k}"] for k in TORCH_KINDS}
            if block == 1:
                theirs[f"{at}.downsample.0.weight"] = ours[f"{place}_0_conv.weight"]
                theirs |= {f"{at}.downsample.1.{k}": ours[f"{place}_0_bn.{k}"] for k in TORCH_KINDS}
    counts = {"bn1.num_batches_tracked": np.zeros((), np.int64)}
    return theirs | counts | {"fc.weight": ours["logits.weight"], "fc.bias": ours["logits.bias"]}


FID = {
    "branch1x1 branch5x5_1 branch5x5_2 branch3x3dbl_1 branch3x3dbl_2 branch3x3dbl_3 branch_pool": (
        "conv tower.conv tower.conv_1 tower_1.conv tower_1.conv_1 tower_1.conv_2 tower_2.conv",
        {"5b": "mixed", "5c": "mixed_1", "5d": "mixed_2"},
    ),
    "branch3x3 branch3x3dbl_1 branch3x3dbl_2 branch3x3dbl_3": (
        "conv tower.conv tower.conv_1 tower.conv_2",
        {"6a": "mixed_3"},
    ),
    "branch1x1 branch7x7_1 branch7x7_2 branch7x7_3 branch7x7dbl_1 branch7x7dbl_2 branch7x7dbl_3 branch7x7dbl_4 "
    "branch7x7dbl_5 branch_pool": (
        "conv tower.conv tower.conv_1 tower.conv_2 tower_1.conv tower_1.conv_1 tower_1.conv_2 tower_1.conv_3 "
        "tower_1.conv_4 tower_2.conv",
        {"6b": "mixed_4", "6c": "mixed_5", "6d": "mixed_6", "6e": "mixed_7"},
    ),
    "branch3x3_1 branch3x3_2 branch7x7x3_1 branch7x7x3_2 branch7x7x3_3 branch7x7x3_4": (
        "tower.conv tower.conv_1 tower_1.conv tower_1.conv_1 tower_1.conv_2 tower_1.conv_3",
        {"7a": "mixed_8"},
    ),
    "branch1x1 branch3x3_1 branch3x3_2a branch3x3_2b branch3x3dbl_1 branch3x3dbl_2 branch3x3dbl_3a branch3x3dbl_3b "
    "branch_pool": (
        "conv tower_conv tower_mixed_conv tower_mixed_conv_1 tower_1_conv tower_1_conv_1 tower_1_mixed_conv "
        "tower_1_mixed_conv_1 tower_2_conv",
        {"7b": "mixed_9", "7c": "mixed_10"},
    ),
}


def fid(ours: Tensors) -> Arrays:
    stem = ("conv2d_1a_3x3", "conv2d_2a_3x3", "conv2d_2b_3x3", "conv2d_3b_1x1", "conv2d_4a_3x3")
    places = dict(zip(stem, ("conv", "conv_1", "conv_2", "conv_3", "conv_4"), strict=True))
    for names, (inside, blocks) in FID.items():
        for block, mixed in blocks.items():
            pairs = zip(names.split(), inside.split(), strict=True)
            places |= {f"mixed_{block}/{unit}": f"{mixed}.{place}" for unit, place in pairs}
    theirs = {}
    for unit, place in places.items():
        theirs[f"net.layers.{place}.weight"] = ours[f"{unit}/conv.weight"]
        for kind, word in (("bias", "beta"), ("running_mean", "mean"), ("running_var", "var")):
            theirs[f"net.layers.{place}.{word}"] = ours[f"{unit}/bn.{kind}"]
    return theirs


def test_resnet_by_early_names_of_keras() -> None:
    ours = numbered("resnet50.keras")
    theirs = early_keras(ours)
    assert len(theirs) == len(ours) == 320
    assert_read("resnet50.keras", theirs, ours)


def test_resnet_by_late_names_of_keras() -> None:
    ours = numbered("resnet50.keras")
    assert_read("resnet50.keras", late_keras(ours), ours)


def test_resnet_by_torchvisions_names() -> None:
    ours = numbered("resnet50.torchvision")
    assert_read("resnet50.torchvision", torchvision_resnet(ours), ours)


def test_resnet_of_another_version_is_refused() -> None:
    theirs, entry = torchvision_resnet(numbered("resnet50.torchvision")), CATALOGUE["resnet50.keras"]
    with pytest.raises(CorruptError, match=r"not the 320 tensors of resnet50: as torchvision .*53 are missing"):
        canonical(theirs, "resnet50", entry.preprocessing, entry.graph_options)


def test_inception_by_the_names_of_2015_gets_scales_of_one() -> None:
    ours = numbered("inception_v3.fid")
    theirs = fid(ours)
    assert len(theirs) == 4 * 94
    scales = {name: np.ones_like(array) for name, array in ours.items() if name.endswith("/bn.weight")}
    assert_read("inception_v3.fid", theirs, ours | scales)


def test_inception_by_torchvisions_names() -> None:
    ours = numbered("inception_v3.torchvision")
    theirs: Arrays = {"AuxLogits.fc.bias": np.zeros(1000, np.float32)}
    for key, array in ours.items():
        theirs[
            key.replace("/", ".").replace("mixed_", "Mixed_").replace("conv2d_", "Conv2d_").replace("logits", "fc")
        ] = array
    assert {"Mixed_7c.branch3x3dbl_3b.bn.running_var", "Conv2d_1a_3x3.conv.weight", "fc.weight"} <= set(theirs)
    assert_read("inception_v3.torchvision", theirs, ours)
