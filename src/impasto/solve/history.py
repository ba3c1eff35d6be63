"""What a quasi-Newton method remembers of the curvature: the last moves `s` and the changes `y` of gradient they made.

The inverse Hessian these suggest is that of the two-loop recursion (Nocedal & Wright, Numerical Optimization, algorithm
7.4), which passes over all pairs five times, one scalar product after the other. Here the coefficients come from two
small triangular systems instead (as in Byrd, Nocedal & Schnabel 1994, "Representations of quasi-Newton matrices"), so
each step reads every pair twice. With P the scalar products s_i · y_j for i ≤ j, else 0, and D its diagonal:
    P α = S g,   q = g - Yᵀ α,   r = H₀ q,   Pᵀ c = D α - Y r,   result = r + Sᵀ c.

Pairs may be held in fewer bits than they are reckoned with; the numbers held are then the pair, everywhere. Long
vectors are gone through in blocks, so that nothing as long as a picture is made besides, and what is added up over a
block in single precision is added up in double precision over the blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
from torch import Tensor

BLOCK = 1 << 17
"""Numbers to a block on a processor: few enough for sums in single precision (where the library adds up into few
numbers, a product over eight times as many is off by 6e-6), and so many that waking the threads up is little beside
the work."""

BLOCK_OF_DEVICE = 1 << 20
"""The same elsewhere, where starting work costs more than the work: all vectors are gone through at once."""

STRAIGHT = 1e-10
"""The cosine between a move and its change of gradient up to which the objective does not count as curving upward."""


class History:
    """Pairs of a move and its change of gradient, oldest first, at most so many. No pair is changed once it is in."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.moves: list[Tensor] = []
        self.changes: list[Tensor] = []
        self.products = torch.zeros(0, 0, dtype=torch.float64)

    def __len__(self) -> int:
        """How many pairs there are."""
        return len(self.moves)

    def append(self, move: Tensor, change: Tensor) -> bool:
        """Remember a pair if the objective curves upward along it, as the method needs, and forget the oldest."""
        with_change = products([*self.moves, move, change], change)
        *before, curvature, changed, moved = _added(torch.cat([with_change, products([move], move)], dim=1)).tolist()
        if not curvature > STRAIGHT * (changed * moved) ** 0.5:
            return False
        dropped = max(0, len(self) + 1 - self.most)
        self.moves, self.changes = [*self.moves[dropped:], move], [*self.changes[dropped:], change]
        kept = torch.zeros(len(self), len(self), dtype=torch.float64)
        kept[:-1, :-1] = self.products[dropped:, dropped:]
        kept[:, -1] = torch.tensor([*before, curvature], dtype=torch.float64)[dropped:]
        self.products = kept
        return True

    def clear(self) -> None:
        """Forget all pairs."""
        self.moves, self.changes, self.products = [], [], self.products[:0, :0]

    def newton_(self, gradient: Tensor, smooth_: Callable[[Tensor], Tensor]) -> Tensor:
        """Multiply a gradient, in place, by the inverse Hessian that the pairs suggest.

        smooth_: multiplies by the inverse Hessian that is assumed without them, in place.
        """
        upper = self.products
        alpha = torch.linalg.solve_triangular(upper, dots(self.moves, gradient)[:, None], upper=True)
        add_(gradient, self.changes, -alpha[:, 0])
        direction = smooth_(gradient)
        rest = upper.diagonal()[:, None] * alpha - dots(self.changes, direction)[:, None]
        add_(direction, self.moves, torch.linalg.solve_triangular(upper.T, rest, upper=False)[:, 0])
        return direction


def dots(vectors: Sequence[Tensor], other: Tensor) -> Tensor:
    """The scalar product of each vector with the other one, in double precision on the processor."""
    return _added(products(vectors, other))


def products(vectors: Sequence[Tensor], other: Tensor) -> Tensor:
    """The scalar product of each vector with the other one, block by block: [blocks, vectors]."""
    flat, right = [vector.flatten() for vector in vectors], other.flatten()
    sums = []
    for block in blocks(right):
        factor = widened(right[block])
        if right.device.type == "cpu":
            sums.append(torch.stack([torch.dot(widened(vector[block]), factor) for vector in flat]))
        else:
            sums.append(widened(torch.stack([vector[block] for vector in flat])) @ factor)
    return torch.stack(sums)


def _added(products: Tensor) -> Tensor:
    """The sums over all blocks, in double precision on the processor."""
    return products.cpu().double().sum(dim=0)


def dot(one: Tensor, other: Tensor) -> float:
    """The scalar product of two vectors."""
    return float(dots([one], other))


def add_(vector: Tensor, others: Sequence[Tensor], factors: Tensor) -> None:
    """Add other vectors times their factors, in place; `vector` is contiguous."""
    sums, flat = vector.view(-1), [other.flatten() for other in others]
    if vector.device.type != "cpu":
        by = factors.to(device=vector.device, dtype=vector.dtype)
        for block in blocks(sums):
            sums[block].addmv_(torch.stack([other[block] for other in flat]).to(vector.dtype).T, by)
        return
    numbers = factors.tolist()
    for block in blocks(sums):
        for other, number in zip(flat, numbers, strict=True):
            sums[block].add_(other[block], alpha=number)


def difference(one: Tensor, other: Tensor, dtype: torch.dtype) -> Tensor:
    """`one` minus `other`, rounded to `dtype`."""
    result = torch.empty(one.shape, dtype=dtype, device=one.device)
    left, right = one.flatten(), other.flatten()
    for block in blocks(left):
        result.view(-1)[block] = left[block] - right[block]
    return result


def blocks(vector: Tensor) -> Iterator[slice]:
    """The blocks of a vector, from first to last."""
    length = BLOCK if vector.device.type == "cpu" else BLOCK_OF_DEVICE
    yield from (slice(first, first + length) for first in range(0, vector.numel(), length))


def widened(block: Tensor) -> Tensor:
    """In single precision at least."""
    return block.to(torch.promote_types(block.dtype, torch.float32))
