"""Objectives whose lowest point is known, and small problems on a network with random weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from impasto.backbones import Backbone
from impasto.losses import ContentLoss, GramLoss
from impasto.solve import Problem, Target, pyramid


class Quadratic:
    """½ (x − c)ᵀ A (x − c) with A symmetric, positive, of condition about 300; counts its evaluations."""

    def __init__(self, centre: Tensor) -> None:
        generator = torch.Generator().manual_seed(7)
        n = centre.numel()
        basis, _ = torch.linalg.qr(torch.randn(n, n, generator=generator, dtype=centre.dtype))
        self.matrix = basis @ torch.diag(torch.logspace(-1, 1.5, n, dtype=centre.dtype)) @ basis.T
        self.centre = centre
        self.evaluations = 0

    def __call__(self, image: Tensor) -> tuple[float, Tensor]:
        self.evaluations += 1
        offset = (image - self.centre).flatten()
        gradient = self.matrix @ offset
        return float(offset @ gradient / 2), gradient.view_as(image)

    def lowest_in_box(self) -> Tensor:
        """By ten thousand projected gradient steps."""
        x = self.centre.flatten().clamp(0, 1)
        rate = 1 / float(torch.linalg.eigvalsh(self.matrix).max())
        for _ in range(10_000):
            x = (x - rate * (self.matrix @ (x - self.centre.flatten()))).clamp(0, 1)
        return x.view_as(self.centre)


@pytest.fixture
def quadratic() -> Callable[..., Quadratic]:
    """Makes a quadratic; `spread` 0.2 has its lowest point inside the box, 1.5 outside."""

    def make(spread: float) -> Quadratic:
        generator = torch.Generator().manual_seed(1)
        unit = torch.rand(1, 3, 4, 4, generator=generator, dtype=torch.float64)
        return Quadratic(0.5 + spread * (unit - 0.5))

    return make


@pytest.fixture
def make_problem(vgg: Backbone, image_of: Callable[..., Tensor]) -> Callable[..., Problem]:
    """Makes a problem of two levels, 16×12 and 32×24 pixels, that a few steps make visibly better."""

    def make(**changes: Any) -> Problem:
        settings: dict[str, Any] = {
            "backbone": vgg,
            "losses": (
                ContentLoss(layers=("relu2_1",)),
                GramLoss(layers=("relu1_1", "relu2_1")),
            ),
            "targets": {"content": (Target(image_of(24, 32, 1)),), "style": (Target(image_of(28, 20, 2)),)},
            "levels": pyramid(32, 24, smallest=16, steps=(3, 4)),
            "strength": 0.5,
        }
        return Problem(**(settings | changes))

    return make
