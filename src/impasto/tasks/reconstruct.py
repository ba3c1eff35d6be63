"""Reconstruction: what a layer knows of a picture, painted from noise (Mahendran & Vedaldi 2015, arXiv 1412.0035).

From a layer's activations comes a picture with the same activations; from its Gram matrix one with the same style
(Gatys, Ecker & Bethge 2015, arXiv 1508.06576, figure 1).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Annotated, Literal, Self

from torch import Tensor

from impasto.backbones import default_layers, painting_defaults
from impasto.errors import JobError
from impasto.losses import ContentLoss, GramLoss, Loss
from impasto.pictures import Picture, check_paintable, check_result_size, composite, parse_size, picture_from, resize
from impasto.registry import OneOf
from impasto.solve import (
    LBFGS,
    OPTIMIZERS,
    Event,
    Level,
    NoiseStart,
    Optimizer,
    Problem,
    Shift,
    Snapshot,
    Target,
    solve,
)
from impasto.tasks.job import PictureSource, name_of, picture_source
from impasto.tasks.memory import LEAST_TILE
from impasto.tasks.painting_job import PaintingJob
from impasto.tasks.pixels import to_picture, to_tensor
from impasto.weights import PrecisionChoice


@dataclass(frozen=True, kw_only=True)
class ReconstructJob(PaintingJob, kind="reconstruct"):
    """Paint, from noise, what `layers` know of the picture `source`.

    of: `content`, its activations, place by place; or `style`, the correlations of its channels, wherever they are.
    layers: as the network names them, convolutions as well as rectifiers; without any, those that the network paints
        the content or the style by.
    size: of the result: `"512"` the longer side, `"640x480"` exactly, None the picture's own.
    precision: fp32, for the first layers hold more of a picture than 8 bits of an activation.
    noise: the standard deviation of the noise around grey that is started from. It is little, as what a layer does not
        see of it stays in the result.
    optimizer, steps: how, and how long. All steps are taken at full size: coarse to fine, a layer would be credited
        with forms that it saw only because the picture was small.
    tile: see `StylizeJob`. shift, shift_every: see `impasto.solve.Shift`; without a shift the network gets its own.
    """

    kind: Literal["reconstruct"] = "reconstruct"
    of: Literal["content", "style"] = "content"
    source: PictureSource
    layers: tuple[str, ...] = ()
    size: str | None = "512"
    precision: PrecisionChoice = "fp32"
    noise: float = 0.03
    optimizer: Annotated[Optimizer, OneOf(OPTIMIZERS)] = field(
        default_factory=lambda: LBFGS(history=20, smoothing=8.0, chroma=4.0)
    )
    steps: int = 200
    tile: int | None = None
    shift: int | None = None
    shift_every: int = 8

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "source", picture_source(self.source))
        object.__setattr__(self, "layers", tuple(self.layers))
        if self.of not in ("content", "style"):
            raise JobError(f"what is reconstructed is content or style, not {self.of!r}")
        if self.steps < 0:
            raise JobError(f"steps must be 0 or more, not {self.steps}")
        if self.tile is not None and self.tile < 64:
            raise JobError(f"a tile must be at least 64 pixels, not {self.tile}")
        parse_size(self.size)
        _ = self._start, self.placed_shift

    @property
    def inputs(self) -> dict[str, PictureSource]:
        """The one picture, by the name of what is taken from it."""
        return {"content" if self.of == "content" else "style1": self.source}

    def with_inputs(self, inputs: Mapping[str, PictureSource]) -> Self:
        """The same job with another picture, by its name in `inputs`."""
        return replace(self, source=next(iter({**self.inputs, **inputs}.values())))

    @property
    def result_word(self) -> str:
        """What results are called after their picture."""
        return f"{self.of}_reconstructed"

    @property
    def needed_layers(self) -> tuple[str, ...]:
        """The layers, or the network's own. Raises JobError for a network that has none."""
        return tuple(dict.fromkeys(self.layers or default_layers(self.backbone, self.of)))

    def check(self) -> None:
        """Raise UnknownNameError for an unknown network, weights or layer, PictureError for a picture that will not do.

        The picture is read; no weights are.
        """
        self.plan_network()
        _ = self.source_picture

    def events(self, *, resume: Snapshot | None = None) -> Iterator[Event]:
        """Paint, yielding an event per step.

        Raises PictureError for a picture that cannot be used, UnknownNameError for an unknown network or layer,
        WeightsError if the weights cannot be had, DivergedError if the objective is no longer a number.
        """
        yield from solve(self.problem(), resume=resume)

    def problem(self) -> Problem:
        """What the solver is asked: the picture read, the weights loaded."""
        picture, backbone = self.source_picture, self.network
        loss: Loss = (ContentLoss if self.of == "content" else GramLoss)(layers=self.needed_layers)
        return Problem(
            backbone=backbone,
            losses=(loss,),
            targets={loss.target: (Target(to_tensor(composite(picture), backbone.device)),)},
            levels=self.levels(),
            start=self._start,
            optimizer=self.optimizer,
            shift=self.placed_shift,
            tile=self.tile,
            seed=self.seed,
        )

    @property
    def result_size(self) -> tuple[int, int]:
        """That of the picture, brought to size."""
        return (self.source_picture.width, self.source_picture.height)

    def levels(self) -> tuple[Level, ...]:
        """The full size alone."""
        return (Level(*self.result_size, self.steps),)

    def at_size(self, width: int, height: int, *, steps: int, tile: int | None) -> ReconstructJob:
        """The same at that size."""
        return replace(self, size=f"{width}x{height}", steps=steps, tile=tile)

    @property
    def pictures_read(self) -> dict[str, Picture]:
        """The picture, at the size of the result."""
        return dict.fromkeys(self.inputs, self.source_picture)

    def picture(self, image: Tensor) -> Picture:
        """The image as a picture of the source's depth, opaque."""
        return to_picture(image, depth=self.source_picture.depth)

    @cached_property
    def source_picture(self) -> Picture:
        """The picture at the size of the result, read once.

        Raises PictureError if it cannot be looked at in that size, SolveError if the memory does not suffice for it.
        """
        picture, name = picture_from(self.source), name_of(self.source, "the picture")
        check_paintable(picture, name)
        size = parse_size(self.size)
        width, height = (picture.width, picture.height) if size is None else size.fit(picture.width, picture.height)
        check_result_size(width, height, name)
        self.check_room(width, height, self.tile or LEAST_TILE)
        return picture if size is None else resize(picture, width, height)

    @property
    def _start(self) -> NoiseStart:
        return NoiseStart(deviation=self.noise)

    @property
    def placed_shift(self) -> Shift:
        """The shift, or the network's own."""
        pixels = painting_defaults(self.backbone).shift if self.shift is None else self.shift
        return Shift(pixels=pixels, every=self.shift_every)
