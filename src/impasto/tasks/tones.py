"""Tones: which colour pictures of one pigment have at each lightness, and which lightness they are painted on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from impasto.pictures.cielab import to_cielab
from impasto.solve import Target

STEPS = 101
"""In how many lightnesses, 0 … 100, the colour is known."""

SPREAD = 3.0
"""Standard deviation of the weights, in L*, with which neighbouring lightnesses share in a tone."""

NEIGHBOURS = np.exp(-((np.subtract.outer(np.arange(STEPS), np.arange(STEPS)) / SPREAD) ** 2) / 2)
"""Those weights, [101, 101]."""


@dataclass(frozen=True)
class Tones:
    """colours: a* and b* at L* = 0, 1, … 100, [2, 101]."""

    colours: NDArray[np.float64]

    @classmethod
    def of(cls, pictures: Sequence[Target]) -> Self:
        """The mean a* and b* by lightness of pictures in their shares, each by what counts of it.

        A lightness that hardly occurs has the tone of the nearest that does.
        """
        weights, sums = np.zeros(STEPS), np.zeros((2, STEPS))
        for each in pictures:
            lightness, *colour = to_cielab(each.image[0].float().clamp(0, 1).cpu().numpy()).reshape(3, -1)
            place = np.clip(np.rint(lightness), 0, STEPS - 1).astype(np.intp)
            counts = np.ones(place.size) if each.mask is None else each.mask.flatten().double().cpu().numpy()
            counts = each.share / counts.sum() * counts
            weights += np.bincount(place, counts, STEPS)
            sums += np.stack([np.bincount(place, counts * values, STEPS) for values in colour])
        near, colours = NEIGHBOURS @ weights, sums @ NEIGHBOURS
        known = np.flatnonzero(near > 1e-4 * near.max())
        means = colours[:, known] / near[known]
        return cls(np.stack([np.interp(np.arange(STEPS), known, channel) for channel in means]))

    def __call__(self, lightness: NDArray[np.float64]) -> NDArray[np.float64]:
        """a* and b* [2, …] at each L* of […]."""
        return np.stack([np.interp(lightness, np.arange(STEPS), channel) for channel in self.colours])


def ground(values: NDArray[np.float64]) -> float:
    """The most frequent of grey values in 0 … 1, neighbours counted in: what the rest was painted on, such as paper."""
    counts, edges = np.histogram(values, bins=STEPS, range=(0, 1))
    return float((edges[:-1] + edges[1:])[np.argmax(NEIGHBOURS @ counts)] / 2)
