"""The folder of a training. Whoever has it can watch, stop or go on with the training.

training.toml       the settings
teacher.toml        the job that teaches, its pictures by absolute paths
inputs.json         the SHA-256 of the teacher's pictures
metrics.jsonl       a JSON object to a step, and one whenever the photos held out were looked at
tensorboard/        the same for TensorBoard, if that is installed
pictures/           the photos held out beside their paintings, after so many steps
skipped.txt         the photos that could not be learnt from, and why
state/              the last checkpoints, also when it is finished, so that it can be made longer
lock                held by the process that trains
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from impasto.errors import InputError, OutputError
from impasto.pictures import Picture
from impasto.runs import job_from_toml, job_to_toml
from impasto.runs.creation import input_sha256
from impasto.runs.files import make_folder, read_json, read_text, write_json, write_text
from impasto.tasks import StylizeJob
from impasto.training.plan import TrainingPlan, plan_from_toml

PATIENCE = 0.5
"""Seconds to wait for the lock."""


class TrainingFolder:
    """A training in its folder. Use `TrainingFolder.create` or `TrainingFolder.open`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, path: Path, plan: TrainingPlan, teacher: StylizeJob) -> TrainingFolder:
        """A new training. Raises like `check_new`, JobError for a teacher that cannot be written down, PictureError."""
        cls.check_new(path)
        if any(isinstance(source, Picture) for source in teacher.inputs.values()):
            raise InputError("a teacher's pictures must be files, so that training can be gone on with")
        make_folder(path)
        folder = cls(path.absolute())
        placed = teacher.with_inputs({n: s.absolute() for n, s in teacher.inputs.items() if isinstance(s, Path)})
        write_json(folder.path / "inputs.json", folder.digests(placed))
        write_text(folder.path / "teacher.toml", job_to_toml(placed))
        write_text(folder.path / "training.toml", plan.to_toml())
        return folder

    @staticmethod
    def check_new(path: Path) -> None:
        """Raise OutputError for a folder that holds something."""
        if path.exists() and (not path.is_dir() or any(path.iterdir())):
            raise OutputError(
                f"{path} is there already. Go on with the training in it: impasto fast train --resume {path}; "
                "or name another folder with --folder."
            )

    @classmethod
    def open(cls, path: Path) -> TrainingFolder:
        """The training in a folder. Raises InputError if there is none, or its teacher's pictures have changed."""
        if not (path / "training.toml").is_file() or not (path / "teacher.toml").is_file():
            raise InputError(f"{path} is no training's folder: it has no training.toml and teacher.toml")
        folder = cls(path.absolute())
        changed = [name for name, digest in folder.digests(folder.teacher).items() if digest != folder.inputs.get(name)]
        if changed:
            raise InputError(
                f"{', '.join(changed)} of the teacher has changed since the training in {path} began. "
                "Put the old picture back, or start a new training."
            )
        return folder

    @cached_property
    def plan(self) -> TrainingPlan:
        """The settings."""
        path = self.path / "training.toml"
        return plan_from_toml(read_text(path), str(path))

    @cached_property
    def teacher(self) -> StylizeJob:
        """The job that teaches."""
        path = self.path / "teacher.toml"
        job = job_from_toml(read_text(path), str(path))
        if not isinstance(job, StylizeJob):
            raise InputError(f"{path}: a job of kind {job.kind} cannot teach a network; one of stylize can")
        return job

    @cached_property
    def inputs(self) -> dict[str, Any]:
        """The SHA-256 of the teacher's pictures when the training began."""
        return read_json(self.path / "inputs.json")

    def take(self, steps: int) -> None:
        """Let the training take another number of steps in all. Raises JobError, OutputError."""
        plan = replace(self.plan, steps=steps)
        write_text(self.path / "training.toml", plan.to_toml())
        vars(self)["plan"] = plan

    @property
    def state(self) -> Path:
        """Where the checkpoints lie."""
        return self.path / "state"

    @property
    def metrics_path(self) -> Path:
        """What was measured at every step."""
        return self.path / "metrics.jsonl"

    @property
    def tensorboard(self) -> Path:
        """What TensorBoard reads."""
        return self.path / "tensorboard"

    def sheet(self, number: int) -> Path:
        """The photos held out as they are painted after so many steps."""
        return self.path / "pictures" / f"{number:07d}.jpg"

    def digests(self, teacher: StylizeJob) -> dict[str, str]:
        """The SHA-256 of the pictures of a teacher, but for its content, which is not looked at."""
        return {
            name: input_sha256(source)
            for name, source in teacher.inputs.items()
            if name != "content" and isinstance(source, Path)
        }

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the folder's lock. Raises InputError if another process trains here."""
        lock = FileLock(self.path / "lock", thread_local=False)
        try:
            lock.acquire(timeout=PATIENCE)
        except Timeout:
            raise InputError(f"another process trains in {self.path}. Wait for it, or stop it.") from None
        except OSError as error:
            raise OutputError(f"{self.path} cannot be written ({error.strerror})") from None
        try:
            yield
        finally:
            lock.release()

    def write_skipped(self, skipped: dict[str, str]) -> None:
        """Write down which photos could not be learnt from; a full disk keeps that from nobody else."""
        with suppress(OutputError):
            write_text(self.path / "skipped.txt", "".join(f"{json.dumps(n)}\t{why}\n" for n, why in skipped.items()))
