"""The published decoder of AdaIN turns what VGG-19 saw of a photograph back into that photograph, roughly."""

import pytest
import torch
from torch import Tensor

from impasto.backbones import Backbone, Decoder
from impasto.backbones.decoder import FEATURES
from impasto.errors import InputError, UnknownNameError
from impasto.pictures import resize
from impasto.pictures.samples import sample_photograph
from impasto.tasks.pixels import to_tensor
from impasto.weights import CATALOGUE, load_backbone, load_decoder

pytestmark = [pytest.mark.real, pytest.mark.slow]

NAME = "adain-decoder.gatys"


@pytest.fixture(scope="module")
def encoder() -> Backbone:
    return load_backbone("vgg19", weights="vgg19.gatys", padding="reflect", precision="fp32", device="cpu")


@pytest.fixture(scope="module")
def decoder() -> Decoder:
    loaded = load_decoder(NAME, precision="fp32", device="cpu")
    assert loaded.weights_sha256 == CATALOGUE[NAME].tensors_sha256
    return loaded


def likeness(one: Tensor, other: Tensor) -> float:
    return float(torch.corrcoef(torch.stack([one.flatten(), other.flatten()]))[0, 1])


def redness(image: Tensor) -> Tensor:
    return image[:, 0] - image[:, 2]


@pytest.mark.parametrize(("name", "error"), [("cat", 0.0105), ("coffee", 0.025)])
def test_a_photograph_comes_back(encoder: Backbone, decoder: Decoder, name: str, error: float) -> None:
    """Measured: mean squared error 0.0100 and 0.0239, likeness of brightness 0.73 and 0.81, of colour 0.78 and 0.73."""
    photo = to_tensor(resize(sample_photograph(name), 256, 168))
    with torch.no_grad():
        picture = decoder(encoder(photo, (FEATURES,))[FEATURES])
    assert picture.shape == photo.shape
    assert float((picture - photo).square().mean()) < error
    assert likeness(picture.mean(1), photo.mean(1)) > 0.7
    assert likeness(redness(picture), redness(photo)) > 0.7


def test_it_needs_the_features_it_was_trained_on(encoder: Backbone, decoder: Decoder) -> None:
    """The features before their ReLU, of the same shape, do not decode."""
    photo = to_tensor(resize(sample_photograph("cat"), 256, 168))
    with torch.no_grad():
        picture = decoder(encoder(photo, ("conv4_1",))["conv4_1"])
    assert float((picture - photo).square().mean()) > 0.05


def test_weights_of_something_else_and_unknown_precisions_are_refused() -> None:
    with pytest.raises(InputError, match=r"vgg19\.gatys are for vgg19, not for a decoder"):
        load_decoder("vgg19.gatys")
    with pytest.raises(UnknownNameError, match=r"no precision is named 'fp23'\. Did you mean fp32"):
        load_decoder(precision="fp23")  # type: ignore[arg-type]
