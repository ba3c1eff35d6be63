"""Carrying out a run: painting, with everything written down that is needed to watch it and to go on after a stop."""

from __future__ import annotations

import hashlib
from collections.abc import Generator, Iterator
from contextlib import suppress
from functools import partial

from filelock import Timeout

from impasto.errors import CancelledError, DivergedError, InputError, OutputError
from impasto.runs.creation import input_sha256
from impasto.runs.events import FrameWritten, Resumed, RunEvent, Saved, Warned
from impasto.runs.files import copy_whole, make_folder, write_json
from impasto.runs.folder import Run
from impasto.runs.interrupts import held_back
from impasto.runs.journal import Journal
from impasto.runs.keeping import Keeper
from impasto.runs.recipe import recipe_of
from impasto.solve import Event, Finished, LevelDone, LevelStarted, Step

LONGEST_RECIPE = 50_000
"""Bytes; a picture's metadata holds 60,000 with all that stands around the recipe."""

PATIENCE = 2.0
"""Seconds to wait for a lock, which may be held for a moment by a process that looks at the run's state."""


def execute(run: Run) -> Generator[Event | RunEvent, None, None]:
    """Paint a run, from its last checkpoint if it has one; stop iterating, and close the iterator, to interrupt it.

    The solver's events are yielded with those of `impasto.runs.events` between them. An interruption at any moment,
    even by the system, changes nothing in the result.

    Raises InputError if another process paints the run, it is finished, or its inputs or weights have changed;
    CancelledError when `Run.cancel` was called; DivergedError, OutputError and what else the job raises, after which
    the run's state is `failed`.
    """
    lock = run.lock
    try:
        lock.acquire(timeout=PATIENCE)
    except Timeout:
        raise InputError(f"the run {run.id} is being painted by another process. Wait for it, or stop it.") from None
    except OSError as error:
        raise OutputError(f"{run.folder} cannot be written ({error.strerror})") from None
    try:
        if run.outcome.get("state") == "finished":
            raise InputError(f"the run {run.id} is finished: {run.result_path}")
        yield from _recorded(run)
    finally:
        lock.release()


def _recorded(run: Run) -> Iterator[Event | RunEvent]:
    """The events of painting, each in the journal before it is told; how it ends is recorded."""
    try:
        for name in ("outcome.json", "cancel"):
            (run.folder / name).unlink(missing_ok=True)
        journal = Journal(run.events_path)
    except OSError as error:
        raise OutputError(f"{run.folder} cannot be written ({error.strerror})") from None
    painting = Painting(run)
    with journal:
        try:
            for event in painting.events():
                journal.write(event)
                yield event
        except (GeneratorExit, KeyboardInterrupt, SystemExit, CancelledError):
            painting.stop()
            _conclude(run, "interrupted")
            raise
        except DivergedError as error:
            kept = painting.keep_last_good(error.image)
            _conclude(run, "failed", str(error))
            raise DivergedError(f"{error}{kept}", error.image) from error
        except BaseException as error:
            painting.stop()
            _conclude(run, "failed", str(error) or type(error).__name__)
            raise
    _conclude(run, "finished")


def _conclude(run: Run, state: str, reason: str | None = None) -> None:
    """Record how painting ended; a disk that is full keeps that from nobody else."""
    with suppress(OutputError):
        write_json(run.folder / "outcome.json", {"state": state, "reason": reason})


class Painting:
    """One go at a run, from its last checkpoint or from the start, to the end or a stop."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.step: Step | None = None  # the last one, while the solver's state is still what it was after it

    def events(self) -> Iterator[Event | RunEvent]:
        """Check, paint, keep what is needed on the way, and save."""
        run = self.run
        self._check_inputs()
        self._check_weights()
        job_text = (run.folder / "job.toml").read_bytes()
        self.keeper = Keeper(run, {"job": hashlib.sha256(job_text).hexdigest(), **run.weights})
        snapshot, warnings = self.keeper.latest()
        yield from (Warned(text) for text in warnings)
        if snapshot is not None:
            self.keeper.number = snapshot.number
            yield Resumed(snapshot.level, snapshot.number)
        for event in self._solved(run.job.events(resume=snapshot)):
            yield event
            yield from self._kept(event)
            if run.cancel_path.exists():
                raise CancelledError(f"stopped as asked; go on with: impasto runs resume {run.id}")
            if isinstance(event, Finished):
                yield from self._saved(event)

    def stop(self) -> None:
        """Write down where painting stands, if that is a state to go on from."""
        if self.step is not None:
            with held_back():
                self.keeper.checkpoint(self.step.snapshot)
                self.keeper.preview(self.step.image)

    def keep_last_good(self, image: object) -> str:
        """Save the image before the one that went wrong; a sentence that says where, or nothing."""
        if image is None:
            return ""
        path = self.run.folder / "last-good.png"
        return f" The last good picture is {path}." if self.keeper.picture(path, image) is None else ""

    def _solved(self, events: Iterator[Event]) -> Iterator[Event]:
        """The solver's events; a signal during a step is held back until the step is whole."""
        event: Event | None = next(events, None)
        while event is not None:
            yield event
            if isinstance(event, LevelStarted | Step):
                with held_back():
                    self.step = None
                    event = next(events, None)
                    self.step = event if isinstance(event, Step) else None
            else:
                event = next(events, None)

    def _kept(self, event: Event) -> Iterator[RunEvent]:
        """Checkpoints and previews where they are due."""
        keeper = self.keeper
        if isinstance(event, LevelDone):
            yield from self._framed(event)
            yield from keeper.told_checkpoint(partial(keeper.level_end, event))
            yield from keeper.told_preview(event.image)
            self.step = None
        elif isinstance(event, Step):
            keeper.number = event.number
            if keeper.checkpoints.due():
                yield from keeper.told_checkpoint(event.snapshot)
            if keeper.previews.due():
                yield from keeper.told_preview(event.image)

    def _framed(self, event: LevelDone) -> Iterator[RunEvent]:
        """Write the frame that a level ends with, if it is one."""
        from impasto.pictures import write_picture

        number = self.run.job.frame_of(event.level)
        if number is None:
            return
        first, *others = self.run.frame_paths(number)
        for path in (first, *others):
            make_folder(path.parent)
        write_picture(self.run.job.picture(event.image), first, metadata="none")
        for path in others:
            copy_whole(first, path)
        yield FrameWritten(number, [first, *others][-1])

    def _saved(self, event: Finished) -> Iterator[RunEvent]:
        """Write the result into the folder and to where it was asked for; checkpoints are then of no more use."""
        from impasto.pictures import keeps_alpha, write_picture

        run = self.run
        picture = run.job.picture(event.image)
        if picture.alpha is not None and not keeps_alpha(run.result_path):
            yield Warned(f"{run.result_path.suffix} holds no transparency: the picture lies on white; .png keeps it")
        recipe: str | None = recipe_of(run) if run.writing.keeps_recipe else None
        if recipe is not None and len(recipe) > LONGEST_RECIPE:
            recipe = None
            yield Warned("the recipe is too long for a picture's metadata; it stays in the run's folder alone")
        write_picture(picture, run.result_path, recipe=recipe, **run.writing.options())
        if run.output is not None:
            copy_whole(run.result_path, run.output)
        self.keeper.clear()
        yield Saved(run.output or run.result_path)

    def _check_inputs(self) -> None:
        """Raise InputError if a picture is not the one that the run was made with."""
        for name, entry in self.run.record["inputs"].items():
            path = self.run.folder / entry["path"]
            if input_sha256(path) != entry["sha256"]:
                raise InputError(
                    f"{path}: the {name} picture has changed since the run {self.run.id} was made. "
                    "Put the old one back, or start a new run."
                )

    def _check_weights(self) -> None:
        """Load the weights; raise InputError if they are not those that the run began with."""
        used, before = self.run.job.weights_used(), self.run.weights
        if not before:
            write_json(self.run.folder / "weights.json", used)
        elif used != before:
            raise InputError(
                f"the weights {', '.join(used)} are not those that the run {self.run.id} began with "
                f"({', '.join(before)}, another SHA-256). Start a new run."
            )
