"""From rehearsals at small sizes to what the whole job takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from impasto.backbones import Backbone
from impasto.solve import Level
from impasto.solve.tiles import tiles
from impasto.tasks.plan_rehearsal import Rehearsal

Storage = Literal["fp32", "bf16"]

CHANNEL_BYTES: dict[Storage, int] = {"fp32": 4, "bf16": 2}
"""Of one number of a curvature pair, by how the pairs are stored."""

LOST, LOST_AT_FIRST, LOST_AT_MOST = 0.38, 0.6, 100_000_000
"""What the process comes to hold beyond what lives, since freed memory is not fit for all that comes next: a share of
the live bytes, and a larger one of the first, up to so many bytes. From comparing the two on three networks at sizes
from 256 to 1536 pixels with glibc's allocator; benchmarks/plan.py compares them again."""


@dataclass(frozen=True)
class Choice:
    """What can be chosen to make a job fit.

    tile: its side in pixels, None to look at once. history: curvature pairs, 0 for an optimiser without any.
    history_in: how they are stored.
    """

    tile: int | None
    history: int
    history_in: Storage


@dataclass(frozen=True)
class Forecast:
    """What painting takes, told from a rehearsal.

    shift: the pixels by which the picture is moved at most. every: steps between two moves.
    """

    rehearsal: Rehearsal
    network: Backbone
    layers: tuple[str, ...]
    shift: int
    every: int

    def memory(self, width: int, height: int, steps: int, choice: Choice) -> int:
        """The most bytes that the process holds while it paints a level of so many steps."""
        live, coming = self.live(width, height, steps, choice)
        return self.rehearsal.base + round(live + lost(coming))

    def live(self, width: int, height: int, steps: int, choice: Choice) -> tuple[float, float]:
        """The most bytes of tensors that are alive at once, and how many of them come and go."""
        pixels, weighed = width * height, self.rehearsal.weighed
        sizes, image = [float(w.pixels) for w in weighed], 12 * pixels
        held = line(sizes, [float(w.held) for w in weighed], pixels)
        looking, beside = (held + self._descended(name, pixels) for name in ("looking", "beside"))
        pairs = min(choice.history, max(0, steps - 1)) * 2 * image * CHANNEL_BYTES[choice.history_in] // 4
        if choice.tile is None:
            began, added = (bowed(sizes, [float(getattr(w, n)) for w in weighed], pixels) for n in ("began", "added"))
            live = max(began, pairs + max(looking + added, beside))
            return live, live
        extent = max(self.extents(width, height, choice.tile))
        added = bowed(sizes, [float(w.added) for w in weighed], extent)
        return pairs + max(looking + image + added, beside), added  # the image is the gradient, which is put together

    def _descended(self, name: str, pixels: int) -> float:
        """Bytes of the optimiser."""
        descended = self.rehearsal.descended
        sizes = [float(d.pixels) for d in descended]
        return line(sizes, [float(getattr(d, name)) for d in descended], pixels)

    def seconds(self, levels: Sequence[Level], choice: Choice) -> float:
        """The seconds from reading the pictures to the colours of the last."""
        timed = self.rehearsal.timed
        last = levels[-1].width * levels[-1].height
        sizes = [float(t.pixels) for t in timed]
        around = sum(line(sizes, [getattr(t, name) for t in timed], last) for name in ("prepare", "finish"))
        return around + sum(self._of_level(level, choice) for level in levels)

    def _of_level(self, level: Level, choice: Choice) -> float:
        pixels = level.width * level.height
        extents = [pixels] if choice.tile is None else self.extents(level.width, level.height, choice.tile)
        first, growth = self.rehearsal.descent
        moves = 0 if self.shift == 1 else -(-level.steps // self.every)
        pairs = sum(min(step, choice.history) for step in range(level.steps))
        return sum(
            self._begin(e) + moves * self._seconds("aim", e) + level.steps * self._seconds("look", e) for e in extents
        ) + pixels * (level.steps * first + pairs * growth)

    def _begin(self, pixels: int) -> float:
        """Seconds until the first step; what comes to live is touched for the first time."""
        last = self.rehearsal.weighed[-1]
        return self._seconds("begin", pixels) + last.began * pixels / last.pixels * self.rehearsal.touching

    def _seconds(self, name: str, pixels: int) -> float:
        timed = self.rehearsal.timed
        return line([float(t.pixels) for t in timed], [getattr(t, name) for t in timed], pixels)

    def extents(self, width: int, height: int, tile: int) -> list[int]:
        """The pixels that are computed for each tile."""
        margin = self.shift - 1
        size = (height + min(margin, height - 1), width + min(margin, width - 1))
        cut = tiles(self.network.graph, self.layers, size, tile, (0, 0), (height, width))
        return [(t.rows.stop - t.rows.start) * (t.columns.stop - t.columns.start) for t in cut]


def lost(live: float) -> float:
    """Bytes beyond those that live, of tensors that come and go. Images are blocks of their own, of which none are."""
    return LOST * live + min(LOST_AT_MOST, LOST_AT_FIRST * live)


def line(sizes: Sequence[float], values: Sequence[float], size: float) -> float:
    """Between the sizes measured along straight lines, beyond them along the outer ones; nothing grows smaller.

    One size alone is taken in proportion.
    """
    if len(sizes) == 1:
        return values[0] * size / sizes[0]
    after = next((i for i, known in enumerate(sizes[1:], start=1) if known >= size), len(sizes) - 1)
    slope = max(0.0, (values[after] - values[after - 1]) / (sizes[after] - sizes[after - 1]))
    return max(0.0, values[after] + slope * (size - sizes[after]))


def bowed(sizes: Sequence[float], values: Sequence[float], size: float) -> float:
    """The same for a peak, which is the greatest of many straight lines, one to a moment, and so a convex curve.

    Beyond the last size the chord through the last two is a lower bound of it; the ray from nothing through the last
    is above it where the curve begins above nothing. The mean of both is taken.
    """
    along = line(sizes, values, size)
    return along if size <= sizes[-1] else (along + values[-1] * size / sizes[-1]) / 2
