"""Pooling by windows that lie side by side is torch's own, forwards and back, to the last bit."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from impasto.backbones.pooling import MaxPool, takes_largest


def rectified(height: int, width: int, dtype: torch.dtype) -> Tensor:
    """Few different numbers, so that windows hold their largest more than once, and many zeros."""
    generator = torch.Generator().manual_seed(6)
    drawn = torch.randint(-3, 4, (1, 5, height, width), generator=generator).relu() / 4
    return drawn.to(dtype).contiguous(memory_format=torch.channels_last).requires_grad_()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.float16])
@pytest.mark.parametrize("window", [2, 3, (2, 3)])
def test_the_first_of_the_largest_gets_the_gradient(window: int | tuple[int, int], dtype: torch.dtype) -> None:
    op = nn.MaxPool2d(window)
    ours, theirs = rectified(13, 17, dtype), rectified(13, 17, dtype)
    pooled, wanted = MaxPool(op)(ours), op(theirs)
    assert torch.equal(pooled, wanted)
    slopes = torch.randn(wanted.shape, generator=torch.Generator().manual_seed(7)).to(dtype)
    pooled.backward(slopes)
    wanted.backward(slopes)
    assert torch.equal(ours.grad, theirs.grad)


def test_windows_that_overlap_or_reach_beyond_are_left_to_torch() -> None:
    others = [nn.MaxPool2d(3, 2), nn.MaxPool2d(2, padding=1), nn.MaxPool2d(2, ceil_mode=True)]
    others += [nn.MaxPool2d(2, dilation=2), nn.MaxPool2d(2, return_indices=True)]
    assert takes_largest(nn.MaxPool2d(2, 2))
    assert not any(takes_largest(op) for op in others)
