"""Deep dreams: a picture in which a network finds ever more of what it looks for (Mordvintsev, Olah & Tyka 2015)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Annotated, Literal, Self

from torch import Tensor

from impasto.backbones import Pooling, painting_defaults
from impasto.errors import JobError
from impasto.losses import GuideLoss, Loss, Role
from impasto.pictures import (
    Picture,
    check_paintable,
    check_result_size,
    composite,
    continued,
    parse_size,
    picture_from,
    resize,
)
from impasto.registry import OneOf
from impasto.solve import (
    OPTIMIZERS,
    ContentStart,
    Event,
    Level,
    Normalised,
    Optimizer,
    Problem,
    Shift,
    Snapshot,
    Target,
    pyramid,
    solve,
)
from impasto.tasks.features import Feature, check_layers, raising, shapes_of
from impasto.tasks.job import PictureSource, name_of, picture_source
from impasto.tasks.memory import LEAST_TILE
from impasto.tasks.painting_job import PaintingJob
from impasto.tasks.pixels import fit_longer_side, given_back, to_tensor

SMALLEST = 128
"""The longer side of the smallest octave, where the network sees a large part of the picture at once."""

LARGEST_GUIDE = 512
"""The longer side of a guide at most, for every position of the picture is compared with each of the guide's."""

LARGEST_AT_ONCE = 1_500_000
"""Pixels up to which a picture is looked at at once if nobody says; larger ones in tiles of TILE pixels."""

TILE = 1024

MOST_FRAMES = 9999


@dataclass(frozen=True, kw_only=True)
class DreamJob(PaintingJob, kind="dream"):
    """Let a network dream into the picture `source`.

    layers: what is raised, each like `mixed_6b` or `relu5_3:channel=120`, see `impasto.tasks.features.Feature.parse`;
        several are raised by gradients of equal length times their weights. Without any, the network's own.
    guide: a picture; of all that the layers could answer more to, what answers to the guide as well.
    size: of the result: `"512"` the longer side, `"640x480"` exactly, None the picture's own.
    octaves: how many sizes are dreamt at, each `octave_scale` times the one before, up to the full size; what was
        dreamt is carried up and the photo's own detail put back. None takes all down to 128 pixels; 1 the full size
        alone.
    steps: in every octave. optimizer: how they are taken.
    jitter: by up to how many pixels the picture is moved before every step, a power of two; 1 is not at all.
    frames: of a journey into the picture: each enlarges the one before about its middle, `zoom` times, and dreams on
        there for `frame_steps` steps. 1 is the dream alone.
    tile: see `StylizeJob`; None takes 1024 for a picture of more than 1.5 million pixels.
    """

    kind: Literal["dream"] = "dream"
    source: PictureSource
    layers: tuple[str, ...] = ()
    guide: PictureSource | None = None
    size: str | None = "512"
    backbone: str = "inception_v3"
    pooling: Pooling | None = "max"
    octaves: int | None = None
    octave_scale: float = 1.4
    steps: int = 16
    optimizer: Annotated[Optimizer, OneOf(OPTIMIZERS)] = field(
        default_factory=lambda: Normalised(smoothing=4.0, chroma=2.0)
    )
    jitter: int = 32
    frames: int = 1
    zoom: float = 1.04
    frame_steps: int = 6
    tile: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "source", picture_source(self.source))
        if self.guide is not None:
            object.__setattr__(self, "guide", picture_source(self.guide))
        layers = (self.layers,) if isinstance(self.layers, str) else self.layers
        object.__setattr__(self, "layers", tuple(layers))
        if self.octaves is not None and self.octaves < 1:
            raise JobError(f"a dream has 1 octave or more, not {self.octaves}")
        if not 1.1 <= self.octave_scale <= 4:
            raise JobError(f"octave_scale must lie in 1.1 … 4, not {self.octave_scale}")
        if self.steps < 0 or self.frame_steps < 0:
            raise JobError(f"steps must be 0 or more, not {min(self.steps, self.frame_steps)}")
        if not 1 <= self.frames <= MOST_FRAMES:
            raise JobError(f"a journey has 1 to {MOST_FRAMES} frames, not {self.frames}")
        if self.tile is not None and self.tile < 64:
            raise JobError(f"a tile must be at least 64 pixels, not {self.tile}")
        named = [Feature.parse(text) for text in self.layers]
        if self.guide is not None and any(feature.channel is not None for feature in named):
            raise JobError("a guide chooses among all channels itself: name layers alone")
        parse_size(self.size)
        _ = Level(1, 1, 0, zoom=self.zoom)
        self.placed_shift.check_stay(self.optimizer.stay)

    @property
    def inputs(self) -> dict[str, PictureSource]:
        """The picture, and the guide if there is one."""
        return {"content": self.source, **({} if self.guide is None else {"guide": self.guide})}

    def with_inputs(self, inputs: Mapping[str, PictureSource]) -> Self:
        """The same job with other pictures, by the names of `inputs`."""
        chosen = {**self.inputs, **inputs}
        return replace(self, source=chosen["content"], guide=chosen.get("guide"))

    @property
    def result_word(self) -> str:
        """What results are called after their picture."""
        return "dream"

    @cached_property
    def features(self) -> tuple[Feature, ...]:
        """What is raised. Raises UnknownNameError for an unknown network, JobError for one that has no such layers."""
        own = painting_defaults(self.backbone).dream[:1]
        if not self.layers and not own:
            _ = self.planned
            raise JobError(f"{self.backbone} has no layers of its own to dream of: name some with --layers")
        return tuple(Feature.parse(text) for text in self.layers or own)

    @property
    def needed_layers(self) -> tuple[str, ...]:
        """The layers that any loss looks at, each once."""
        return tuple(dict.fromkeys(name for loss in self.losses for name in loss.layers))

    @cached_property
    def losses(self) -> tuple[Loss, ...]:
        """What is minimised. Raises UnknownNameError for a layer, JobError for a channel, that is not there."""
        planned, layers = self.planned, tuple(feature.layer for feature in self.features)
        check_layers(planned, layers)
        if self.guide is not None:
            names = tuple(planned.graph.aliases.get(name, name) for name in layers)
            total = sum(feature.weight for feature in self.features)
            return (GuideLoss(layers=names, layer_weights=tuple(f.weight / total for f in self.features)),)
        least = planned.least_side(layers)
        width, height = (max(least, side) + self.jitter - 1 for side in self.result_size)
        shapes = shapes_of(planned, layers, width, height)
        return tuple(raising(planned, shapes, feature) for feature in self.features)

    def check(self) -> None:
        """Raise UnknownNameError for an unknown network, weights or layer, PictureError for a picture that will not do.

        Raises JobError for a channel that is not there. The pictures are read; no weights are.
        """
        self.planned.graph.plan(self.needed_layers)
        _ = self.source_picture
        if self.guide is not None:
            check_paintable(picture_from(self.guide), name_of(self.guide, "the guide picture"))

    def events(self, *, resume: Snapshot | None = None) -> Iterator[Event]:
        """Dream, yielding an event per step.

        Raises what `check` does, WeightsError if the weights cannot be had, DivergedError if an activation is no longer
        a number.
        """
        yield from solve(self.problem(), resume=resume)

    def problem(self) -> Problem:
        """What the solver is asked: pictures read, weights loaded, octaves laid out."""
        picture, backbone = self.source_picture, self.network
        seen = to_tensor(continued(picture), backbone.device)
        targets: dict[Role, tuple[Target, ...]] = {"content": (Target(seen),)}
        if self.guide is not None:
            guide = composite(picture_from(self.guide))
            longer = min(LARGEST_GUIDE, max(picture.width, picture.height))
            sides = fit_longer_side(guide, longer, backbone.least_side(self.needed_layers))
            targets["guide"] = (Target(to_tensor(resize(guide, *sides), backbone.device)),)
        return Problem(
            backbone=backbone,
            losses=self.losses,
            targets=targets,
            levels=self.levels(),
            start=ContentStart(),
            optimizer=self.optimizer,
            shift=self.placed_shift,
            detail=1.0,
            tile=self.placed_tile,
            seed=self.seed,
        )

    def levels(self) -> tuple[Level, ...]:
        """The octaves, then the frames of the journey."""
        journey = Level(*self.result_size, self.frame_steps, zoom=self.zoom)
        return (*self.octave_levels, *(journey,) * (self.frames - 1))

    def at_size(self, width: int, height: int, *, steps: int, tile: int | None) -> DreamJob:
        """With one octave."""
        return replace(self, size=f"{width}x{height}", octaves=1, steps=steps, frames=1, tile=tile)

    @cached_property
    def octave_levels(self) -> tuple[Level, ...]:
        """The sizes dreamt at, from small to large. Raises like `check`."""
        width, height = self.result_size
        return pyramid(
            width,
            height,
            smallest=SMALLEST,
            shortest=self.planned.least_side(self.needed_layers),
            steps=(self.steps,),
            scale=self.octave_scale,
            most=self.octaves,
        )

    @property
    def placed_tile(self) -> int | None:
        """The tile, or the one that is taken for the picture's size."""
        width, height = self.result_size
        return TILE if self.tile is None and width * height > LARGEST_AT_ONCE else self.tile

    def frame_of(self, level: int) -> int | None:
        """The frame that a level ends with: the dream is the first. None without a journey."""
        first = len(self.octave_levels) - 1
        return level - first + 1 if self.frames > 1 and level >= first else None

    def picture(self, image: Tensor) -> Picture:
        """The image as a picture, with what was put aside of the source, see `given_back`."""
        return given_back(image, self.source_picture)

    @cached_property
    def source_picture(self) -> Picture:
        """The picture at the size of the result, read once.

        Raises PictureError if it cannot be looked at in that size, SolveError if the memory does not suffice for it.
        """
        name, (width, height) = name_of(self.source, "the picture"), self.result_size
        check_result_size(width, height, name)
        self.check_room(width, height, self.placed_tile or LEAST_TILE)
        picture = self._picture_given
        return picture if self.size is None else resize(picture, width, height)

    @cached_property
    def _picture_given(self) -> Picture:
        picture = picture_from(self.source)
        check_paintable(picture, name_of(self.source, "the picture"))
        return picture

    @property
    def pictures_read(self) -> dict[str, Picture]:
        """The picture, at the size of the result."""
        return {"content": self.source_picture}

    @property
    def result_size(self) -> tuple[int, int]:
        """That of the picture, or the one asked for."""
        picture, size = self._picture_given, parse_size(self.size)
        return (picture.width, picture.height) if size is None else size.fit(picture.width, picture.height)

    @property
    def placed_shift(self) -> Shift:
        """The jitter."""
        return Shift(pixels=self.jitter, every=1)
