"""What came out: a row for every cell, medians for every variant, and who is beaten by nobody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from statistics import fmean, median
from typing import Any

from impasto.studies.folder import CellFolder, StudyFolder
from impasto.studies.measures import BY_JUDGE, MEASURES, measure_names

SCORED = ("content", "style_moments", "colour", "noise", "grid", "clipped")
"""The measures that stand in scores.json as they are; of small pictures some are not there."""

AFTER_A_PAUSE = ("started", "resumed")
"""Events before which time passed that was not spent on painting."""


@dataclass(frozen=True)
class Point:
    """A step of a curve: the objective over that at the first step of its level."""

    number: int
    level: int
    value: float


@dataclass(frozen=True)
class Row:
    """One cell and what came of it.

    state: done, failed, or how its run stands. values: by the name of the measure, those that are known.
    content, style: pictures in the study's folder; picture: the result as a report shows it, None before it is there.
    """

    id: str
    variant: str
    pair: str
    content: Path
    style: Path
    shown: Mapping[str, str]
    settings: Mapping[str, Any]
    state: str
    error: str
    values: Mapping[str, float]
    curve: tuple[Point, ...]
    picture: Path | None
    run: Path | None


@dataclass(frozen=True)
class Results:
    """A study as its folder knows it. about: the study's own facts, as `StudyFolder.write_plan` keeps them."""

    folder: Path
    about: Mapping[str, Any]
    rows: tuple[Row, ...]
    written: int = 0

    @cached_property
    def measures(self) -> list[str]:
        """The measures of which any cell has a value, in the order of tables."""
        return [name for name in measure_names(self.about["judges"]) if any(name in row.values for row in self.rows)]

    @cached_property
    def variants(self) -> list[str]:
        """In the order of the plan."""
        return list(dict.fromkeys(row.variant for row in self.rows))

    @cached_property
    def pairs(self) -> list[str]:
        """In the order of the plan."""
        return list(dict.fromkeys(row.pair for row in self.rows))

    def row(self, variant: str, pair: str) -> Row | None:
        """The cell of a variant on a pair."""
        return next((row for row in self.rows if (row.variant, row.pair) == (variant, pair)), None)


@dataclass(frozen=True)
class Summary:
    """A variant over its pairs. medians, ratios: by measure; a ratio is the median of those to the reference, pair by
    pair. done, failed: cells.
    """

    variant: str
    done: int
    failed: int
    medians: Mapping[str, float] = field(default_factory=dict)
    ratios: Mapping[str, float] = field(default_factory=dict)


def read_results(folder: StudyFolder) -> Results:
    """Gather what a study's folder holds. Raises InputError if it is none."""
    plan = folder.read_plan()
    rows = [_row(folder, plan["pairs"][cell["pair"]], cell) for cell in plan["cells"]]
    return Results(folder.path, plan["study"], tuple(rows), plan["written"])


def _row(folder: StudyFolder, pair: Mapping[str, Any], planned: Mapping[str, Any]) -> Row:
    cell = folder.cell(planned["id"])
    run, error, scores = cell.run, cell.error, cell.scores
    state = "done" if scores else "failed" if error else run.state if run is not None else "waiting"
    return Row(
        id=cell.id,
        variant=planned["variant"],
        pair=pair["name"],
        content=folder.pictures / pair["content"]["file"],
        style=folder.pictures / pair["style"]["file"],
        shown=planned["shown"],
        settings=planned["settings"],
        state=state,
        error=str(error.get("message", "")) if state == "failed" else "",
        values=values_of(cell),
        curve=curve_of(run.events()) if run is not None else (),
        picture=cell.picture_path if cell.picture_path.is_file() else None,
        run=None if run is None else run.folder,
    )


def values_of(cell: CellFolder) -> dict[str, float]:
    """The measures of a cell that is judged, by name; empty before."""
    scores = cell.scores
    if not scores:
        return {}
    values = {"style": fmean(scores["style"].values())}
    if len(scores["style"]) > 1:
        values |= {f"{BY_JUDGE}{judge}": float(value) for judge, value in scores["style"].items()}
    values |= {name: float(scores[name]) for name in SCORED if name in scores}
    run = cell.run
    if run is not None:
        events = run.events()
        curve = curve_of(events)
        values |= {"seconds": seconds_of(events)}
        values |= {"loss": curve[-1].value, "steps": float(curve[-1].number)} if curve else {}
    return values


def value_of(cell: CellFolder, name: str) -> float | None:
    """One measure of a cell; None if it is not known."""
    return values_of(cell).get(name)


def curve_of(events: Iterable[Mapping[str, Any]]) -> tuple[Point, ...]:
    """The course of the objective from a run's events; steps that were made twice, after an interruption, once."""
    steps = {event["number"]: event for event in events if event["event"] == "step"}
    first: dict[int, float] = {}
    points = []
    for number in sorted(steps):
        level, value = int(steps[number]["level"]), float(steps[number]["value"])
        whole = first.setdefault(level, value)
        points.append(Point(number, level, value / whole if whole > 0 else 1.0))
    return tuple(points)


def seconds_of(events: Sequence[Mapping[str, Any]]) -> float:
    """The time that passed between a run's events, without interruptions."""
    return sum(
        max(0.0, float(b["at"]) - float(a["at"])) for a, b in pairwise(events) if b["event"] not in AFTER_A_PAUSE
    )


def summaries(results: Results) -> list[Summary]:
    """Every variant over its pairs."""
    return [_summary(results, variant) for variant in results.variants]


def _summary(results: Results, variant: str) -> Summary:
    own = [row for row in results.rows if row.variant == variant]
    reference = results.about["reference"]
    medians, ratios = {}, {}
    for name in results.measures:
        values = {row.pair: row.values[name] for row in own if name in row.values}
        if values:
            medians[name] = median(values.values())
        theirs = {row.pair: row.values.get(name) for row in results.rows if row.variant == reference}
        shares = [value / whole for pair, value in values.items() if (whole := theirs.get(pair))]
        if shares:
            ratios[name] = median(shares)
    states = [row.state for row in own]
    return Summary(variant, states.count("done"), states.count("failed"), medians, ratios)


def pareto_front(points: Sequence[tuple[float, ...]]) -> list[int]:
    """The places of the points that no other one beats: is at least as small in all numbers and smaller in one."""
    return [
        i
        for i, own in enumerate(points)
        if not any(other != own and all(b <= a for a, b in zip(own, other, strict=True)) for other in points)
    ]


def in_digits(name: str, value: float | None) -> str:
    """A value of a measure as tables show it; nothing for one that is not known."""
    if value is None:
        return ""
    known = MEASURES.get(name)
    return f"{value:.{known.digits if known else 3}f}"
