"""Steps of one length along the gradient, as deep dreams take them.

Mordvintsev, Olah & Tyka 2015, "Inceptionism: going deeper into neural networks", with the code they published: the
gradient divided by the mean of its absolute values, times a rate. What a network answers with has no lowest point to
settle at, and its gradient grows by orders of magnitude on the way, so its length says nothing about how far to go.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from impasto.errors import JobError
from impasto.solve.optimizers import LEVEL, Descent, Evaluate, Optimizer, check_positive
from impasto.solve.smoothing import Smoothing


@dataclass(frozen=True, kw_only=True)
class Normalised(Optimizer, kind="normalised"):
    """Descent by steps of one length.

    learning_rate: how far a step moves pixels, the mean of absolute changes, in levels of an 8-bit channel.
    smoothing: a wavelength in pixels; changes finer than this are damped in proportion, see `impasto.solve.smoothing`.
        0 leaves the gradient as it is.
    chroma: how many times as long that wavelength is for changes of colour.
    """

    kind: Literal["normalised"] = "normalised"
    learning_rate: float = 2.0
    smoothing: float = 0.0
    chroma: float = 1.0

    def __post_init__(self) -> None:
        check_positive("learning_rate", self.learning_rate)
        check_positive("chroma", self.chroma)
        if not 0 <= self.smoothing < float("inf"):
            raise JobError(f"smoothing must be a wavelength of 0 pixels or more, not {self.smoothing}")

    def begin(self, image: Tensor, *, lattice: int = 1, periodic: bool = False) -> Descent:  # noqa: ARG002
        """Start at the image. The lattice is not kept off: dreams move to another place at every step."""
        return NormalisedDescent(image, self, periodic)


class NormalisedDescent(Descent):
    """The image, and the gradient there."""

    def __init__(self, image: Tensor, settings: Normalised, periodic: bool = False) -> None:
        super().__init__(image, settings.box)
        self.settings = settings
        self.gradient: Tensor | None = None
        self.metric: Smoothing | None = None
        if settings.smoothing:
            height, width = self.image.shape[-2:]
            device, wavelength = self.image.device, settings.smoothing
            self.metric = Smoothing(height, width, wavelength, device, chroma=settings.chroma, periodic=periodic)

    def step(self, evaluate: Evaluate) -> None:
        """Take one step of the set length."""
        if self.gradient is not None:
            self._move(self.gradient)
            self.gradient = None
        self.value, self.gradient = evaluate(self.image)

    def _move(self, gradient: Tensor) -> None:
        """Smooth the gradient, bring it to length, and go against it; where there is none, stay."""
        if self.metric is not None:
            gradient = self.metric.apply_(gradient.clone(memory_format=torch.contiguous_format))
        length = float(gradient.abs().mean(dtype=torch.float64))
        if length > 0:
            self.image = self.image.sub(gradient, alpha=self.settings.learning_rate * LEVEL / length)
            if self.box:
                self.image.clamp_(0, 1)

    def state(self) -> tuple[dict[str, Tensor], dict[str, float]]:
        """Image and gradient."""
        tensors = {"image": self.image}
        if self.gradient is not None:
            tensors["gradient"] = self.gradient
        return tensors, {"value": self.value}

    def restore(self, tensors: Mapping[str, Tensor], numbers: Mapping[str, float]) -> None:
        """Take up image and gradient."""
        self.image, self.gradient = tensors["image"], tensors.get("gradient")
        self.value = numbers["value"]
