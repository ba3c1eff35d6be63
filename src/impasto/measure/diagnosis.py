"""From what was measured of a layer to what is wrong with it, and what to do.

The thresholds are set by the layers that the classic papers paint with: the five of VGG-19 of Gatys, Ecker & Bethge
2016 and the four of VGG-16 of Johnson, Alahi & Fei-Fei 2016, on the sample paintings at 256 pixels. A layer is called
unfit where it is clearly worse than the worst of those. What is not found here may still paint badly: look.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from impasto.measure.doctor import LayerHealth

MOST_DEAD = 0.25
"""Share of channels; with a quarter of them dead, 44 % of the Gram matrix is zero. The papers' layers: none."""

LEAST_ENTROPY = 0.77
"""The papers' layers: 0.79 to 0.94. The peak has no threshold: it grows with the size of the picture."""

LEAST_RANK_SHARE = 0.01
"""Effective rank over channels. The papers' layers: 0.02 to 0.26."""

MOST_UNEVEN = 0.18
"""Twice the worst of the papers' layers, 0.09: those networks stride in poolings alone."""

Complaint = Literal["dead", "peaky", "low rank", "grid"]


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a layer. reason: what was measured, in words. remedy: what to try."""

    complaint: Complaint
    reason: str
    remedy: str


REMEDIES: dict[Complaint, str] = {
    "dead": "take an earlier layer, or give pictures of the kind you paint: other channels may answer to them",
    "peaky": "compress the activations (the loss `smoothed` with `log` or `power`), use average pooling, or take an "
    "earlier layer",
    "low rank": "compare means apart from covariances (the loss `moments`), take the ReLUs inside a block instead of "
    "its output, or a larger picture",
    "grid": "take a layer further on, behind a convolution of stride 1, or use average pooling",
}


def findings(health: LayerHealth) -> tuple[Finding, ...]:
    """What makes a layer unfit to take style from; nothing for a fit one."""
    found: list[tuple[Complaint, str]] = []
    if health.dead > MOST_DEAD:
        found.append(("dead", f"{health.dead:.0%} of its channels never change, on none of the pictures"))
    if health.entropy < LEAST_ENTROPY:
        peaks = f"its largest activation is {health.peak:.0f} times the mean (entropy {health.entropy:.2f})"
        found.append(("peaky", f"few activations have it all: {peaks}, and the loss fits those first"))
    if health.rank_share < LEAST_RANK_SHARE:
        carried = f"{health.effective_rank:.1f} directions carry the Gram matrix of its {health.channels} channels"
        found.append(("low rank", f"{carried}: the loss pulls at those, and hardly at the rest"))
    if health.unevenness > MOST_UNEVEN:
        rows = f"some rows or columns of pixels get {health.unevenness:.0%} less gradient than others"
        found.append(("grid", f"its strides see the picture unevenly: {rows}, which can print a lattice"))
    return tuple(Finding(complaint, reason, REMEDIES[complaint]) for complaint, reason in found)
