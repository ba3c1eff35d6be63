"""The measures by which a cell is known: what each is called, and how it is read. The smaller, the better."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """title: for a column. reading: what its values mean. digits: after the point."""

    title: str
    reading: str
    digits: int = 3


MEASURES = {
    "style": Measure("style", "style distance, the mean over the judges: 0 the style itself, 1 the photo"),
    "content": Measure("content", "content distance (LPIPS): 0 the photo itself, about 0.7 unrecognisable"),
    "style_moments": Measure("moments", "style distance by means and deviations, the mean over the judges"),
    "colour": Measure("colour", "ΔE of the colours to the style's", 1),
    "noise": Measure("noise", "noise in flat areas, levels of 255", 2),
    "grid": Measure("grid", "lattice over the photo's; above 1.3 it may show", 2),
    "clipped": Measure("clipped", "share of pixels with a channel at 0 or 255"),
    "loss": Measure("loss", "the objective at the end over that at the first step of the last level"),
    "seconds": Measure("seconds", "of painting, beside whatever else the machine did", 1),
    "steps": Measure("steps", "evaluations of the objective", 0),
}

BY_JUDGE = "style."
"""Before a judge's name: the style distance that this judge alone sees."""


def measure_names(judges: Iterable[str]) -> list[str]:
    """All measures of a study with these judges."""
    return [*MEASURES, *(f"{BY_JUDGE}{judge}" for judge in judges)]


def is_measure(name: str, judges: Iterable[str]) -> bool:
    """Whether a study with these judges knows the measure."""
    return name in measure_names(judges)


def measure_called(name: str) -> Measure:
    """The measure of a name of `measure_names`."""
    if name.startswith(BY_JUDGE):
        judge = name.removeprefix(BY_JUDGE)
        return Measure(f"style, {judge}", f"style distance by Gram matrices as {judge} sees it")
    return MEASURES[name]
