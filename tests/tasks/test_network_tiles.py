"""A style network in tiles against the network at once."""

import pytest
import torch
from torch import Tensor

from impasto.backbones.style_network import NETWORK_SIZES, StyleNetwork
from impasto.tasks.feedforward.network_tiles import NetworkTiles, convolved_of


def network_of(size: str) -> StyleNetwork:
    """Drawn at random, its normalisations too, so that a wrong scale or shift shows."""
    network = StyleNetwork(NETWORK_SIZES[size])
    generator = torch.Generator().manual_seed(3)
    for name, tensor in network.named_parameters():
        if "normalisation" in name:
            tensor.data += 0.3 * torch.randn(tensor.shape, generator=generator)
    return network.requires_grad_(False)


def noise(height: int, width: int) -> Tensor:
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("size", ["tiny", "small"])
@pytest.mark.parametrize(("height", "width", "side"), [(101, 75, 32), (64, 130, 64), (16, 19, 64), (90, 33, 1000)])
def test_in_tiles_comes_what_comes_at_once(size: str, height: int, width: int, side: int) -> None:
    network, photo = network_of(size), noise(height, width)
    cut = NetworkTiles(network, side)
    told = list(cut.progress(photo))
    looks, paints = cut.work(height, width)
    assert len(told) == looks + paints
    assert [done.painted for done in told] == [0] * looks + list(range(1, paints + 1))
    assert float((told[-1].image - network(photo)).abs().max()) < 1e-5


def test_what_is_not_to_be_painted_stays_to_the_bit() -> None:
    network, photo = network_of("tiny"), noise(64, 80)
    amount = torch.zeros(1, 1, 64, 80)
    amount[..., 20:50] = 1
    amount[..., 50:] = 0.25
    *_, last = NetworkTiles(network, 32).progress(photo, amount)
    painted = network(photo)
    assert torch.equal(last.image[..., :20], photo[..., :20])
    assert torch.allclose(last.image[..., 20:50], painted[..., 20:50], atol=1e-5)
    assert torch.allclose(last.image[..., 50:], torch.lerp(photo, painted, 0.25)[..., 50:], atol=1e-5)


def test_gone_on_with_it_paints_the_rest_alone() -> None:
    cut, photo = NetworkTiles(network_of("tiny"), 32), noise(40, 90)
    told = list(cut.progress(photo))
    begun = next(done for done in told if done.painted == 2)
    rest = list(cut.progress(photo, begun=begun))
    assert [done.painted for done in rest] == [3, 4, 5, 6]
    assert torch.equal(rest[-1].image, told[-1].image)


def test_the_last_layer_has_no_normalisation() -> None:
    last = network_of("tiny").layers[-1]
    assert isinstance(last, torch.nn.Conv2d)
    with pytest.raises(TypeError, match="not normalised"):
        convolved_of(last)
