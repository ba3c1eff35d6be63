"""The history's direction against the two-loop recursion, and sums of many numbers against double precision."""

import pytest
import torch
from torch import Tensor

from impasto.solve import history as module
from impasto.solve.history import BLOCK, History, add_, difference, dot, dots


def two_loops(pairs: list[tuple[Tensor, Tensor]], gradient: Tensor, start: float) -> Tensor:
    """Nocedal & Wright, algorithm 7.4, word for word, in double precision."""
    q, alphas = gradient.double(), []
    for s, y in reversed([(s.double(), y.double()) for s, y in pairs]):
        alphas.append((s * q).sum() / (s * y).sum())
        q = q - alphas[-1] * y
    r = start * q
    for (s, y), alpha in zip(pairs, reversed(alphas), strict=True):
        beta = (y.double() * r).sum() / (s.double() * y.double()).sum()
        r = r + s.double() * (alpha - beta)
    return r


def curved(count: int, shape: tuple[int, ...] = (1, 3, 17, 29), seed: int = 0) -> list[tuple[Tensor, Tensor]]:
    """Pairs of one quadratic whose curvatures reach over three orders of magnitude."""
    generator = torch.Generator().manual_seed(seed)
    curvatures = torch.logspace(-2, 1, shape[-1])
    moves = [torch.randn(shape, generator=generator) for _ in range(count)]
    return [(move, move * curvatures) for move in moves]


def filled(pairs: list[tuple[Tensor, Tensor]], most: int, dtype: torch.dtype = torch.float32) -> History:
    history = History(most)
    for s, y in pairs:
        assert history.append(s.to(dtype), y.to(dtype))
    return history


@pytest.mark.parametrize("block", [64, 1000, BLOCK])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize(("count", "most"), [(1, 5), (5, 5), (12, 5), (30, 20), (3, 1)])
def test_the_direction_is_that_of_the_two_loop_recursion(
    count: int, most: int, dtype: torch.dtype, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BLOCK", block)
    pairs = curved(count)
    history = filled(pairs, most, dtype)
    gradient = torch.randn(1, 3, 17, 29, generator=torch.Generator().manual_seed(9))
    held = [(s.to(dtype), y.to(dtype)) for s, y in pairs[-most:]]
    wanted = two_loops(held, gradient, 0.3)
    got = history.newton_(gradient.clone(), lambda q: q.mul_(0.3))
    assert float((got.double() - wanted).norm()) < 3e-6 * float(wanted.norm())


def test_the_newest_pair_is_met_exactly() -> None:
    """The secant equation: what the inverse Hessian makes of the newest change of gradient is the newest move."""
    pairs = curved(7)
    move, change = pairs[-1]
    got = filled(pairs, 5).newton_(change.clone(), lambda q: q.mul_(2.0))
    torch.testing.assert_close(got, move, rtol=1e-4, atol=1e-5)


def test_the_products_are_those_of_the_pairs_held_however_they_came() -> None:
    pairs = curved(9)
    history = filled(pairs, 4, torch.bfloat16)
    wanted = torch.stack(
        [torch.stack([(s.double() * y.double()).sum() for y in history.changes]) for s in history.moves]
    )
    torch.testing.assert_close(history.products, wanted.triu(), rtol=1e-5, atol=1e-4)
    again = filled(list(zip(history.moves, history.changes, strict=True)), 4, torch.bfloat16)
    assert torch.equal(again.products, history.products)


def test_pairs_along_which_the_objective_does_not_curve_upward_are_refused() -> None:
    history = filled(curved(3), 5)
    move = torch.ones(1, 3, 17, 29)
    for change in (-move, torch.zeros_like(move), torch.full_like(move, float("nan"))):
        assert not history.append(move, change)
    assert not history.append(torch.zeros_like(move), move)
    assert len(history) == len(history.products) == 3


def test_forgotten_pairs_count_no_more() -> None:
    history = filled(curved(5), 5)
    history.clear()
    assert len(history) == 0
    pairs = curved(2, seed=1)
    for s, y in pairs:
        assert history.append(s, y)
    gradient = torch.ones(1, 3, 17, 29)
    wanted = two_loops(pairs, gradient, 1.0)
    torch.testing.assert_close(history.newton_(gradient.clone(), lambda q: q).double(), wanted, rtol=1e-4, atol=1e-4)


def test_pairs_held_are_not_changed() -> None:
    history = filled(curved(3), 3)
    held = [*history.moves, *history.changes]
    before = [tensor.clone() for tensor in held]
    history.newton_(torch.ones(1, 3, 17, 29), lambda q: q.mul_(3.0))
    for s, y in curved(3, seed=2):
        history.append(s, y)
    assert all(torch.equal(a, b) for a, b in zip(held, before, strict=True))


def test_scalar_products_of_many_numbers_are_accurate() -> None:
    """In single precision throughout they are off by 1e-4 and more."""
    many = torch.rand(20_000_000, generator=torch.Generator().manual_seed(0))
    wanted = float(sum((part.double() ** 2).sum() for part in torch.split(many, 1 << 20)))
    assert dot(many, many) == pytest.approx(wanted, rel=1e-6)


def test_sums_and_differences_of_blocks() -> None:
    generator = torch.Generator().manual_seed(0)
    one, other = (torch.randn(1, 3, 200, 311, generator=generator) for _ in range(2))
    assert torch.equal(difference(one, other, torch.float32), one - other)
    assert torch.equal(difference(one, other, torch.bfloat16), (one - other).bfloat16())
    factors = torch.tensor([2.0, -0.5], dtype=torch.float64)
    total = one.clone()
    add_(total, [other, one.bfloat16()], factors)
    torch.testing.assert_close(total, one + 2 * other - 0.5 * one.bfloat16().float())
    wanted = torch.stack([(v.double() * other.double()).sum() for v in (one, other)])
    torch.testing.assert_close(dots([one, other], other), wanted, rtol=1e-6, atol=1e-3)
