"""The network that paints in one pass, in all its sizes."""

import pytest
import torch

from impasto.backbones.style_network import LEAST_SIDE, NETWORK_SIZES, StyleNetwork

PARAMETERS = {"tiny": 43_811, "small": 424_339, "full": 1_676_611}


@pytest.fixture(params=list(NETWORK_SIZES))
def network(request):
    return StyleNetwork(NETWORK_SIZES[request.param], seed=3).eval()


def test_each_size_has_its_numbers(network, request):
    size = request.node.callspec.params["network"]
    count = sum(parameter.numel() for parameter in network.parameters())
    assert (
        {"tiny": 30e3, "small": 300e3, "full": 1.2e6}[size] < count < {"tiny": 60e3, "small": 500e3, "full": 2e6}[size]
    )


@pytest.mark.parametrize(("height", "width"), [(16, 16), (17, 19), (30, 50), (33, 64)])
def test_a_picture_of_any_size_keeps_it_and_stays_in_range(network, height, width):
    with torch.no_grad():
        painted = network(torch.rand(2, 3, height, width, generator=torch.Generator().manual_seed(0)))
    assert painted.shape == (2, 3, height, width)
    assert 0 < painted.min() <= painted.max() < 1
    assert LEAST_SIDE == 16


def test_pictures_of_a_batch_know_nothing_of_each_other(network, image_of):
    together = torch.cat([image_of(32, 40, 1), image_of(32, 40, 2)])
    with torch.no_grad():
        assert torch.allclose(network(together)[1:], network(together[1:]), atol=1e-5)


def test_the_seed_decides_the_first_numbers_and_leaves_other_chance_alone():
    size = NETWORK_SIZES["tiny"]
    torch.random.fork_rng()
    before = torch.random.get_rng_state()
    first, same, other = (StyleNetwork(size, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(torch.random.get_rng_state(), before)
    for name, numbers in first.state_dict().items():
        assert torch.equal(numbers, same.state_dict()[name])
    assert any(not torch.equal(numbers, other.state_dict()[name]) for name, numbers in first.state_dict().items())


def test_brightness_and_contrast_of_the_photo_hardly_count(image_of):
    """The normalisation of each picture takes them away after the first convolution."""
    network, photo = StyleNetwork(NETWORK_SIZES["tiny"]).eval(), image_of(48, 48, 1)
    with torch.no_grad():
        plain, dim, other = network(photo), network(0.4 * photo), network(image_of(48, 48, 9))
    assert float((plain - dim).abs().mean()) < 0.05 * float((plain - other).abs().mean())


def test_every_number_learns(image_of):
    network = StyleNetwork(NETWORK_SIZES["tiny"])
    network(image_of(32, 32)).square().sum().backward()
    assert all(parameter.grad is not None and parameter.grad.abs().sum() > 0 for parameter in network.parameters())
