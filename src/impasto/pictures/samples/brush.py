"""A brush: how wide and long its strokes are, what its bristles leave, and how much paint it carries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impasto.pictures.samples.frame import Field, Truth, bilinear

TEXTURES = 24


@dataclass(frozen=True)
class Brush:
    """One tool. Lengths are in units of √(width·height) of the picture; the rest is 0 … 1 unless said.

    width, length: of a whole stroke.
    bristles: streaks across the stroke, a count.
    streak: how far the streaks differ in lightness (OKLab).
    dryness: how much of the stroke breaks up towards its end and edges.
    taper: 0 for the square ends of a knife, 1 for strokes that begin round and end in a point.
    relief: height of the paint, as a fraction of the stroke's width.
    opacity: of the paint over what lies below.
    """

    width: float
    length: float
    bristles: int = 12
    streak: float = 0.035
    dryness: float = 0.5
    taper: float = 1.0
    relief: float = 0.12
    opacity: float = 1.0

    def pressure(self, s: Field) -> Field:
        """The stroke's half width at `s` (0 … 1 along it), as a fraction of the full half width."""
        rise = np.sqrt(np.clip(s / 0.12, 0, 1))
        fall = np.clip((1 - s) / 0.55, 0, 1) ** 0.6
        return np.asarray(1 - self.taper * (1 - rise * fall), dtype=np.float32)

    def textures(self, rng: np.random.Generator, along: int, across: int) -> Field:
        """What the bristles leave, −1 … 1, as float32 [TEXTURES, along, across]: streaks that change slowly along."""
        s, t = np.meshgrid(np.linspace(0, 1, along), np.linspace(0, 1, across), indexing="ij")
        steady = rng.uniform(-1, 1, (TEXTURES, 2, max(3, self.bristles))).astype(np.float32)
        broken = rng.uniform(-1, 1, (TEXTURES, 9, max(3, self.bristles) * 2)).astype(np.float32)
        x, y = t.astype(np.float32), s.astype(np.float32)
        return np.asarray(0.65 * bilinear(steady, x, y) + 0.35 * bilinear(broken, x, y), dtype=np.float32)

    def touches(self, texture: Field, s: Field, t: Field) -> Truth:
        """Whether bristles of `texture` reach the canvas at `s` along and `t` (−1 … 1) across: a boolean array."""
        lifted = 1.5 * s**3 + 0.9 * np.abs(t) ** 5
        return np.asarray(0.5 + 0.5 * texture > self.dryness * lifted * 0.62)

    def height(self, texture: Field, s: Field, t: Field) -> Field:
        """Height of the paint at `s` along and `t` across, about 0 … 1: furrows, raised edges, an end ridge."""
        edge = np.abs(t)
        body = 1 - 0.75 * edge**4 + 0.35 * np.exp(-(((edge - 0.8) / 0.12) ** 2))
        ending = 0.45 * np.exp(-(((s - 0.94) / 0.04) ** 2)) * (1 - edge**2)
        return np.asarray((0.62 + 0.38 * texture) * body + ending, dtype=np.float32)
