"""L-BFGS (Nocedal 1980; Nocedal & Wright, Numerical Optimization, algorithms 7.4 and 7.5), kept inside a box.

Departures from the textbook, and why:
- No Wolfe line search: each step tries the full quasi-Newton step once, which is nearly always good here, and only a
  trial that raises the objective is shortened. So a step costs one evaluation.
- Pixels live in [0, 1]. A pixel at a bound whose gradient points outward takes no part in the step (Bertsekas 1982,
  projected Newton methods), the trial is projected onto the box, and the curvature pair is taken from the move
  really made. Clamping after the fact instead would feed the history moves that never happened.
- The initial inverse Hessian may be a smoothing operator instead of a multiple of the identity, see
  `impasto.solve.smoothing`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from impasto.errors import JobError
from impasto.solve.optimizers import LEVEL, Descent, Evaluate, Optimizer, check_positive
from impasto.solve.smoothing import Smoothing


@dataclass(frozen=True, kw_only=True)
class LBFGS(Optimizer, kind="lbfgs"):
    """Limited-memory BFGS.

    history: curvature pairs remembered; each costs two images of memory.
    first_step: how far the first step moves pixels, root mean square, in levels of an 8-bit channel.
    smoothing: a wavelength in pixels; the method takes changes finer than this for costly until the gradients it sees
        say otherwise, and changes on the lattice of the network's strides for costlier still. 0 takes all changes for
        equal, as the textbook does.
    chroma: how many times as long that wavelength is for changes of colour; see `impasto.solve.smoothing`.
    """

    kind: Literal["lbfgs"] = "lbfgs"
    history: int = 10
    first_step: float = 2.0
    smoothing: float = 0.0
    chroma: float = 1.0

    def __post_init__(self) -> None:
        check_positive("first_step", self.first_step)
        if self.history < 1:
            raise JobError(f"history must be at least 1, not {self.history}")
        if not 0 <= self.smoothing < float("inf"):
            raise JobError(f"smoothing must be a wavelength of 0 pixels or more, not {self.smoothing}")
        check_positive("chroma", self.chroma)

    def begin(self, image: Tensor, *, lattice: int = 1) -> Descent:
        """Start without any memory of curvature."""
        return LBFGSDescent(image, self, lattice)


class LBFGSDescent(Descent):
    """The image, the gradient there, and the last moves `s` with the changes `y` of gradient they made."""

    def __init__(self, image: Tensor, settings: LBFGS, lattice: int = 1) -> None:
        super().__init__(image, settings.box)
        self.settings = settings
        self.gradient: Tensor | None = None
        self.moves: list[Tensor] = []
        self.changes: list[Tensor] = []
        self.fraction = 1.0
        height, width = self.image.shape[-2:]
        self.smooth: Callable[[Tensor], Tensor] = Tensor.clone
        if settings.smoothing:
            self.smooth = Smoothing(
                height, width, settings.smoothing, self.image.device, chroma=settings.chroma, lattice=lattice
            )

    def step(self, evaluate: Evaluate) -> None:
        """Try one quasi-Newton step; keep it if it goes down, else shorten the next trial."""
        if self.gradient is None:
            self.value, self.gradient = evaluate(self.image)
            return
        trial = self.image + self.fraction * self._direction(self.gradient)
        if self.box:
            trial.clamp_(0, 1)
        value, gradient = evaluate(trial)
        if not value <= self.value:
            self._shorten()
            return
        self._remember(trial - self.image, gradient - self.gradient)
        self.image, self.value, self.gradient, self.fraction = trial, value, gradient, 1.0

    def renew(self) -> None:
        """Evaluate anew before the next trial, for values of two objectives do not compare. The curvature is kept."""
        self.gradient = None

    def _shorten(self) -> None:
        """Quarter the next trial; after three in a row, forget the curvature that misled."""
        self.fraction /= 4
        if self.fraction <= 1 / 64 and self.moves:
            self.moves, self.changes, self.fraction = [], [], 1.0

    def _remember(self, move: Tensor, change: Tensor) -> None:
        """Keep the pair if the objective curves upward along it, as the method needs."""
        if float((move * change).sum()) > 1e-10 * float(move.norm() * change.norm()):
            self.moves.append(move)
            self.changes.append(change)
            del self.moves[: -self.settings.history], self.changes[: -self.settings.history]

    def _direction(self, gradient: Tensor) -> Tensor:
        """The two-loop recursion on the pixels that are free to move."""
        held = torch.zeros_like(gradient, dtype=torch.bool)
        if self.box:
            held = ((self.image <= 0) & (gradient > 0)) | ((self.image >= 1) & (gradient < 0))
        free = gradient.masked_fill(held, 0)
        if not self.moves:
            downhill = self.smooth(free).neg_().masked_fill_(held, 0)
            size = float(downhill.square().mean().sqrt())
            return downhill * (self.settings.first_step * LEVEL / size if size else 0.0)
        direction = self._newton(free).neg_().masked_fill_(held, 0)
        return direction if float((direction * free).sum()) < 0 else -free

    def _newton(self, gradient: Tensor) -> Tensor:
        """The two-loop recursion: the inverse Hessian that the history suggests, times `gradient`."""
        q = gradient.clone()
        pairs = list(zip(self.moves, self.changes, strict=True))
        weights = []
        for s, y in reversed(pairs):
            rho = 1 / float((s * y).sum())
            alpha = rho * float((s * q).sum())
            q.sub_(y, alpha=alpha)
            weights.append((rho, alpha))
        s, y = pairs[-1]
        q = self.smooth(q).mul_(float((s * y).sum() / (y * self.smooth(y)).sum()))
        for (s, y), (rho, alpha) in zip(pairs, reversed(weights), strict=True):
            q.add_(s, alpha=alpha - rho * float((y * q).sum()))
        return q

    def state(self) -> tuple[dict[str, Tensor], dict[str, float]]:
        """Image, gradient and history."""
        tensors = {"image": self.image}
        if self.gradient is not None:
            tensors["gradient"] = self.gradient
        for i, (s, y) in enumerate(zip(self.moves, self.changes, strict=True)):
            tensors[f"move{i}"], tensors[f"change{i}"] = s, y
        return tensors, {"value": self.value, "fraction": self.fraction, "pairs": len(self.moves)}

    def restore(self, tensors: Mapping[str, Tensor], numbers: Mapping[str, float]) -> None:
        """Take up image, gradient and history."""
        self.image, self.gradient = tensors["image"], tensors.get("gradient")
        pairs = range(int(numbers["pairs"]))
        self.moves = [tensors[f"move{i}"] for i in pairs]
        self.changes = [tensors[f"change{i}"] for i in pairs]
        self.value, self.fraction = numbers["value"], numbers["fraction"]
