from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from impasto.solve import Target
from impasto.tasks.colour import FLOOR, match_colours


def moments(image: Tensor) -> tuple[np.ndarray, np.ndarray]:
    colours = image[0].reshape(3, -1).double().numpy()
    return colours.mean(axis=1), np.cov(colours, bias=True)


@pytest.fixture
def photo(image_of: Callable[..., Tensor]) -> Tensor:
    return image_of(40, 60, 1)


@pytest.fixture
def soft(image_of: Callable[..., Tensor]) -> Tensor:
    """A style of little contrast, so that nothing clips."""
    return 0.35 + 0.25 * image_of(30, 30, 2)


def test_mean_and_covariance_become_the_styles(photo: Tensor, soft: Tensor) -> None:
    matched = match_colours(photo, [Target(soft)], 1.0)
    assert matched.min() > 0
    assert matched.max() < 1
    (mean, covariance), (wanted_mean, wanted_covariance) = moments(matched), moments(soft)
    np.testing.assert_allclose(mean, wanted_mean, atol=1e-5)
    np.testing.assert_allclose(covariance, wanted_covariance, atol=1.1 * FLOOR)


def test_the_map_is_linear_and_keeps_what_is_alike_alike(photo: Tensor, soft: Tensor) -> None:
    matched = match_colours(photo, [Target(soft)], 1.0)
    before, after = photo[0].reshape(3, -1).double(), matched[0].reshape(3, -1).double()
    with_one = torch.cat([before, torch.ones(1, before.shape[1], dtype=torch.float64)])
    fitted = torch.linalg.lstsq(with_one.T, after.T).solution
    torch.testing.assert_close(with_one.T @ fitted, after.T, rtol=0, atol=1e-5)
    matrix = fitted[:3]
    torch.testing.assert_close(matrix, matrix.T, rtol=0, atol=1e-3)
    assert float(torch.linalg.eigvalsh((matrix + matrix.T) / 2).min()) > 0


def test_amount_runs_from_the_photo_to_the_match(photo: Tensor, soft: Tensor) -> None:
    styles = [Target(soft)]
    whole = match_colours(photo, styles, 1.0)
    assert torch.equal(match_colours(photo, styles, 0.0), photo)
    torch.testing.assert_close(match_colours(photo, styles, 0.25), photo + 0.25 * (whole - photo), rtol=0, atol=1e-6)


def test_matched_to_itself_nothing_moves(photo: Tensor) -> None:
    torch.testing.assert_close(match_colours(photo, [Target(photo)], 1.0), photo, rtol=0, atol=1e-5)


def test_shares_of_several_styles_count(photo: Tensor, soft: Tensor) -> None:
    dark = soft - 0.2
    matched = match_colours(photo, [Target(soft, 3.0), Target(dark, 1.0)], 1.0)
    np.testing.assert_allclose(moments(matched)[0], moments(soft)[0] - 0.05, atol=1e-5)
    alone = match_colours(photo, [Target(soft, 2.0), Target(soft, 5.0)], 1.0)
    torch.testing.assert_close(alone, match_colours(photo, [Target(soft)], 1.0), rtol=0, atol=1e-6)


@pytest.mark.parametrize("grey", ["photo", "style", "both", "flat"])
def test_grey_and_flat_pictures_give_finite_colours(grey: str, photo: Tensor, soft: Tensor) -> None:
    if grey in ("photo", "both"):
        photo = photo.mean(1, keepdim=True).expand_as(photo).contiguous()
    if grey in ("style", "both"):
        soft = soft.mean(1, keepdim=True).expand_as(soft).contiguous()
    if grey == "flat":
        photo = torch.full_like(photo, 0.3)
    matched = match_colours(photo, [Target(soft)], 1.0)
    assert matched.isfinite().all()
    assert matched.min() >= 0
    assert matched.max() <= 1
    np.testing.assert_allclose(moments(matched)[0], moments(soft)[0], atol=0.01)
    if grey == "both":
        assert float((matched - matched.mean(1, keepdim=True)).abs().max()) < 0.02


def test_what_leaves_the_range_is_clipped(photo: Tensor) -> None:
    stark = torch.rand(1, 3, 20, 20, generator=torch.Generator().manual_seed(0)).round()
    matched = match_colours(photo, [Target(stark)], 1.0)
    assert matched.min() == 0
    assert matched.max() == 1
