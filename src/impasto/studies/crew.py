"""Hands for a study's cells: this process alone, or several that end with it."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Generator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Protocol

import torch

from impasto.errors import CancelledError
from impasto.studies.events import CellDone, CellEvent, CellFailed
from impasto.studies.folder import CellFolder
from impasto.studies.hand import Hand, Task, failed
from impasto.studies.jury import Jury
from impasto.tasks.plan_machine import threads_allowed, use_threads_allowed

PATIENCE = 20.0
"""Seconds that a process has to put its cell away before it is ended."""


class Hands(Protocol):
    """Whoever works on cells."""

    def work(self, tasks: Sequence[Task]) -> Generator[CellEvent, None, None]:
        """Finish all tasks, telling what happens."""
        ...

    def end(self) -> None:
        """Put everything away."""
        ...


def hands_for(workers: int, judges: Sequence[str], lpips: str) -> Hands:
    """Return this process for one worker, else so many processes of their own."""
    return Alone(judges, lpips) if workers <= 1 else Crew(workers, judges, lpips)


class Alone:
    """The process at hand."""

    def __init__(self, judges: Sequence[str], lpips: str) -> None:
        use_threads_allowed()
        self.hand = Hand(Jury(judges, lpips))

    def work(self, tasks: Sequence[Task]) -> Generator[CellEvent, None, None]:
        """Finish one task after the other."""
        for task in tasks:
            with closing(self.hand.work(task)) as events:
                yield from events

    def end(self) -> None:
        """Nothing is held."""


@dataclass(eq=False)
class Worker:
    """A process, the way to it, and what it is at."""

    process: SpawnProcess
    way: Connection
    task: Task | None = None
    networks: list[str] = field(default_factory=list)


class Crew:
    """Several processes, each with its share of the processors; they end when this one does, however that ends.

    Ctrl-C is this process's alone: it closes the way to the others, which keep what is painted and end.
    """

    def __init__(self, workers: int, judges: Sequence[str], lpips: str) -> None:
        self.told = (tuple(judges), lpips, max(1, threads_allowed() // workers))
        self.workers = [self._hired() for _ in range(workers)]

    def work(self, tasks: Sequence[Task]) -> Generator[CellEvent, None, None]:
        """Finish all tasks, those of one network by one worker as far as that keeps all busy."""
        waiting = list(tasks)
        for worker in self.workers:
            self._hand_out(worker, waiting)
        while busy := {worker.way: worker for worker in self.workers if worker.task is not None}:
            for way in wait(list(busy)):
                assert isinstance(way, Connection)
                worker = busy[way]
                assert worker.task is not None
                try:
                    event: CellEvent = way.recv()
                except (EOFError, OSError):
                    event = self._lost(worker)
                    worker = self._replaced(worker)
                yield event
                if isinstance(event, CellDone | CellFailed):
                    self._hand_out(worker, waiting)

    def end(self) -> None:
        """Close the ways and wait for the processes."""
        for worker in self.workers:
            worker.way.close()
        for worker in self.workers:
            worker.process.join(PATIENCE)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()

    def _hired(self) -> Worker:
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        process = context.Process(target=serve, args=(there, *self.told), daemon=True)
        process.start()
        there.close()
        return Worker(process, here)

    def _hand_out(self, worker: Worker, waiting: list[Task]) -> None:
        """Give a worker its next task: of the network it has, else of one that no other worker has."""
        worker.task = None
        if not waiting:
            return
        held = {name for other in self.workers if other is not worker for name in other.networks[-1:]}
        own = worker.networks[-1:]
        task = next((t for t in waiting if t.network in own), None)
        task = task or next((t for t in waiting if t.network not in held), waiting[0])
        waiting.remove(task)
        worker.task = task
        worker.networks.append(task.network)
        with suppress(OSError):  # a worker that is gone is noticed where it is listened to
            worker.way.send(task)

    def _lost(self, worker: Worker) -> CellFailed:
        """The failure of the cell whose worker is gone."""
        assert worker.task is not None
        worker.process.join(PATIENCE)
        code = worker.process.exitcode
        return failed(
            CellFolder(worker.task.folder),
            f"the process that painted it was ended from outside (exit code {code}), for want of memory perhaps: "
            "try fewer workers, or a smaller size",
            4,
        )

    def _replaced(self, worker: Worker) -> Worker:
        worker.way.close()
        other = self._hired()
        self.workers[self.workers.index(worker)] = other
        return other


def serve(way: Connection, judges: Sequence[str], lpips: str, threads: int) -> None:
    """The life of a worker: tasks in, events out, until nobody is at the other end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(threads)
    hand = Hand(Jury(judges, lpips))
    with suppress(EOFError, OSError, CancelledError):
        while True:
            task: Task = way.recv()
            with closing(hand.work(task)) as events:
                for event in events:
                    way.send(event)
