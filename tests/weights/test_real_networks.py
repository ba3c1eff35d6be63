"""ResNet-50 and Inception v3 with their real weights: what they see, and that they are what they came from."""

from pathlib import Path

import pytest
import torch
from torch import Tensor

from impasto.artefacts import obtain
from impasto.backbones import Backbone
from impasto.pictures import resize
from impasto.pictures.samples import sample_photograph
from impasto.tasks.pixels import to_tensor
from impasto.weights import CATALOGUE, load_backbone, load_weights

pytestmark = [pytest.mark.real, pytest.mark.slow]

EGYPTIAN_CAT, ESPRESSO = 285, 967


def photograph(name: str, side: int) -> Tensor:
    """The middle square of a sample photograph, at `side` pixels."""
    picture = sample_photograph(name)
    shorter = min(picture.width, picture.height)
    top, left = (picture.height - shorter) // 2, (picture.width - shorter) // 2
    scale = side / shorter
    image = to_tensor(resize(picture, round(picture.width * scale), round(picture.height * scale)))
    top, left = round(top * scale), round(left * scale)
    return image[..., top : top + side, left : left + side]


@pytest.fixture(scope="module")
def resnet() -> Backbone:
    return load_backbone("resnet50", weights="resnet50.keras", precision="fp32", device="cpu")


@pytest.mark.parametrize("name", ["resnet50.keras", "inception_v3.fid"])
def test_they_arrive_and_have_their_hash(name: str) -> None:
    assert load_weights(name).sha256 == CATALOGUE[name].tensors_sha256


@pytest.mark.parametrize(("name", "number", "least"), [("cat", EGYPTIAN_CAT, 0.7), ("coffee", ESPRESSO, 0.95)])
def test_resnet_names_what_the_photographs_show(resnet: Backbone, name: str, number: int, least: float) -> None:
    with torch.no_grad():
        shares = resnet(photograph(name, 224), ["logits"])["logits"].softmax(1)[0]
    assert shares.argmax() == number
    assert shares[number] > least


@pytest.mark.filterwarnings("ignore:`torch.jit.load` is deprecated:DeprecationWarning")
@pytest.mark.parametrize("name", ["cat", "coffee"])
def test_inception_equals_the_module_it_came_from(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    backbone = load_backbone("inception_v3", weights="inception_v3.fid", precision="fp32", device="cpu")
    monkeypatch.setenv("IMPASTO_HOME", str(tmp_path))
    file = obtain(*CATALOGUE["inception_v3.fid"].artefacts).path
    image = photograph(name, 299)
    with torch.no_grad():
        theirs = torch.jit.load(file, map_location="cpu").eval()((image * 255 - 128) / 128)
        ours = backbone(image, ["pool3"])["pool3"]
    assert (ours - theirs).abs().max() < 1e-4
