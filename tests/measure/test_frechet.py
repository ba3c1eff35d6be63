"""The distances of sets of features where their answer is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.linalg import sqrtm

from impasto.errors import InputError
from impasto.measure import frechet_distance, kernel_distance


def normal(n, d, seed=0, *, mean=0.0, spread=1.0):
    generator = torch.Generator().manual_seed(seed)
    return mean + spread * torch.randn(n, d, generator=generator, dtype=torch.float64)


def exactly(mean, root):
    """Rows whose mean is `mean` and whose covariance is root rootᵀ, to the last digit: [2d, d]."""
    d = len(mean)
    rows = torch.cat([root.T, -root.T]) * ((2 * d - 1) / 2) ** 0.5
    return rows + mean


def by_matrix_roots(a, b):
    """As the formula is written, with SciPy's root of the product."""
    a, b = a.double().numpy(), b.double().numpy()
    cov_a, cov_b = np.cov(a, rowvar=False), np.cov(b, rowvar=False)
    root = sqrtm(cov_a @ cov_b).real
    return ((a.mean(0) - b.mean(0)) ** 2).sum() + np.trace(cov_a + cov_b - 2 * root)


def test_in_one_dimension_it_is_the_differences_of_means_and_deviations_squared():
    a = exactly(torch.tensor([3.0]).double(), torch.tensor([[2.0]]).double())
    b = exactly(torch.tensor([-1.0]).double(), torch.tensor([[5.0]]).double())
    assert frechet_distance(a, b) == pytest.approx(4**2 + 3**2)


def test_covariances_that_share_their_axes_differ_by_their_deviations():
    axes = torch.linalg.qr(normal(6, 6)).Q
    first, second = torch.tensor([1.0, 2, 3, 4, 5, 6]).double(), torch.tensor([6.0, 1, 3, 2, 0, 7]).double()
    shift = normal(1, 6, 4)[0]
    a, b = exactly(torch.zeros(6).double(), axes * first), exactly(shift, axes * second)
    assert frechet_distance(a, b) == pytest.approx(float(shift.square().sum() + (first - second).square().sum()))


@pytest.mark.parametrize(("n", "m", "d"), [(40, 60, 8), (12, 200, 10)])
def test_it_is_the_formula_with_matrix_roots_where_those_can_be_had(n, m, d):
    a = normal(n, d, 1) @ normal(d, d, 2)
    b = normal(m, d, 3) @ normal(d, d, 4) + 0.5
    assert frechet_distance(a, b) == pytest.approx(by_matrix_roots(a, b), rel=1e-7)
    assert frechet_distance(a, b) == pytest.approx(frechet_distance(b, a), rel=1e-9)


def test_covariances_of_low_rank_are_no_trouble():
    a, b = normal(5, 300, 1), normal(4, 300, 2)
    padded = torch.zeros(5, 300, dtype=torch.float64)
    padded[:, :7] = normal(5, 7, 3)
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-9)
    assert frechet_distance(padded, 2 * padded) == pytest.approx(
        float(padded.mean(0).square().sum() + padded.var(0).sum()), rel=1e-9
    )
    turn = torch.linalg.qr(normal(300, 300, 5)).Q
    assert frechet_distance(a @ turn, b @ turn) == pytest.approx(frechet_distance(a, b), rel=1e-9)
    same = torch.ones(6, 20)
    assert frechet_distance(same, same + 2) == pytest.approx(80)


def test_few_pictures_enlarge_the_frechet_distance_and_not_the_kernel_distance():
    d, few, many = 32, [], []
    for seed in range(12):
        few.append((normal(10, d, 2 * seed), normal(10, d, 2 * seed + 1)))
        many.append((normal(1000, d, 100 + 2 * seed), normal(1000, d, 101 + 2 * seed)))
    frechet = [np.mean([frechet_distance(*pair) for pair in pairs]) for pairs in (few, many)]
    assert frechet[0] > 10 * frechet[1]
    kernel = np.array([kernel_distance(*pair)[0] for pair in few])
    assert abs(kernel.mean()) < 3 * kernel.std(ddof=1) / 12**0.5


@pytest.mark.parametrize(("mean", "ratio"), [(0.0, 2**0.5), (1.0, 1.0)])
def test_the_error_is_how_far_the_kernel_distance_scatters_and_too_large_by_the_root_of_2_for_one_kind(mean, ratio):
    drawn = [(normal(30, 32, 2 * seed), normal(30, 32, 2 * seed + 1, mean=mean)) for seed in range(150)]
    values, errors = np.array([kernel_distance(*pair) for pair in drawn]).T
    assert np.mean(errors**2) ** 0.5 / values.std(ddof=1) == pytest.approx(ratio, rel=0.2)


def test_the_kernel_distance_is_the_paper_s_sum_over_pairs():
    a, b = normal(5, 4, 1), normal(4, 4, 2, mean=0.3)

    def k(x, y):
        return (float(x @ y) / 4 + 1) ** 3

    within_a = np.mean([k(a[i], a[j]) for i in range(5) for j in range(5) if i != j])
    within_b = np.mean([k(b[i], b[j]) for i in range(4) for j in range(4) if i != j])
    across = np.mean([k(x, y) for x in a for y in b])
    assert kernel_distance(a, b)[0] == pytest.approx(within_a + within_b - 2 * across)


def test_the_error_is_the_jackknife_s_of_leaving_pictures_out():
    a, b = normal(6, 4, 1), normal(7, 4, 2, mean=0.3)

    def variance(values):
        return (len(values) - 1) / len(values) * np.sum((np.array(values) - np.mean(values)) ** 2)

    def without(rows, i):
        return torch.cat([rows[:i], rows[i + 1 :]])

    of_a = variance([kernel_distance(without(a, i), b)[0] for i in range(6)])
    of_b = variance([kernel_distance(a, without(b, i))[0] for i in range(7)])
    assert kernel_distance(a, b)[1] == pytest.approx((of_a + of_b) ** 0.5)


def test_both_grow_with_what_sets_them_apart_and_work_both_ways():
    a = normal(60, 16)
    others = [normal(60, 16, 1, mean=mean) for mean in (0.0, 0.5, 1.0, 2.0)]
    for distance in (frechet_distance, lambda x, y: kernel_distance(x, y)[0]):
        values = [distance(a, other) for other in others]
        assert values == sorted(values)
        assert distance(a, others[2]) == pytest.approx(distance(others[2], a))


def test_too_few_or_unlike_rows_are_refused():
    with pytest.raises(InputError, match="two pictures on either side, not 1 and 5"):
        frechet_distance(normal(1, 4), normal(5, 4))
    with pytest.raises(InputError, match="rows of one length"):
        frechet_distance(normal(5, 4), normal(5, 3))
    with pytest.raises(InputError, match="three pictures on either side"):
        kernel_distance(normal(2, 4), normal(5, 4))
