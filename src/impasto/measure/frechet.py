"""Fréchet distance of two sets of pictures, by the features that a network gives each of them."""

from __future__ import annotations

import torch
from torch import Tensor

from impasto.errors import InputError


def frechet_distance(a: Tensor, b: Tensor) -> float:
    """Return the squared 2-Wasserstein distance of the normal distributions with the means and covariances of a and b.

    a: [n, d], b: [m, d], a row of features to a picture; n and m may differ. ‖μ_a − μ_b‖² + tr Σ_a + tr Σ_b −
    2 tr (Σ_a Σ_b)^½, Σ with n − 1 in its denominator (Heusel et al. 2017, arXiv 1706.08500; Dowson & Landau 1982).

    No matrix root is taken of a covariance, which has no more rank than there are pictures: with Σ = A Aᵀ the root's
    trace is the sum of the singular values of A_aᵀ A_b, exact at any rank, in float64.

    0: means and covariances agree; no upper bound. Of features that are alike it is above 0 by chance, the more the
    fewer pictures there are beside d: with the 2048 features of Inception compare only sets of the same numbers, and
    below some thousand pictures believe `kernel_distance`. Raises InputError for fewer than two rows, or rows of two
    lengths.
    """
    check_sets(a, b)
    (mean_a, root_a), (mean_b, root_b) = _normal(a), _normal(b)
    shared = torch.linalg.svdvals(root_a @ root_b.T).sum()
    distance = (mean_a - mean_b).square().sum() + root_a.square().sum() + root_b.square().sum() - 2 * shared
    return max(0.0, float(distance))


def check_sets(a: Tensor, b: Tensor) -> None:
    """Raise InputError for sets that are not rows of one length, or have fewer than two."""
    if a.dim() != 2 or b.dim() != 2 or a.shape[1] != b.shape[1]:
        raise InputError(f"sets of features are rows of one length, not {list(a.shape)} and {list(b.shape)}")
    if min(len(a), len(b)) < 2:
        raise InputError(f"a spread needs two pictures on either side, not {len(a)} and {len(b)}")


def _normal(features: Tensor) -> tuple[Tensor, Tensor]:
    """The mean [d], and a root R [r, d] of the covariance RᵀR with no more rows than columns."""
    rows = features.double()
    mean = rows.mean(dim=0)
    root = (rows - mean) / (len(rows) - 1) ** 0.5
    return mean, torch.linalg.qr(root, mode="r").R if len(root) > root.shape[1] else root
