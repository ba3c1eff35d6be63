"""Where nothing is going on, and what the blank loss makes of it."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from impasto.errors import JobError
from impasto.losses import PIXELS, BlankLoss
from impasto.losses.flatness import background, flatness, joined_to_border


def halves(side: int = 64) -> Tensor:
    """Left one grey, right stripes of black and white."""
    image = torch.full((1, 3, side, side), 0.6)
    image[..., side // 2 :: 2] = 0.0
    image[..., side // 2 + 1 :: 2] = 1.0
    return image


def test_one_value_is_flat_and_stripes_are_not() -> None:
    found = flatness(halves(), 0.03, 0.15)
    assert found.shape == (1, 1, 64, 64)
    assert found[..., :26].min() > 0.999
    assert found[..., 34:].max() < 1e-3


def test_a_picture_of_one_value_is_flat_everywhere() -> None:
    assert float(flatness(torch.full((1, 3, 9, 5), 0.4), 0.05, 0.15).min()) == pytest.approx(1)


def test_flatness_does_not_depend_on_the_scale_or_the_sign_of_values(image_of: Callable[..., Tensor]) -> None:
    image = image_of(40, 56, 3).double()
    torch.testing.assert_close(flatness(image, 0.05, 0.3), flatness(5 - 7 * image, 0.05, 0.3), rtol=1e-6, atol=1e-9)


def test_a_larger_picture_is_flat_in_the_same_places() -> None:
    small, large = halves(64), halves(64).repeat_interleave(3, 2).repeat_interleave(3, 3)
    found = flatness(large, 0.03, 0.15)[..., 1::3, 1::3]
    assert float((found - flatness(small, 0.03, 0.15)).abs().mean()) < 0.05


def test_more_contrast_counts_as_flat_where_it_may(image_of: Callable[..., Tensor]) -> None:
    image = image_of(40, 40, 4)
    strict, lenient = (float(flatness(image, 0.05, contrast).mean()) for contrast in (0.1, 0.5))
    assert strict < lenient


def test_the_blank_loss_holds_flat_places_and_lets_the_others_go() -> None:
    content = halves()
    term = BlankLoss(radius=0.03).bind([(1.0, {PIXELS: content})])
    noise = 0.1 * torch.randn(content.shape, generator=torch.Generator().manual_seed(0))
    left, right = noise.clone(), noise.clone()
    left[..., 28:], right[..., :36] = 0, 0
    assert float(term({PIXELS: content + left})) > 1000 * float(term({PIXELS: content + right}))


def test_the_blank_loss_is_the_weighted_squares_over_the_contents_own() -> None:
    content, image = halves(), halves().flip(-1)
    w = flatness(content, 0.04, 0.15)
    expected = (w * (image - content).square()).sum() / content.square().sum()
    torch.testing.assert_close(BlankLoss().bind([(1.0, {PIXELS: content})])({PIXELS: image}), expected)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"radius": 0.0}, "radius must be a share"),
        ({"radius": 0.6}, "radius must be a share"),
        ({"contrast": 0.0}, "contrast must be a number above 0"),
        ({"contrast": float("nan")}, "contrast must be a number above 0"),
    ],
)
def test_numbers_out_of_range_are_refused(wrong: dict[str, float], said: str) -> None:
    with pytest.raises(JobError, match=said):
        BlankLoss(**wrong)  # type: ignore[arg-type]


def test_several_contents_are_refused() -> None:
    with pytest.raises(JobError, match="exactly one content picture, not 2"):
        BlankLoss().bind([(1.0, {PIXELS: halves()})] * 2)


def test_an_empty_area_reaches_up_to_its_edges_and_a_narrow_one_is_none() -> None:
    image = torch.full((1, 3, 90, 90), 0.8)
    image[..., 44:46] = 0.1
    image[..., 40:] = image[..., 40:].where(torch.arange(50) % 10 != 0, 0.1)
    found = flatness(image, 0.1, 0.15)[0, 0, 45]
    assert found[:35].min() > 0.9
    assert found[44] < 0.05
    assert found[60:80].max() < 0.1, "between two lines ten pixels apart there is no room"
    assert flatness(image, 0.015, 0.15)[0, 0, 45, 65] > 0.9, "unless little room is asked for"


def ring(inside: float, side: int = 200) -> Tensor:
    """A light ground, and on it a ring of black and white stripes around a disc of one grey."""
    rows, columns = torch.meshgrid(torch.arange(side) - side / 2, torch.arange(side) - side / 2, indexing="ij")
    away = (rows.square() + columns.square()).sqrt() / side
    grey = torch.where(away < 0.3, torch.tensor(inside), torch.tensor(0.8))
    grey = torch.where((away - 0.3).abs() < 0.04, (torch.arange(side) % 4 < 2).float(), grey)
    return grey.expand(1, 3, side, side).clone()


@pytest.mark.parametrize("scale", [1, 4])
def test_what_is_enclosed_is_not_joined_to_the_border_at_any_size(scale: int) -> None:
    image = ring(0.3).repeat_interleave(scale, 2).repeat_interleave(scale, 3)
    flat = flatness(image, 0.03, 0.15)
    joined = joined_to_border(flat)
    middle, corner = (..., slice(80 * scale, 120 * scale), slice(80 * scale, 120 * scale)), (..., slice(20), slice(20))
    assert float(flat[middle].min()) > 0.99
    assert float(joined[middle].max()) < 0.05
    torch.testing.assert_close(joined[corner], flat[corner])
    assert (joined <= flat).all()


def test_a_way_through_joins_and_a_path_is_as_flat_as_its_least_flat_place() -> None:
    flat = torch.zeros(1, 1, 50, 50)
    flat[..., 20:30, 20:30] = 1
    flat[..., 24:26, :20] = 0.4
    joined = joined_to_border(flat)
    assert float(joined[0, 0, 25, 25]) == pytest.approx(0.4)
    assert float(joined[0, 0, 5, 5]) == 0


@pytest.mark.parametrize(("inside", "found"), [(0.3, 0.0), (0.8, 1.0), (1.0, 1.0)])
def test_what_is_enclosed_and_darker_is_a_thing_and_no_background(inside: float, found: float) -> None:
    flat = background(ring(inside), 0.03, 0.15)
    assert float(flat[..., 95:105, 95:105].mean()) == pytest.approx(found, abs=0.02)
    assert float(flat[..., :20, :20].min()) > 0.98


def test_a_dark_sky_is_background(image_of: Callable[..., Tensor]) -> None:
    photo = image_of(80, 80, 3)
    photo[..., :40, :] = 0.1
    assert float(background(photo, 0.03, 0.15)[..., 2:25, :].min()) > 0.9


def test_the_blank_loss_of_the_ground_lets_a_dark_area_go() -> None:
    picture = torch.full((1, 3, 64, 64), 0.85)
    picture[..., :, 44:] = 0.2
    changed = {side: picture.clone() for side in ("light", "dark")}
    changed["light"][..., :30] += 0.1 * torch.rand(64, 30, generator=torch.Generator().manual_seed(0))
    changed["dark"][..., 52:] += 0.1 * torch.rand(64, 12, generator=torch.Generator().manual_seed(0))

    def value(loss: BlankLoss, image: Tensor) -> float:
        return float(loss.bind([(1.0, {PIXELS: picture})])({PIXELS: image}))

    both, ground = BlankLoss(), BlankLoss(ground=True)
    assert value(ground, changed["light"]) == pytest.approx(value(both, changed["light"]), rel=0.02)
    assert value(ground, changed["dark"]) < 0.01 * value(both, changed["dark"])
    with pytest.raises(JobError, match="ground of a blank loss is one of pixels"):
        BlankLoss(layers=("relu1_1",), ground=True)
