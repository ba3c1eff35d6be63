"""What is minimised at one level: an image in, its value and gradient out."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from impasto.losses import Loss, Role, SeenInParts, Term
from impasto.solve.around import Around
from impasto.solve.balance import balance, style_ratio
from impasto.solve.looking import AtOnce, InTiles, Look
from impasto.solve.problem import Problem, Target
from impasto.solve.pyramid import resize
from impasto.solve.seeds import seeded


class Objective:
    """The weighted sum of the terms at one level.

    weights: what each term is multiplied by, by name; losses: each term of the last evaluation as it counted.
    """

    def __init__(self, problem: Problem, index: int) -> None:
        self.problem, self.index, self.turn = problem, index, 0
        looked_through = (problem.backbone, problem.layers, problem.shift.pixels)
        self.look: Look = Around(*looked_through) if problem.periodic else AtOnce(*looked_through)
        if problem.tile is not None:
            self.look = InTiles(*looked_through, side=problem.tile)
        seen = {role: self._seen(role) for role in dict.fromkeys(loss.target for loss in problem.losses)}
        bound = [(loss, self._drawn(loss).bind_seen(seen[loss.target])) for loss in problem.losses]
        factors = [1.0] * len(bound)
        if problem.strength is not None or problem.balances_dreams:
            generator = seeded(problem, index, "balance")
            ratio = None if problem.strength is None else problem.calibration * style_ratio(problem.strength)
            factors = balance(self.look, bound, self._content(), ratio, generator)
        self.terms: dict[str, tuple[float, Term]] = {}
        for (loss, term), factor in zip(bound, factors, strict=True):
            self.terms[self._name(loss)] = (loss.weight * factor, term)
        self.weights = {name: weight for name, (weight, _) in self.terms.items()}
        self.losses: dict[str, float] = {}

    def __call__(self, image: Tensor) -> tuple[float, Tensor]:
        """Value and gradient [1, 3, H, W] at `image`; a value that is not finite comes out as NaN."""
        counting = {name: (weight, term) for name, (weight, term) in self.terms.items() if weight}
        if not counting:
            self.losses = dict.fromkeys(self.terms, 0.0)
            return 0.0, torch.zeros_like(image)
        values, gradient = self.look.gradient(image, counting)
        self.losses = {name: values.get(name, 0.0) for name in self.terms}
        value = sum(values.values())
        good = math.isfinite(value) and math.isfinite(float(gradient.sum(dtype=torch.float64)))
        return (value if good else math.nan), gradient

    def look_from(self, step: int) -> bool:
        """Be the objective of the step of this index: with a `shift`, look from the place it has then; losses that
        draw do so anew as often as the picture would be moved.

        Returns whether it is another objective than that of the step before, whatever was looked at last: values and
        gradients of before do not count any more.
        """
        shift, losses = self.problem.shift, self.problem.losses
        turn, drawing = step // shift.every, any(loss.draws for loss in losses)
        moved = shift.pixels > 1 and (self.look.offset is None or shift.due(step))
        redrawn = drawing and turn != self.turn
        self.turn = turn
        if moved:
            self.look = self.look.moved_to(shift.offset(step, seeded(self.problem, self.index, "shift")))
        if moved or redrawn:
            self._bind_again([(moved and loss.target == "content") or (redrawn and loss.draws) for loss in losses])
        return shift.due(step) or (drawing and shift.turns(step))

    def _bind_again(self, which: Sequence[bool]) -> None:
        """Bind some of the losses anew: those that compare place by place to the content as it is seen from the present
        place, those that draw with what they draw at the present turn.
        """
        losses = self.problem.losses
        roles = dict.fromkeys(loss.target for loss, chosen in zip(losses, which, strict=True) if chosen)
        seen = {role: self._seen(role) for role in roles}
        for (name, (weight, _)), loss, chosen in zip(list(self.terms.items()), losses, which, strict=True):
            if chosen:
                self.terms[name] = (weight, self._drawn(loss).bind_seen(seen[loss.target]))

    def _drawn(self, loss: Loss) -> Loss:
        """The loss with what it draws, if it does, at the present turn."""
        return loss.drawn(seeded(self.problem, self.index, "draw").initial_seed() + self.turn) if loss.draws else loss

    def _seen(self, role: Role) -> list[tuple[float, SeenInParts]]:
        """The pictures of a role with their shares, as they are seen from the present place."""
        layers = dict.fromkeys(name for loss in self.problem.losses if loss.target == role for name in loss.layers)
        look = self.look.at(tuple(layers))
        return [(target.share, look.seen(self._scaled(target, role))) for target in self.problem.targets.get(role, ())]

    def _content(self) -> Tensor:
        """The content picture at the size of the level."""
        level = self.problem.levels[self.index]
        return resize(self.problem.targets["content"][0].image, level.width, level.height)

    def _scaled(self, target: Target, role: Role) -> Tensor:
        """The picture of a target at the scale of the level, no smaller than the network can look at."""
        if role == "content":
            return self._content()
        level, last = self.problem.levels[self.index], self.problem.levels[-1]
        shortest = self.problem.backbone.least_side(self.problem.layers) / min(target.image.shape[-2:])
        scale = min(1.0, max(max(level.width, level.height) / max(last.width, last.height), shortest))
        width = max(1, round(target.image.shape[-1] * scale))
        height = max(1, round(target.image.shape[-2] * scale))
        return resize(target.image, width, height)

    def _name(self, loss: Loss) -> str:
        """The kind, with a number if it is not the first of its kind."""
        same = sum(1 for name in self.terms if name.split(" ")[0] == loss.kind)
        return loss.kind if not same else f"{loss.kind} {same + 1}"
