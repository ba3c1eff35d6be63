"""Feature visualisation: what a layer, a channel or a neuron of a network looks for, painted from noise.

Erhan, Bengio, Courville & Vincent 2009, "Visualizing higher-layer features of a deep network"; made legible as Olah,
Mordvintsev & Schubert 2017, "Feature visualization", do it: waves of decorrelated colour, and jitter.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Literal, Self, TypeVar

import torch
from torch import Tensor

from impasto.backbones import Pooling
from impasto.errors import JobError
from impasto.losses import ActivationLoss
from impasto.pictures import Picture, contact_sheet
from impasto.registry import OneOf
from impasto.solve import (
    OPTIMIZERS,
    STARTS,
    Event,
    Level,
    Optimizer,
    Problem,
    Shift,
    Snapshot,
    Start,
    WaveAdam,
    WaveStart,
    solve_in_turn,
)
from impasto.tasks.features import Feature, raising, shapes_of
from impasto.tasks.job import PictureSource
from impasto.tasks.memory import LEAST_TILE
from impasto.tasks.network_job import NetworkJob
from impasto.tasks.pixels import to_picture
from impasto.weights import DEFAULT

Cell = TypeVar("Cell")

COLUMNS = 8
"""The most pictures side by side on a sheet."""


@dataclass(frozen=True, kw_only=True)
class VisualizeFeaturesJob(NetworkJob, kind="visualize-features"):
    """Paint, from noise, what features of a network look for, as a labelled sheet with a row to a layer.

    layers, channels: every one of these channels, from 0, of every one of these layers; without channels the layers as
        they are, whatever answers in them.
    neuron: the middle position of the channels alone, so that what they look for appears once, in the middle.
    size: the sides of each picture in pixels. steps: for each.
    optimizer, start: how, and from where.
    jitter: by up to how many pixels the picture is moved before every step, a power of two; 1 is not at all. What is
        as fine as that and in no place for long does not grow.
    tile: see `StylizeJob`.
    """

    kind: Literal["visualize-features"] = "visualize-features"
    layers: tuple[str, ...]
    channels: tuple[int, ...] = ()
    neuron: bool = False
    size: int = 224
    steps: int = 256
    pooling: Pooling | None = "max"
    optimizer: Annotated[Optimizer, OneOf(OPTIMIZERS)] = field(default_factory=WaveAdam)
    start: Annotated[Start, OneOf(STARTS)] = field(default_factory=WaveStart)
    jitter: int = 16
    tile: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("layers", "channels"):
            object.__setattr__(self, name, tuple(dict.fromkeys(getattr(self, name))))
        if not self.layers:
            raise JobError("layers to visualise are needed: name at least one")
        if any(channel < 0 for channel in self.channels):
            raise JobError(f"channels are counted from 0: {list(self.channels)}")
        if self.neuron and not self.channels:
            raise JobError("a neuron is one position of a channel: name the channels as well")
        if not 32 <= self.size <= 4096:
            raise JobError(f"the size of a visualisation is 32 to 4096 pixels a side, not {self.size}")
        if self.steps < 0:
            raise JobError(f"steps must be 0 or more, not {self.steps}")
        if self.tile is not None and self.tile < 64:
            raise JobError(f"a tile must be at least 64 pixels, not {self.tile}")
        self._shift.check_stay(self.optimizer.stay)

    @property
    def inputs(self) -> dict[str, PictureSource]:
        """None: the pictures come from noise."""
        return {}

    def with_inputs(self, inputs: Mapping[str, PictureSource]) -> Self:  # noqa: ARG002
        """The same job."""
        return self

    @property
    def result_word(self) -> str:
        """What results are called."""
        return f"{self.backbone}_features"

    @property
    def needed_layers(self) -> tuple[str, ...]:
        """The layers."""
        return self.layers

    @property
    def features(self) -> tuple[Feature, ...]:
        """What is visualised, layer by layer."""
        channels = self.channels or (None,)
        return tuple(Feature(layer, channel, neuron=self.neuron) for layer in self.layers for channel in channels)

    def check(self) -> None:
        """Raise UnknownNameError for an unknown network, weights or layer, JobError for a channel that is not there.

        PictureError is raised for a size too small for the layers, SolveError for one too large for the memory.
        """
        self.check_room(self.size, self.size, self.tile or LEAST_TILE)
        _ = self.losses

    def events(self, *, resume: Snapshot | None = None) -> Iterator[Event]:
        """Paint one picture after the other, yielding an event per step; their images show all pictures in a row.

        Raises like `check`, WeightsError if the weights cannot be had, DivergedError if an activation is no longer a
        number.
        """
        yield from solve_in_turn([self._problem(loss) for loss in self.losses], resume=resume)

    def picture(self, image: Tensor) -> Picture:
        """The sheet, from a row of pictures [1, 3, size, n · size], the first ones of all; others stay blank."""
        pictures = [to_picture(part) for part in torch.split(image, self.size, dim=-1)]
        cells: list[Picture | None] = [*pictures, *(None for _ in self.features[len(pictures) :])]
        labels = [feature.label for feature in self.features]
        return contact_sheet(
            self._rows(cells),
            labels=self._rows(labels),
            title=f"{self.backbone} ({self.weights or DEFAULT[self.backbone]})",
            cell=self.size,
        )

    @cached_property
    def losses(self) -> tuple[ActivationLoss, ...]:
        """What is minimised for each feature. Raises JobError for a channel that a layer does not have."""
        planned = self.plan_network()
        side = self.size + self.jitter - 1
        shapes = shapes_of(planned, self.layers, side, side)
        return tuple(raising(planned, shapes, feature) for feature in self.features)

    @property
    def _shift(self) -> Shift:
        return Shift(pixels=self.jitter, every=1)

    def _problem(self, loss: ActivationLoss) -> Problem:
        """What the solver is asked for one feature."""
        return Problem(
            backbone=self.network,
            losses=(loss,),
            targets={},
            levels=(Level(self.size, self.size, self.steps),),
            start=self.start,
            optimizer=self.optimizer,
            shift=self._shift,
            tile=self.tile,
            seed=self.seed,
        )

    def _rows(self, cells: Sequence[Cell]) -> list[list[Cell]]:
        """The cells of the sheet: a layer's channels in a row or several, layers without channels side by side."""
        together = len(self.channels) or len(self.layers)
        groups = [cells[start : start + together] for start in range(0, len(cells), together)]
        return [list(group[start : start + COLUMNS]) for group in groups for start in range(0, len(group), COLUMNS)]
