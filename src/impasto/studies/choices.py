"""From what a study varies to the ways of painting: every combination, or so many at random."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from impasto.errors import InputError
from impasto.studies.study import Axis, Choice, Study, laid_over, shorter

MOST_CELLS = 100_000
VARIANT = "variant"


def grid(study: Study) -> tuple[Choice, ...]:
    """Every variant along every value of every axis. Raises InputError for more than can be meant."""
    points = [_points(axis) for axis in study.axes]
    count = max(1, len(study.variants)) * math.prod(len(values) for values in points)
    if count > MOST_CELLS:
        raise InputError(
            f"{study.name}: {count:,} ways to paint are more than a grid should have; draw kind = 'random'"
        )
    return tuple(chosen(study, name, point) for name in _names(study) for point in itertools.product(*points))


def random(study: Study) -> tuple[Choice, ...]:
    """So many ways as the study has trials, drawn from its seed; more trials leave the first as they are."""
    return tuple(_numbered(number, _drawn(study, number)) for number in range(study.trials))


def corners(study: Study) -> Iterator[Choice]:
    """Choices in which every value of every axis and every variant comes at least once, to be checked beforehand."""
    ends = [_points(axis) if not axis.is_range else [(axis.low, ""), (axis.high, "")] for axis in study.axes]
    names = _names(study)
    first = [points[0] for points in ends]
    yield from (chosen(study, name, first) for name in names)
    for i, points in enumerate(ends):
        yield from (chosen(study, names[0], [*first[:i], point, *first[i + 1 :]]) for point in points[1:])


def from_parameters(study: Study, number: int, parameters: Mapping[str, Any]) -> Choice:
    """The choice that a search made: a value's name or a number of the range by axis, the variant's name."""
    point = []
    for axis in study.axes:
        said = parameters[axis.address]
        value = _rounded(axis, said) if axis.is_range else axis.values[axis.names.index(said)]
        point.append((value, f"{value:g}" if axis.is_range else said))
    return _numbered(number, chosen(study, parameters.get(VARIANT), point))


def chosen(study: Study, variant: str | None, point: Sequence[tuple[Any, str]]) -> Choice:
    """The way to paint of a variant at a point: for each axis a value and its name."""
    own = next((v.settings for v in study.variants if v.name == variant), {})
    along = {axis.address: value for axis, (value, _) in zip(study.axes, point, strict=True)}
    short = shorter([axis.address for axis in study.axes])
    shown = {axis.address: name for axis, (_, name) in zip(study.axes, point, strict=True)}
    words = [f"{short[address]} {name}" for address, name in shown.items()]
    label = ", ".join([*([variant] if variant is not None else []), *words])
    return Choice(label, laid_over(own, along), {**({VARIANT: variant} if variant is not None else {}), **shown})


def _names(study: Study) -> list[str | None]:
    """The variants, or one without a name."""
    return [variant.name for variant in study.variants] or [None]


def _numbered(number: int, choice: Choice) -> Choice:
    return Choice(f"#{number + 1}", choice.settings, choice.shown)


def _points(axis: Axis) -> list[tuple[Any, str]]:
    """The values of an axis with their names; of a range, as many as its count."""
    if not axis.is_range:
        return list(zip(axis.values, axis.names, strict=True))
    spread = np.geomspace if axis.log else np.linspace
    values = dict.fromkeys(_rounded(axis, float(value)) for value in spread(axis.low, axis.high, axis.count or 2))
    return [(value, f"{value:g}") for value in values]


def _rounded(axis: Axis, value: float) -> float | int:
    """A number of a range as it is set: whole, or of four figures."""
    return round(value) if axis.whole else float(f"{value:.4g}")


def _drawn(study: Study, number: int) -> Choice:
    """A variant and a point drawn from the study's seed and the trial's number."""
    draw = np.random.default_rng([study.seed, number])
    variant = study.variants[draw.integers(len(study.variants))].name if study.variants else None
    point = []
    for axis in study.axes:
        if not axis.is_range:
            i = int(draw.integers(len(axis.values)))
            point.append((axis.values[i], axis.names[i]))
            continue
        ends = (math.log(axis.low), math.log(axis.high)) if axis.log else (axis.low, axis.high)
        drawn = float(draw.uniform(*ends))
        value = _rounded(axis, min(max(math.exp(drawn) if axis.log else drawn, axis.low), axis.high))
        point.append((value, f"{value:g}"))
    return chosen(study, variant, point)
