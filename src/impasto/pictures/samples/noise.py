"""Gradient noise: the irregularity of hills, mist, paper and hands."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from impasto.pictures.samples.frame import Field

_PERIOD = 256


class Noise:
    """Gradient noise over the plane after Perlin (Improving Noise, SIGGRAPH 2002), one feature per unit length.

    Values are about −1 … 1 with mean 0. It repeats after 256 units. Random numbers are drawn once, here.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        turn = rng.random((_PERIOD, _PERIOD), dtype=np.float32) * np.float32(2 * np.pi)
        self._east = np.cos(turn).astype(np.float32)
        self._south = np.sin(turn).astype(np.float32)

    def __call__(self, x: Field, y: Field) -> Field:
        """The noise at x, y: float32 of their shape."""
        floor_x, floor_y = np.floor(x), np.floor(y)
        fx, fy = (x - floor_x).astype(np.float32), (y - floor_y).astype(np.float32)
        column, row = floor_x.astype(np.int32) % _PERIOD, floor_y.astype(np.int32) % _PERIOD
        next_column, next_row = (column + 1) % _PERIOD, (row + 1) % _PERIOD
        ease_x = fx * fx * fx * (fx * (fx * 6 - 15) + 10)
        ease_y = fy * fy * fy * (fy * (fy * 6 - 15) + 10)
        top = self._corner(row, column, fx, fy)
        top += ease_x * (self._corner(row, next_column, fx - 1, fy) - top)
        low = self._corner(next_row, column, fx, fy - 1)
        low += ease_x * (self._corner(next_row, next_column, fx - 1, fy - 1) - low)
        return np.asarray(1.5 * (top + ease_y * (low - top)), dtype=np.float32)

    def _corner(self, row: NDArray[np.int32], column: NDArray[np.int32], fx: Field, fy: Field) -> Field:
        return np.asarray(self._east[row, column] * fx + self._south[row, column] * fy, dtype=np.float32)

    def fractal(self, x: Field, y: Field, octaves: int = 4, gain: float = 0.5) -> Field:
        """A sum of `octaves` copies, each twice as fine and `gain` times as strong; about −1 … 1."""
        total = np.zeros(np.broadcast(x, y).shape, np.float32)
        strength, scale, whole = 1.0, 1.0, 0.0
        for octave in range(octaves):
            shift = 17.3 * octave
            total += np.float32(strength) * self(x * scale + shift, y * scale - shift)
            whole += strength
            strength, scale = strength * gain, scale * 2.03
        return total / np.float32(whole**0.5)
