"""Carrying out a run in the terminal: shown while it paints, stopped where it can be taken up again."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from impasto.apps.cli.display import display_for, plan_in_words, seconds_since_start
from impasto.apps.cli.fetching import have_weights
from impasto.apps.cli.signals import Interruption
from impasto.apps.cli.streams import result, result_json
from impasto.errors import CancelledError, OutputError

if TYPE_CHECKING:
    from impasto.apps.cli.telling import Running, Telling
    from impasto.runs import Run
    from impasto.runs.writing import Writing
    from impasto.tasks import Job


def check_place(place: Path, job: Job, *, overwrite: bool) -> None:
    """Raise OutputError if a result could not be written to `place`, or would replace what must stay."""
    from impasto.pictures import check_output

    check_output(place)
    if place.exists():
        for name, source in job.inputs.items():
            if isinstance(source, Path) and source.exists() and source.samefile(place):
                called = name.rstrip("0123456789").replace("_", " ")
                raise OutputError(f"{place} is the {called} picture: the result needs another name")
        if not overwrite:
            raise OutputError(f"{place} exists already: choose another name with -o, or give --overwrite")


def default_output(job: Job) -> Path:
    """`CONTENT_STYLE.png` in the current folder, shortened where many styles would make it too long for a name.

    What else the job calls its results comes last, as in `STYLE_texture.png`.
    """
    named = [source for name, source in job.inputs.items() if not name.startswith(("start", "mask"))]
    stems = [source.stem if isinstance(source, Path) else "picture" for source in named]
    return Path("_".join(word for word in ("_".join(stems)[:100], job.result_word) if word) + ".png")


def named_output(output: Path | None, job: Job, preset: str) -> Path | None:
    """`output` with its fields filled in, if it has any. Raises InputError for fields that there are not."""
    from impasto.runs.templates import NameTemplate, values_of
    from impasto.tasks import AdaINJob, StyleNetworkJob, StylizeJob

    if output is None or not isinstance(job, StylizeJob | AdaINJob | StyleNetworkJob):
        return output
    template = NameTemplate(str(output))
    return template.filled(values_of(job, 1, preset)) if template.names_each else output


@dataclass(frozen=True)
class Room:
    """What a plan may do to make a job fit.

    memory: bytes that the process may hold, None for all that is free. given: settings that stay as they are.
    """

    memory: int | None = None
    given: frozenset[str] = frozenset(("tile", "history", "history_in"))


def paint_asked(
    job: Job,
    output: Path | None,
    running: Running,
    *,
    overwrite: bool,
    room: Room | None = Room(),
    writing: Writing | None = None,
) -> Path:
    """Paint `job` into `output`, without it into the file that it is called by, and say which that is.

    room: see `new_run`. Raises OutputError if the result cannot go there, and what `paint_new` raises.
    """
    place = output or default_output(job)
    check_place(place, job, overwrite=overwrite)
    paint_new(job, place, running, room=room, writing=writing)
    return place


def paint_new(
    job: Job, place: Path, running: Running, *, room: Room | None = Room(), writing: Writing | None = None
) -> None:
    """Make a run of `job` and carry it out, see `new_run` and `paint`."""
    run = new_run(job, place, running, room=room, writing=writing)
    paint(run, running, name=run.id if running.run_dir is None else str(run.folder))


def new_run(
    job: Job, place: Path, running: Running, *, room: Room | None = Room(), writing: Writing | None = None
) -> Run:
    """Make a run of `job`; the cheap checks come first, then the weights, then a plan.

    room: None makes no plan, for pictures so small that they fit as they are. writing: how the result is written.
    Raises what the job raises before its first step.
    """
    from impasto.runs import Run

    if writing is not None:
        writing.check(place)
    job.check()
    have_weights(job, silent=running.silent)
    return Run.create(_fitted(job, room, running), output=place, home=running.run_dir, writing=writing)


def _fitted(job: Job, room: Room | None, telling: Telling) -> Job:
    """The job with the settings that make it fit, having said what it will take."""
    from impasto.runs import event_to_dict
    from impasto.tasks.painting_job import PaintingJob
    from impasto.tasks.plan import plan

    if room is None or not isinstance(job, PaintingJob):
        return job
    found = plan(job, memory=room.memory, given=room.given)
    found = replace(found, seconds=found.seconds + seconds_since_start())
    if telling.json:
        result_json(event_to_dict(found))
    for line in (plan_in_words(found), *found.reasons):
        telling.note(line)
    return job.fitted(found)


def paint(run: Run, telling: Telling, *, name: str) -> None:
    """Carry out a run, new or interrupted, and say where the result lies.

    name: what `impasto runs resume` takes for it. Raises what the job raises, and CancelledError if it was stopped.
    """
    from impasto.runs import execute
    from impasto.tasks.plan_machine import use_threads_allowed

    use_threads_allowed()
    if telling.json:
        result_json({"event": "run", "id": run.id, "folder": str(run.folder)})
    telling.note(f"run {run.id}")
    try:
        with Interruption(), display_for(telling) as display, closing(execute(run)) as events:
            for event in events:
                display.show(event)
    except KeyboardInterrupt:
        raise CancelledError(f"stopped; go on with: impasto runs resume {name}") from None
    if not telling.silent:
        result(str(run.output or run.result_path))
