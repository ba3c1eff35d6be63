"""Flow fields for brushes to follow: level lines of a stream function, so that strokes never pile up or run dry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impasto.pictures.samples.frame import Field, Frame, read


@dataclass(frozen=True)
class Vortex:
    """A whirl about x, y (units) that turns what lies within `radius` or so; `strength` < 0 turns the other way."""

    x: float
    y: float
    radius: float
    strength: float

    def stream(self, x: Field, y: Field) -> Field:
        """Its part of the stream function: a Gaussian hill, whose level lines are circles."""
        squared = ((x - self.x) ** 2 + (y - self.y) ** 2) / (2 * self.radius**2)
        return np.asarray(self.strength * self.radius * np.exp(-squared), dtype=np.float32)


def along(stream: Field) -> Field:
    """Unit vectors [2, H, W] (x, y) along the level lines of `stream` [H, W]; to the right where it is flat."""
    down, across = np.gradient(stream.astype(np.float64))
    length = np.hypot(down, across)
    flat = length < 1e-9
    length = np.where(flat, 1, length)
    return np.stack([np.where(flat, 1.0, down / length), np.where(flat, 0.0, -across / length)]).astype(np.float32)


def blend(first: Field, second: Field, amount: Field) -> Field:
    """Directions [2, H, W] from `first` (where `amount` is 0) to `second` (1), as axes: v and −v are the same."""
    sign = np.where(np.sum(first * second, axis=0) < 0, -1, 1).astype(np.float32)
    mixed = first * (1 - amount) + second * sign * amount
    length = np.maximum(np.hypot(mixed[0], mixed[1]), 1e-6)
    return np.asarray(mixed / length, dtype=np.float32)


def trace(frame: Frame, flow: Field, x: Field, y: Field, length: Field, points: int) -> Field:
    """Paths [N, points, 2] in units that run along `flow` [2, h, w], with x, y [N] at their middles.

    `length` [N] is each path's length in units. Steps are midpoint steps, and never turn back on themselves.
    """
    half = points // 2
    path = np.empty((x.size, points, 2), np.float32)
    path[:, half, 0], path[:, half, 1] = x, y
    step = (length / (points - 1)).astype(np.float32)
    for way, order in ((1, range(half + 1, points)), (-1, range(half - 1, -1, -1))):
        heading = way * read(frame, flow, x, y)
        for i in order:
            here = path[:, i - way]
            first = _onwards(frame, flow, here[:, 0], here[:, 1], heading)
            middle = here + (first * step / 2).T
            heading = _onwards(frame, flow, middle[:, 0], middle[:, 1], heading)
            path[:, i] = here + (heading * step).T
    return path


def _onwards(frame: Frame, flow: Field, x: Field, y: Field, heading: Field) -> Field:
    there = read(frame, flow, x, y)
    turned = np.where(np.sum(there * heading, axis=0) < 0, -1, 1).astype(np.float32)
    length = np.maximum(np.hypot(there[0], there[1]), 1e-6)
    return np.asarray(there * turned / length, dtype=np.float32)
