"""A study is carried out, interrupted, gone on with and reported, on real weights."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import os
import re
import signal
import subprocess
import sys
from contextlib import closing
from html.parser import HTMLParser
from pathlib import Path

import pytest

from impasto.errors import BatchError
from impasto.studies import (
    CellDone,
    CellFailed,
    CellStarted,
    CellStep,
    StudyFolder,
    explore,
    lay_out,
    read_results,
    read_study,
    write_report,
)

pytestmark = pytest.mark.real

DIVERGING = """
[[variant]]
name = "calm"
[[variant]]
name = "calmer"
set = { strength = 0.2 }
[[variant]]
name = "wild"
set = { optimizer = { kind = "sgd", learning_rate = 1e38, box = false } }
"""


def run(study: Path, folder: Path, **options: int) -> list[object]:
    """All events; a batch that partly failed is no surprise here."""
    events: list[object] = []
    try:
        with closing(explore(lay_out(read_study(study), StudyFolder(folder)), **options)) as going:
            events += going
    except BatchError as error:
        events.append(error)
    return events


def state_of(folder: Path) -> dict[str, tuple[str, int]]:
    """Every file of a cell with its hash and the time it was written."""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {
        str(path.relative_to(folder)): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in files
    }


class Page(HTMLParser):
    """What the report refers to, and what is in it."""

    def __init__(self) -> None:
        super().__init__()
        self.sources: list[str] = []
        self.cells: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        said = dict(attributes)
        self.sources += [value or "" for key, value in attributes if key in ("src", "href", "srcset", "data")]
        if "data-cell" in said:
            self.cells.append(said["data-cell"] or "")
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_failing_cell_is_reported_and_stops_nothing_else(written, place) -> None:
    study = written('reference = "calm"', DIVERGING, styles='["one.png", "two.png"]')
    events = run(study, place / "out")
    assert isinstance(events[-1], BatchError)
    assert "2 of 6 cells failed" in str(events[-1])
    assert sum(isinstance(event, CellDone) for event in events) == 4
    results = read_results(StudyFolder(place / "out"))
    assert {(row.variant, row.state) for row in results.rows} == {
        ("calm", "done"),
        ("calmer", "done"),
        ("wild", "failed"),
    }
    with (place / "out" / "results.csv").open(newline="") as file:
        table = list(csv.DictReader(file))
    assert len(table) == 6
    for line, row in zip(table, results.rows, strict=True):
        assert (line["variant"], line["pair"], line["state"]) == (row.variant, row.pair, row.state)
        assert bool(line["error"]) == (row.state == "failed")
        assert {m: float(line[m]) for m in results.measures if line[m]} == row.values
        assert row.state == "failed" or (place / "out" / line["run"] / "result.png").is_file()
    check_page(place / "out" / "report.html", results)
    calm, calmer = (s for s in summary(place / "out") if s["variant"] != "wild")
    assert float(calm["style / calm"]) == float(calm["content / calm"]) == 1.0
    assert float(calmer["content / calm"]) < 1.0
    assert (place / "out" / "results.parquet").read_bytes()[:4] == b"PAR1"


def summary(folder: Path) -> list[dict[str, str]]:
    with (folder / "summary.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def check_page(path: Path, results) -> None:
    text = path.read_text()
    page = Page()
    page.feed(text)
    assert page.open == []
    assert page.sources
    assert all(source.startswith("data:image/webp;base64,") for source in page.sources)
    assert all(base64.b64decode(s.partition(",")[2])[8:12] == b"WEBP" for s in page.sources)
    assert not re.search(r"https?://|//cdn|url\(|@import", text)
    assert sorted(page.cells) == sorted(row.id for row in results.rows if row.state == "done")
    for row in results.rows:
        assert row.error.splitlines()[0] in text if row.error else True


def test_killed_and_started_again_it_repeats_nothing_that_was_done(written, place) -> None:
    study = written("", "[vary]\nseed = [1, 2, 3]\n")
    command = [sys.executable, "-m", "impasto", "explore", str(study), "-o", "out", "--json"]
    going = subprocess.Popen(command, cwd=place, stdout=subprocess.PIPE, text=True)
    assert going.stdout is not None
    begun = []
    for line in going.stdout:
        event = json.loads(line)
        begun += [event["cell"]] if event["event"] == "cell_started" else []
        if len(begun) == 2:
            os.kill(going.pid, signal.SIGKILL)
            break
    going.wait()
    going.stdout.close()
    first = place / "out" / "cells" / begun[0]
    before = state_of(first)
    assert "scores.json" in before
    events = run(study, place / "out")
    assert state_of(first) == before
    assert begun[0] not in [event.cell for event in events if isinstance(event, CellStarted)]
    assert sum(isinstance(event, CellDone) for event in events) == 2
    again = run(study, place / "out")
    assert not [event for event in again if isinstance(event, CellStarted | CellFailed)]


def test_closed_in_the_middle_of_a_cell_it_goes_on_to_the_same_picture(written, place) -> None:
    study = written("", "[vary]\nsteps = [12]\n")
    with closing(explore(lay_out(read_study(study), StudyFolder(place / "a")))) as going:
        next(event for event in going if isinstance(event, CellStep) and event.number == 5)
    steps = [event.number for event in run(study, place / "a") if isinstance(event, CellStep)]
    assert steps[0] == 6
    run(study, place / "b")
    (one,), (other,) = ([*(place / name / "cells").glob("*/*/result.png")] for name in "ab")
    assert one.read_bytes() == other.read_bytes()


def test_values_added_to_a_study_are_all_that_is_painted(written, place) -> None:
    run(written("", "[vary]\nseed = [1]\n"), place / "out")
    events = run(written("", "[vary]\nseed = [2, 1]\n"), place / "out")
    assert sum(isinstance(event, CellStarted) for event in events) == 1
    assert [row.variant for row in read_results(StudyFolder(place / "out")).rows] == ["seed 2", "seed 1"]


def test_workers_finish_all_cells_and_end(written, place) -> None:
    study = written("", "[vary]\nseed = [1, 2, 3]\n" + DIVERGING.split("[[variant]]")[0])
    events = run(study, place / "out", workers=2)
    assert sum(isinstance(event, CellDone) for event in events) == 3
    assert {row.state for row in read_results(StudyFolder(place / "out")).rows} == {"done"}


def test_a_guided_search_that_was_interrupted_asks_the_same_as_one_that_was_not(written, place) -> None:
    rest = "[vary]\nstrength = { low = 0.1, high = 0.9 }\nseed = [1, 2]\n"
    study = written("kind = 'guided'\ntrials = 3\n", rest)
    with closing(explore(lay_out(read_study(study), StudyFolder(place / "a")))) as going:
        done = 0
        for event in going:
            done += isinstance(event, CellDone)
            if done == 1 and isinstance(event, CellStep):
                break
    run(study, place / "a")
    run(study, place / "b")
    one, other = (read_results(StudyFolder(place / name)) for name in "ab")
    assert [row.shown for row in one.rows] == [row.shown for row in other.rows]
    assert [row.state for row in one.rows] == ["done"] * 3
    assert [row.values["style"] for row in one.rows] == [row.values["style"] for row in other.rows]


def test_a_report_can_be_made_of_what_is_there_so_far(written, place) -> None:
    study = written("", "[vary]\nseed = [1, 2]\n")
    folder = StudyFolder(place / "out")
    with closing(explore(lay_out(read_study(study), folder))) as going:
        next(event for event in going if isinstance(event, CellDone))
    write_report(folder)
    check_page(folder.report_path, read_results(folder))
    assert "interrupted" in folder.report_path.read_text() or "waiting" in folder.report_path.read_text()
