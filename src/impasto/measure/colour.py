"""Colour distance: how far the colours of one picture have to be carried to become those of another."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from impasto.pictures import Picture
from impasto.pictures.cielab import to_cielab

DIRECTIONS = 64
QUANTILES = 512


def colour_distance(a: Picture, b: Picture) -> float:
    """Return the sliced Wasserstein distance of the colours of two pictures in CIELAB, in units of ΔE*ab.

    2 · mean over directions d of the half sphere of W₁(d·a, d·b), W₁ being the mean difference of sorted values
    (Rabin, Peyré, Delon & Bernot 2011, "Wasserstein barycenter and its application to texture mixing", with W₁ for
    W₂). The mean of |d·v| over the sphere is ‖v‖/2, hence the 2: colours all shifted by ΔE are at distance ΔE.

    0: the same colours in the same shares; 2.3 is about what the eye tells apart side by side; black to white is 100.
    Sizes may differ. Blind to where in the picture a colour is.
    """
    directions = _directions()
    differences = np.abs(_quantiles(a, directions) - _quantiles(b, directions))
    return float(2 * differences.mean())


def _quantiles(picture: Picture, directions: NDArray[np.float64]) -> NDArray[np.float64]:
    """[QUANTILES, DIRECTIONS]: the values along each direction at evenly spaced shares of the pixels."""
    along = np.sort(directions @ to_cielab(picture.pixels).reshape(3, -1), axis=1)
    shares = (np.arange(QUANTILES) + 0.5) / QUANTILES
    places = shares * along.shape[1] - 0.5
    return np.stack([np.interp(places, np.arange(along.shape[1]), row) for row in along], axis=1)


def _directions() -> NDArray[np.float64]:
    """Unit vectors spread evenly over the half sphere, on a spiral of golden-angle steps: [DIRECTIONS, 3]."""
    i = np.arange(DIRECTIONS)
    height = (i + 0.5) / DIRECTIONS
    radius, angle = np.sqrt(1 - height**2), i * math.pi * (3 - math.sqrt(5))
    return np.stack([radius * np.cos(angle), radius * np.sin(angle), height], axis=1)
