from collections.abc import Callable, Iterator
from typing import get_args

import numpy as np
import pytest
import torch
from torch import Tensor

from impasto.solve import Target
from impasto.tasks.colour_matching import FLOOR, LINEAR_MAPS, Matching, match_colours, match_greys, match_values

EVERY_WAY = get_args(Matching)


def moments(image: Tensor) -> tuple[np.ndarray, np.ndarray]:
    colours = image[0].reshape(3, -1).double().numpy()
    return colours.mean(axis=1), np.cov(colours, bias=True)


def map_of(before: Tensor, after: Tensor) -> Tensor:
    """The matrix [3, 3] that takes one picture to the other, after checking that a linear map does."""
    own, moved = before[0].reshape(3, -1).double(), after[0].reshape(3, -1).double()
    with_one = torch.cat([own, torch.ones(1, own.shape[1], dtype=torch.float64)])
    fitted = torch.linalg.lstsq(with_one.T, moved.T).solution
    torch.testing.assert_close(with_one.T @ fitted, moved.T, rtol=0, atol=1e-5)
    return fitted[:3].T


@pytest.fixture
def photo(image_of: Callable[..., Tensor]) -> Tensor:
    return image_of(40, 60, 1)


@pytest.fixture
def soft(image_of: Callable[..., Tensor]) -> Tensor:
    """A style of little contrast, so that nothing clips."""
    return 0.35 + 0.25 * image_of(30, 30, 2)


@pytest.mark.parametrize("by", list(LINEAR_MAPS))
def test_mean_and_covariance_become_the_styles(by: Matching, photo: Tensor, soft: Tensor) -> None:
    matched = match_colours(photo, [Target(soft)], 1.0, by)
    assert matched.min() > 0
    assert matched.max() < 1
    (mean, covariance), (wanted_mean, wanted_covariance) = moments(matched), moments(soft)
    np.testing.assert_allclose(mean, wanted_mean, atol=1e-5)
    np.testing.assert_allclose(covariance, wanted_covariance, atol=1.1 * FLOOR)


def test_the_transport_map_is_symmetric_and_positive(photo: Tensor, soft: Tensor) -> None:
    matrix = map_of(photo, match_colours(photo, [Target(soft)], 1.0))
    torch.testing.assert_close(matrix, matrix.T, rtol=0, atol=1e-3)
    assert float(torch.linalg.eigvalsh((matrix + matrix.T) / 2).min()) > 0


def test_the_cholesky_map_is_lower_triangular(photo: Tensor, soft: Tensor) -> None:
    matrix = map_of(photo, match_colours(photo, [Target(soft)], 1.0, "cholesky"))
    torch.testing.assert_close(matrix.triu(1), torch.zeros(3, 3).double(), rtol=0, atol=1e-3)


def test_no_linear_map_moves_colours_less_than_transport(photo: Tensor, soft: Tensor) -> None:
    moved = {by: float((match_colours(photo, [Target(soft)], 1.0, by) - photo).square().mean()) for by in LINEAR_MAPS}
    assert min(moved, key=lambda by: moved[by]) == "transport"


def test_by_histogram_each_channel_has_the_styles_distribution(photo: Tensor, image_of: Callable[..., Tensor]) -> None:
    style = image_of(50, 30, 5) ** 3
    matched = match_colours(photo, [Target(style)], 1.0, "histogram")
    shares = np.linspace(0, 1, 200)
    for own, wanted in zip(matched[0].flatten(1).numpy(), style[0].flatten(1).numpy(), strict=True):
        np.testing.assert_allclose(np.quantile(own, shares), np.quantile(wanted, shares), atol=8e-3)


def test_the_histogram_reaches_what_mean_and_covariance_do_not(photo: Tensor, image_of: Callable[..., Tensor]) -> None:
    """Along any direction, not only those of the channels."""
    style = image_of(50, 30, 5) ** 3
    away = torch.tensor([[0.6, -0.3, 0.2], [-0.5, 0.1, 0.7]])

    def worst(by: Matching) -> float:
        shares = torch.linspace(0.02, 0.98, 50)
        own, wanted = (
            torch.quantile(away @ x[0].flatten(1), shares, dim=1)
            for x in (match_colours(photo, [Target(style)], 1.0, by), style)
        )
        return float((own - wanted).abs().max())

    assert worst("histogram") < 0.02 < worst("transport")


@pytest.mark.parametrize("by", EVERY_WAY)
def test_amount_runs_from_the_photo_to_the_match(by: Matching, photo: Tensor, soft: Tensor) -> None:
    styles = [Target(soft)]
    whole = match_colours(photo, styles, 1.0, by)
    assert torch.equal(match_colours(photo, styles, 0.0, by), photo)
    part = match_colours(photo, styles, 0.25, by)
    torch.testing.assert_close(part, photo + 0.25 * (whole - photo), rtol=0, atol=1e-6)


@pytest.mark.parametrize("by", EVERY_WAY)
def test_matched_to_itself_nothing_moves(by: Matching, photo: Tensor) -> None:
    torch.testing.assert_close(match_colours(photo, [Target(photo)], 1.0, by), photo, rtol=0, atol=1e-2)


@pytest.mark.parametrize("by", EVERY_WAY)
def test_shares_of_several_styles_count(by: Matching, photo: Tensor, soft: Tensor) -> None:
    dark = soft - 0.2
    matched = match_colours(photo, [Target(soft, 3.0), Target(dark, 1.0)], 1.0, by)
    np.testing.assert_allclose(moments(matched)[0], moments(soft)[0] - 0.05, atol=1e-3)
    alone = match_colours(photo, [Target(soft, 2.0), Target(soft, 5.0)], 1.0, by)
    torch.testing.assert_close(alone, match_colours(photo, [Target(soft)], 1.0, by), rtol=0, atol=1e-2)


@pytest.mark.parametrize("by", EVERY_WAY)
@pytest.mark.parametrize("grey", ["photo", "style", "both", "flat", "flat style"])
def test_grey_and_flat_pictures_give_finite_colours(grey: str, by: Matching, photo: Tensor, soft: Tensor) -> None:
    if grey in ("photo", "both"):
        photo = photo.mean(1, keepdim=True).expand_as(photo).contiguous()
    if grey in ("style", "both"):
        soft = soft.mean(1, keepdim=True).expand_as(soft).contiguous()
    if grey == "flat":
        photo = torch.full_like(photo, 0.3)
    if grey == "flat style":
        soft = torch.full_like(soft, 0.3)
    matched = match_colours(photo, [Target(soft)], 1.0, by)
    assert matched.isfinite().all()
    assert matched.min() >= 0
    assert matched.max() <= 1
    np.testing.assert_allclose(moments(matched)[0], moments(soft)[0], atol=0.01)
    if grey == "both":
        assert float((matched - matched.mean(1, keepdim=True)).abs().max()) < 0.02
    if grey == "flat":
        assert float(matched.flatten(2).std(dim=-1).max()) < 1e-5


def test_what_leaves_the_range_is_clipped(photo: Tensor) -> None:
    stark = torch.rand(1, 3, 20, 20, generator=torch.Generator().manual_seed(0)).round()
    matched = match_colours(photo, [Target(stark)], 1.0)
    assert matched.min() == 0
    assert matched.max() == 1


def values() -> Iterator[tuple[np.ndarray, np.ndarray]]:
    draw = np.random.default_rng(0)
    yield draw.normal(size=5000), draw.uniform(size=700)
    yield draw.uniform(size=300), draw.exponential(size=9000)


@pytest.mark.parametrize(("own", "wanted"), list(values()))
def test_values_get_the_distribution_and_keep_their_order(own: np.ndarray, wanted: np.ndarray) -> None:
    matched = match_values(own, wanted)
    assert (np.diff(matched[np.argsort(own)]) >= 0).all()
    shares = np.linspace(0.01, 0.99, 99)
    np.testing.assert_allclose(np.quantile(matched, shares), np.quantile(wanted, shares), atol=0.02)


def test_equal_values_stay_equal_in_the_middle_of_their_share() -> None:
    own = np.concatenate([np.zeros(500), np.linspace(0.5, 1, 500)])
    matched = match_values(own, np.linspace(0, 1, 2000))
    assert np.ptp(matched[:500]) == 0
    assert matched[0] == pytest.approx(0.25, abs=0.01)
    assert matched[-1] == pytest.approx(1, abs=1e-3)


def test_greys_get_the_distribution_of_greys_and_stay_grey(photo: Tensor, soft: Tensor) -> None:
    plain, other = (x.mean(1, keepdim=True).expand_as(x).contiguous() for x in (photo, soft**2))
    matched = match_greys(plain, [Target(other)], 1.0)
    assert torch.equal(matched[:, 0], matched[:, 1])
    shares = torch.linspace(0, 1, 100)
    own, wanted = (torch.quantile(x[0, 0].flatten(), shares) for x in (matched, other))
    torch.testing.assert_close(own, wanted, rtol=0, atol=4e-3)
    torch.testing.assert_close(match_greys(plain, [Target(other)], 0.5), (plain + matched) / 2)
