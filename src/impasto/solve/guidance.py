"""What masks do at one level: which positions of each layer count for which style, and what of the painting shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from impasto.arithmetic import in_double
from impasto.backbones import averaged, cells_of
from impasto.errors import JobError
from impasto.losses import PIXELS, GuidedPart, GuidedTerm, Loss, SeenInParts, Term
from impasto.solve.looking import Look
from impasto.solve.problem import Problem, Target
from impasto.solve.pyramid import resize
from impasto.solve.region import resized_mask
from impasto.solve.shift import shifted

Seeing = Sequence[tuple[Target, SeenInParts]]
"""Targets, each with what is seen of it."""


@dataclass(frozen=True)
class BoundPart:
    """A loss bound to the styles of one region, or to those of some layers there.

    share: of the picture that the region has. weight: what its pull is multiplied by. layers: at how many it looks.
    region: its place, None without regions.
    """

    share: float
    weight: float
    term: Term
    layers: int
    region: int | None


class Guidance:
    """The masks of a problem at the size of one of its levels.

    A pixel is pulled by a style as hard as without masks, times its share in the region: a region's term is multiplied
    by the share of the picture that it has, as the statistics of small regions are means over fewer positions.

    coverage: how much any style pulls at each pixel, [1, 1, h, w]; None for alike everywhere.
    """

    def __init__(self, problem: Problem, index: int) -> None:
        self.problem = problem
        level = problem.levels[index]
        self.amount = None if problem.amount is None else resized_mask(problem.amount, level.width, level.height)
        self.kept: Tensor | None = None
        if self.amount is not None:
            self.kept = resize(problem.targets["content"][0].image, level.width, level.height)
        masks = [resized_mask(region.mask, level.width, level.height) for region in problem.regions]
        if not masks and self.amount is not None:
            masks = [torch.ones_like(self.amount)]
        self.masks = [mask if self.amount is None else mask * self.amount for mask in masks]
        self.coverage = torch.stack(self.masks).sum(0).clamp_max(1) if self.masks else None
        self.shares = [float(in_double(mask).mean()) for mask in self.masks]
        for place, share in enumerate(self.shares):
            if not share:
                raise JobError(f"region {place + 1} lies wholly where nothing is to be painted")

    def shown(self, image: Tensor) -> Tensor:
        """What there is to see of a painting [1, 3, h, w]: where it is not to be whole, the content shows."""
        if self.amount is None or self.kept is None:
            return image
        return torch.lerp(self.kept, image, self.amount)

    def felt(self, gradient: Tensor) -> Tensor:
        """The gradient to a painting, from that to what is seen of it."""
        return gradient if self.amount is None else gradient * self.amount

    def bind(self, loss: Loss, seeing: Seeing) -> list[BoundPart]:
        """Bind a loss to the styles of each region, and there to those of each layer."""
        parts = []
        for place in range(len(self.masks) or 1):
            own = [(target, seen) for target, seen in seeing if target.region == place]
            share, weight = self.shares[place] if self.masks else 1.0, 1.0
            if self.problem.regions:
                weight = self.problem.regions[place].weight
            for part, shares in by_layer(loss, [target for target, _ in own]):
                bound = part.bind_seen([(share, seen) for share, (_, seen) in zip(shares, own, strict=True) if share])
                parts.append(BoundPart(share, weight, bound, len(set(part.layers)), place if self.masks else None))
        return parts

    def weights(self, look: Look) -> list[Mapping[str, Tensor]]:
        """For each region, how much each position of the layers that are looked at counts, as it is seen at present."""
        return [position_weights(look, mask) for mask in self.masks]


def placed(parts: Sequence[BoundPart], weights: Sequence[Mapping[str, Tensor]], *, even: bool = False) -> Term:
    """The parts as one term, with the weights that positions have at present.

    even: leave out the weights of regions, as where style is balanced against content: else a region that is pulled
    harder would have the others pulled less.
    """
    return GuidedTerm(
        tuple(
            GuidedPart(
                part.share * (1.0 if even else part.weight),
                part.term,
                part.layers,
                None if part.region is None else weights[part.region],
            )
            for part in parts
        )
    )


def position_weights(look: Look, mask: Tensor) -> dict[str, Tensor]:
    """How much each position of the layers of `look` counts, [h, w], under a mask [1, 1, H, W] of the picture.

    The mean of the mask over the position's cell, see `impasto.backbones.cells_of`: no weight is rounded to 0 or 1, so
    that a region smaller than a cell still has its share of the position.
    Raises JobError for a layer that sees the picture as a whole.
    """
    graph = look.backbone.graph
    seen = mask if look.offset is None else shifted(mask, look.offset, look.pixels)
    cells = cells_of(graph.plan(look.layers), *seen.shape[-2:])
    weights = {}
    for name in look.layers:
        node = graph.aliases.get(name, name)
        if node not in cells:
            raise JobError(f"{name} sees the picture as a whole, so no mask can guide what it looks at")
        weights[name] = mask[0, 0] if name == PIXELS else averaged(seen[0, 0], *cells[node])
    return weights


def by_layer(loss: Loss, targets: Sequence[Target]) -> list[tuple[Loss, tuple[float, ...]]]:
    """The loss at those of its layers where the targets have the same shares, with these shares, for all its layers.

    Raises JobError for a layer where no target counts.
    """
    if not any(target.layers for target in targets):
        return [(loss, tuple(target.share for target in targets))]
    found: dict[tuple[float, ...], list[tuple[str, float]]] = {}
    for name, weight in loss.weighted_layers:
        shares = [target.share * target.layers.get(name, 1.0) for target in targets]
        whole = sum(shares)
        if not whole:
            raise JobError(f"no style counts at {name}: give one of them a layer weight above 0 there")
        found.setdefault(tuple(share / whole for share in shares), []).append((name, weight))
    return [
        (loss.placed(tuple(name for name, _ in layers), tuple(weight for _, weight in layers)), shares)
        for shares, layers in found.items()
    ]
