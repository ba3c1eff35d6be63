"""Carrying out a study: what is done is left alone, what was begun is gone on with, what fails stops nothing else."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from impasto.errors import BatchError, JobError
from impasto.registry import did_you_mean
from impasto.runs import job_to_dict
from impasto.studies.cells import Cell, cells_of, check_choices, check_pairs
from impasto.studies.choices import corners, grid, random
from impasto.studies.crew import Hands, hands_for
from impasto.studies.events import CellFailed, Reported, StudyEvent, StudyStarted, TrialStarted
from impasto.studies.folder import StudyFolder
from impasto.studies.guide import Guide
from impasto.studies.hand import Task
from impasto.studies.pairs import Pair, pairs_of
from impasto.studies.results import value_of
from impasto.studies.study import Choice, Study


@dataclass(frozen=True)
class Layout:
    """A study ready to be carried out in a folder: every job built, every network, layer and picture looked at.

    cells: all of a grid or random study; of a guided one those that may come first.
    """

    study: Study
    folder: StudyFolder
    pairs: tuple[Pair, ...]
    cells: tuple[Cell, ...]

    @property
    def trials(self) -> int:
        """Ways to paint."""
        return self.study.trials if self.study.kind != "grid" else len({cell.choice.label for cell in self.cells})

    @property
    def count(self) -> int:
        """Cells in all."""
        return self.trials * len(self.pairs)


def lay_out(study: Study, folder: StudyFolder) -> Layout:
    """Check a study as far as can be told without painting, and put its pictures into its folder.

    Raises InputError, with what is wrong, before anything is painted.
    """
    folder.check_usable()
    choices = ways(study)
    check_choices(study, choices)
    labels = list(dict.fromkeys(choice.label for choice in choices))
    if study.reference and study.reference not in labels:
        advice = did_you_mean(study.reference, labels)
        raise JobError(f"{study.name}: study.reference: no variant is called {study.reference!r}. {advice}")
    pairs = pairs_of(study, folder.pictures)
    cells = tuple(cells_of(study, choices, pairs))
    check_pairs(cells)
    return Layout(study, folder, pairs, cells)


def ways(study: Study) -> tuple[Choice, ...]:
    """The choices of a study; of a guided one, whose choices come later, the corners of what it searches."""
    if study.kind == "grid":
        return grid(study)
    return random(study) if study.kind == "random" else tuple(corners(study))


def explore(layout: Layout, *, workers: int = 1) -> Generator[StudyEvent, None, None]:
    """Carry out what is left of a study and write its report; stop iterating, and close the iterator, to interrupt it.

    Raises InputError if another process works on it, BatchError at the end if a cell failed.
    """
    from impasto.studies.report import write_report

    lock = layout.folder.locked()
    try:
        hands = hands_for(workers, layout.study.judges, layout.study.lpips)
        failed: dict[str, str] = {}
        try:
            search = guided if layout.study.kind == "guided" else planned
            for event in search(layout, hands):
                if isinstance(event, CellFailed):
                    failed[event.cell] = event.message
                yield event
        finally:
            hands.end()
        yield Reported(layout.folder.report_path, write_report(layout.folder))
    finally:
        lock.release()
    if failed:
        first = next(iter(failed.values()))
        raise BatchError(f"{len(failed)} of {layout.count} cells failed, the first one: {first}")


def planned(layout: Layout, hands: Hands) -> Iterator[StudyEvent]:
    """All cells of a study whose choices are known beforehand."""
    layout.folder.write_plan(layout.study, layout.cells)
    left = unfinished(layout, layout.cells)
    yield StudyStarted(layout.count, layout.count - len(left))
    yield from hands.work([task(layout.folder, cell) for cell in left])


def guided(layout: Layout, hands: Hands) -> Iterator[StudyEvent]:
    """Trial after trial, all pairs of each, until the study has its number of them."""
    study, folder = layout.study, layout.folder
    guide = Guide(study, folder.guide_path)
    again = iter(guide.unfinished())
    cells = cells_of(study, guide.chosen(), layout.pairs)
    yield StudyStarted(layout.count, len(cells) - len(unfinished(layout, cells)))
    while True:
        number = next(again, None)
        if number is None:
            if len(guide.settled()) >= study.trials:
                break
            number = guide.ask()
        cells = cells_of(study, guide.chosen(), layout.pairs)
        folder.write_plan(study, cells)
        own = [cell for cell in cells if cell.trial == number]
        yield TrialStarted(number, study.trials, dict(own[0].choice.shown))
        yield from hands.work([task(folder, cell) for cell in unfinished(layout, own)])
        guide.tell(number, objectives_of(layout, own))
    folder.write_plan(study, cells)


def objectives_of(layout: Layout, cells: Sequence[Cell]) -> list[float] | None:
    """The median over the cells of each objective; None if a cell has none."""
    columns = []
    for name in layout.study.objectives:
        values = [value_of(layout.folder.cell(cell.id), name) for cell in cells]
        known = [value for value in values if value is not None]
        if len(known) < len(values):
            return None
        columns.append(median(known))
    return columns


def unfinished(layout: Layout, cells: Sequence[Cell]) -> list[Cell]:
    """The cells that are not painted and judged yet, each once."""
    study = layout.study
    once = {cell.id: cell for cell in cells}
    return [c for c in once.values() if not layout.folder.cell(c.id).is_done(study.judges, study.lpips)]


def task(folder: StudyFolder, cell: Cell) -> Task:
    """A cell as the hands take it."""
    network = json.dumps(cell.job.network_settings, sort_keys=True)
    return Task(folder.cell(cell.id).path, job_to_dict(cell.job), network)
