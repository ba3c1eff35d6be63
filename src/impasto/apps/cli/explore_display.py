"""How a study looks while it is carried out: bars on a terminal, a line to a cell elsewhere, JSON for programs."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from impasto.apps.cli.display import Display, JsonLines, Silence
from impasto.apps.cli.pace import clock
from impasto.apps.cli.streams import note

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from impasto.apps.cli.telling import Telling


def study_display(telling: Telling) -> Display:
    """The display that fits the options and the terminal."""
    if telling.json:
        return StudyLinesOfJson()
    if telling.quiet:
        return Failures()
    return StudyBars() if sys.stderr.isatty() else StudyLines()


def missing_extra(name: str) -> str:
    """What to say where an extra is missing that writes the Parquet table."""
    return f"results.parquet is not written: that needs pyarrow, which pip install 'impasto[{name}]' brings"


class StudyLinesOfJson(JsonLines):
    """One object to a line; the steps of cells, which are many, are left out."""

    def show(self, event: object) -> None:
        """Write the event."""
        from impasto.studies import CellStep

        if not isinstance(event, CellStep):
            super().show(event)


class Failures(Silence):
    """Says what failed, and nothing else."""

    def show(self, event: object) -> None:
        """Say why a cell failed."""
        from impasto.studies import CellFailed

        if isinstance(event, CellFailed):
            self.say(f"error: cell {event.cell}: {event.message}")

    def say(self, line: str) -> None:
        """Write a line that stays."""
        note(line)


class StudyLines(Failures):
    """A line when a cell is done, with how many there are and about how long the rest takes."""

    def __init__(self) -> None:
        self.cells = self.done = self.before = 0
        self._began = time.monotonic()

    def show(self, event: object) -> None:
        """Count what is done, and say so."""
        from impasto.studies import CellDone, CellFailed, Reported, StudyStarted, TrialStarted

        super().show(event)
        match event:
            case StudyStarted(cells=cells, done=done):
                self.cells, self.done, self.before = cells, done, done
                if done:
                    self.say(f"{done} of {cells} cells are there already")
            case TrialStarted(number=number, trials=trials, shown=shown):
                chosen = ", ".join(f"{name} {value}" for name, value in shown.items())
                self.say(f"trial {number + 1} of {trials}: {chosen}")
            case CellDone():
                self.done += 1
                self.cell_done(f"style {event.style:.3f}, content {event.content:.3f}")
            case CellFailed():
                self.done += 1
                self.cell_done("failed")
            case Reported(missing=missing) if missing:
                self.say(missing_extra(missing))

    def cell_done(self, how: str) -> None:
        """React to a cell's end."""
        self.say(f"cell {self.done} of {self.cells}: {how}{self.left}")

    @property
    def left(self) -> str:
        """About how long the rest takes, to follow other words."""
        made = self.done - self.before
        if not made or self.done >= self.cells:
            return ""
        return f", about {clock((time.monotonic() - self._began) / made * (self.cells - self.done))} left"


class StudyBars(StudyLines):
    """A bar for the study, and one for every cell that is being painted, on the standard error stream."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        super().__init__()
        self._bars: Bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            TextColumn("{task.completed:.0f} of {task.total:.0f}{task.fields[told]}", markup=False),
            console=Console(file=sys.stderr),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._whole: TaskID | None = None
        self._cells: dict[str, TaskID] = {}

    def __enter__(self) -> StudyBars:
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def say(self, line: str) -> None:
        """Write a line above the bars."""
        self._bars.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def show(self, event: object) -> None:
        """Move the bars."""
        from impasto.studies import CellDone, CellFailed, CellStarted, CellStep, StudyStarted

        super().show(event)
        match event:
            case StudyStarted(cells=cells, done=done):
                self._whole = self._bars.add_task("cells", total=cells, completed=done, told="")
            case CellStarted(cell=cell):
                self._cells[cell] = self._bars.add_task(f"  {cell}", total=1, told="")
            case CellStep(cell=cell, number=number, steps=steps):
                self._bars.update(self._cells[cell], completed=number, total=steps, told=" steps")
            case CellDone(cell=cell) | CellFailed(cell=cell):
                self._bars.remove_task(self._cells.pop(cell))
            case _:
                pass

    def cell_done(self, how: str) -> None:  # noqa: ARG002 the bar says it
        """Move the study's bar."""
        if self._whole is not None:
            self._bars.update(self._whole, completed=self.done, told=self.left)
