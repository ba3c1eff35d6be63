"""Every formula written out again in numpy, constants by hand, as the papers print them."""

from collections.abc import Callable

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from impasto.errors import JobError
from impasto.losses import ContentLoss, GramLoss, MomentsLoss, VariationLoss, gram

Array = NDArray[np.float64]


def activation(channels: int, height: int, width: int, seed: int) -> Array:
    """Rectified, as after a ReLU."""
    return np.maximum(np.random.default_rng(seed).normal(0.3, 1, (channels, height, width)), 0)


def tensor(values: Array) -> torch.Tensor:
    return torch.from_numpy(values)[None]


def gram_matrix(F: Array) -> Array:
    """G_ij = Σ_k F_ik F_jk, as a loop over channels."""
    channels = F.shape[0]
    flat = F.reshape(channels, -1)
    G = np.zeros((channels, channels))
    for i in range(channels):
        for j in range(channels):
            G[i, j] = sum(flat[i, k] * flat[j, k] for k in range(flat.shape[1]))
    return G


CONTENT: dict[str, Callable[[Array, Array], float]] = {
    "gatys": lambda F, P: 0.5 * ((F - P) ** 2).sum(),
    "deeplearning-ai": lambda F, P: ((F - P) ** 2).sum() / (4 * F.shape[0] * F.shape[1] * F.shape[2]),
    "neural-style": lambda F, P: ((F - P) ** 2).sum() / F.size,
    "johnson": lambda F, P: ((F - P) ** 2).sum() / (F.shape[0] * F.shape[1] * F.shape[2]),
    "energy": lambda F, P: ((F - P) ** 2).sum() / (P**2).sum(),
}

STYLE: dict[str, Callable[[Array, Array, int, int, int], float]] = {
    # Same size, so the papers' formulas stand as printed: G and A are sums, N channels, M positions.
    "gatys": lambda G, A, N, H, W: ((G - A) ** 2).sum() / (4 * N**2 * (H * W) ** 2),
    "deeplearning-ai": lambda G, A, N, H, W: ((A - G) ** 2).sum() / (4 * N**2 * (H * W) ** 2),
    "neural-style": lambda G, A, N, H, W: ((G / (N * H * W) - A / (N * H * W)) ** 2).mean(),
    "johnson": lambda G, A, N, H, W: ((G / (N * H * W) - A / (N * H * W)) ** 2).sum(),
    "energy": lambda G, A, N, H, W: ((G - A) ** 2).sum() / (A**2).sum(),
}


@pytest.mark.parametrize("scale", [1.0, 2.5])
@pytest.mark.parametrize("name", list(CONTENT))
def test_content(name: str, scale: float) -> None:
    F, P = activation(5, 4, 7, 0), activation(5, 4, 7, 1)
    loss = ContentLoss(layers=("x",), normalisation=name, activation_scale=scale)
    ours = loss.bind([(1.0, {"x": tensor(P)})])({"x": tensor(F)}).item()
    assert ours == pytest.approx(CONTENT[name](scale * F, scale * P), rel=1e-9)


@pytest.mark.parametrize("scale", [1.0, 2.5])
@pytest.mark.parametrize("name", list(STYLE))
def test_gram_at_one_size(name: str, scale: float) -> None:
    F, S = activation(5, 4, 7, 0), activation(5, 4, 7, 1)
    loss = GramLoss(layers=("x",), normalisation=name, activation_scale=scale)
    ours = loss.bind([(1.0, {"x": tensor(S)})])({"x": tensor(F)}).item()
    theirs = STYLE[name](gram_matrix(scale * F), gram_matrix(scale * S), 5, 4, 7)
    assert ours == pytest.approx(theirs, rel=1e-9)


@pytest.mark.parametrize("name", list(STYLE))
def test_gram_at_two_sizes_compares_means_over_positions(name: str) -> None:
    F, S = activation(5, 4, 7, 0), activation(5, 9, 3, 1)
    loss = GramLoss(layers=("x",), normalisation=name)
    ours = loss.bind([(1.0, {"x": tensor(S)})])({"x": tensor(F)}).item()
    # As if the style were tiled to the image's size: its sum over 27 positions becomes one over 28.
    theirs = STYLE[name](gram_matrix(F), gram_matrix(S) / 27 * 28, 5, 4, 7)
    assert ours == pytest.approx(theirs, rel=1e-9)


def test_gram_does_not_care_for_a_style_laid_side_by_side() -> None:
    F, S = tensor(activation(5, 4, 7, 0)), tensor(activation(5, 6, 6, 1))
    for name in STYLE:
        loss = GramLoss(layers=("x",), normalisation=name)
        once = loss.bind([(1.0, {"x": S})])({"x": F})
        twice = loss.bind([(1.0, {"x": torch.cat([S, S], dim=-1)})])({"x": F})
        torch.testing.assert_close(once, twice)


def test_default_weights_are_one_fifth_of_five_layers() -> None:
    assert [w for _, w in GramLoss().weighted_layers] == [0.2] * 5
    assert GramLoss().layers == ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
    assert ContentLoss().weighted_layers == (("relu4_2", 1.0),)


def test_the_gram_statistic_is_the_matrix_and_the_count() -> None:
    F = activation(4, 3, 5, 0)
    statistic = gram(tensor(F))
    np.testing.assert_allclose(statistic.total.numpy(), gram_matrix(F), rtol=1e-12)
    np.testing.assert_allclose(statistic.mean.numpy(), gram_matrix(F) / 15, rtol=1e-12)


def test_the_gradient_is_the_papers() -> None:
    """Gatys et al. 2016, equation 6: (1/(N²M²)) (Fᵀ(G − A))ᵀ where F > 0, and 0 elsewhere."""
    rng = np.random.default_rng(3)
    before = rng.normal(0, 1, (6, 4, 5))
    S = activation(6, 4, 5, 4)
    leaf = tensor(before).requires_grad_()
    loss = GramLoss(layers=("x",), normalisation="gatys")
    loss.bind([(1.0, {"x": tensor(S)})])({"x": leaf.relu()}).backward()

    N, M = 6, 20
    F = np.maximum(before, 0)
    difference = gram_matrix(F) - gram_matrix(S)
    expected = np.where(F.reshape(N, M) > 0, (F.reshape(N, M).T @ difference).T / (N**2 * M**2), 0)
    assert leaf.grad is not None
    np.testing.assert_allclose(leaf.grad[0].reshape(N, M).numpy(), expected, rtol=1e-9, atol=1e-15)


def test_the_gradient_of_content_is_the_papers() -> None:
    """Gatys et al. 2015, equation 2: F − P where F > 0, and 0 elsewhere."""
    before, P = np.random.default_rng(0).normal(0, 1, (3, 4, 5)), activation(3, 4, 5, 1)
    leaf = tensor(before).requires_grad_()
    ContentLoss(layers=("x",), normalisation="gatys").bind([(1.0, {"x": tensor(P)})])({"x": leaf.relu()}).backward()
    assert leaf.grad is not None
    np.testing.assert_allclose(leaf.grad[0].numpy(), np.where(before > 0, before - P, 0), rtol=1e-12)


@pytest.mark.parametrize("balance", [0.0, 0.3, 1.0])
def test_moments(balance: float) -> None:
    F, S = activation(4, 3, 5, 0), activation(4, 6, 2, 1)
    parts = []
    means = [X.reshape(4, -1).mean(axis=1) for X in (F, S)]
    covariances = [np.cov(X.reshape(4, -1), bias=True) for X in (F, S)]
    for ours, style in (means, covariances):
        parts.append(((ours - style) ** 2).sum() / (style**2).sum())
    loss = MomentsLoss(layers=("x",), balance=balance)
    value = loss.bind([(1.0, {"x": tensor(S)})])({"x": tensor(F)}).item()
    assert value == pytest.approx(balance * parts[0] + (1 - balance) * parts[1], rel=1e-9)


def test_moments_see_a_mean_traded_for_a_covariance_that_gram_does_not() -> None:
    flat = torch.ones(1, 1, 2, 2, dtype=torch.float64)
    striped = torch.tensor([[[[0.0, 0.0], [2**0.5, 2**0.5]]]], dtype=torch.float64)
    bound = [(1.0, {"x": flat})]
    assert GramLoss(layers=("x",)).bind(bound)({"x": striped}).item() == pytest.approx(0, abs=1e-12)
    assert MomentsLoss(layers=("x",)).bind(bound)({"x": striped}).item() > 0.04


def test_variation_is_the_mean_of_squared_differences() -> None:
    x = np.random.default_rng(0).random((3, 4, 6))
    across = [(x[c, i, j + 1] - x[c, i, j]) ** 2 for c in range(3) for i in range(4) for j in range(5)]
    down = [(x[c, i + 1, j] - x[c, i, j]) ** 2 for c in range(3) for i in range(3) for j in range(6)]
    value = VariationLoss().bind(())({"input": tensor(x)}).item()
    assert value == pytest.approx(np.mean(across) + np.mean(down), rel=1e-12)


def test_variation_of_a_layer_looks_at_that_layer() -> None:
    ramp = torch.arange(4.0).expand(1, 2, 3, 4)
    assert VariationLoss(layers=("relu1_1",)).bind(())({"relu1_1": ramp}).item() == 1.0


@pytest.mark.parametrize("size", [(8, 8), (32, 16), (64, 64)])
@pytest.mark.parametrize("loss", [ContentLoss(layers=("x",)), GramLoss(layers=("x",)), MomentsLoss(layers=("x",))])
def test_energy_does_not_change_with_size_or_scale(
    loss: ContentLoss | GramLoss | MomentsLoss, size: tuple[int, int]
) -> None:
    F, S = activation(3, 4, 4, 0), activation(3, 4, 4, 1)
    down, across = size[0] // 4, size[1] // 4
    values = []
    for factor, tiles in ((1.0, (1, 1, 1)), (7.0, (1, down, across))):
        image, target = tensor(np.tile(factor * F, tiles)), tensor(np.tile(factor * S, tiles))
        values.append(loss.bind([(1.0, {"x": target})])({"x": image}).item())
    assert values[0] == pytest.approx(values[1], rel=1e-6)


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan"), float("inf")])
@pytest.mark.parametrize("kind", [ContentLoss, GramLoss])
def test_an_activation_scale_is_above_zero(kind: type[ContentLoss] | type[GramLoss], scale: float) -> None:
    with pytest.raises(JobError, match=r"activation_scale of the .* must be a number above 0"):
        kind(activation_scale=scale)


@pytest.mark.parametrize("balance", [-0.1, 1.1, float("nan")])
def test_the_balance_of_moments_is_a_share(balance: float) -> None:
    with pytest.raises(JobError, match=r"balance of the moments loss must lie in 0 … 1"):
        MomentsLoss(balance=balance)
