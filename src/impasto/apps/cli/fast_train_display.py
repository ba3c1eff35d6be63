"""How training looks from outside: a bar on a terminal, lines elsewhere, JSON for programs, or nothing."""

from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

from impasto.apps.cli.display import SECONDS_BETWEEN_LINES, Display, JsonLines, Silence
from impasto.apps.cli.pace import clock
from impasto.apps.cli.streams import in_words, note

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.progress import Progress as Bars

    from impasto.apps.cli.telling import Telling
    from impasto.training import Rehearsed

MEMORY = 0.95
"""Share of the past in the running mean of the time a step takes."""


def training_display(telling: Telling) -> Display:
    """The display that fits the options and the terminal."""
    if telling.json:
        return JsonLines()
    if telling.quiet:
        return Silence()
    return TrainingBar() if sys.stderr.isatty() else TrainingLines()


class TrainingLines(Silence):
    """A line every few seconds, and one whenever something is worth it."""

    def __init__(self) -> None:
        self.steps = 0
        self.seconds: float | None = None
        self._next_line = 0.0

    def show(self, event: object) -> None:
        """Say what is new."""
        from impasto.runs import Warned
        from impasto.training import (
            LearningBegun,
            Learnt,
            LookedAt,
            NetworkWritten,
            PhotoSkipped,
            Rehearsed,
            TrainingResumed,
        )

        match event:
            case Rehearsed():
                self.say(forecast_in_words(event))
            case LearningBegun(steps=steps, folder=folder):
                self.steps = steps
                self.say(f"learning in {folder}")
            case TrainingResumed(number=number):
                self.say(f"going on after step {number}")
            case Learnt():
                taken = event.seconds
                self.seconds = taken if self.seconds is None else MEMORY * self.seconds + (1 - MEMORY) * taken
                self.learnt(event.number, event.value, event.losses)
            case LookedAt():
                self.say(f"after step {event.number}: {losses_in_words(event.value, event.losses)} on photos held out")
                self.say(f"  {event.sheet}")
            case PhotoSkipped(reason=reason):
                self.say(f"left out: {reason}")
            case Warned(text=text):
                self.say(f"warning: {text}")
            case NetworkWritten(path=path, bytes=size, skipped=skipped):
                left_out = f"; {skipped} photos were left out" if skipped else ""
                self.say(f"{path}: {in_words(size)}{left_out}")
            case _:
                pass

    def say(self, line: str) -> None:
        """Write a line that stays."""
        note(line)

    def learnt(self, number: int, value: float, losses: Mapping[str, float]) -> None:
        """React to a step."""
        if number == self.steps or time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + SECONDS_BETWEEN_LINES
            self.say(f"step {number} of {self.steps}: {losses_in_words(value, losses)}{self.left(number)}")

    def left(self, number: int) -> str:
        """About how long the rest takes, to follow other words."""
        if self.seconds is None or number >= self.steps:
            return ""
        return f", about {clock(self.seconds * (self.steps - number))} left"


class TrainingBar(TrainingLines):
    """A bar on the standard error stream, lines above it."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        super().__init__()
        self._stack = ExitStack()
        self._bars: Bars = Progress(
            BarColumn(bar_width=30),
            TextColumn("step {task.completed:.0f} of {task.total:.0f}{task.fields[told]}", markup=False),
            console=Console(file=sys.stderr),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._bar = self._bars.add_task("", total=None, told="")

    def __enter__(self) -> TrainingBar:
        self._stack.enter_context(self._bars)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def say(self, line: str) -> None:
        """Write a line above the bar."""
        self._bars.console.print(line, markup=False, highlight=False, soft_wrap=True)

    def learnt(self, number: int, value: float, losses: Mapping[str, float]) -> None:  # noqa: ARG002
        """Move the bar."""
        told = f": loss {value:.4g}{self.left(number)}"
        self._bars.update(self._bar, completed=number, total=max(1, self.steps), told=told)


def forecast_in_words(event: Rehearsed) -> str:
    """What training takes, in one line."""
    photos = f"{event.photos} photos, {event.held_out} more held out"
    return (
        f"{event.steps} steps take about {clock(event.seconds)} and about {in_words(event.memory)} of memory; {photos}"
    )


def losses_in_words(value: float, losses: Mapping[str, float]) -> str:
    """The objective and each of its terms."""
    return f"loss {value:.4g} ({', '.join(f'{name} {number:.4g}' for name, number in losses.items())})"
