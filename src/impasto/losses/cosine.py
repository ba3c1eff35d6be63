"""Activations as directions, with a soft middle: what has hardly any length has no direction to speak of."""

from __future__ import annotations

from torch import Tensor

from impasto.losses.content import TINY

SHORT = 1e-2
"""The length, over that of a typical position, at which a direction begins to count less."""


def short_of(positions: Tensor) -> Tensor:
    """The squared length, one number, up to which vectors are short among the positions [C, N]."""
    return SHORT**2 * positions.square().sum(0).mean() + TINY


def unit(positions: Tensor, short: Tensor) -> Tensor:
    """The columns of [C, M] brought to length 1; those of a squared length around `short` stay shorter.

    Half the squared distance of two of them is their cosine distance, 1 − cos, to rounding.
    """
    return positions / (positions.square().sum(0, keepdim=True) + short).sqrt()
