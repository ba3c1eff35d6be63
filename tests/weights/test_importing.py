"""Files of other programs become our weights: names, shapes, the store, and what is said when they do not fit."""

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch
from safetensors import safe_open
from scipy.io import savemat

from impasto.artefacts.digest import sha256_of
from impasto.errors import CorruptError, InputError, UnavailableError, UnknownNameError
from impasto.weights import CATALOGUE, fetch, import_file, load_weights, verify, where
from impasto.weights.conventions import CONVENTIONS
from impasto.weights.formats import Arrays
from impasto.weights.naming import Tensors, canonical, expected_shapes

OWNED = ("squeezenet1_0", "squeezenet1_1", "alexnet")


def random_tensors(backbone: str) -> Tensors:
    random = np.random.default_rng(3)
    return {name: random.random(shape, dtype=np.float32) for name, shape in expected_shapes(backbone).items()}


def assert_same(found: Tensors, ours: Tensors) -> None:
    assert list(found) == list(ours)
    for name, tensor in ours.items():
        np.testing.assert_array_equal(found[name], tensor)


@pytest.mark.parametrize(
    ("backbone", "convention"),
    [(backbone, convention.name) for backbone in (*OWNED, "vgg19") for convention in CONVENTIONS[backbone]],
)
def test_every_convention_gives_each_number_a_key_of_its_own_and_leads_back(backbone: str, convention: str) -> None:
    ours = random_tensors(backbone)
    (chosen,) = [c for c in CONVENTIONS[backbone] if c.name == convention]
    keys = chosen.keys(tuple(ours))
    assert len(set(keys.values())) == len(ours)
    turned: Arrays = {}
    for name, tensor in ours.items():
        hwio = chosen.layout == "hwio" and tensor.ndim == 4
        turned[keys[name]] = tensor.transpose(2, 3, 1, 0) if hwio else tensor
    if chosen.leading is not None:
        matrix = np.float32([[0, 0, 255], [0, 255, 0], [255, 0, 0]]).reshape(3, 3, 1, 1)
        turned |= dict(zip(chosen.leading, (matrix, np.float32([-103.939, -116.779, -123.68])), strict=True))
    assert_same(canonical(turned, backbone, CATALOGUE["vgg19.gatys"].preprocessing), ours)


@pytest.mark.parametrize(
    ("backbone", "layer", "key"),
    [
        ("squeezenet1_0", "fire2/squeeze1x1", "features.3.squeeze"),
        ("squeezenet1_0", "fire9/expand3x3", "features.12.expand3x3"),
        ("squeezenet1_1", "fire5/expand1x1", "features.7.expand1x1"),
        ("squeezenet1_1", "fire6/squeeze1x1", "features.9.squeeze"),
        ("squeezenet1_1", "conv10", "classifier.1"),
        ("alexnet", "conv3", "features.6"),
    ],
)
def test_torchvisions_keys_are_those_of_its_published_files(backbone: str, layer: str, key: str) -> None:
    (convention,) = [c for c in CONVENTIONS[backbone] if c.name == "torchvision"]
    keys = convention.keys(tuple(expected_shapes(backbone)))
    assert (keys[f"{layer}.weight"], keys[f"{layer}.bias"]) == (f"{key}.weight", f"{key}.bias")


def save_matconvnet(path: Path, ours: Tensors) -> None:
    layers = np.empty((1, len(ours) // 2), object)
    for i, name in enumerate(name.removesuffix(".weight") for name in ours if name.endswith(".weight")):
        weights = np.empty((1, 2), object)
        weights[0] = [ours[f"{name}.weight"].transpose(2, 3, 1, 0), ours[f"{name}.bias"][None]]
        layers[0, i] = {"name": name, "type": "conv", "weights": weights}
    with path.open("wb") as file:
        savemat(file, {"layers": layers})


def save_keras(path: Path, ours: Tensors) -> None:
    with h5py.File(path, "w") as root:
        layers = [name.removesuffix(".weight") for name in ours if name.endswith(".weight")]
        theirs = {layer: f"block{layer[4]}_conv{layer[6]}" for layer in layers}
        root.attrs["layer_names"] = [name.encode() for name in theirs.values()]
        for layer, name in theirs.items():
            group = root.create_group(name)
            group.attrs["weight_names"] = [f"{name}_W_1:0".encode(), f"{name}_b_1:0".encode()]
            group[f"{name}_W_1:0"] = ours[f"{layer}.weight"].transpose(2, 3, 1, 0)
            group[f"{name}_b_1:0"] = ours[f"{layer}.bias"]


@pytest.mark.parametrize(
    ("name", "save", "file"),
    [
        ("vgg19.matconvnet", save_matconvnet, "imagenet-vgg-verydeep-19.mat"),
        ("vgg16.keras", save_keras, "vgg16_notop.h5"),
    ],
)
def test_a_file_becomes_weights_in_the_store(
    tmp_path: Path, name: str, save: Callable[[Path, Tensors], None], file: str
) -> None:
    ours, path = random_tensors(CATALOGUE[name].backbone), tmp_path / file
    save(path, ours)
    taken = import_file(name, path)
    assert_same(taken.tensors, ours)
    assert_same(load_weights(name, offline=True).tensors, ours)
    assert verify(name).state == "sound"
    with safe_open(where(name), framework="np") as stored:
        metadata = stored.metadata()
    assert metadata["source"] == file
    assert metadata["artefact_sha256"] == sha256_of(path)
    assert metadata["tensors_sha256"] == taken.sha256


def test_weights_whose_hash_is_known_are_taken_from_no_other_numbers(tmp_path: Path) -> None:
    path = tmp_path / "alexnet.pth"
    torch.save({k: torch.from_numpy(v) for k, v in random_tensors("alexnet").items()}, path)
    with pytest.raises(CorruptError, match=r"other numbers than alexnet\.torchvision.*expected ce394e06"):
        import_file("alexnet.torchvision", path)
    assert not where("alexnet.torchvision").exists()


def test_a_file_of_another_network_is_refused_with_what_was_expected_and_found(tmp_path: Path) -> None:
    path = tmp_path / "mine.pth"
    torch.save({k: torch.from_numpy(v) for k, v in random_tensors("squeezenet1_1").items()}, path)
    with pytest.raises(CorruptError, match=r"conv1\.weight.*\[64, 3, 3, 3\], expected \[96, 3, 7, 7\]"):
        import_file("squeezenet1_0.caffe", path)
    with pytest.raises(CorruptError, match=r"not the 32 tensors of vgg19.*The file has 52: conv1\.bias"):
        import_file("vgg19.keras", path)
    assert not where("vgg19.keras").exists()


def test_what_is_no_file_and_what_is_no_name_are_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not a file"):
        import_file("vgg19.keras", tmp_path / "absent.h5")
    with pytest.raises(UnknownNameError, match=r"vgg19\.keras"):
        import_file("vgg19.kera", tmp_path / "absent.h5")


def test_weights_that_are_imported_by_hand_say_so_when_fetched() -> None:
    with pytest.raises(
        UnavailableError, match=r"Get http\S+h5 and then: impasto weights import FILE --as vgg19\.keras"
    ):
        fetch("vgg19.keras")
    assert "impasto weights import FILE --as vgg19.keras" in verify("vgg19.keras").detail


def test_a_file_that_holds_no_weights_is_named_once(tmp_path: Path) -> None:
    path = tmp_path / "photo.pth"
    path.write_bytes(b"not numbers")
    with pytest.raises(CorruptError, match=r"cannot serve as vgg16\.keras: it is not in a format") as caught:
        import_file("vgg16.keras", path)
    assert str(caught.value).count(str(path)) == 1
