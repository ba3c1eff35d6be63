"""Sums of squares that make no copies: the same as those that do."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from impasto.losses import squares
from impasto.losses.squares import squared_distance, squared_norm


def two(dtype: torch.dtype, shape: tuple[int, int, int, int] = (1, 5, 7, 6)) -> list[Tensor]:
    generator = torch.Generator().manual_seed(0)
    return [torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype) for _ in range(2)]


@pytest.mark.parametrize("block", [1, 60, 2**20])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_value_and_both_gradients(block: int, layout: torch.memory_format, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(squares, "BLOCK", block)
    one, other = (each.contiguous(memory_format=layout).requires_grad_() for each in two(torch.float64))
    found, expected = squared_distance(one, other), (one - other).square().sum()
    torch.testing.assert_close(found, expected, rtol=1e-13, atol=0)
    for back, wanted in zip(
        *(torch.autograd.grad(3 * value, [one, other]) for value in (found, expected)), strict=True
    ):
        torch.testing.assert_close(back, wanted, rtol=1e-13, atol=0)


def test_pictures_side_by_side_and_views() -> None:
    one, other = two(torch.float64, (2, 3, 9, 8))
    inner = one[..., 1:-1, 1:-1].requires_grad_()
    target = other[..., 2:, :-2]
    (back,) = torch.autograd.grad(squared_distance(inner, target), inner)
    torch.testing.assert_close(back, 2 * (inner - target), rtol=1e-13, atol=0)


def test_halves_are_widened_first() -> None:
    """The sum is one of float32, and the gradient is rounded once."""
    one, other = (100 + each for each in two(torch.bfloat16, (1, 64, 40, 40)))
    one.requires_grad_()
    found = squared_distance(one, other)
    exact = (one.double() - other.double()).square().sum()
    assert found.dtype == torch.float32
    torch.testing.assert_close(found.double(), exact, rtol=1e-5, atol=0)
    (back,) = torch.autograd.grad(found, one)
    assert back.dtype == torch.bfloat16
    assert torch.equal(back, (2 * (one.float() - other.float())).bfloat16())


def test_of_one_alone() -> None:
    one = two(torch.float64)[0].requires_grad_()
    torch.testing.assert_close(squared_norm(one), one.square().sum(), rtol=1e-13, atol=0)
    torch.testing.assert_close(torch.autograd.grad(squared_norm(one), one)[0], 2 * one, rtol=1e-13, atol=0)


def test_nothing_is_nothing() -> None:
    empty = torch.zeros(1, 3, 0, 4, requires_grad=True)
    value = squared_distance(empty, empty.detach())
    assert float(value.detach()) == 0
    assert torch.autograd.grad(value, empty)[0].shape == empty.shape
