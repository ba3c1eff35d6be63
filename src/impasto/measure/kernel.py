"""Kernel distance of two sets of pictures: what the Fréchet distance measures, without its bias."""

from __future__ import annotations

from torch import Tensor

from impasto.errors import InputError
from impasto.measure.frechet import check_sets

LEAST_FOR_ERROR = 3


def kernel_distance(a: Tensor, b: Tensor) -> tuple[float, float]:
    """Return the kernel distance of two sets of features, and its standard error.

    a: [n, d], b: [m, d], at least 3 rows each. The squared maximum mean discrepancy under the kernel
    k(x, y) = (x·y / d + 1)³, in its unbiased form: mean of k over pairs within a, without a picture and itself, plus
    that within b, minus twice that across (Bińkowski, Sutherland, Arbel & Gretton 2018, arXiv 1801.01401). All
    pictures are taken at once, where the paper averages over drawn subsets of 1000; the error is the jackknife's,
    leaving out one picture at a time. For two sets of one kind, where the sum over pairs is degenerate, that is too
    large by about √2 (Efron & Stein 1981, "The jackknife estimate of variance"): it errs towards finding nothing.

    0 on average for two sets of one kind, whatever their numbers, so single values may lie below 0; no upper bound.
    Raises InputError for fewer rows, or rows of two lengths.
    """
    check_sets(a, b)
    if min(len(a), len(b)) < LEAST_FOR_ERROR:
        raise InputError(f"a kernel distance with its error needs three pictures on either side: {len(a)}, {len(b)}")
    a, b = a.double(), b.double()
    within_a, within_b, across = _kernel(a, a), _kernel(b, b), _kernel(a, b)
    for within in (within_a, within_b):
        within.fill_diagonal_(0)
    variance = _jackknifed(within_a, within_b, across) + _jackknifed(within_b, within_a, across.T)
    return float(_mean(within_a) + _mean(within_b) - 2 * across.mean()), float(variance) ** 0.5


def _kernel(x: Tensor, y: Tensor) -> Tensor:
    return (x @ y.T / x.shape[1] + 1) ** 3


def _mean(within: Tensor) -> Tensor:
    """The mean over pairs of two, the diagonal being 0."""
    return within.sum() / (len(within) * (len(within) - 1))


def _jackknifed(within: Tensor, other: Tensor, across: Tensor) -> Tensor:
    """The variance that comes of which pictures are in the set of `within`: [n, n] of its own, [n, m] to the other."""
    n, m = across.shape
    own = (within.sum() - 2 * within.sum(dim=1)) / ((n - 1) * (n - 2))
    far = (across.sum() - across.sum(dim=1)) / ((n - 1) * m)
    without = own + _mean(other) - 2 * far
    return (n - 1) / n * (without - without.mean()).square().sum()
