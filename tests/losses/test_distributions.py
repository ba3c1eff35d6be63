"""Losses that compare distributions of activations, against closed forms and against their definitions written out."""

import math

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor
from torch.autograd import gradcheck

from impasto.errors import JobError
from impasto.losses import (
    GaussianLoss,
    GramLoss,
    HistogramLoss,
    MeanStdLoss,
    MomentsLoss,
    SlicedLoss,
)
from impasto.losses import (
    quantiles as quantiles_module,
)
from impasto.losses.gaussian import NOISE, bures, factor
from impasto.losses.quantiles import at_ranks, quantiles, remapped, squared_transport
from impasto.losses.sliced import directions

Array = NDArray[np.float64]


def activation(channels: int, height: int, width: int, seed: int) -> Tensor:
    """[1, channels, height, width] in float64, rectified, its channels going together."""
    draw = np.random.default_rng(seed)
    mixed = draw.normal(0, 1, (channels, channels)) @ draw.normal(0.3, 1, (channels, height * width))
    return torch.from_numpy(np.maximum(mixed, 0)).reshape(1, channels, height, width)


def rows(x: Tensor) -> Array:
    return x[0].flatten(1).numpy()


def value(loss: GaussianLoss | HistogramLoss | MeanStdLoss | SlicedLoss, image: Tensor, *styles: Tensor) -> float:
    return loss.bind([(1.0, {"x": style}) for style in styles])({"x": image}).item()


def root(matrix: Array) -> Array:
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T


def transported(m: Array, A: Array, n: Array, B: Array) -> float:
    """The squared Wasserstein-2 distance of two Gaussians, by matrix square roots."""
    half = root(A)
    return float(((m - n) ** 2).sum() + np.trace(A + B - 2 * root(half @ B @ half)))


def spread(x: Tensor) -> Array:
    return np.atleast_2d(np.cov(rows(x), bias=True))


@pytest.mark.parametrize("balance", [0.0, 0.3, 1.0])
def test_means_and_deviations(balance: float) -> None:
    F, S = activation(4, 3, 5, 0), activation(4, 6, 2, 1)
    parts = [
        ((ours - style) ** 2).sum() / (style**2).sum()
        for ours, style in (
            (rows(F).mean(axis=1), rows(S).mean(axis=1)),
            (rows(F).std(axis=1), rows(S).std(axis=1)),
        )
    ]
    ours = value(MeanStdLoss(layers=("x",), balance=balance), F, S)
    assert ours == pytest.approx(balance * parts[0] + (1 - balance) * parts[1], rel=1e-9)


def test_means_and_deviations_do_not_see_which_channels_go_together() -> None:
    S = activation(3, 6, 6, 0)
    apart = S.clone()
    apart[0, 1] = apart[0, 1].flip(0, 1)
    assert value(MeanStdLoss(layers=("x",)), apart, S) == pytest.approx(0, abs=1e-12)
    assert MomentsLoss(layers=("x",)).bind([(1.0, {"x": S})])({"x": apart}).item() > 0.01


@pytest.mark.parametrize("balance", [-0.1, 1.1, float("nan")])
def test_a_balance_is_a_share(balance: float) -> None:
    with pytest.raises(JobError, match=r"balance of the mean-std loss must lie in 0 … 1"):
        MeanStdLoss(balance=balance)


@pytest.mark.parametrize(("channels", "size"), [(1, (4, 5)), (5, (4, 7)), (12, (2, 4))])
def test_the_distance_of_gaussians_is_that_of_matrix_square_roots(channels: int, size: tuple[int, int]) -> None:
    """Also where there are fewer positions than channels, so that the covariances are singular."""
    F, S = activation(channels, *size, 0), activation(channels, size[0] + 1, size[1], 1)
    energy = (rows(S) ** 2).sum(axis=0).mean()
    noise = NOISE * energy / channels * np.eye(channels)
    wanted = transported(rows(F).mean(axis=1), spread(F) + noise, rows(S).mean(axis=1), spread(S) + noise)
    assert value(GaussianLoss(layers=("x",)), F, S) == pytest.approx(wanted / energy, rel=1e-9)


def test_gaussians_that_commute_differ_by_their_deviations() -> None:
    deviations = torch.tensor([[1.0, 2.0, 3.0], [2.0, 2.0, 0.5]], dtype=torch.float64)
    A, B = (torch.diag(row.square()) for row in deviations)
    nothing = torch.zeros((), dtype=torch.float64)
    assert bures(A, B, nothing).item() == pytest.approx((1 + 0 + 2.5**2), rel=1e-12)
    assert bures(B, A, nothing).item() == pytest.approx((1 + 0 + 2.5**2), rel=1e-12)


def test_the_gradient_to_a_covariance_is_one_less_the_map_that_moves_it() -> None:
    """d W²/dA = I − T with T = B^½ (B^½ A B^½)^−½ B^½, which is symmetric and takes A to B."""
    A, B = (torch.from_numpy(spread(activation(4, 5, 5, seed))).requires_grad_() for seed in (0, 1))
    (gradient,) = torch.autograd.grad(bures(A, B, torch.zeros((), dtype=torch.float64)), A)
    T = np.eye(4) - gradient.numpy()
    np.testing.assert_allclose(T, T.T, atol=1e-9)
    np.testing.assert_allclose(T @ A.detach().numpy() @ T, B.detach().numpy(), atol=1e-8)


def test_where_nothing_spreads_the_gradient_is_bounded() -> None:
    """A flat image against a style that spreads in every direction; without noise the slope would have no end."""
    style = activation(6, 5, 5, 0)
    flat = (style.mean((2, 3), keepdim=True) + 1e-7 * activation(6, 5, 5, 1)).requires_grad_()
    GaussianLoss(layers=("x",)).bind([(1.0, {"x": style})])({"x": flat}).backward()
    assert flat.grad is not None
    assert 0 < float(flat.grad.abs().max()) < 1


def test_gaussians_with_a_number_that_is_none_are_at_no_number() -> None:
    style = activation(3, 4, 4, 0)
    broken = activation(3, 4, 4, 1)
    broken[0, 1, 2, 3] = math.nan
    assert math.isnan(value(GaussianLoss(layers=("x",)), broken, style))
    assert math.isnan(value(GaussianLoss(layers=("x",)), style, broken))


def test_a_covariance_that_rounding_left_indefinite_has_a_factor() -> None:
    least = torch.tensor(0.01, dtype=torch.float64)
    matrix = torch.diag(torch.tensor([2.0, 1.0, -1e-9], dtype=torch.float64))
    lower = factor(matrix, least)
    torch.testing.assert_close(lower @ lower.T, torch.diag(matrix.diagonal().maximum(least)))


def test_quantiles_lie_on_lines_between_the_middles_of_ranks() -> None:
    ordered = torch.from_numpy(np.sort(np.random.default_rng(0).normal(size=(3, 7)), axis=1))
    for count in (1, 4, 7, 20):
        places = [(k + 0.5) / count for k in range(count)]
        wanted = [np.interp(places, [(j + 0.5) / 7 for j in range(7)], row) for row in ordered.numpy()]
        np.testing.assert_allclose(at_ranks(ordered, count).numpy(), wanted, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("block", [1, 30, 1 << 21])
def test_every_value_becomes_the_quantile_of_its_rank(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quantiles_module, "BLOCK", block)
    draw = Generator().manual_seed(0)
    values, style = (torch.randn(4, count, generator=draw, dtype=torch.float64) for count in (11, 6))
    wanted = quantiles([(1.0, style)])
    assert torch.equal(wanted, style.sort(dim=1).values)
    found = remapped(values, wanted)
    for row, goal, before in zip(found, at_ranks(wanted, 11), values, strict=True):
        for k, place in enumerate(before.argsort()):
            assert row[place] == goal[k]
    assert squared_transport(values, wanted).item() == pytest.approx(((values - found) ** 2).mean().item())


def test_several_styles_are_met_at_the_mean_of_their_quantiles() -> None:
    """Where their squared distances, in their shares, add up to the least."""
    image, first, second = (activation(3, 4, 4, seed) for seed in range(3))
    shares = (0.75, 0.25)
    loss = HistogramLoss(layers=("x",))
    leaf = image.clone().requires_grad_()
    blended = loss.bind([(3.0, {"x": first}), (1.0, {"x": second})])
    blended({"x": leaf}).backward()
    apart = image.clone().requires_grad_()
    for share, style in zip(shares, (first, second), strict=True):
        (share * squared_transport(apart[0].flatten(1), style[0].flatten(1).sort(dim=1).values)).backward()
    assert leaf.grad is not None
    assert apart.grad is not None
    samples = [(share, style[0].flatten(1)) for share, style in zip(shares, (first, second), strict=True)]
    torch.testing.assert_close(leaf.grad * quantiles(samples).square().mean(), apart.grad)


def test_directions_are_orthogonal_as_far_as_there_are_channels() -> None:
    axes = directions(7, 5, Generator().manual_seed(3))
    assert axes.shape == (7, 5)
    torch.testing.assert_close(axes[:5] @ axes[:5].T, torch.eye(5, dtype=torch.float64))
    torch.testing.assert_close(axes.square().sum(1), torch.ones(7, dtype=torch.float64))


def test_a_distribution_that_is_moved_is_as_far_as_it_is_moved() -> None:
    """With as many directions as channels a shift v costs |v|²/C exactly, whatever the directions are."""
    style = activation(5, 6, 6, 0)
    shift = torch.linspace(-1, 2, 5, dtype=torch.float64)
    energy = float((rows(style) ** 2).mean())
    for seed in range(3):
        ours = value(SlicedLoss(layers=("x",), seed=seed), style + shift.view(1, 5, 1, 1), style)
        assert ours == pytest.approx(float(shift.square().mean()) / energy, rel=1e-9)


@pytest.mark.parametrize("loss", [SlicedLoss(layers=("x",)), HistogramLoss(layers=("x",)), MeanStdLoss(layers=("x",))])
def test_where_positions_stand_does_not_matter(loss: SlicedLoss | HistogramLoss | MeanStdLoss) -> None:
    style = activation(4, 6, 5, 0)
    moved = style.flatten(2)[..., torch.randperm(30, generator=Generator().manual_seed(0))].view(1, 4, 5, 6)
    assert value(loss, moved, style) == pytest.approx(0, abs=1e-12)


def test_histograms_do_not_see_which_channels_go_together_and_slices_do() -> None:
    style = activation(3, 6, 6, 0)
    apart = style.clone()
    apart[0, 1] = apart[0, 1].flip(0, 1)
    assert value(HistogramLoss(layers=("x",)), apart, style) == pytest.approx(0, abs=1e-12)
    assert value(SlicedLoss(layers=("x",)), apart, style) > 1e-3


def test_slices_see_a_distribution_of_the_same_mean_and_covariance() -> None:
    """What Gram matrices and Gaussians cannot tell apart."""
    two = torch.tensor([-1.0, 1.0], dtype=torch.float64).repeat(32).view(1, 1, 8, 8)
    three = torch.tensor([-(2**0.5), 0.0, 0.0, 2**0.5], dtype=torch.float64).repeat(16).view(1, 1, 8, 8)
    for blind in (GramLoss(layers=("x",)), GaussianLoss(layers=("x",))):
        assert blind.bind([(1.0, {"x": two})])({"x": three}).item() == pytest.approx(0, abs=1e-9)
    assert value(SlicedLoss(layers=("x",)), three, two) > 0.1


@pytest.mark.parametrize("loss", [SlicedLoss(layers=("x",)), HistogramLoss(layers=("x",)), GaussianLoss(layers=("x",))])
def test_size_and_scale_do_not_change_the_distance(loss: SlicedLoss | HistogramLoss | GaussianLoss) -> None:
    F, S = activation(3, 6, 6, 0), activation(3, 6, 6, 1)
    larger = [torch.cat([7 * x, 7 * x], dim=-1) for x in (F, S)]
    assert value(loss, *larger) == pytest.approx(value(loss, F, S), rel=1e-6)


def test_the_gradient_moves_values_to_those_of_their_rank() -> None:
    F, S = activation(3, 4, 4, 0), activation(3, 5, 3, 1)
    leaf = F.clone().requires_grad_()
    HistogramLoss(layers=("x",)).bind([(1.0, {"x": S})])({"x": leaf}).backward()
    goal = remapped(F[0].flatten(1), S[0].flatten(1).sort(dim=1).values)
    assert leaf.grad is not None
    energy = S.square().mean()
    torch.testing.assert_close(leaf.grad[0].flatten(1) * energy, 2 * (F[0].flatten(1) - goal) / F.numel())
    values = torch.randn(3, 8, generator=Generator().manual_seed(1), dtype=torch.float64).requires_grad_()
    assert gradcheck(lambda x: squared_transport(x, goal.sort(dim=1).values), [values])


def test_another_draw_has_other_directions_and_the_same_number_the_same() -> None:
    F, S = activation(6, 4, 4, 0), activation(6, 4, 4, 1)
    loss = SlicedLoss(layers=("x",), directions=2)
    assert loss.drawn(5) == SlicedLoss(layers=("x",), directions=2, seed=5)
    assert value(loss.drawn(5), F, S) == value(loss.drawn(5), F, S)
    assert value(loss.drawn(5), F, S) != value(loss.drawn(6), F, S)
    assert loss.drawn(2**63 - 1).drawn(3).seed == 2


@pytest.mark.parametrize("wrong", [{"directions": 0}, {"seed": -1}, {"seed": 2**63}])
def test_draws_that_cannot_be_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(JobError, match="of the sliced loss must be"):
        SlicedLoss(**wrong)


def test_a_layer_without_positions_is_refused() -> None:
    with pytest.raises(JobError, match="logits sees the picture as a whole"):
        SlicedLoss(layers=("logits",)).bind([(1.0, {"logits": torch.ones(1, 5)})])
