"""Choosing what to dream of beside other losses: the channels whose gradient is the least in the way of theirs.

Descent changes the picture along the gradients of all terms. What moves it along a direction that the style and the
content terms do not mind, at right angles to their gradients, they do not undo.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import torch
from torch import Tensor

from impasto.backbones import Backbone, layer_of
from impasto.errors import JobError
from impasto.losses import Loss
from impasto.solve import Problem
from impasto.solve.balance import PROBE_NOISE
from impasto.solve.objective import Objective
from impasto.solve.seeds import seeded
from impasto.solve.start import white_noise
from impasto.tasks.dream_terms import in_network
from impasto.tasks.features import Feature, raising, shapes_of

MEASURED = 8
"""Channels of each layer that are measured: of those that answer anywhere, the middle ones by how much they do, for the
strongest have little room to grow and the weakest nothing to begin with."""

CHOSEN = 2
"""How many channels are chosen."""

LONGEST = 224
"""The longer side in pixels that pictures are measured at."""


@dataclass(frozen=True)
class Measured:
    """A feature, and the cosines of its gradient with those of the style and the content terms, 0 at right angles.

    ease: the length of its gradient over its activation: how fast it can be raised.
    """

    feature: Feature
    style: float
    content: float
    ease: float

    @property
    def conflict(self) -> float:
        """The larger of both cosines, without its sign."""
        return max(abs(self.style), abs(self.content))


def chosen_features(problem: Problem, planned: Backbone, beside: str | None, layers: Sequence[str]) -> list[Measured]:
    """All that was measured of `layers`, those chosen first.

    problem: the job at a small size, of one level. planned: the network that dreams, on the meta device; beside: its
    name if it stands beside the job's own. Raises JobError if nothing answers anywhere.
    """
    objective = Objective(problem, 0)
    level = problem.levels[0]
    content = problem.targets["content"][0].image
    probe = content + PROBE_NOISE * white_noise(content, seeded(problem, 0, "choice"))
    pulls = []
    for role in ("style", "content"):
        terms = {
            name: (weight or 1.0, term)
            for (name, (weight, term)), loss in zip(objective.terms.items(), problem.losses, strict=True)
            if loss.target == role
        }
        pulls.append(objective.look.gradient(probe, terms)[1] if terms else torch.zeros_like(probe))
    shapes = shapes_of(planned, layers, level.width, level.height)
    candidates = lively(problem.backbone, probe, layers, beside)
    losses = [raising(planned, shapes, feature) for feature, _ in candidates]
    losses = losses if beside is None else [in_network(loss, beside) for loss in losses]
    found = [
        Measured(
            feature,
            style=cosine(gradient, pulls[0]),
            content=cosine(gradient, pulls[1]),
            ease=float(gradient.norm()) / answer,
        )
        for (feature, answer), gradient in zip(candidates, gradients(problem.backbone, probe, losses), strict=True)
    ]
    if not found:
        raise JobError("no channel answers to this picture, so auto cannot choose a dream: name a layer and a channel")
    enough = median(each.ease for each in found)
    return sorted(found, key=lambda each: (each.ease < enough, each.conflict))


def lively(network: Backbone, probe: Tensor, layers: Sequence[str], beside: str | None) -> list[tuple[Feature, float]]:
    """Channels of `layers` that answer neither much nor little, with the mean of what they answer."""
    found = []
    with torch.no_grad():
        names = {name: name if beside is None else layer_of(beside, name) for name in layers}
        seen = network(probe, tuple(names.values()))
    for name, known in names.items():
        answers = seen[known].float().mean(dim=(0, 2, 3))
        order = [k for k in answers.argsort().tolist() if answers[k] > 0]
        middle = order[len(order) // 4 : max(1, 3 * len(order) // 4)]
        every = max(1, len(middle) // MEASURED)
        found += [(Feature(name, k), float(answers[k])) for k in middle[every // 2 :: every][:MEASURED]]
    return found


def gradients(network: Backbone, probe: Tensor, losses: Sequence[Loss]) -> list[Tensor]:
    """The gradient of each loss at the probe [1, 3, H, W], from one pass forwards."""
    leaf = probe.detach().requires_grad_()
    with torch.enable_grad():
        seen = network(leaf, tuple(dict.fromkeys(name for loss in losses for name in loss.layers)))
        values = [loss.bind(())(seen) for loss in losses]
    return [torch.autograd.grad(value, leaf, retain_graph=True)[0] for value in values]


def cosine(one: Tensor, other: Tensor) -> float:
    """Of the angle between two gradients; 0 if one of them is nothing."""
    length = float(one.norm() * other.norm())
    return float((one * other).sum()) / length if length > 0 else 0.0


def reasons(found: Sequence[Measured], network: str) -> tuple[str, ...]:
    """Why the first ones were chosen, in plain words."""
    conflicts = sorted(each.conflict for each in found)
    layers = ", ".join(dict.fromkeys(each.feature.layer for each in found))
    told = [
        f"the dream is of {network} {each.feature.layer}, channel {each.feature.channel}: its gradient stands at the "
        f"cosine {each.style:+.3f} to the style's and {each.content:+.3f} to the content's"
        for each in found[:CHOSEN]
    ]
    return (
        *told,
        f"of {len(found)} channels of {layers}, whose larger cosine lies in {conflicts[0]:.3f} … {conflicts[-1]:.3f} "
        f"(median {median(conflicts):.3f}), these are the nearest to right angles that can be raised with ease",
    )
