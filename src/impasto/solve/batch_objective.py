"""What is minimised of many paintings at once, each of a photo of its own: for a network that learns to paint.

Styles are looked at once, photos one batch after another. Each painting is judged by itself: a Gram matrix over several
would let one make up for another.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from statistics import median

import torch
from torch import Tensor

from impasto.errors import JobError
from impasto.losses import Features, Loss, Seen, SeenInParts, Term
from impasto.solve.balance import balance, style_ratio
from impasto.solve.guidance import position_weights
from impasto.solve.looking import AtOnce
from impasto.solve.problem import Problem, Target
from impasto.solve.region import resized_mask
from impasto.solve.seeds import seeded

NAMED = "content"
"""The role whose pictures change from painting to painting."""


class BatchObjective:
    """The weighted sum of the terms of a problem, for paintings of other photos than its own, all of one size.

    Of the problem count its network, losses, styles, strength and seed; its content, its levels and the way its solver
    goes do not. A content loss is bound to each photo anew, all others once; those that draw, as often as told.

    weights: what each term is multiplied by, by name: the losses' own until `balance` was called.
    Raises JobError for a problem that is guided, periodic or dreams.
    """

    def __init__(self, problem: Problem) -> None:
        if problem.is_guided or problem.periodic or any(loss.dreams for loss in problem.losses):
            raise JobError("masks of the photo, regions, weights by layer and dreams are of one picture, not of many")
        self.problem = problem
        self.names = names_of(problem.losses)
        self.weights = {name: loss.weight for name, loss in self.names.items()}
        self._look = AtOnce(problem.backbone, problem.layers)
        self._styles = [(target.share, self._seen_of(target)) for target in problem.targets.get("style", ())]
        self._turn = 0
        self._held: dict[str, Term] = {n: self._bound(loss) for n, loss in self.names.items() if loss.target != NAMED}

    def turn_to(self, turn: int) -> None:
        """Let losses that draw do so anew, if this is another turn than the last."""
        if turn != self._turn:
            self._turn = turn
            self._held |= {name: self._bound(self.names[name]) for name in self._held if self.names[name].draws}

    def balance(self, aims: Sequence[Tensor]) -> dict[str, float]:
        """Weigh the terms as the strength asks for, and return the weights.

        Each is the median over photos [1, 3, H, W] of what `impasto.solve.balance` gives for one, times the loss's own.
        Raises DivergedError if a gradient is not finite.
        """
        problem = self.problem
        if problem.strength is None:
            return self.weights
        ratio, generator = problem.calibration * style_ratio(problem.strength), seeded(problem, 0, "balance")
        found = [balance(self._look, self._pairs(aim), aim, ratio, generator) for aim in aims]
        for (name, loss), factors in zip(self.names.items(), zip(*found, strict=True), strict=True):
            self.weights[name] = loss.weight * median(factors)
        return self.weights

    def __call__(self, paintings: Tensor, aims: Tensor) -> tuple[dict[str, float], Tensor]:
        """Each term as it counts, a mean over the paintings, and the gradient of their sum to them, [N, 3, H, W].

        paintings, aims: [N, 3, H, W] in 0 … 1, the photos as they are to be held on to. Values that are not finite
        come out as they are.
        """
        with torch.enable_grad():
            leaf = paintings.detach().requires_grad_()
            terms = self._weighted(leaf, aims)
            total = torch.stack([value for values in terms.values() for value in values] or [leaf.new_zeros(())]).sum()
        gradient = torch.autograd.grad(total, leaf)[0] if total.requires_grad else torch.zeros_like(leaf)
        return _added(terms), gradient

    def values(self, paintings: Tensor, aims: Tensor) -> dict[str, float]:
        """The first of these alone."""
        with torch.no_grad():
            return _added(self._weighted(paintings, aims))

    def _weighted(self, paintings: Tensor, aims: Tensor) -> dict[str, list[Tensor]]:
        """Each term for each painting, times its weight and divided by their number; none for a weight of 0."""
        seen, aimed = self._look.features(paintings), self._aimed(aims)
        found: dict[str, list[Tensor]] = {name: [] for name in self.names}
        for i in range(len(paintings)):
            own = Seen({name: activation[i : i + 1] for name, activation in seen.items()})
            for name, term in self._terms(aimed, i).items():
                if self.weights[name]:
                    found[name].append(self.weights[name] / len(paintings) * term.value(term.sums(own)))
        return found

    def _terms(self, aimed: Features, i: int) -> dict[str, Term]:
        """All terms for the photo in place `i`, in the order of the losses."""
        own = {name: activation[i : i + 1] for name, activation in aimed.items()}
        return {
            name: loss.bind([(1.0, own)]) if loss.target == NAMED else self._held[name]
            for name, loss in self.names.items()
        }

    def _pairs(self, aim: Tensor) -> list[tuple[Loss, Term]]:
        terms = self._terms(self._aimed(aim), 0)
        return [(loss, terms[name]) for name, loss in self.names.items()]

    def _aimed(self, aims: Tensor) -> Features:
        """What the losses of content see of photos [N, 3, H, W]."""
        layers = tuple(dict.fromkeys(n for loss in self.problem.losses if loss.target == NAMED for n in loss.layers))
        if not layers:
            return {}
        with torch.no_grad():
            return replace(self._look, layers=layers).features(aims)

    def _seen_of(self, target: Target) -> SeenInParts:
        """What is seen of a style, positions weighed by its mask if it has one."""
        parts = self._look.seen(target.image)
        if target.mask is None:
            return parts
        weights = position_weights(self._look, resized_mask(target.mask, *reversed(target.image.shape[-2:])))
        return lambda: [seen.weighed(weights) for seen in parts()]

    def _bound(self, loss: Loss) -> Term:
        """A loss bound to the styles, or to nothing, with what it draws at the present turn."""
        number = seeded(self.problem, 0, "draw").initial_seed() + self._turn
        drawn = loss.drawn(number) if loss.draws else loss
        return drawn.bind_seen(self._styles if loss.target == "style" else [])


def _added(terms: dict[str, list[Tensor]]) -> dict[str, float]:
    """The sums, with all that they are of read in one go: a GPU waits for it."""
    values = [value.detach() for each in terms.values() for value in each]
    numbers = iter(torch.stack(values).tolist() if values else ())
    return {name: math.fsum(islice(numbers, len(each))) for name, each in terms.items()}


def names_of(losses: Sequence[Loss]) -> dict[str, Loss]:
    """Losses by their kinds, with a number for those that are not the first of their kind."""
    named: dict[str, Loss] = {}
    for loss in losses:
        same = sum(1 for name in named if name.split(" ")[0] == loss.kind)
        named[loss.kind if not same else f"{loss.kind} {same + 1}"] = loss
    return named
