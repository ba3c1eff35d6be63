"""One cell after the other: painted as a run of its own, judged, and never lost."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from impasto.errors import CancelledError, ImpastoError, is_out_of_memory
from impasto.pictures import Size, composite, read_picture, resize, write_picture
from impasto.runs import Run, execute, job_from_dict
from impasto.runs.files import write_json
from impasto.solve import Started, Step
from impasto.studies.events import CellDone, CellEvent, CellFailed, CellStarted, CellStep
from impasto.studies.folder import CellFolder
from impasto.studies.jury import Jury
from impasto.tasks import Job, StylizeJob

SHOWN_SIDE = 640
"""The longer side, in pixels, of a result in the report."""

SHOWN_QUALITY = 82
OUT_OF_MEMORY = "not enough memory; paint it smaller, in tiles, or with fewer workers"


@dataclass(frozen=True)
class Task:
    """What a hand needs to know of a cell; plain, so that it can pass between processes."""

    folder: Path
    job: dict[str, Any]
    network: str
    """What tells networks apart: two tasks with the same can share one."""


class Hand:
    """Paints and judges cells, keeping the last network and the judges loaded."""

    def __init__(self, jury: Jury) -> None:
        self.jury = jury
        self.last: Job | None = None

    def work(self, task: Task) -> Generator[CellEvent, None, None]:
        """Bring a cell from where it stands to its end; a failure is recorded and told, not raised.

        Raises CancelledError and KeyboardInterrupt, after which the same call goes on with the cell.
        """
        cell = CellFolder(task.folder)
        yield CellStarted(cell.id)
        try:
            yield from self._finished(cell, task)
        except CancelledError:
            raise
        except ImpastoError as error:
            yield failed(cell, str(error), error.exit_code)
        except Exception as error:  # noqa: BLE001 one cell's mistake is not the study's
            what = OUT_OF_MEMORY if is_out_of_memory(error) else f"a bug in Impasto: {type(error).__name__}: {error}"
            yield failed(cell, what, 4 if is_out_of_memory(error) else 1)

    def _finished(self, cell: CellFolder, task: Task) -> Iterator[CellEvent]:
        job = job_from_dict(task.job)
        assert isinstance(job, StylizeJob)
        run = self._run(cell, job)
        if run.state != "finished":
            yield from self._painted(cell, run)
        content, style = (source for name, source in job.inputs.items() if name in ("content", "style1"))
        assert isinstance(content, Path)
        assert isinstance(style, Path)
        scores = self.jury.scores(run.result_path, content, style, job.style_scale)
        _show(run.result_path, cell.picture_path)
        write_json(cell.scores_path, scores)
        cell.error_path.unlink(missing_ok=True)
        yield CellDone(cell.id, sum(scores["style"].values()) / len(scores["style"]), scores["content"])

    def _run(self, cell: CellFolder, job: StylizeJob) -> Run:
        """The cell's run, made if there is none to go on with, and lent what is loaded."""
        if self.last is not None:
            self.last.lend(job)
        run = cell.run
        if run is None or (run.state != "finished" and not _same_files(run, job)):
            run = Run.create(job, home=cell.path)
        else:
            job.lend(run.job)
        self.last = run.job
        return run

    def _painted(self, cell: CellFolder, run: Run) -> Iterator[CellEvent]:
        steps = 0
        with closing(execute(run)) as events:
            for event in events:
                if isinstance(event, Started):
                    steps = event.steps
                elif isinstance(event, Step):
                    yield CellStep(cell.id, event.number, steps)


def _same_files(run: Run, job: StylizeJob) -> bool:
    """Whether a run reads the files where they lie now."""
    there = {name: run.folder / entry["path"] for name, entry in run.record["inputs"].items()}
    return all(there.get(name) == source for name, source in job.inputs.items())


def _show(result: Path, place: Path) -> None:
    """Write the result as a report shows it."""
    picture = composite(read_picture(result))
    longer = min(SHOWN_SIDE, max(picture.width, picture.height))
    write_picture(
        resize(picture, *Size(longest=longer).fit(picture.width, picture.height)), place, quality=SHOWN_QUALITY
    )


def failed(cell: CellFolder, message: str, exit_code: int) -> CellFailed:
    """Record why a cell failed, and say so."""
    cell.path.mkdir(parents=True, exist_ok=True)
    write_json(cell.error_path, {"message": message, "exit_code": exit_code})
    return CellFailed(cell.id, message)
