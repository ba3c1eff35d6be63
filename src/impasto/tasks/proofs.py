"""Proofs: one job in several variants, small, to choose from before the full picture is painted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from impasto.backbones import BACKBONES, survey
from impasto.errors import InputError
from impasto.pictures import Size
from impasto.solve import pyramid
from impasto.tasks.stylize import StylizeJob

MOST_VARIANTS = 60

SIDE_STEP = 16
"""Longer sides of proofs are multiples of it."""

LEAST_SIDE = 128
"""Pixels; on smaller proofs brushwork cannot be told apart, so a sheet of many may take longer than one picture."""

SURVEYED = 512
"""The side in pixels of the picture on which the cost of a network is counted."""


@dataclass(frozen=True)
class Variant:
    """One of the settings that are tried. number: from 1. The others: as in `StylizeJob`."""

    number: int
    backbone: str
    strength: float
    style_scale: float

    def of(self, job: StylizeJob) -> StylizeJob:
        """The job with these settings. Raises JobError for numbers out of their range."""
        return replace(job, backbone=self.backbone, strength=self.strength, style_scale=self.style_scale)


def variants(
    backbones: Sequence[str], strengths: Sequence[float], style_scales: Sequence[float]
) -> tuple[Variant, ...]:
    """All combinations, numbered by rows of one strength; in a row the networks, and for each its style scales.

    Raises InputError for more than 60, or for one that comes twice.
    """
    found = [(b, s, k) for s in strengths for b in backbones for k in style_scales]
    if not 0 < len(found) <= MOST_VARIANTS:
        raise InputError(f"1 to {MOST_VARIANTS} proofs fit on a sheet, not {len(found)}: name fewer settings to try")
    if len(set(found)) < len(found):
        raise InputError("a network, strength or style scale is named twice: each combination is painted once")
    return tuple(Variant(number, *settings) for number, settings in enumerate(found, start=1))


@dataclass(frozen=True)
class ProofSize:
    """The size that proofs are painted at.

    share: their work together over that of the one full picture, both counted in multiply-adds of the networks.
    """

    width: int
    height: int
    share: float

    def of(self, job: StylizeJob) -> StylizeJob:
        """The job at this size; it is then what the full job is on its way, at the level of about this size."""
        return replace(job, size=f"{self.width}x{self.height}")


def proof_size(
    job: StylizeJob, tried: Sequence[Variant], width: int, height: int, side: int | None = None
) -> ProofSize:
    """The largest size at which all variants take no more work than one picture of `width` × `height`.

    That one is looked at by the costliest network tried. The size is no smaller than 128 pixels on the longer side and
    no larger than the picture itself. side: the longer side to take instead. A network that does not know the job's
    layers counts nothing, as it cannot be painted with.
    Raises InputError for a side of no pixels, UnknownNameError for a network that is not there.
    """
    by_network = {name: _cost(job, name) for name in {variant.backbone for variant in tried}}
    costs = [by_network[variant.backbone] for variant in tried]
    whole = _work(job, width, height) * (max(costs) or 1.0)

    def sized(longest: int) -> ProofSize:
        small = Size(longest=longest).fit(width, height)
        return ProofSize(*small, sum(costs) * _work(job, *small) / whole)

    if side is not None:
        return sized(side)
    longer = max(width, height)
    sides = range(min(LEAST_SIDE, longer), longer + 1, SIDE_STEP)
    fitting = [size for size in map(sized, sides) if size.share <= 1]
    return fitting[-1] if fitting else sized(sides[0])


def _cost(job: StylizeJob, name: str) -> float:
    """Multiply-adds a pixel and step, forwards, of a network up to the deepest of the job's layers."""
    BACKBONES[name]
    try:
        job = replace(job, backbone=name)
        network = job.plan_network()
        run = {node.name for node in network.graph.plan(job.needed_layers)}
    except InputError:
        return 0.0
    layers = survey(network, SURVEYED, SURVEYED)
    return sum(layer.multiply_adds for layer in layers if layer.name in run) / SURVEYED**2


def _work(job: StylizeJob, width: int, height: int) -> int:
    """Pixels times steps over all levels."""
    levels = pyramid(width, height, smallest=job.smallest, steps=job.steps)
    return sum(level.width * level.height * level.steps for level in levels)
