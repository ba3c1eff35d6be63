"""The ways of going downhill, behind one interface.

An `Optimizer` is a frozen description; `begin` makes a `Descent`, which owns the image and its own memory. One call of
`Descent.step` costs one evaluation of the objective and its gradient, whatever the method, so steps are comparable.
"""

from __future__ import annotations

import abc
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import torch
from torch import Tensor

from impasto.errors import JobError
from impasto.registry import Registry
from impasto.solve.history import dot

Evaluate = Callable[[Tensor], tuple[float, Tensor]]
"""From an image to the objective there and its gradient, a tensor of the same shape."""

OPTIMIZERS: Registry[type[Optimizer]] = Registry("optimizer")

LEVEL = 1 / 255
"""One step of an 8-bit channel, the unit of learning rates: the papers' pixels run from 0 to 255."""


@dataclass(frozen=True, kw_only=True)
class Optimizer(abc.ABC):
    """A method of descent and its settings.

    box: keep every pixel in [0, 1].
    stay: how many steps the picture must stay at one place for the method to get on, see `impasto.solve.shift`.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}
    stay: ClassVar[int] = 1

    kind: str
    box: bool = True

    def __init_subclass__(cls, kind: str = "") -> None:
        if kind:
            OPTIMIZERS.add(kind, cls)

    @abc.abstractmethod
    def begin(self, image: Tensor, *, lattice: int = 1, periodic: bool = False) -> Descent:
        """Start at `image` [1, 3, H, W], which is copied.

        lattice: the stride of the network in pixels, for a method that can keep off the waves it prints.
        periodic: whether the image goes around, for a method that minds what lies beyond its borders.
        """


class Descent(abc.ABC):
    """An image on its way down. `value` is the objective at `image`, infinite before the first step.

    `image` is replaced and never changed, so whoever was handed it may keep it.
    """

    def __init__(self, image: Tensor, box: bool) -> None:
        self.image = image.detach().clone()
        self.value = float("inf")
        self.box = box
        if box:
            self.image.clamp_(0, 1)

    @abc.abstractmethod
    def step(self, evaluate: Evaluate) -> None:
        """Move, and evaluate once where that leads to; the first step evaluates only.

        Where `evaluate` raises, the descent is left such that the next call of `step` evaluates there again.
        """

    def renew(self) -> None:  # noqa: B027 - most methods have nothing to do
        """Take note that the objective has become a slightly different one."""

    @abc.abstractmethod
    def state(self) -> tuple[dict[str, Tensor], dict[str, float]]:
        """Return everything a resumed descent needs: tensors, and plain numbers.

        The tensors are the descent's own, and like `image` they are replaced and never changed, here and in a descent
        that has taken them up: a state stays good as long as it is kept, without a copy.
        """

    @abc.abstractmethod
    def restore(self, tensors: Mapping[str, Tensor], numbers: Mapping[str, float]) -> None:
        """Become the descent whose state this was."""


def check_positive(what: str, value: float) -> None:
    """Raise JobError unless 0 < value < ∞."""
    if not 0 < value < float("inf"):
        raise JobError(f"{what} must be a number above 0, not {value}")


@dataclass(frozen=True, kw_only=True)
class Adam(Optimizer, kind="adam"):
    """Adam (Kingma & Ba 2015, arXiv 1412.6980).

    The paper's ε is 1e-8 here times the largest root of a second moment, so that a factor before the objective
    changes nothing.

    learning_rate: in levels of an 8-bit channel; a pixel moves about this far per step.
    """

    kind: Literal["adam"] = "adam"
    learning_rate: float = 5.0
    beta1: float = 0.9
    beta2: float = 0.99

    def __post_init__(self) -> None:
        check_positive("learning_rate", self.learning_rate)
        if not (0 <= self.beta1 < 1 and 0 <= self.beta2 < 1):
            raise JobError(f"beta1 and beta2 must lie in [0, 1), not {self.beta1} and {self.beta2}")

    def begin(self, image: Tensor, *, lattice: int = 1, periodic: bool = False) -> Descent:  # noqa: ARG002
        """Start with both moments at zero."""
        return AdamDescent(image, self)


class AdamDescent(Descent):
    """First and second moments of the gradient, corrected for their start at zero."""

    def __init__(self, image: Tensor, settings: Adam) -> None:
        super().__init__(image, settings.box)
        self.settings = settings
        self.gradient: Tensor | None = None
        self.first = torch.zeros_like(self.image)
        self.second = torch.zeros_like(self.image)
        self.count = 0

    def step(self, evaluate: Evaluate) -> None:
        """Take one of Adam's steps."""
        if self.gradient is not None:
            self._move(self.gradient)
            self.gradient = None
        self.value, self.gradient = evaluate(self.image)

    def _move(self, gradient: Tensor) -> None:
        """The update of the paper's algorithm 1."""
        s = self.settings
        self.count += 1
        self.first = torch.lerp(self.first, gradient, 1 - s.beta1)
        self.second = (self.second * s.beta2).addcmul_(gradient, gradient, value=1 - s.beta2)
        spread = (self.second / (1 - s.beta2**self.count)).sqrt_()
        spread.add_(1e-8 * spread.max() + 1e-30)
        rate = s.learning_rate * LEVEL / (1 - s.beta1**self.count)
        self.image = torch.addcdiv(self.image, self.first, spread, value=-rate)
        if self.box:
            self.image.clamp_(0, 1)

    def state(self) -> tuple[dict[str, Tensor], dict[str, float]]:
        """Image, gradient, both moments and the count."""
        tensors = {"image": self.image, "first": self.first, "second": self.second}
        if self.gradient is not None:
            tensors["gradient"] = self.gradient
        return tensors, {"count": self.count, "value": self.value}

    def restore(self, tensors: Mapping[str, Tensor], numbers: Mapping[str, float]) -> None:
        """Take up image, gradient, moments and count."""
        self.image, self.gradient = tensors["image"], tensors.get("gradient")
        self.first, self.second = tensors["first"], tensors["second"]
        self.count, self.value = int(numbers["count"]), numbers["value"]


@dataclass(frozen=True, kw_only=True)
class SGD(Optimizer, kind="sgd"):
    """Gradient descent with momentum.

    learning_rate: in levels of an 8-bit channel: how far the first step moves pixels, root mean square. It fixes the
    factor between gradient and step once, so that the rate means the same for every loss.
    """

    kind: Literal["sgd"] = "sgd"
    learning_rate: float = 1.0
    momentum: float = 0.9

    def __post_init__(self) -> None:
        check_positive("learning_rate", self.learning_rate)
        if not 0 <= self.momentum < 1:
            raise JobError(f"momentum must lie in [0, 1), not {self.momentum}")

    def begin(self, image: Tensor, *, lattice: int = 1, periodic: bool = False) -> Descent:  # noqa: ARG002
        """Start at rest."""
        return SGDDescent(image, self)


class SGDDescent(Descent):
    """A velocity, and the factor from gradient to step."""

    def __init__(self, image: Tensor, settings: SGD) -> None:
        super().__init__(image, settings.box)
        self.settings = settings
        self.gradient: Tensor | None = None
        self.velocity = torch.zeros_like(self.image)
        self.factor = 0.0

    def step(self, evaluate: Evaluate) -> None:
        """Take one step of descent."""
        if self.gradient is not None:
            self._move(self.gradient)
            self.gradient = None
        self.value, self.gradient = evaluate(self.image)

    def _move(self, gradient: Tensor) -> None:
        """Add the gradient to the velocity, and the velocity to the image."""
        if not self.factor:
            size = math.sqrt(dot(gradient, gradient) / gradient.numel())
            self.factor = self.settings.learning_rate * LEVEL / size if size else 0.0
        self.velocity = (self.velocity * self.settings.momentum).sub_(gradient, alpha=self.factor)
        self.image = self.image + self.velocity
        if self.box:
            self.image.clamp_(0, 1)

    def state(self) -> tuple[dict[str, Tensor], dict[str, float]]:
        """Image, gradient, velocity and factor."""
        tensors = {"image": self.image, "velocity": self.velocity}
        if self.gradient is not None:
            tensors["gradient"] = self.gradient
        return tensors, {"factor": self.factor, "value": self.value}

    def restore(self, tensors: Mapping[str, Tensor], numbers: Mapping[str, float]) -> None:
        """Take up image, gradient, velocity and factor."""
        self.image, self.gradient = tensors["image"], tensors.get("gradient")
        self.velocity = tensors["velocity"]
        self.factor, self.value = numbers["factor"], numbers["value"]
