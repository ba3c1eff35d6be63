"""Kernels that do several layers at once give what the layers give."""

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from impasto.export.kernels import FOUR_PLACES, enlarging_kernel


def drawn(*shape: int) -> torch.Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


@pytest.mark.parametrize(("height", "width"), [(2, 2), (5, 8), (1, 3)])
def test_a_small_kernel_sees_what_a_larger_one_sees_of_an_enlarged_picture(height: int, width: int) -> None:
    seen, kernel = drawn(2, 3, height, width), drawn(4, 3, 3, 3)
    enlarged = F.interpolate(seen, scale_factor=2.0, mode="nearest")
    wanted = F.conv2d(F.pad(enlarged, (1, 1, 1, 1), mode="reflect"), kernel)
    small = torch.from_numpy(enlarging_kernel(kernel.numpy()))
    given = F.pixel_shuffle(F.conv2d(F.pad(seen, (1, 1, 1, 1), mode="replicate"), small), 2)[..., 1:-1, 1:-1]
    torch.testing.assert_close(given, wanted, rtol=0, atol=1e-12)


@pytest.mark.parametrize("side", [5, 9])
def test_a_kernel_at_four_places_gives_four_pixels_at_once(side: int) -> None:
    seen, kernel = drawn(1, 3, 14, 18), drawn(2, 3, side, side)
    parts = [np.pad(kernel.numpy(), list(zip(place[:4], place[4:], strict=True))) for place in FOUR_PLACES]
    whole = torch.from_numpy(np.concatenate(parts, axis=1).reshape(8, 3, side + 1, side + 1))
    given = F.pixel_shuffle(F.conv2d(seen, whole, stride=2), 2)
    torch.testing.assert_close(given, F.conv2d(seen, kernel), rtol=0, atol=1e-12)
