"""Painting in one pass elsewhere than on the processor, on a device that is pretended."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from pretended import PLACE, PretendedDevice
from torch import Tensor

from impasto import arithmetic
from impasto.backbones import Backbone
from impasto.backbones.decoder import Decoder, adain_decoder
from impasto.backbones.style_network import NETWORK_SIZES, StyleNetwork
from impasto.solve import Target
from impasto.tasks.feedforward import AdaIN
from impasto.tasks.feedforward.network_tiles import NetworkTiles


@pytest.fixture
def device(monkeypatch: pytest.MonkeyPatch) -> PretendedDevice:
    """Without double precision, to be entered."""
    monkeypatch.setattr(arithmetic, "WITHOUT_DOUBLE", {PLACE.type})
    return PretendedDevice()


def decoder() -> Decoder:
    """Drawn at random."""
    made = Decoder(adain_decoder()).requires_grad_(False)
    generator = torch.Generator().manual_seed(0)
    for parameter in made.parameters():
        parameter.copy_(torch.rand(parameter.shape, generator=generator) / parameter[0].numel())
    return made


@pytest.mark.parametrize("tile", [None, 64])
def test_adain_paints_elsewhere_as_here(
    tile: int | None, make_vgg: Callable[..., Backbone], image_of: Callable[..., Tensor], device: PretendedDevice
) -> None:
    photo, mask = image_of(48, 101, 1), torch.ones(1, 1, 64, 40)
    mask[..., :20] = 0
    here = AdaIN(make_vgg(padding="reflect"), decoder())(photo, [Target(image_of(64, 40, 2), mask=mask)], tile=tile)
    with device:
        elsewhere = AdaIN(make_vgg(padding="reflect").to(PLACE), decoder().to(PLACE))
        style = Target(device.away(image_of(64, 40, 2)), mask=device.away(mask))
        there = elsewhere(device.away(photo), [style], tile=tile).cpu()
    torch.testing.assert_close(there, here, rtol=0, atol=1e-4)


def test_a_style_network_paints_elsewhere_as_here(image_of: Callable[..., Tensor], device: PretendedDevice) -> None:
    network, photo = StyleNetwork(NETWORK_SIZES["tiny"]).requires_grad_(False), image_of(60, 75)
    amount = torch.full((1, 1, 60, 75), 0.5)
    *_, here = NetworkTiles(network, 32).progress(photo, amount)
    with device:
        *_, there = NetworkTiles(network.to(PLACE), 32).progress(device.away(photo), device.away(amount))
        image = there.image.cpu()
    torch.testing.assert_close(image, here.image, rtol=0, atol=1e-4)
