"""The decoder of AdaIN: its shapes, and how its file names it."""

import torch

from impasto.backbones.decoder import PICTURE, SCALE, Decoder, adain_decoder
from impasto.weights.conventions import CONVENTIONS
from impasto.weights.naming import expected_shapes

PLACES = (1, 5, 8, 11, 14, 18, 21, 25, 28)
"""Of the convolutions in the published file."""


def test_features_become_a_picture_eight_times_as_large():
    graph = adain_decoder()
    picture = graph(torch.rand(2, 512, 3, 5, generator=torch.Generator().manual_seed(0)), (PICTURE,))[PICTURE]
    assert picture.shape == (2, 3, 24, 40)
    assert graph.layers[-1] == PICTURE


def test_its_file_counts_what_stands_between_the_convolutions_too():
    ours = expected_shapes("adain-decoder")
    (convention,) = CONVENTIONS["adain-decoder"]
    assert list(convention.keys(tuple(ours)).values()) == [f"{n}.{kind}" for n in PLACES for kind in ("weight", "bias")]
    assert ours["conv4_1.weight"] == (256, 512, 3, 3)
    assert ours["conv3_1.weight"] == (128, 256, 3, 3)
    assert ours["conv1_1.weight"] == (3, 64, 3, 3)
    assert len(ours) == 18


def test_a_block_of_features_is_decoded_from_four_around_it_and_no_others():
    """So says the arithmetic, and so it is: what is farther away changes nothing, what is four away does."""
    generator = torch.Generator().manual_seed(0)
    decoder = Decoder(adain_decoder())
    for parameter in decoder.parameters():
        parameter.copy_(torch.rand(parameter.shape, generator=generator) / parameter[0].numel())
    around = decoder.around
    assert around == 4
    features = torch.rand(1, 512, 2, 16, generator=generator)
    block = slice(SCALE * 7, SCALE * 9)
    before = decoder(features)[..., block]
    for distance, alike in ((around + 1, True), (around, False)):
        for place in (7 - distance, 8 + distance):
            other = features.clone()
            other[..., place] += 1
            assert torch.equal(decoder(other)[..., block], before) is alike, place


def test_bf16_gives_the_picture_in_float32():
    assert Decoder(adain_decoder(), precision="bf16")(torch.rand(1, 512, 2, 2)).dtype == torch.float32
