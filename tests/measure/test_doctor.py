"""What the doctor measures, on activations and networks whose health is known beforehand."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from impasto.backbones import Backbone, Preprocessing, painting_defaults
from impasto.backbones.builder import Builder
from impasto.backbones.layers import GlobalAveragePool
from impasto.errors import InputError, PictureError, UnknownNameError
from impasto.measure import LayerHealth, examine, examined_layers, findings
from impasto.measure.doctor import effective_rank, normalised_entropy, peak, unevenness
from impasto.pictures.samples import paint_sample
from impasto.weights import load_backbone

PLAIN = Preprocessing("rgb", 1.0, (0.0,) * 3, (1.0,) * 3)


def mixing(matrix: list[list[float]], bias: list[float] | None = None, stride: int = 1) -> nn.Conv2d:
    """A 1 × 1 convolution: each row of the matrix mixes red, green and blue into one channel."""
    conv = nn.Conv2d(3, len(matrix), 1, stride)
    conv.weight = nn.Parameter(torch.tensor(matrix).reshape(-1, 3, 1, 1))
    conv.bias = nn.Parameter(torch.tensor(bias or [0.0] * len(matrix)))
    return conv


def network(*ops: nn.Module) -> Backbone:
    net = Builder()
    for i, op in enumerate(ops):
        net.add(f"op{i}", op)
    return Backbone("handmade", net.graph(), PLAIN)


def images(count: int = 2, side: int = 16) -> list[Tensor]:
    generator = torch.Generator().manual_seed(1)
    return [torch.rand(1, 3, side, side + 4, generator=generator) for _ in range(count)]


def checked(backbone: Backbone, layer: str, pictures: list[Tensor] | None = None) -> LayerHealth:
    (health,) = examine(backbone, pictures or images(), [layer])
    return health


RED, GREEN, BLUE = [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]


def test_a_rectifier_that_never_opens_is_a_dead_channel() -> None:
    backbone = network(mixing([RED, GREEN, [-1.0, -1.0, -1.0], BLUE]), nn.ReLU())
    assert checked(backbone, "op1").dead == 0.25
    assert checked(backbone, "op0").dead == 0  # before the rectifier it says something


def test_a_channel_that_answers_to_one_picture_alone_lives() -> None:
    backbone = network(mixing([RED, [0.0, 1.0, 0.0]], bias=[0.0, -0.5]), nn.ReLU())
    dark, bright = (image * 0.4 for image in images()), images()
    assert checked(backbone, "op1", [*dark]).dead == 0.5
    assert checked(backbone, "op1", [images()[0] * 0.4, bright[1]]).dead == 0


def test_channels_that_repeat_each_other_have_rank_one() -> None:
    health = checked(network(mixing([RED, [2.0, 0.0, 0.0], [0.5, 0.0, 0.0], [3.0, 0.0, 0.0]])), "op0")
    assert health.effective_rank == pytest.approx(1, abs=1e-4)
    assert health.rank_share == pytest.approx(0.25, abs=1e-4)
    assert (health.channels, health.positions) == (4, 16 * 20)


def test_the_effective_rank_is_the_number_of_equal_directions() -> None:
    five = torch.eye(5).reshape(1, 5, 1, 5)
    assert effective_rank(five) == pytest.approx(5)
    assert effective_rank(five.reshape(1, 5, 5, 1).repeat(1, 1, 1, 7)) == pytest.approx(5)
    uneven = torch.diag(torch.tensor([2.0, 1.0, 1.0])).reshape(1, 3, 1, 3)  # eigenvalues 4, 1 and 1
    assert effective_rank(uneven) == pytest.approx(math.exp(-(4 / 6) * math.log(4 / 6) - (2 / 6) * math.log(1 / 6)))
    assert effective_rank(torch.zeros(1, 3, 2, 2)) == 0


def test_more_channels_than_positions_change_no_rank() -> None:
    generator = torch.Generator().manual_seed(0)
    wide = torch.randn(1, 12, 1, 5, generator=generator)
    assert effective_rank(wide) == pytest.approx(effective_rank(wide.permute(0, 3, 2, 1)))


def test_a_single_peak_has_all_of_the_sum() -> None:
    lonely = torch.zeros(1, 4, 5, 6)
    lonely[0, 2, 3, 1] = 7.0
    assert peak(lonely) == pytest.approx(120)
    assert normalised_entropy(lonely) == 0
    flat = torch.full((1, 4, 5, 6), -3.0)
    assert peak(flat) == pytest.approx(1)
    assert normalised_entropy(flat) == pytest.approx(1)
    lonely[0, 0, 0, 0] = -7.0
    assert normalised_entropy(lonely) == pytest.approx(math.log(2) / math.log(120))
    assert (peak(torch.zeros(1, 2, 2, 2)), normalised_entropy(torch.zeros(1, 2, 2, 2))) == (1, 0)


def test_a_stride_without_overlap_leaves_pixels_unseen_and_an_average_sees_all() -> None:
    assert checked(network(mixing([RED, GREEN, BLUE], stride=2)), "op0").unevenness == 1
    assert checked(network(nn.AvgPool2d(2)), "op0").unevenness == pytest.approx(0, abs=1e-6)
    assert checked(network(mixing([RED, GREEN, BLUE])), "op0").unevenness == 0


def test_unevenness_is_of_rows_that_repeat_with_the_stride() -> None:
    gradient = torch.ones(1, 3, 24, 24)
    gradient[:, :, 1::3] = 0.5
    assert unevenness(gradient, (3, 1)) == pytest.approx(0.5)
    assert unevenness(gradient.mT, (1, 6)) == pytest.approx(0.5)
    assert unevenness(gradient, (2, 2)) < 0.1
    assert unevenness(gradient[:, :, :11], (3, 1)) == 0, "three repeats are too few to tell"
    assert unevenness(torch.zeros(1, 3, 24, 24), (2, 2)) == 0


def test_the_gradient_is_that_of_the_gram_loss_in_its_targets_energy() -> None:
    image, target = images()

    def mean_gram(x: Tensor) -> tuple[Tensor, Tensor]:
        flat = x[0].flatten(1).double()
        return flat, flat @ flat.T / flat.shape[1]

    def norm(x: Tensor, wanted: Tensor) -> float:
        (flat, own), (_, other) = mean_gram(x), mean_gram(wanted)
        gradient = 4 / flat.shape[1] * (own - other) @ flat / other.square().sum()
        return float(gradient.norm())

    backbone = network(mixing([RED, GREEN, BLUE]))
    both = (norm(image, target) + norm(target, image)) / 2
    assert checked(backbone, "op0", [image, target]).gradient_norm == pytest.approx(both, rel=1e-4)
    assert checked(backbone, "op0", [image]).gradient_norm == pytest.approx(norm(image, 1 - image), rel=1e-4)


def test_pictures_and_network_are_left_as_they_were() -> None:
    backbone, pictures = network(mixing([RED, GREEN, BLUE]), nn.ReLU()), images()
    before = [image.clone() for image in pictures]
    examine(backbone, pictures, ["op1"])
    assert all(torch.equal(image, old) and not image.requires_grad for image, old in zip(pictures, before, strict=True))
    assert not any(parameter.requires_grad for parameter in backbone.parameters())


def test_layers_worth_examining_are_outputs_of_rectifiers_poolings_and_meetings() -> None:
    backbone = network(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU6(), nn.MaxPool2d(2), GlobalAveragePool())
    assert examined_layers(backbone.graph) == ("op2", "op3")


def test_mistakes_are_explained() -> None:
    backbone = network(nn.Conv2d(3, 4, 3), GlobalAveragePool())
    with pytest.raises(InputError, match="at least one"):
        examine(backbone, [], ["op0"])
    with pytest.raises(InputError, match="op1 of handmade has no positions"):
        examine(backbone, images(), ["op0", "op1"])
    with pytest.raises(UnknownNameError, match="op0"):
        examine(backbone, images(), ["opO"])
    with pytest.raises(PictureError, match="at least 4 pixels"):
        examine(backbone, [torch.rand(1, 3, 3, 9, generator=torch.Generator())], ["op0"])


def healthy(**changes: float) -> LayerHealth:
    values = {"dead": 0.0, "peak": 20.0, "entropy": 0.9, "effective_rank": 6.0, "unevenness": 0.02, **changes}
    return LayerHealth(layer="relu", channels=100, positions=64.0, gradient_norm=0.1, **values)


@pytest.mark.parametrize(
    ("change", "complaint", "said"),
    [
        ({"dead": 0.5}, "dead", "50% of its channels"),
        ({"entropy": 0.5, "peak": 321.0}, "peaky", "321 times the mean"),
        ({"effective_rank": 0.9}, "low rank", "0.9 directions carry the Gram matrix of its 100 channels"),
        ({"unevenness": 0.4}, "grid", "40% less gradient"),
    ],
)
def test_each_sickness_has_its_name_reason_and_remedy(change: dict[str, float], complaint: str, said: str) -> None:
    assert findings(healthy()) == ()
    (finding,) = findings(healthy(**change))
    assert finding.complaint == complaint
    assert said in finding.reason
    assert finding.remedy


def verdicts(name: str, layers: list[str]) -> dict[str, set[str]]:
    """The complaints about layers of a real network, on the sample paintings the command line takes."""
    backbone = load_backbone(
        name, pooling=painting_defaults(name).pooling, padding="reflect", precision="fp32", device="cpu", offline=False
    )
    paintings = [paint_sample(sample, width=256, height=192).pixels for sample in ("swirl", "mosaic", "harbour")]
    found = examine(backbone, [torch.from_numpy(pixels.copy())[None] for pixels in paintings], layers)
    return {health.layer: {finding.complaint for finding in findings(health)} for health in found}


@pytest.mark.real
@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "layers"),
    [
        ("vgg19", ["relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1"]),
        ("vgg16", ["relu1_2", "relu2_2", "relu3_3", "relu4_3"]),
    ],
)
def test_the_layers_that_the_papers_paint_with_are_fit(name: str, layers: list[str]) -> None:
    assert verdicts(name, layers) == {layer: set() for layer in layers}


@pytest.mark.real
@pytest.mark.slow
def test_resnets_last_outputs_are_of_low_rank_and_its_first_layer_makes_a_grid() -> None:
    outputs = [f"conv5_block{block}_out" for block in (1, 2, 3)]
    inside = [f"conv5_block{block}_2_relu" for block in (1, 2, 3)]
    found = verdicts("resnet50", ["conv1_relu", "conv4_block2_2_relu", "conv4_block6_out", *outputs, *inside])
    assert found["conv1_relu"] == {"grid"}
    assert all(found[layer] == {"low rank"} for layer in outputs)
    assert not any(found[layer] for layer in ("conv4_block2_2_relu", "conv4_block6_out", *inside))
