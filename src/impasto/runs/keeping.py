"""What is kept of a run while it is painted: checkpoints and the preview, as often as they are worth their time."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

import impasto
from impasto.errors import ImpastoError, InputError
from impasto.pictures import write_picture
from impasto.runs.checkpoint import checkpoints, read_checkpoint, write_checkpoint
from impasto.runs.events import Checkpointed, PreviewWritten, RunEvent, Warned
from impasto.runs.folder import Run
from impasto.runs.pace import Pace
from impasto.solve import LevelDone, Snapshot, resize

CHECKPOINT_SHARE = 0.05
CHECKPOINT_SECONDS = 1.0
PREVIEW_SHARE = 0.05
PREVIEW_SECONDS = 2.0
PREVIEW_SIDE = 1024
PREVIEW_QUALITY = 85


class Keeper:
    """Keeps the state and the look of one run in its folder.

    facts: what a checkpoint must agree with to be gone on from, such as the job's hash.
    number: how many steps were taken so far.
    """

    def __init__(self, run: Run, facts: dict[str, str]) -> None:
        self.run = run
        self.facts = facts
        self.surroundings = {
            "impasto": impasto.__version__,
            "torch": version("torch"),
            "threads": str(torch.get_num_threads()),
        }
        self.number = 0
        self.checkpoints = Pace(share=CHECKPOINT_SHARE, least=CHECKPOINT_SECONDS)
        self.previews = Pace(share=PREVIEW_SHARE, least=PREVIEW_SECONDS)
        self.failed = False

    def latest(self) -> tuple[Snapshot | None, list[str]]:
        """The furthest sound snapshot, None if there is none, and warnings about those that are not sound."""
        warnings: list[str] = []
        for path in checkpoints(self.run.state_folder):
            try:
                found = read_checkpoint(path)
                if any(found.facts.get(name) != value for name, value in self.facts.items()):
                    raise InputError(f"the checkpoint {path} belongs to another job")
            except InputError as error:
                warnings.append(f"{error}; going on from the one before, or from the start")
                with suppress(OSError):
                    path.unlink()
                continue
            for name, value in self.surroundings.items():
                before = found.facts.get(name)
                if before != value:
                    warnings.append(f"{name} was {before} and is {value} now: the result may differ slightly")
            return found.snapshot, warnings
        return None, warnings

    def level_end(self, event: LevelDone) -> Snapshot:
        """The snapshot from which the level after the finished one begins."""
        return Snapshot(event.level + 1, 0, self.number, {"image": event.image}, {})

    def checkpoint(self, take: Callable[[], Snapshot]) -> Checkpointed | Warned:
        """Take a snapshot and write it; where the disk refuses, say so and leave the one before."""
        try:
            with self.checkpoints.timed():
                snapshot = take()
                path = write_checkpoint(self.run.state_folder, snapshot, {**self.surroundings, **self.facts})
        except OSError as error:
            return Warned(f"no checkpoint could be written ({error.strerror}); painting goes on without")
        return Checkpointed(snapshot.number, path, round(self.checkpoints.cost, 3))

    def told_checkpoint(self, take: Callable[[], Snapshot]) -> Iterator[RunEvent]:
        """Write a checkpoint and tell of it; of a disk that stays full only once."""
        before, event = self.failed, self.checkpoint(take)
        self.failed = isinstance(event, Warned)
        if not (before and self.failed):
            yield event

    def preview(self, image: Any) -> PreviewWritten | None:
        """Write the preview, its longer side at most 1024 pixels; None if the disk refuses."""
        with self.previews.timed():
            failure = self.picture(self.run.preview_path, image, longest=PREVIEW_SIDE, quality=PREVIEW_QUALITY)
        return PreviewWritten(self.run.preview_path) if failure is None else None

    def told_preview(self, image: Any) -> Iterator[RunEvent]:
        """Write the preview and tell of it."""
        event = self.preview(image)
        if event is not None:
            yield event

    def picture(self, path: Path, image: Any, *, longest: int | None = None, quality: int = 95) -> ImpastoError | None:
        """Write an image [1, 3, H, W] as a picture; the reason if it cannot be.

        longest: the longer side at most. The image is made smaller first: of a very large one no more is needed.
        """
        try:
            longer = max(image.shape[-2:])
            if longest is not None and longer > longest:
                width, height = (max(1, round(n * longest / longer)) for n in (image.shape[-1], image.shape[-2]))
                image = resize(image, width, height)
            write_picture(self.run.job.picture(image), path, quality=quality, metadata="none")
        except ImpastoError as error:
            return error
        return None

    def clear(self) -> None:
        """Remove the checkpoints."""
        shutil.rmtree(self.run.state_folder, ignore_errors=True)
