"""Names and shapes, for every convention."""

import numpy as np
import pytest

from impasto.errors import CorruptError
from impasto.weights.catalogue import CAFFE_PIXELS, IMAGENET_PIXELS
from impasto.weights.formats import Arrays
from impasto.weights.naming import Tensors, canonical, expected_shapes

ADAIN = (2, 5, 9, 12, 16, 19, 22, 25, 29, 32, 35, 38, 42, 45, 48, 51)
TORCHVISION = {
    "vgg16": (0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28),
    "vgg19": (0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34),
}


def random_tensors(backbone: str) -> Tensors:
    random = np.random.default_rng(3)
    return {name: random.random(shape, dtype=np.float32) for name, shape in expected_shapes(backbone).items()}


def pairs(ours: Tensors) -> list[tuple[np.ndarray, np.ndarray]]:
    names = [name.removesuffix(".weight") for name in ours if name.endswith(".weight")]
    return [(ours[f"{name}.weight"], ours[f"{name}.bias"]) for name in names]


def as_torchvision(backbone: str, ours: Tensors) -> Arrays:
    theirs: Arrays = {"classifier.0.weight": np.zeros((2, 2), np.float32)}
    for place, (weight, bias) in zip(TORCHVISION[backbone], pairs(ours), strict=True):
        theirs |= {f"features.{place}.weight": weight, f"features.{place}.bias": bias}
    return theirs


def as_adain(ours: Tensors) -> Arrays:
    matrix = np.float32([[0, 0, 255], [0, 255, 0], [255, 0, 0]]).reshape(3, 3, 1, 1)
    theirs: Arrays = {"0.weight": matrix, "0.bias": np.float32([-103.939, -116.779, -123.68])}
    for place, (weight, bias) in zip(ADAIN, pairs(ours), strict=True):
        theirs |= {f"{place}.weight": weight, f"{place}.bias": bias}
    return theirs


def as_flax(ours: Tensors) -> Arrays:
    theirs: Arrays = {"NetLinLayer_0/Conv_0/kernel": np.zeros((1, 1, 64, 1), np.float32)}
    for i, (weight, bias) in enumerate(pairs(ours)):
        theirs |= {f"VGG16_0/Conv_{i}/kernel": weight.transpose(2, 3, 1, 0), f"VGG16_0/Conv_{i}/bias": bias}
    return theirs


def assert_same(found: Tensors, ours: Tensors) -> None:
    assert list(found) == list(ours)
    for name, tensor in ours.items():
        assert found[name].dtype == np.float32
        assert found[name].flags.c_contiguous
        np.testing.assert_array_equal(found[name], tensor)


@pytest.mark.parametrize("backbone", ["vgg16", "vgg19"])
def test_torchvision_and_our_own_names(backbone: str) -> None:
    ours = random_tensors(backbone)
    assert len(ours) == {"vgg16": 26, "vgg19": 32}[backbone]
    assert_same(canonical(as_torchvision(backbone, ours), backbone, IMAGENET_PIXELS), ours)
    assert_same(canonical(ours, backbone, IMAGENET_PIXELS), ours)


def test_the_adain_encoder_loses_its_preprocessing() -> None:
    ours = random_tensors("vgg19")
    assert_same(canonical(as_adain(ours), "vgg19", CAFFE_PIXELS), ours)


@pytest.mark.parametrize("key", ["0.weight", "0.bias"])
def test_another_preprocessing_in_front_is_refused(key: str) -> None:
    theirs = as_adain(random_tensors("vgg19"))
    with pytest.raises(CorruptError, match="not the preprocessing"):
        canonical(theirs, "vgg19", IMAGENET_PIXELS)
    theirs[key] = theirs[key] + 1
    with pytest.raises(CorruptError, match="not the preprocessing"):
        canonical(theirs, "vgg19", CAFFE_PIXELS)


def test_flax_kernels_are_turned() -> None:
    ours = random_tensors("vgg16")
    assert_same(canonical(as_flax(ours), "vgg16", IMAGENET_PIXELS), ours)


def test_other_float_types_become_float32() -> None:
    ours = random_tensors("vgg16")
    half = {name: tensor.astype(np.float16) for name, tensor in ours.items()}
    found = canonical(half, "vgg16", IMAGENET_PIXELS)
    np.testing.assert_array_equal(found["conv1_1.weight"], half["conv1_1.weight"].astype(np.float32))


def test_another_network_is_refused_with_what_is_missing() -> None:
    theirs = as_torchvision("vgg16", random_tensors("vgg16"))
    with pytest.raises(CorruptError, match=r"not the 32 tensors of vgg19: as torchvision .*features\.16"):
        canonical(theirs, "vgg19", IMAGENET_PIXELS)
    with pytest.raises(CorruptError, match="has 0: nothing"):
        canonical({}, "vgg19", IMAGENET_PIXELS)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda t: t[:, :, :1], r"is \[128, 64, 1, 3\], expected \[128, 64, 3, 3\]"),
        (lambda t: t.astype(np.int32), "is int32, expected a float type"),
        (lambda t: t * np.float32("nan"), "NaN or infinite"),
        (lambda t: t + np.float32("inf"), "NaN or infinite"),
    ],
)
def test_a_wrong_tensor_is_refused_by_name(change: object, words: str) -> None:
    ours = random_tensors("vgg16")
    ours["conv2_1.weight"] = change(ours["conv2_1.weight"])
    with pytest.raises(CorruptError, match=f"conv2_1.weight of vgg16.*{words}"):
        canonical(ours, "vgg16", IMAGENET_PIXELS)
