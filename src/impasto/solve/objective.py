"""What is minimised at one level: an image in, its value and gradient out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial

import torch
from torch import Tensor

from impasto.errors import TilesError
from impasto.losses import Loss, Role, SeenInParts, Term
from impasto.solve.around import Around
from impasto.solve.balance import balance, style_ratio
from impasto.solve.content_first import content_factor
from impasto.solve.grey import towards_grey
from impasto.solve.guidance import BoundPart, Guidance, Seeing, placed, position_weights
from impasto.solve.looking import AtOnce, InTiles, Look
from impasto.solve.problem import Problem, Target
from impasto.solve.pyramid import resize
from impasto.solve.region import resized_mask
from impasto.solve.seeds import seeded
from impasto.solve.shift import Offset

MOST_KEPT = 4
"""Pictures of a role up to which what is seen of them may be kept until all losses have measured it; more are looked at
anew by each loss, so that a folder of styles needs no more memory than one."""


class Objective:
    """The weighted sum of the terms at one level.

    weights: what each term is multiplied by, by name; losses: each term of the last evaluation as it counted, with what
        `Problem.content_first` makes of it at the step that is looked from.

    Raises TilesError if tiles are asked for and a term cannot be looked at in them.
    """

    def __init__(self, problem: Problem, index: int) -> None:
        self.problem, self.index, self.turn = problem, index, 0
        self._guided: dict[int, list[BoundPart]] = {}
        self._weights_at: tuple[Offset | None, list[Mapping[str, Tensor]]] | None = None
        looked_through = (problem.backbone, problem.layers, problem.shift.pixels)
        self.look: Look = Around(*looked_through) if problem.periodic else AtOnce(*looked_through)
        if problem.tile is not None:
            self.look = InTiles(*looked_through, side=problem.tile)
        seen = {role: self._seen(role) for role in dict.fromkeys(loss.target for loss in problem.losses)}
        self.guidance = Guidance(problem, index)
        bound = [(loss, self._bound(loss, seen[loss.target])) for loss in problem.losses]
        for loss, term in bound:
            if problem.tile is not None and not term.adds_up:
                raise TilesError(loss.kind)
        factors = [1.0] * len(bound)
        if problem.strength is not None or problem.balances_dreams:
            generator = seeded(problem, index, "balance")
            ratio = None if problem.strength is None else problem.calibration * style_ratio(problem.strength)
            factors = balance(self.look, bound, self._content(), ratio, generator, self.guidance.coverage)
        self.terms: dict[str, tuple[float, Term]] = {}
        for (loss, term), factor in zip(bound, factors, strict=True):
            guided = self._guided.get(id(loss))
            counting = term if guided is None else placed(guided, self._weights())
            self.terms[self._name(loss)] = (loss.weight * factor, counting)
        self.weights = {name: weight for name, (weight, _) in self.terms.items()}
        self.losses: dict[str, float] = {}
        self.content_factor = 1.0

    def __call__(self, image: Tensor) -> tuple[float, Tensor]:
        """Value and gradient [1, 3, H, W] at `image`; a value that is not finite comes out as NaN."""
        counting = self._counting()
        if not counting:
            self.losses = dict.fromkeys(self.terms, 0.0)
            return 0.0, torch.zeros_like(image)
        values, gradient = self.look.gradient(self.guidance.shown(image), counting)
        gradient = self.guidance.felt(gradient)
        if self.problem.grey:
            gradient = towards_grey(gradient)
        *found, least, most = torch.stack([*values, *gradient.aminmax()]).tolist()  # read in one go: a GPU waits for it
        self.losses = dict.fromkeys(self.terms, 0.0) | dict(zip(counting, found, strict=True))
        value = sum(found)
        return (value if all(map(math.isfinite, (value, least, most))) else math.nan), gradient

    def _counting(self) -> dict[str, tuple[float, Term]]:
        """The terms that count at the present step, and for how much."""
        factors = (self.content_factor if loss.target == "content" else 1.0 for loss in self.problem.losses)
        named = zip(self.terms.items(), factors, strict=True)
        return {name: (weight * factor, term) for (name, (weight, term)), factor in named if weight}

    def shown(self, image: Tensor) -> Tensor:
        """What there is to see of a painting [1, 3, H, W], see `Problem.amount`."""
        return self.guidance.shown(image)

    def look_from(self, step: int) -> bool:
        """Be the objective of the step of this index: with a `shift`, look from the place it has then; losses that
        draw do so anew as often as the picture would be moved; content counts as much as it does then.

        Returns whether it is another objective than that of the step before, whatever was looked at last: values and
        gradients of before do not count any more.
        """
        shift, losses = self.problem.shift, self.problem.losses
        turn, drawing = step // shift.every, any(loss.draws for loss in losses)
        moved = shift.pixels > 1 and (self.look.offset is None or shift.due(step))
        redrawn = drawing and turn != self.turn
        self.turn, self.content_factor = turn, self._content_factor_at(step)
        if moved:
            self.look = self.look.moved_to(shift.offset(step, seeded(self.problem, self.index, "shift")))
        if moved or redrawn:
            self._bind_again(moved=moved, redrawn=redrawn)
        weighed = step > 0 and self.content_factor != self._content_factor_at(step - 1)
        return shift.due(step) or (drawing and shift.turns(step)) or weighed

    @property
    def is_final(self) -> bool:
        """Whether this is the objective that the level is to end with."""
        return self.content_factor == self._content_factor_at(self.problem.levels[self.index].steps)

    def _content_factor_at(self, step: int) -> float:
        """How many times as much content counts at a step, see `Problem.content_first`."""
        if self.index < len(self.problem.levels) - 1:
            return 1.0
        return content_factor(self.problem.content_first, step, self.problem.levels[-1].steps)

    def _bind_again(self, *, moved: bool, redrawn: bool) -> None:
        """Bind some of the losses anew: those that compare place by place to the content as it is seen from the present
        place, those that draw with what they draw at the present turn. Masks are seen from the present place too.
        """
        chosen = [
            loss for loss in self.problem.losses if (moved and loss.target == "content") or (redrawn and loss.draws)
        ]
        seen = {role: self._seen(role) for role in dict.fromkeys(loss.target for loss in chosen)}
        for (name, (weight, _)), loss in zip(list(self.terms.items()), self.problem.losses, strict=True):
            if any(loss is one for one in chosen):
                self.terms[name] = (weight, self._bound(loss, seen[loss.target]))
            elif moved and id(loss) in self._guided:
                self.terms[name] = (weight, placed(self._guided[id(loss)], self._weights()))

    def _drawn(self, loss: Loss) -> Loss:
        """The loss with what it draws, if it does, at the present turn."""
        return loss.drawn(seeded(self.problem, self.index, "draw").initial_seed() + self.turn) if loss.draws else loss

    def _bound(self, loss: Loss, seen: Seeing) -> Term:
        """A loss bound to what is seen of its targets; one of style, if the problem is guided, with regions even."""
        if loss.target != "style" or not self.problem.is_guided:
            return self._drawn(loss).bind_seen([(target.share, parts) for target, parts in seen])
        self._guided[id(loss)] = self.guidance.bind(self._drawn(loss), seen)
        return placed(self._guided[id(loss)], self._weights(), even=True)

    def _weights(self) -> list[Mapping[str, Tensor]]:
        """How much each position of the style losses' layers counts for each region, seen from the present place."""
        if self._weights_at is None or self._weights_at[0] != self.look.offset:
            self._weights_at = (self.look.offset, self.guidance.weights(self.look.at(self._layers("style"))))
        return self._weights_at[1]

    def _layers(self, role: Role) -> tuple[str, ...]:
        """The layers at which losses of a role look, each once."""
        return tuple(dict.fromkeys(n for loss in self.problem.losses if loss.target == role for n in loss.layers))

    def _seen(self, role: Role) -> list[tuple[Target, SeenInParts]]:
        """The pictures of a role, and how they are seen from the present place."""
        look = self.look.at(self._layers(role))
        return [(target, self._seen_of(look, target, role)) for target in self.problem.targets.get(role, ())]

    def _seen_of(self, look: Look, target: Target, role: Role) -> SeenInParts:
        """What is seen of a target, positions weighed by its mask if it has one."""
        image = self._scaled(target, role)
        few = len(self.problem.targets[role]) <= MOST_KEPT
        parts = look.seen(image) if few else partial(look.parts, image)
        if target.mask is None:
            return parts
        weights = position_weights(look, resized_mask(target.mask, image.shape[-1], image.shape[-2]))
        return lambda: (seen.weighed(weights) for seen in parts())

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
