"""What is minimised at one level: an image in, its value and gradient out."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from impasto.losses import PIXELS, Loss, Role, Targets, Term
from impasto.solve.balance import balance, style_ratio
from impasto.solve.problem import Level, Problem, Target
from impasto.solve.pyramid import resize
from impasto.solve.seeds import seeded
from impasto.solve.shift import Offset, shifted


class Objective:
    """The weighted sum of the terms at one level.

    weights: what each term is multiplied by, by name; losses: each term of the last evaluation as it counted.
    """

    def __init__(self, problem: Problem, index: int) -> None:
        self.problem, self.index = problem, index
        self.backbone = problem.backbone
        self.layers = problem.layers
        self.offset: Offset | None = None
        level, last = problem.levels[index], problem.levels[-1]
        with torch.no_grad():
            seen: dict[Role, Targets] = {
                role: [(t.share, self._look(t, role, level, last)) for t in targets]
                for role, targets in problem.targets.items()
                if any(loss.target == role for loss in problem.losses)
            }
            bound = [(loss, loss.bind(seen.get(loss.target, ()))) for loss in problem.losses]
        factors = [1.0] * len(bound)
        if problem.strength is not None:
            generator = seeded(problem, index, "balance")
            ratio = problem.calibration * style_ratio(problem.strength)
            factors = balance(self.backbone, bound, self.layers, self._content(), ratio, generator)
        self.terms: dict[str, tuple[float, Term]] = {}
        for (loss, term), factor in zip(bound, factors, strict=True):
            self.terms[self._name(loss)] = (loss.weight * factor, term)
        self.weights = {name: weight for name, (weight, _) in self.terms.items()}
        self.losses: dict[str, float] = {}

    def __call__(self, image: Tensor) -> tuple[float, Tensor]:
        """Value and gradient [1, 3, H, W] at `image`; a value that is not finite comes out as NaN."""
        leaf = image.detach().requires_grad_()
        features = self._features(leaf)
        parts = {name: weight * term(features) for name, (weight, term) in self.terms.items() if weight}
        if not parts:
            self.losses = dict.fromkeys(self.terms, 0.0)
            return 0.0, torch.zeros_like(image)
        total = torch.stack(list(parts.values())).sum()
        (gradient,) = torch.autograd.grad(total, leaf)
        self.losses = {name: float(parts[name].detach()) if name in parts else 0.0 for name in self.terms}
        value = float(total.detach())
        good = math.isfinite(value) and bool(gradient.isfinite().all())
        return (value if good else math.nan), gradient.contiguous()

    def look_from(self, step: int) -> bool:
        """Be the objective of the step of this index: with a `shift`, look from the place it has then.

        Returns whether it is another objective than that of the step before, whatever was looked at last: values and
        gradients of before do not count any more.
        """
        shift = self.problem.shift
        if shift.pixels == 1:
            return False
        if self.offset is None or shift.due(step):
            self.offset = shift.offset(step, seeded(self.problem, self.index, "shift"))
            self._aim()
        return shift.due(step)

    def _aim(self) -> None:
        """Bind the losses that compare place by place to the content as it is seen from the present place."""
        moving = [loss for loss in self.problem.losses if loss.target == "content"]
        if not moving:
            return
        with torch.no_grad():
            features = self._features(self._content(), tuple(dict.fromkeys(n for loss in moving for n in loss.layers)))
        for (name, (weight, _)), loss in zip(list(self.terms.items()), self.problem.losses, strict=True):
            if loss.target == "content":
                self.terms[name] = (weight, loss.bind([(1.0, features)]))

    def _features(self, image: Tensor, layers: tuple[str, ...] | None = None) -> dict[str, Tensor]:
        """The activations at an image of the level's size, seen from the present place; its pixels unmoved."""
        wanted = self.layers if layers is None else layers
        moved = image if self.offset is None else shifted(image, self.offset, self.problem.shift.pixels)
        seen: dict[str, Tensor] = self.backbone(moved, wanted)
        return {name: image if name == PIXELS else activation for name, activation in seen.items()}

    def _content(self) -> Tensor:
        """The content picture at the size of the level."""
        level = self.problem.levels[self.index]
        return resize(self.problem.targets["content"][0].image, level.width, level.height)

    def _look(self, target: Target, role: Role, level: Level, last: Level) -> dict[str, Tensor]:
        """The features of a target at the scale of a level, no smaller than the network can look at."""
        if role == "content":
            width, height = level.width, level.height
        else:
            shortest = self.backbone.least_side(self.layers) / min(target.image.shape[-2:])
            scale = min(1.0, max(max(level.width, level.height) / max(last.width, last.height), shortest))
            width = max(1, round(target.image.shape[-1] * scale))
            height = max(1, round(target.image.shape[-2] * scale))
        image = resize(target.image, width, height)
        return dict(self.backbone(image, self.layers))

    def _name(self, loss: Loss) -> str:
        """The kind, with a number if it is not the first of its kind."""
        same = sum(1 for name in self.terms if name.split(" ")[0] == loss.kind)
        return loss.kind if not same else f"{loss.kind} {same + 1}"
