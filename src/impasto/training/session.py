"""The one loop in which a network learns: an event per step, and all kept that is needed to go on after a stop."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor

from impasto.errors import InputError, OutputError, SolveError, is_out_of_memory
from impasto.pictures import Collection
from impasto.runs import Warned
from impasto.runs.checkpoint import checkpoints, read_checkpoint, write_checkpoint
from impasto.runs.interrupts import held_back
from impasto.runs.pace import Pace
from impasto.solve import Snapshot
from impasto.tasks import StylizeJob
from impasto.tasks.plan_machine import most_held
from impasto.training.company import Company
from impasto.training.events import (
    LearningBegun,
    Learnt,
    LookedAt,
    NetworkWritten,
    PhotoSkipped,
    Rehearsed,
    StateKept,
    TrainingEvent,
    TrainingResumed,
)
from impasto.training.folder import TrainingFolder
from impasto.training.learner import Learner, distance_of_pixels
from impasto.training.metrics import Metrics
from impasto.training.photos import Photos
from impasto.training.plan import TrainingPlan
from impasto.training.result import beside, write_network
from impasto.training.teacher import Teacher

TRIED = 2
"""Steps that are tried out and timed, after one more that warms up."""

WEIGHED = 8
"""Photos by which the terms of the objective are weighed."""

KEEP_SECONDS = 60.0
"""The state is kept at least so often."""

KEEP_SHARE = 0.05
"""Of the time that keeping it may take."""


class Session:
    """One go at a training: photos, teacher and learner.

    Raises what `Photos` and `Teacher` do.
    """

    def __init__(self, plan: TrainingPlan, teacher: StylizeJob, company: Company = Company()) -> None:  # noqa: B008 frozen
        self.plan, self.job, self.company = plan, teacher, company
        job = replace(teacher, device=company.device(teacher.device))
        self.photos = Photos(Collection.of(plan.photos), seed=plan.seed, held_out=plan.held_out, pixels=plan.pixels)
        self.teacher = Teacher(job, plan.pixels)
        self.learnt_before = 0.0

    def learner(self) -> Learner:
        """A learner that knows nothing yet."""
        return Learner(self.plan, self.teacher.device, self.teacher.precision)

    def weigh(self) -> None:
        """Weigh the terms of the objective by photos to learn from."""
        with told_of_memory(self.plan):
            photos = [self.photos.batch(step, 1, self.plan.pixels)[0] for step in range(WEIGHED)]
            self.teacher.balance(torch.stack(photos).to(self.teacher.device))

    def rehearse(self, number: int = 0) -> Rehearsed:
        """Weigh the terms, try a few steps out, at the largest crops, and say what those after `number` will take."""
        self.weigh()
        learner, began = self.learner(), 0.0
        with told_of_memory(self.plan):
            for step in range(1 + TRIED):
                began = time.monotonic() if step == 1 else began
                self._step(learner, self.photos.batch(step, self.plan.batch, self.plan.pixels))
        self.seconds_a_step = self.company.agreed((time.monotonic() - began) / TRIED)
        return self.forecast(number)

    def forecast(self, number: int = 0) -> Rehearsed:
        """What was rehearsed, for the steps that the plan has now."""
        plan = self.plan
        shares = sum((plan.pixels_at(step) / plan.pixels) ** 2 for step in range(number, plan.steps))
        return Rehearsed(
            steps=plan.steps,
            seconds=shares * self.seconds_a_step,
            memory=most_held(self.teacher.device),
            photos=len(self.photos.names),
            held_out=len(self.photos.held_out),
            weights=dict(self.teacher.objective.weights),
        )

    def fitted_into(self, seconds: float) -> Rehearsed:
        """Plan as many steps as go into a time, by what was rehearsed, and say what those take."""
        plan = self.plan
        share = (1 + ((plan.early or plan.pixels) / plan.pixels) ** 2) / 2
        steps = max(1, int(seconds / (share * self.seconds_a_step)))
        self.plan = replace(plan, steps=steps, copying=min(plan.copying, steps // 10))
        return self.forecast()

    def events(self, folder: TrainingFolder) -> Generator[TrainingEvent, None, None]:
        """Learn, from the last checkpoint in the folder if there is one, and write the network.

        Stop iterating, and close the iterator, to stop: the state is kept. Of several processes the one that leads
        tells and writes; the others yield nothing.
        Raises DivergedError when the objective is no longer a number, SolveError if the memory does not suffice,
        OutputError if the state or the network cannot be written; the last checkpoint then stands.
        """
        learner, facts = self.learner(), self._facts(folder)
        snapshot = self._latest(folder, facts)
        if snapshot is not None:
            learner.restore(snapshot.tensors, snapshot.number)
            self.teacher.objective.weights = {n: snapshot.numbers[f"weight {n}"] for n in self.teacher.objective.names}
            self.learnt_before = snapshot.numbers["seconds"]
        elif not self.teacher.weighed:
            self.weigh()
        learner.taught = self.company.together(learner.network)
        if not self.company.leads:
            for _ in self._steps(learner, None):
                pass
            return
        yield LearningBegun(self.plan.steps, folder.path)
        if snapshot is not None:
            yield TrainingResumed(snapshot.number)
        self.began = time.monotonic()
        metrics = Metrics(folder, learner.number)
        if metrics.advice:
            yield Warned(metrics.advice)
        try:
            yield from self._told(learner, folder, facts, metrics)
        except (GeneratorExit, KeyboardInterrupt, SystemExit):
            with suppress(OutputError):
                self._keep(learner, folder, facts)
            raise
        finally:
            metrics.close()
            self.photos.close()

    def _told(
        self, learner: Learner, folder: TrainingFolder, facts: dict[str, str], metrics: Metrics
    ) -> Iterator[TrainingEvent]:
        plan, pace = self.plan, Pace(share=KEEP_SHARE, least=KEEP_SECONDS)
        held_out = self.photos.validation(plan.pixels).to(self.teacher.device)
        for learnt in self._steps(learner, metrics):
            yield learnt
            yield from (PhotoSkipped(reason) for reason in self.photos.told())
            looking = learnt.number % plan.look_every == 0 or learnt.number == plan.steps
            if looking:
                yield self._look(learner, held_out, folder, metrics)
            if looking or pace.due():
                with pace.timed():
                    path = self._keep(learner, folder, facts)
                yield StateKept(learnt.number, path)
        folder.write_skipped(self.photos.skipped)
        written = write_network(plan, self.teacher, learner.mean, self._seconds(), self.photos)
        yield NetworkWritten(plan.output, written, len(self.photos.skipped))

    def _steps(self, learner: Learner, metrics: Metrics | None) -> Iterator[Learnt]:
        """The steps that are left, each written down with the step itself, so that no stop can part them."""
        plan, company = self.plan, self.company
        with told_of_memory(plan):
            while learner.number < plan.steps:
                began, step = time.monotonic(), learner.number
                photos = self.photos.ahead(step, plan.batch, plan.pixels_at, part=company.rank, parts=company.processes)
                self.teacher.objective.turn_to(step // self.teacher.job.shift_every)
                rate = learner.rate
                with held_back():
                    losses = self._step(learner, photos)
                    learnt = Learnt(learner.number, sum(losses.values()), losses, rate, time.monotonic() - began)
                    if metrics is not None:
                        metrics.step(learnt)
                yield learnt

    def _step(self, learner: Learner, photos: Tensor) -> dict[str, float]:
        on = photos.to(self.teacher.device)
        objective = distance_of_pixels if learner.number < self.plan.copying else self.teacher.objective
        return learner.learn(on, self.teacher.aims(on), objective, self.teacher.shown)

    def _look(self, learner: Learner, held_out: Tensor, folder: TrainingFolder, metrics: Metrics) -> LookedAt:
        """Paint the photos held out, measure the objective there and keep the sheet."""
        with told_of_memory(self.plan), torch.no_grad(), learner.half():
            batches = torch.split(held_out, self.plan.batch)
            painted = [self.teacher.shown(learner.mean(photos).float()) for photos in batches]
        found: dict[str, float] = {}
        for photos, paintings in zip(batches, painted, strict=True):
            losses = self.teacher.objective.values(paintings, self.teacher.aims(photos))
            share = len(photos) / len(held_out)
            found = {name: found.get(name, 0.0) + share * value for name, value in losses.items()}
        sheet = beside(held_out, torch.cat(painted), folder.sheet(learner.number))
        metrics.look(learner.number, found, sheet)
        return LookedAt(learner.number, sum(found.values()), found, folder.sheet(learner.number))

    def _keep(self, learner: Learner, folder: TrainingFolder, facts: dict[str, str]) -> Path:
        """Write a checkpoint. Raises OutputError if the disk refuses; the one before then stands."""
        numbers = {f"weight {name}": weight for name, weight in self.teacher.objective.weights.items()}
        numbers["seconds"] = self._seconds()
        snapshot = Snapshot(0, learner.number, learner.number, learner.state(), numbers)
        try:
            return write_checkpoint(folder.state, snapshot, facts)
        except OSError as error:
            raise OutputError(
                f"{folder.state}: the state after {learner.number} steps cannot be kept ({error.strerror or error}). "
                f"Free space, then go on: impasto fast train --resume {folder.path}"
            ) from None

    def _latest(self, folder: TrainingFolder, facts: dict[str, str]) -> Snapshot | None:
        """The furthest sound snapshot. Raises InputError if there are some, and none of use."""
        refused = []
        for path in checkpoints(folder.state):
            try:
                found = read_checkpoint(path, of_painting=False)
            except InputError as error:
                refused.append(str(error))
                continue
            if found.facts == facts:
                return found.snapshot
            refused.append(f"the checkpoint {path} belongs to other settings")
        if refused:
            raise InputError(f"{folder.path} cannot be gone on with: {'; '.join(refused)}. Start a new training.")
        return None

    def _facts(self, folder: TrainingFolder) -> dict[str, str]:
        """What a checkpoint must agree with."""
        texts = (self.plan.lasting(), (folder.path / "teacher.toml").read_text())
        return {"training": hashlib.sha256("\n".join(texts).encode()).hexdigest()}

    def _seconds(self) -> float:
        """For how long the network has learnt, pauses left out."""
        return self.learnt_before + time.monotonic() - self.began


@contextmanager
def told_of_memory(plan: TrainingPlan) -> Iterator[None]:
    """Say what to do where the memory does not suffice. Raises SolveError then."""
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        raise SolveError(
            f"the memory does not suffice for {plan.batch} crops of {plan.pixels}×{plan.pixels} pixels at a time: "
            "give a smaller --batch or fewer --pixels"
        ) from None
