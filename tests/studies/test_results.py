"""Curves, seconds and the front."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from impasto.studies import pareto_front
from impasto.studies.report.charts import thinned
from impasto.studies.results import Point, curve_of, seconds_of

POINTS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(0, 3)), max_size=25)


def beats(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    return a != b and all(x <= y for x, y in zip(a, b, strict=True))


@given(POINTS)
def test_nobody_beats_the_front_and_somebody_on_it_beats_everyone_else(points: list[tuple[int, ...]]) -> None:
    front = pareto_front(points)
    on_it = [points[i] for i in front]
    assert not any(beats(other, own) for own in on_it for other in points)
    assert all(any(beats(own, other) for own in on_it) for i, other in enumerate(points) if i not in front)
    assert bool(front) == bool(points)


@given(POINTS, st.randoms())
def test_the_front_does_not_depend_on_the_order(points: list[tuple[int, ...]], random) -> None:
    shuffled = points.copy()
    random.shuffle(shuffled)
    assert sorted(points[i] for i in pareto_front(points)) == sorted(shuffled[i] for i in pareto_front(shuffled))


def step(number: int, level: int, value: float, at: float) -> dict[str, object]:
    return {"event": "step", "number": number, "level": level, "value": value, "at": at}


def test_a_curve_begins_anew_at_every_level_and_counts_repeated_steps_once() -> None:
    events = [
        {"event": "started", "at": 0.0},
        step(1, 0, 4.0, 1.0),
        step(2, 0, 9.0, 2.0),
        {"event": "resumed", "at": 100.0},
        step(2, 0, 2.0, 101.0),
        step(3, 1, 8.0, 103.0),
        step(4, 1, 2.0, 104.0),
    ]
    assert curve_of(events) == (Point(1, 0, 1.0), Point(2, 0, 0.5), Point(3, 1, 1.0), Point(4, 1, 0.25))
    assert math.isclose(seconds_of(events), 1 + 1 + 1 + 2 + 1)


def test_a_thinned_curve_keeps_the_ends_of_its_levels() -> None:
    points = [Point(n, n // 500, 1.0) for n in range(1000)]
    kept = {p.number for p in thinned(points)}
    assert {0, 499, 500, 999} <= kept
    assert len(kept) < 200
