"""L-BFGS (Nocedal 1980; Nocedal & Wright, Numerical Optimization, algorithms 7.4 and 7.5), kept inside a box.

Departures from the textbook, and why:
- No Wolfe line search: each step tries the full quasi-Newton step once, which is nearly always good here, and only a
  trial that raises the objective is shortened. So a step costs one evaluation.
- Pixels live in [0, 1]. A pixel at a bound whose gradient points outward takes no part in the step (Bertsekas 1982,
  projected Newton methods), the trial is projected onto the box, and the curvature pair is taken from the move
  really made. Clamping after the fact instead would feed the history moves that never happened.
- The direction is that of the two-loop recursion, by fewer passes over the history, see `impasto.solve.history`.
- The initial inverse Hessian may be a smoothing operator instead of a multiple of the identity, see
  `impasto.solve.smoothing`, or be learnt on the way, see `impasto.solve.curvature`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import torch
from torch import Tensor

from impasto.errors import JobError
from impasto.solve.curvature import Curvature
from impasto.solve.history import History, blocks, difference, dot, products
from impasto.solve.optimizers import LEVEL, Descent, Evaluate, Optimizer, check_positive
from impasto.solve.smoothing import Smoothing

FARTHER = 1.5
"""How many times as far a method that learns goes, where no pair says otherwise, as the newest pair would have it.
Moves are rich in what curves hard, so that pair is too careful about all the rest: with 1 the best step along a
direction is a third longer than the one taken, at any time of a descent. Much more, and steps overshoot."""


@dataclass(frozen=True, kw_only=True)
class LBFGS(Optimizer, kind="lbfgs"):
    """Limited-memory BFGS.

    history: curvature pairs remembered; each costs two images of memory.
    history_in: the numbers they are held in; bf16 halves the memory of each pair, and is made for very large pictures.
    first_step: how far the first step moves pixels, root mean square, in levels of an 8-bit channel.
    smoothing: a wavelength in pixels; the method takes changes finer than this for costly until the gradients it sees
        say otherwise, and changes on the lattice of the network's strides for costlier still. 0 takes all changes for
        equal, as the textbook does.
    chroma: how many times as long that wavelength is for changes of colour; see `impasto.solve.smoothing`.
    learning: find out from the moves how costly changes of each wavelength are, in brightness and in colour, and at
        each place, and from the tenth move on take them for that instead; see `impasto.solve.curvature`. The objective
        falls faster so, and strokes and forms do not come before all else any more.
    """

    stay: ClassVar[int] = 2

    kind: Literal["lbfgs"] = "lbfgs"
    history: int = 10
    history_in: Literal["fp32", "bf16"] = "fp32"
    first_step: float = 2.0
    smoothing: float = 0.0
    chroma: float = 1.0
    learning: bool = False

    def __post_init__(self) -> None:
        check_positive("first_step", self.first_step)
        if self.history < 1:
            raise JobError(f"history must be at least 1, not {self.history}")
        if not 0 <= self.smoothing < float("inf"):
            raise JobError(f"smoothing must be a wavelength of 0 pixels or more, not {self.smoothing}")
        check_positive("chroma", self.chroma)
        if self.history_in not in ("fp32", "bf16"):
            raise JobError(f"history_in must be fp32 or bf16, not {self.history_in!r}")

    def begin(self, image: Tensor, *, lattice: int = 1, periodic: bool = False) -> Descent:
        """Start without any memory of curvature."""
        return LBFGSDescent(image, self, lattice, periodic)


class LBFGSDescent(Descent):
    """The image, the gradient there, and the last moves with the changes of gradient they made.

    While the objective is evaluated, nothing is held as large as an image but the image, its gradient, the trial and
    the pairs.
    """

    def __init__(self, image: Tensor, settings: LBFGS, lattice: int = 1, periodic: bool = False) -> None:
        super().__init__(image, settings.box)
        self.settings = settings
        self.gradient: Tensor | None = None
        self.history = History(settings.history)
        self.kept_as = torch.bfloat16 if settings.history_in == "bf16" else self.image.dtype
        self.scale: Tensor | None = None
        self.fraction = 1.0
        self.metric: Smoothing | None = None
        self.curvature: Curvature | None = None
        height, width = self.image.shape[-2:]
        if settings.learning:
            self.curvature = Curvature(height, width, self.image.device)
        if settings.smoothing or settings.learning:
            self.metric = Smoothing(
                height,
                width,
                settings.smoothing,
                self.image.device,
                chroma=settings.chroma,
                lattice=lattice,
                periodic=periodic,
            )

    def step(self, evaluate: Evaluate) -> None:
        """Try one quasi-Newton step; keep it if it goes down, else shorten the next trial."""
        if self.gradient is None:
            self.value, self.gradient = evaluate(self.image)
            return
        trial = self._direction(self.gradient).mul_(self.fraction).add_(self.image)
        if self.box:
            trial.clamp_(0, 1)
        value, gradient = evaluate(trial)
        if not value <= self.value:
            self._shorten()
            return
        self._remember(trial, gradient, self.gradient)
        self.image, self.value, self.gradient, self.fraction = trial, value, gradient, 1.0

    def renew(self) -> None:
        """Evaluate anew before the next trial, for values of two objectives do not compare. The curvature is kept."""
        self.gradient = None

    def _shorten(self) -> None:
        """Quarter the next trial; after three in a row, forget the curvature that misled."""
        self.fraction /= 4
        if self.fraction <= 1 / 64 and len(self.history):
            self.history.clear()
            self.fraction = 1.0

    def _remember(self, trial: Tensor, gradient: Tensor, before: Tensor) -> None:
        """Add the move to `trial`, and the change of gradient it made."""
        move, change = (difference(*pair, self.kept_as) for pair in ((trial, self.image), (gradient, before)))
        if self.history.append(move, change):
            self.scale = None
            if self.curvature is not None:
                self.curvature.learn(move, change)
                self._believe()

    def _believe(self) -> None:
        """Measure changes as the curvature says that was found so far."""
        if self.metric is not None and self.curvature is not None:
            self.metric.gains, self.metric.shares = self.curvature.gains, self.curvature.shares

    def _direction(self, gradient: Tensor) -> Tensor:
        """The quasi-Newton step on the pixels that are free to move, a tensor of its own."""
        held = self._held(gradient)
        free = hold_(gradient.clone(memory_format=torch.contiguous_format), held)
        if not len(self.history):
            downhill = hold_(self._smooth_(free).neg_(), held)
            size = math.sqrt(dot(downhill, downhill) / downhill.numel())
            return downhill.mul_(self.settings.first_step * LEVEL / size if size else 0.0)
        direction = hold_(self.history.newton_(free, self._start_).neg_(), held)
        return direction if dot(direction, gradient) < 0 else hold_(gradient.neg(), held)

    def _held(self, gradient: Tensor) -> Tensor | None:
        """Which numbers of the image are at a bound and want to leave the box, one after the other; None of no box."""
        if not self.box:
            return None
        image, slope = self.image.flatten(), gradient.flatten()
        held = torch.empty(image.shape, dtype=torch.bool, device=image.device)
        for block in blocks(image):
            below = (image[block] <= 0) & (slope[block] > 0)
            torch.logical_or(below, (image[block] >= 1) & (slope[block] < 0), out=held[block])
        return held

    def _smooth_(self, step: Tensor) -> Tensor:
        """Multiply by the metric, in place."""
        return step if self.metric is None else self.metric.apply_(step)

    def _start_(self, step: Tensor) -> Tensor:
        """Multiply, in place, by the inverse Hessian assumed without pairs: the metric, to the newest pair's scale or
        FARTHER.
        """
        if self.scale is None:
            change = self.history.changes[-1]
            farther = FARTHER if self.settings.learning else 1.0
            self.scale = farther * float(self.history.products[-1, -1]) / self._squared_norm(change)
        return self._smooth_(step).mul_(self.scale)

    def _squared_norm(self, change: Tensor) -> Tensor:
        """The scalar product of a change of gradient with its smoothed self, a number that is not read."""
        if self.metric is None:
            return products([change], change).sum()
        return self.metric.norm_squared_(change.to(self.image.dtype, copy=True))

    def state(self) -> tuple[dict[str, Tensor], dict[str, float]]:
        """Image, gradient and history, and what was learnt of the curvature."""
        tensors = {"image": self.image}
        if self.gradient is not None:
            tensors["gradient"] = self.gradient
        for i, (s, y) in enumerate(zip(self.history.moves, self.history.changes, strict=True)):
            tensors[f"move{i}"], tensors[f"change{i}"] = s, y
        numbers = {"value": self.value, "fraction": self.fraction, "pairs": len(self.history)}
        if self.curvature is not None:
            tensors["learnt"], numbers["learnt"] = self.curvature.state(), self.curvature.count
        return tensors, numbers

    def restore(self, tensors: Mapping[str, Tensor], numbers: Mapping[str, float]) -> None:
        """Take up image, gradient and history."""
        self.image, self.gradient = tensors["image"], tensors.get("gradient")
        self.history.clear()
        for i in range(int(numbers["pairs"])):
            self.history.append(tensors[f"move{i}"], tensors[f"change{i}"])
        self.scale = None
        if self.curvature is not None:
            self.curvature.restore(tensors["learnt"], int(numbers["learnt"]))
            self._believe()
        self.value, self.fraction = numbers["value"], numbers["fraction"]


def hold_(step: Tensor, held: Tensor | None) -> Tensor:
    """Set to 0, in place, what concerns numbers that are held; `step` is contiguous."""
    if held is not None:
        step.view(-1).masked_fill_(held, 0)
    return step
