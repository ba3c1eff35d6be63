"""Distributions in one dimension, as sorted values.

The optimal transport between two of them takes the value of each rank to that of the same rank, so that sorting solves
it (Rabin, Peyré, Delon & Bernot 2011, "Wasserstein barycenter and its application to texture mixing", section 2).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from impasto.losses.transforms import sum_of

BLOCK = 1 << 21
"""About how many values are sorted at once; sorting takes several times their memory."""


def quantiles(samples: Sequence[tuple[float, Tensor]]) -> Tensor:
    """The sorted rows of [D, N]; of several, their means in the given shares, at as many ranks as the largest has.

    Means of quantiles are those of the barycentre: what is at the least sum of squared distances from all, in their
    shares (the same, section 3).
    """
    ranks = max(values.shape[1] for _, values in samples)
    return sum_of([share * at_ranks(_sorted_rows(values), ranks) for share, values in samples])


def at_ranks(ordered: Tensor, count: int) -> Tensor:
    """[D, N] sorted values as [D, count]: quantiles at (k + ½)/count, on straight lines between those at (j + ½)/N."""
    if ordered.shape[1] == count:
        return ordered
    return interpolate(ordered[None], size=count, mode="linear", align_corners=False)[0]


def remapped(values: Tensor, wanted: Tensor) -> Tensor:
    """Each row of [D, M] with the k-th smallest value replaced by the k-th of M quantiles of the same row of `wanted`.

    wanted: [D, N], sorted. The result is a target: it has no gradient.
    """
    with torch.no_grad():
        found = values.new_empty(values.shape)
        rows = max(1, BLOCK // max(values.shape[1], wanted.shape[1]))
        blocks = (torch.split(tensor, rows) for tensor in (values, wanted, found))
        for block, ordered, result in zip(*blocks, strict=True):
            result.scatter_(1, block.argsort(dim=1), at_ranks(ordered, block.shape[1]))
    return found


def squared_transport(values: Tensor, wanted: Tensor) -> Tensor:
    """The squared Wasserstein-2 distance of each row of [D, M] from the quantiles `wanted` [D, N], its mean over rows.

    Its gradient takes every value towards the one of its rank.
    """
    return (values - remapped(values, wanted)).square().mean()


def _sorted_rows(values: Tensor) -> Tensor:
    rows = max(1, BLOCK // values.shape[1])
    return torch.cat([block.sort(dim=1).values for block in torch.split(values, rows)])
