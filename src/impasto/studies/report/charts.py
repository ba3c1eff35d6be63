"""The report's drawings as SVG: curves of the objective, and results between content and style."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from impasto.studies.report.markup import element, text
from impasto.studies.results import Point

WIDTH, HEIGHT = 640, 400
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 12, 44
MOST_POINTS = 120
SPARK_WIDTH, SPARK_HEIGHT = 120, 28
LEAST_VALUE = 1e-6


def colour(index: int, count: int) -> str:
    """The colour of a variant, as far from the others as they allow; `--light` is set for each theme."""
    hue = round(360 * (index * 0.618034 % 1) if count > 12 else 360 * index / max(count, 1)) + 12
    return f"hsl({hue % 360} var(--vivid) var(--light))"


@dataclass(frozen=True)
class Mark:
    """A point of a plot. label: beside it, where it is not empty; title: shown when it is pointed at."""

    x: float
    y: float
    colour: str
    title: str
    label: str = ""


@dataclass(frozen=True)
class Axes:
    """From values to places on the drawing."""

    low_x: float
    high_x: float
    low_y: float
    high_y: float

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Where a point is drawn, in units of the drawing."""
        across = (x - self.low_x) / (self.high_x - self.low_x)
        up = (y - self.low_y) / (self.high_y - self.low_y)
        return LEFT + across * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM)


def scatter(small: Sequence[Mark], large: Sequence[Mark], front: Sequence[int], across: str, up: str) -> str:
    """Cells as small dots, variants as large ones with names, and a line through the variants that none beats.

    front: their places in `large`. across, up: what the axes say.
    """
    marks = [*small, *large]
    if not marks:
        return ""
    axes = Axes(*_ends([m.x for m in marks]), *_ends([m.y for m in marks]))
    drawn = [_frame(axes, across, up)]
    corners = sorted((large[i].x, large[i].y) for i in front)
    drawn.append(_staircase(axes, corners))
    drawn += [_dot(axes, mark, 3, "small") for mark in small]
    drawn += [_dot(axes, mark, 7, "large front" if i in front else "large") for i, mark in enumerate(large)]
    drawn += _labels(axes, large)
    return _drawing(drawn, f"{up} against {across}; the front: {', '.join(large[i].label for i in front)}")


def curves(lines: Mapping[str, Sequence[Point]], colours: Mapping[str, str], title: str) -> str:
    """The objective by step on a logarithmic scale, a line to a variant, broken where a level begins."""
    known = {name: thinned(points) for name, points in lines.items() if points}
    if not known:
        return ""
    heights = [_height(p.value) for points in known.values() for p in points]
    last = max(points[-1].number for points in known.values())
    axes = Axes(0, max(last, 1), *_ends(heights))
    drawn = [_frame(axes, "step", "objective over its level's first", power_of_ten=True)]
    for name, points in known.items():
        places = _lines(points, lambda p: axes.place(p.number, _height(p.value)))
        drawn += [
            element(
                "polyline",
                element("title", text(name)),
                points=place,
                fill="none",
                style=f"stroke:{colours[name]}",
                class_="curve",
            )
            for place in places
        ]
    return _drawing(drawn, title)


def spark(points: Sequence[Point]) -> str:
    """A curve as small as a word."""
    known = thinned(points)
    if len(known) < 2:
        return ""
    low, high = _ends([_height(p.value) for p in known])
    last = known[-1].number

    def place(p: Point) -> tuple[float, float]:
        up = (_height(p.value) - low) / (high - low)
        return p.number / last * SPARK_WIDTH, SPARK_HEIGHT * (1 - up)

    drawn = [element("polyline", points=line, fill="none") for line in _lines(known, place)]
    return element(
        "svg",
        *drawn,
        viewBox=f"0 0 {SPARK_WIDTH} {SPARK_HEIGHT}",
        class_="spark",
        preserveAspectRatio="none",
        aria_hidden="true",
    )


def thinned(points: Sequence[Point]) -> list[Point]:
    """At most about 120 of the points, with the first and the last of every level."""
    step = math.ceil(len(points) / MOST_POINTS)
    ends = {i for i in range(1, len(points)) if points[i].level != points[i - 1].level}
    keep = {0, len(points) - 1} | ends | {i - 1 for i in ends}
    return [p for i, p in enumerate(points) if i % step == 0 or i in keep]


def _height(value: float) -> float:
    return math.log10(max(value, LEAST_VALUE))


def _lines(points: Sequence[Point], place: object) -> list[str]:
    """For every level the places of its points, as SVG has them."""
    assert callable(place)
    levels: dict[int, list[str]] = {}
    for p in points:
        x, y = place(p)
        levels.setdefault(p.level, []).append(f"{x:.1f},{y:.1f}")
    return [" ".join(line) for line in levels.values()]


def _ends(values: Sequence[float]) -> tuple[float, float]:
    """The ends of an axis: a little beyond the values."""
    low, high = min(values), max(values)
    margin = 0.06 * (high - low) or 0.05 * abs(high) or 1.0
    return low - margin, high + margin


def _ticks(low: float, high: float) -> list[float]:
    """Round numbers from low to high, about five."""
    raw = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * n for n in (1, 2, 5, 10) if power * n >= raw)
    first = math.ceil(low / step)
    return [n * step for n in range(first, math.floor(high / step) + 1)]


def _frame(axes: Axes, across: str, up: str, *, power_of_ten: bool = False) -> str:
    drawn = []
    for x in _ticks(axes.low_x, axes.high_x):
        place, _ = axes.place(x, axes.low_y)
        drawn.append(element("line", x1=f"{place:.1f}", x2=f"{place:.1f}", y1=TOP, y2=HEIGHT - BOTTOM, class_="tick"))
        drawn.append(element("text", f"{x:g}", x=f"{place:.1f}", y=HEIGHT - BOTTOM + 16, text_anchor="middle"))
    for y in _ticks(axes.low_y, axes.high_y):
        _, place = axes.place(axes.low_x, y)
        drawn.append(element("line", x1=LEFT, x2=WIDTH - RIGHT, y1=f"{place:.1f}", y2=f"{place:.1f}", class_="tick"))
        said = f"{10**y:.3g}" if power_of_ten else f"{y:.4g}"
        drawn.append(element("text", said, x=LEFT - 6, y=f"{place + 4:.1f}", text_anchor="end"))
    middle = (TOP + HEIGHT - BOTTOM) / 2
    drawn.append(element("text", text(across), x=(LEFT + WIDTH - RIGHT) / 2, y=HEIGHT - 6, text_anchor="middle"))
    turned = f"rotate(-90 14 {middle})"
    drawn.append(element("text", text(up), x=14, y=middle, text_anchor="middle", transform=turned))
    return "".join(drawn)


def _dot(axes: Axes, mark: Mark, radius: int, kind: str) -> str:
    x, y = axes.place(mark.x, mark.y)
    circle = element("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=radius, style=f"fill:{mark.colour}", class_=kind)
    return element("g", element("title", text(mark.title)), circle)


def _labels(axes: Axes, marks: Sequence[Mark]) -> list[str]:
    """The names of marks, to the side that has room, moved down where two would lie on each other."""
    drawn: list[str] = []
    taken: list[tuple[float, float]] = []
    for mark in sorted(marks, key=lambda m: -m.y):
        x, y = axes.place(mark.x, mark.y)
        right = x < 0.7 * WIDTH
        y += 4
        while any(abs(y - other) < 12 and abs(x - beside) < 130 for beside, other in taken):
            y += 12
        taken.append((x, y))
        anchor, place = ("start", x + 10) if right else ("end", x - 10)
        drawn.append(element("text", text(mark.label), x=f"{place:.1f}", y=f"{y:.1f}", text_anchor=anchor))
    return drawn


def _staircase(axes: Axes, corners: Sequence[tuple[float, float]]) -> str:
    """The line along the front."""
    if len(corners) < 2:
        return ""
    places = [axes.place(*corners[0])]
    for x, y in corners[1:]:
        nx, ny = axes.place(x, y)
        places += [(nx, places[-1][1]), (nx, ny)]
    return element("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in places), fill="none", class_="front")


def _drawing(drawn: Sequence[str], said: str) -> str:
    return element("svg", *drawn, viewBox=f"0 0 {WIDTH} {HEIGHT}", class_="chart", role="img", aria_label=said)
