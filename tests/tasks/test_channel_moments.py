"""Adaptive instance normalisation, on features of random numbers."""

import pytest
import torch
from torch import Generator, Tensor

from impasto.tasks.feedforward import ChannelMoments, normalised
from impasto.tasks.feedforward.channel_moments import channel_sums


def features(seed: int, height: int = 9, width: int = 13) -> Tensor:
    """[1, 6, height, width], none negative, of other means and deviations in every channel."""
    generator = Generator().manual_seed(seed)
    scale = torch.rand(1, 6, 1, 1, generator=generator) * 3 + 0.5
    return (scale * torch.randn(1, 6, height, width, generator=generator) + scale).relu()


def moments(values: Tensor) -> ChannelMoments:
    return ChannelMoments.of(channel_sums(values), values.device)


def test_moments_are_mean_and_deviation_over_the_positions() -> None:
    values = features(1)
    found = moments(values)
    assert torch.allclose(found.mean, values.mean((2, 3), keepdim=True), atol=1e-6)
    assert torch.allclose(found.deviation, values.std((2, 3), correction=0, keepdim=True), atol=1e-6)


def test_those_of_parts_add_up_to_those_of_the_whole() -> None:
    values = features(1) + 1000  # a mean that float32 sums of squares would not survive
    parts = channel_sums(values[..., :4]) + channel_sums(values[..., 4:])
    whole = values.double()
    found = ChannelMoments.of(parts, values.device)
    assert torch.allclose(found.deviation.double(), whole.std((2, 3), correction=0, keepdim=True), rtol=1e-6)
    assert torch.allclose(found.mean.double(), whole.mean((2, 3), keepdim=True), rtol=1e-6)


def test_normalised_features_have_exactly_the_moments_of_the_style() -> None:
    photo, style = features(1), features(2, 7, 5)
    found = moments(normalised(photo, moments(photo), moments(style)))
    assert torch.allclose(found.mean, moments(style).mean, atol=1e-5)
    assert torch.allclose(found.deviation, moments(style).deviation, rtol=1e-4)


def test_it_is_the_formula_of_the_paper_position_by_position() -> None:
    photo, style = features(1).double(), features(2).double()
    of = {"dim": (2, 3), "keepdim": True}
    spread = (photo.var(correction=0, **of) + 1e-5).sqrt()  # type: ignore[call-overload]
    formula = style.std(correction=0, **of) * (photo - photo.mean(**of)) / spread + style.mean(**of)  # type: ignore[call-overload]
    found = normalised(photo.float(), moments(photo.float()), moments(style.float()))
    assert float((found.double() - formula).abs().max()) < 1e-5


@pytest.mark.parametrize("strength", [0.0, 0.3, 1.0])
def test_strength_mixes_the_features_before_and_after(strength: float) -> None:
    photo, style = features(1), features(2)
    full = normalised(photo, moments(photo), moments(style))
    mixed = normalised(photo, moments(photo), moments(style), strength)
    assert torch.allclose(mixed, (1 - strength) * photo + strength * full, atol=1e-5)


def test_blended_styles_give_the_mixture_of_what_each_gives() -> None:
    photo, one, other = features(1), moments(features(2)), moments(features(3))
    apart = [normalised(photo, moments(photo), style) for style in (one, other)]
    blended = normalised(photo, moments(photo), ChannelMoments.blended([(1.0, one), (3.0, other)]))
    assert torch.allclose(blended, apart[0] / 4 + 3 * apart[1] / 4, atol=1e-5)


def test_a_flat_channel_becomes_as_flat_at_the_mean_of_the_style() -> None:
    photo = features(1)
    photo[:, 2] = 0.7
    style = moments(features(2))
    found = normalised(photo, moments(photo), style)[:, 2]
    assert float((found - style.mean[:, 2]).abs().max()) < 1e-3
