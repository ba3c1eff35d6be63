"""How getting weights looks, and getting those that a job needs before it starts."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Protocol, Self, runtime_checkable

from impasto.apps.cli.streams import in_words, note

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID

    from impasto.artefacts import Progress
    from impasto.tasks import Job

SECONDS_BETWEEN_LINES = 10.0


@runtime_checkable
class LooksThrough(Protocol):
    """A job that looks at pictures through pretrained networks."""

    @property
    def networks(self) -> tuple[tuple[str, str | None], ...]:
        """The networks' names with those of their weights, None for a network's own."""
        ...


class FetchDisplay:
    """Called with the progress of a transfer: bars on a terminal, a line now and then elsewhere, or nothing."""

    def __init__(self, *, silent: bool) -> None:
        self.silent = silent
        self._bars: Bars | None = None
        self._tasks: dict[str, TaskID] = {}
        self._next_line = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bars is not None:
            self._bars.stop()

    def __call__(self, progress: Progress) -> None:
        """Show how far a transfer is."""
        if self.silent:
            return
        if sys.stderr.isatty():
            self._draw(progress)
        elif time.monotonic() >= self._next_line:
            self._next_line = time.monotonic() + SECONDS_BETWEEN_LINES
            total = f" of {in_words(progress.total)}" if progress.total else ""
            note(f"fetching {progress.label}: {in_words(progress.done)}{total}")

    def _draw(self, progress: Progress) -> None:
        if self._bars is None:
            self._bars = transfer_bars()
            self._bars.start()
        if progress.label not in self._tasks:
            self._tasks[progress.label] = self._bars.add_task(progress.label, total=progress.total)
        self._bars.update(self._tasks[progress.label], completed=progress.done, total=progress.total)


def transfer_bars() -> Bars:
    """Bars with bytes, speed and time left, on the standard error stream; gone when they are done."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=Console(file=sys.stderr),
        transient=True,
    )


def have_weights(job: Job, *, silent: bool) -> None:
    """Fetch the weights that `job` needs and that are not here yet, showing progress, and load them.

    Raises UnknownNameError for an unknown network or set of weights, WeightsError if they cannot be had or are damaged.
    """
    if isinstance(job, LooksThrough):
        fetch_for(job, silent=silent)
    job.weights_used()


def fetch_for(job: LooksThrough, *, silent: bool) -> None:
    """Fetch the weights of a job that are not here yet; offline only the cache of files is looked into, unannounced.

    Raises UnknownNameError for an unknown network or set of weights, WeightsError if they cannot be had.
    """
    for backbone, weights in job.networks:
        _fetch(backbone, weights, silent=silent)


def _fetch(backbone: str, weights: str | None, *, silent: bool) -> None:
    from impasto.artefacts.home import is_offline
    from impasto.backbones import BACKBONES
    from impasto.weights import DEFAULT, fetch, status

    if backbone not in DEFAULT:
        BACKBONES[backbone]  # says which there are
    name = weights or DEFAULT[backbone]
    if status(name).size is None:
        if not silent and not is_offline(False):
            note(f"the weights {name} are not here yet: fetching them, once")
        with FetchDisplay(silent=silent) as display:
            fetch(name, progress=display)
