"""The folder of a study: whoever has it can go on with the study, or make its report again.

plan.json         what the study is, and every cell: its choice, its pair, its trial
pictures/         the contents and styles
cells/ID/         a cell: its run's folder, and
  scores.json       what the judges said
  error.json        why it failed, if it did
  picture.webp      the result as the report shows it
guide.db          what a guided search knows
report.html       the report; results.csv, summary.csv and results.parquet beside it
lock              held by the process that works on it
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from impasto.errors import InputError, OutputError
from impasto.runs import Run, list_runs
from impasto.runs.files import read_json, write_json
from impasto.studies.cells import Cell
from impasto.studies.pairs import Pair
from impasto.studies.study import Study

FORMAT = 1
PATIENCE = 0.5
"""Seconds to wait for the lock."""


@dataclass(frozen=True)
class CellFolder:
    """The folder of one cell."""

    path: Path

    @property
    def id(self) -> str:
        """The cell's."""
        return self.path.name

    @property
    def scores_path(self) -> Path:
        """What the judges said, there or not yet."""
        return self.path / "scores.json"

    @property
    def error_path(self) -> Path:
        """Why the cell failed, if it did."""
        return self.path / "error.json"

    @property
    def picture_path(self) -> Path:
        """The result for a report."""
        return self.path / "picture.webp"

    @property
    def run(self) -> Run | None:
        """The cell's run, the latest if there are several; None before it was made."""
        runs = list_runs(home=self.path)
        return runs[-1] if runs else None

    @property
    def scores(self) -> dict[str, Any]:
        """What the judges said; empty before they did."""
        return read_json(self.scores_path) if self.scores_path.is_file() else {}

    @property
    def error(self) -> dict[str, Any]:
        """`message` and `exit_code` of what went wrong the last time; empty if nothing did."""
        return read_json(self.error_path) if self.error_path.is_file() else {}

    def is_done(self, judges: Sequence[str], lpips: str) -> bool:
        """Whether it is painted, and judged by these judges."""
        scores = self.scores
        return set(judges) <= set(scores.get("style", ())) and scores.get("lpips") == lpips


class StudyFolder:
    """A study's folder, which need not be there yet."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def plan_path(self) -> Path:
        """What the study is."""
        return self.path / "plan.json"

    @property
    def pictures(self) -> Path:
        """Where contents and styles lie."""
        return self.path / "pictures"

    @property
    def guide_path(self) -> Path:
        """What a guided search knows."""
        return self.path / "guide.db"

    @property
    def report_path(self) -> Path:
        """The report."""
        return self.path / "report.html"

    def cell(self, cell_id: str) -> CellFolder:
        """The folder of a cell."""
        return CellFolder(self.path / "cells" / cell_id)

    def check_usable(self) -> None:
        """Raise OutputError if the folder holds other things than a study."""
        if self.path.is_file() or (self.path.is_dir() and not self.plan_path.exists() and any(self.path.iterdir())):
            raise OutputError(f"{self.path} is there already and is no study's folder. Name another with -o.")

    def locked(self) -> FileLock:
        """The folder's lock, held. Raises InputError if another process works on the study."""
        self.path.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self.path / "lock", thread_local=False)
        try:
            lock.acquire(timeout=PATIENCE)
        except Timeout:
            raise InputError(f"another process works on the study in {self.path}. Wait for it, or stop it.") from None
        return lock

    def write_plan(self, study: Study, cells: Sequence[Cell]) -> None:
        """Write down the study and its cells."""
        about = {
            "name": study.name,
            "title": study.title,
            "claim": study.claim,
            "source": study.source,
            "kind": study.kind,
            "seed": study.seed,
            "reference": study.reference,
            "judges": list(study.judges),
            "lpips": study.lpips,
            "objectives": list(study.objectives),
            "axes": [axis.address for axis in study.axes],
            "settings": _plain(study.settings),
        }
        pairs = list(dict.fromkeys(cell.pair for cell in cells))
        data = {
            "format": FORMAT,
            "written": round(time.time()),
            "study": about,
            "pairs": [_pair(pair) for pair in pairs],
            "cells": [
                {
                    "id": cell.id,
                    "variant": cell.choice.label,
                    "shown": dict(cell.choice.shown),
                    "settings": _plain(cell.choice.settings),
                    "pair": pairs.index(cell.pair),
                    "trial": cell.trial,
                }
                for cell in cells
            ],
        }
        write_json(self.plan_path, data)

    def read_plan(self) -> dict[str, Any]:
        """What `write_plan` wrote. Raises InputError if the folder is no study's, or of another format."""
        if not self.plan_path.is_file():
            raise InputError(f"{self.path} is no study's folder: it has no plan.json")
        data = read_json(self.plan_path)
        if data.get("format") != FORMAT:
            raise InputError(f"{self.plan_path}: of format {data.get('format')!r}, and this version reads {FORMAT}")
        return data


def _pair(pair: Pair) -> dict[str, Any]:
    pictures = {"content": pair.content, "style": pair.style}
    return {
        "name": pair.name,
        **{role: {"name": p.name, "file": p.path.name, "sha256": p.sha256} for role, p in pictures.items()},
    }


def _plain(value: Any) -> Any:
    """A setting as JSON has it."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
