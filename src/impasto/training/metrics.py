"""What was measured while a network learnt: JSON lines always, and TensorBoard's event files where it is installed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from impasto.training.events import Learnt
from impasto.training.folder import TrainingFolder

if TYPE_CHECKING:
    from torch.utils.tensorboard import SummaryWriter

ADVICE = "TensorBoard is not installed, so training is logged to metrics.jsonl alone: pip install 'impasto[train]'"


class Metrics:
    """Writes down what a training measures. What was written of steps after `number`, which are taken again, goes.

    A disk that is full keeps nobody from learning.
    """

    def __init__(self, folder: TrainingFolder, number: int) -> None:
        path = folder.metrics_path
        earlier = path.read_bytes().splitlines(keepends=True) if path.is_file() else []
        self.file = path.open("wb")
        self.file.writelines(line for line in earlier if _step_of(line) <= number)
        self.file.flush()
        self.board = board_in(folder, number)

    @property
    def advice(self) -> str:
        """What is missing, if anything is."""
        return "" if self.board is not None else ADVICE

    def step(self, event: Learnt) -> None:
        """Of one step: the terms of the objective, the learning rate and how long it took."""
        facts = {"learning_rate": event.rate, "seconds": round(event.seconds, 4)}
        values = {"loss": event.value, **event.losses, **facts}
        self._write({"step": event.number, **values})
        self._draw("training", values, event.number)

    def look(self, number: int, losses: Mapping[str, float], sheet: Tensor) -> None:
        """Of the photos held out: the terms of the objective, and the sheet [3, H, W]."""
        values = {"loss": sum(losses.values()), **losses}
        self._write({"step": number, "held_out": values})
        self._draw("held out", values, number)
        if self.board is not None:
            with suppress(OSError):
                self.board.add_image("held out", (sheet.clamp(0, 1) * 255).to(torch.uint8), number)

    def close(self) -> None:
        """Finish the files."""
        with suppress(OSError):
            self.file.close()
        if self.board is not None:
            with suppress(OSError):
                self.board.close()

    def _write(self, record: Mapping[str, Any]) -> None:
        with suppress(OSError):
            self.file.write(json.dumps(record).encode() + b"\n")
            self.file.flush()

    def _draw(self, group: str, values: Mapping[str, float], number: int) -> None:
        if self.board is not None:
            with suppress(OSError):
                for name, value in values.items():
                    self.board.add_scalar(f"{group}/{name}", value, number)


def board_in(folder: TrainingFolder, number: int) -> SummaryWriter | None:
    """A writer of TensorBoard's files that goes on after so many steps; None without TensorBoard."""
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError:
        return None
    return SummaryWriter(str(folder.tensorboard), purge_step=number + 1 if number else None)


def _step_of(line: bytes) -> float:
    """The step that a line tells of; beyond all for a line that is torn."""
    try:
        return float(json.loads(line)["step"])
    except (ValueError, KeyError, TypeError):
        return float("inf")
