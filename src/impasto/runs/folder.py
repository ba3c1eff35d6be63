"""A run as a folder. Whoever has the folder can watch, stop, resume, repeat or report the run.

job.toml          the job, every setting in it; relative picture paths are taken from this folder
run.json          when it was made and with what, where the result goes, the SHA-256 of each input
inputs/           pictures that were in memory, stored without loss
weights.json      the weights used, once they are known
events.jsonl      what happened, a JSON object to a line
preview.webp      the picture as it is now
state/            checkpoints, while it is unfinished
outcome.json      how it ended: finished, interrupted or failed, and why
frames/           the frames of a sequence as they are finished, by number
result.*          the picture, of a sequence the last
lock, cancel      held by the process that paints; left there to ask it to stop
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from filelock import FileLock, Timeout

from impasto.errors import InputError
from impasto.registry import did_you_mean
from impasto.runs.files import json_object, read_json, read_text
from impasto.runs.naming import is_id, runs_home
from impasto.runs.writing import Writing, writing_from

if TYPE_CHECKING:
    from impasto.tasks import Job

FORMAT = 1
POLL_SECONDS = 0.2
State = Literal["queued", "running", "interrupted", "finished", "failed"]


class Run:
    """A run in its folder. Use `Run.create` or `Run.open`."""

    def __init__(self, folder: Path, record: Mapping[str, Any]) -> None:
        self.folder = folder
        self.record = record

    def __repr__(self) -> str:
        return f"Run({str(self.folder)!r})"

    @classmethod
    def create(
        cls, job: Job, *, output: Path | None = None, home: Path | None = None, writing: Writing | None = None
    ) -> Run:
        """A new run of `job`, its folder made complete beside and renamed into place.

        output: where the result goes besides the folder. writing: how it is written. home: instead of `runs_home()`.
        What `job` has loaded is not loaded again.
        Raises what `job.check` does, JobError for a job that cannot be written down, OutputError if the result or
        the folder could not be written.
        """
        from impasto.runs.creation import create_folder

        run = cls.open(create_folder(job, output, home or runs_home(), writing or Writing()))
        job.lend(run.job)
        return run

    @classmethod
    def open(cls, run: str | Path, *, home: Path | None = None) -> Run:
        """The run of an id, or in a folder. Raises InputError if there is none, or its folder is foreign or damaged."""
        folder = _folder_of(run, home or runs_home())
        if not (folder / "run.json").is_file() or not (folder / "job.toml").is_file():
            raise InputError(f"{folder} is no run of Impasto: it has no run.json and job.toml")
        record = read_json(folder / "run.json")
        _check_record(record, folder / "run.json")
        return cls(folder, record)

    @property
    def id(self) -> str:
        """The folder's name: when it was made (UTC), of which pictures, and four digits."""
        return self.folder.name

    @cached_property
    def job(self) -> Job:
        """The job. Raises JobError if job.toml does not validate."""
        from impasto.runs.codec import job_from_dict, read_toml
        from impasto.runs.tables import pictures_under

        path = self.folder / "job.toml"
        data = read_toml(read_text(path), str(path))
        return job_from_dict(pictures_under(data, self.folder))

    @property
    def output(self) -> Path | None:
        """Where the result goes besides the folder, absolute; None if nowhere."""
        return None if self.record["output"] is None else Path(self.record["output"])

    @property
    def writing(self) -> Writing:
        """How the result is written. Raises InputError if the record is damaged."""
        return writing_from(self.record)

    @property
    def result_path(self) -> Path:
        """The result in the folder, there or not."""
        return self.folder / f"result{self.output.suffix.lower() if self.output else '.png'}"

    def frame_paths(self, number: int) -> list[Path]:
        """Where a frame of a sequence lies, counted from 1: in the folder, and beside the output if there is one."""
        name = f"{number:04d}.png"
        places = [self.folder / "frames" / name]
        if self.output is not None:
            places.append(self.output.with_name(f"{self.output.stem}_frames") / name)
        return places

    @property
    def preview_path(self) -> Path:
        """The picture as it is now, there or not yet."""
        return self.folder / "preview.webp"

    @property
    def state_folder(self) -> Path:
        """Where the checkpoints lie."""
        return self.folder / "state"

    @property
    def events_path(self) -> Path:
        """Where events are written down."""
        return self.folder / "events.jsonl"

    @property
    def cancel_path(self) -> Path:
        """The file whose being there asks the painting process to stop."""
        return self.folder / "cancel"

    @property
    def lock(self) -> FileLock:
        """The lock that a process holds while it paints; the system frees it however the process ends."""
        return FileLock(self.folder / "lock", thread_local=False)

    @property
    def weights(self) -> dict[str, str]:
        """The weights used, by name with their SHA-256; empty until they are known."""
        path = self.folder / "weights.json"
        return {str(k): str(v) for k, v in read_json(path).items()} if path.is_file() else {}

    @property
    def outcome(self) -> dict[str, Any]:
        """How the run last ended: `state`, and `reason` if there is one; empty if it never ended by itself."""
        path = self.folder / "outcome.json"
        return read_json(path) if path.is_file() else {}

    @property
    def state(self) -> State:
        """Where the run stands; running means that a living process holds its lock."""
        if self._is_locked():
            return "running"
        ended = self.outcome.get("state")
        if ended in ("finished", "failed", "interrupted"):
            state: State = ended
            return state
        return "interrupted" if self.events_path.exists() else "queued"

    def summary(self) -> dict[str, Any]:
        """What a listing shows, ready for JSON."""
        steps = started = None
        for event in self.events():
            if event["event"] == "started":
                started = event.get("steps")
            elif event["event"] == "step":
                steps = event.get("number")
        return {
            "id": self.id,
            "state": self.state,
            "kind": self.record["kind"],
            "created": self.record["created"],
            "inputs": {name: entry["path"] for name, entry in self.record["inputs"].items()},
            "output": None if self.output is None else str(self.output),
            "result": str(self.result_path) if self.result_path.is_file() else None,
            "preview": str(self.preview_path) if self.preview_path.is_file() else None,
            "folder": str(self.folder),
            "steps_done": steps or 0,
            "steps": started,
            "weights": self.weights,
            "reason": self.outcome.get("reason"),
        }

    def events(self) -> list[dict[str, Any]]:
        """The events written down so far, oldest first. Of a run that was resumed, some steps come twice."""
        return list(self._events_from(0)[0])

    def follow(self, *, poll: float = POLL_SECONDS) -> Iterator[dict[str, Any]]:
        """The events from the first, and further ones as they happen, until no process paints any more.

        poll: seconds between two looks. A run that is queued is waited for.
        """
        offset = 0
        while True:
            ended = self.state not in ("queued", "running")
            found, offset = self._events_from(offset)
            yield from found
            if ended:
                return
            time.sleep(poll)

    def cancel(self) -> bool:
        """Ask the process that paints to stop after the step it is at; False if none does.

        Raises InputError if the folder cannot be written.
        """
        if not self._is_locked():
            return False
        try:
            self.cancel_path.touch()
        except OSError as error:
            raise InputError(
                f"{self.folder} cannot be written ({error.strerror}), so the run cannot be asked"
            ) from None
        return True

    def _is_locked(self) -> bool:
        if not (self.folder / "lock").exists():
            return False
        lock = self.lock
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return True
        except OSError:
            return False
        lock.release()
        return False

    def _events_from(self, offset: int) -> tuple[list[dict[str, Any]], int]:
        """Whole lines from a place in the file on, and the place after them."""
        try:
            with self.events_path.open("rb") as file:
                file.seek(offset)
                data = file.read()
        except FileNotFoundError:
            return [], 0
        end = data.rfind(b"\n") + 1
        events = []
        for line in data[:end].decode(errors="replace").splitlines():
            try:
                event = json_object(line, "an event")
            except InputError:
                continue
            if isinstance(event.get("event"), str):
                events.append(event)
        return events, offset + end


def list_runs(*, home: Path | None = None) -> list[Run]:
    """All runs, oldest first; folders that are no runs are passed over."""
    place = home or runs_home()
    runs = []
    for folder in sorted(place.iterdir()) if place.is_dir() else []:
        if is_id(folder.name):
            try:
                runs.append(Run.open(folder))
            except InputError:
                continue
    return runs


def latest_unfinished(*, home: Path | None = None) -> Run | None:
    """The newest run that is queued or interrupted; None if there is none."""
    return next((run for run in reversed(list_runs(home=home)) if run.state in ("queued", "interrupted")), None)


def _folder_of(run: str | Path, home: Path) -> Path:
    """The folder an id or path names. Raises InputError if there is none."""
    text = os.fspath(run)
    try:
        if isinstance(run, Path) or os.sep in text or text in (".", ".."):
            if Path(text).is_dir():
                return Path(text).absolute()
            raise InputError(f"there is no folder {text}")
        if text and (home / text).is_dir():
            return home / text
    except (OSError, ValueError):
        raise InputError(f"{text!r} cannot be the name of a run") from None
    known = [folder.name for folder in home.iterdir() if is_id(folder.name)] if home.is_dir() else []
    advice = did_you_mean(text, sorted(known, reverse=True)) if known else f"There are none in {home}."
    raise InputError(f"no run is named {text!r}. {advice}")


def _check_record(record: Mapping[str, Any], path: Path) -> None:
    """Raise InputError unless the record is one of ours."""
    if record.get("format") != FORMAT:
        raise InputError(f"{path}: it is of format {record.get('format')!r}, and this version reads {FORMAT}")
    inputs = record.get("inputs")
    sound = (
        isinstance(record.get("kind"), str)
        and isinstance(record.get("created"), str)
        and isinstance(record.get("output", 0), str | None)
        and isinstance(record.get("writing", {}), dict)
        and isinstance(inputs, dict)
        and all(
            isinstance(entry, dict) and isinstance(entry.get("path"), str) and isinstance(entry.get("sha256"), str)
            for entry in inputs.values()
        )
    )
    if not sound:
        raise InputError(f"{path}: it is damaged: something that belongs in it is missing or of the wrong type")
