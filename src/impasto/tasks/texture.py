"""Textures: the style of a picture alone, in any size, without an edge where it repeats.

Texture synthesis by matching Gram matrices is of Gatys, Ecker & Bethge 2015, arXiv 1505.07376. The picture goes around:
its right edge meets its left and its bottom its top, for the network as for the optimiser.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, ClassVar, Literal, Self

from torch import Tensor

from impasto.backbones import default_layers, painting_defaults, period_of
from impasto.errors import JobError
from impasto.losses import LOSSES, GramLoss, Loss, MomentsLoss
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
    pyramid,
    solve,
)
from impasto.tasks.job import PictureSource, name_of, picture_source
from impasto.tasks.painting_job import PaintingJob
from impasto.tasks.pixels import fit_longer_side, to_picture, to_tensor

LEAST_SIDE = 16


def texture_losses() -> tuple[Loss, ...]:
    """The style of the preset `default`: half by Gram matrices and half by moments."""
    return (GramLoss(weight=0.5, layers=()), MomentsLoss(weight=0.5, layers=()))


@dataclass(frozen=True, kw_only=True)
class TextureJob(PaintingJob, kind="texture"):
    """Paint, from noise, a texture in the manner of `style` that can be laid side by side with itself.

    size: of the result: `"640x512"` exactly, `"512"` a square. Both sides must be multiples of the stride of the
        network's deepest layer looked at, 16 for the default.
    style_scale: the longer side of the style over that of the result; larger means larger brushwork.
    losses: what is minimised, all of style. A loss without layers gets the network's own.
    noise: the standard deviation of the noise around grey that is started from.
    smallest, steps, optimizer: see `StylizeJob`. shift, shift_every: see `impasto.solve.Shift`; the picture is moved
        around.
    padding: circular, nothing else goes around.
    """

    takes_tiles: ClassVar[bool] = False
    tile: ClassVar[None] = None

    kind: Literal["texture"] = "texture"
    style: PictureSource
    size: str = "512x512"
    style_scale: float = 1.0
    padding: Literal["circular"] = "circular"
    losses: tuple[Annotated[Loss, OneOf(LOSSES)], ...] = field(default_factory=texture_losses)
    noise: float = 0.2
    optimizer: Annotated[Optimizer, OneOf(OPTIMIZERS)] = field(
        default_factory=lambda: LBFGS(history=20, smoothing=16.0, chroma=4.0)
    )
    smallest: int = 64
    steps: tuple[int, ...] = (80, 60, 50, 40)
    shift: int | None = None
    shift_every: int = 8

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "style", picture_source(self.style))
        for name in ("losses", "steps"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if self.padding != "circular":
            raise JobError(f"a texture repeats without an edge by circular padding alone, not {self.padding!r}")
        if any(loss.target == "content" for loss in self.losses):
            raise JobError("a texture has no content picture: give it losses of style alone")
        if not 0 < self.style_scale <= 8:
            raise JobError(f"style_scale must lie above 0 and up to 8, not {self.style_scale}")
        if self.smallest < 16:
            raise JobError(f"smallest must be at least 16 pixels, not {self.smallest}")
        if not self.steps or any(n < 0 for n in self.steps):
            raise JobError(f"steps must be one or more numbers of 0 or more, not {list(self.steps)}")
        if min(self.sides) < LEAST_SIDE:
            raise JobError(f"a texture has sides of at least {LEAST_SIDE} pixels, not {self.size}")
        _ = self._start, self.placed_shift

    @property
    def inputs(self) -> dict[str, PictureSource]:
        """The style."""
        return {"style1": self.style}

    def with_inputs(self, inputs: Mapping[str, PictureSource]) -> Self:
        """The same job with another style."""
        return replace(self, style={**self.inputs, **inputs}["style1"])

    @property
    def result_word(self) -> str:
        """What results are called after their style."""
        return "texture"

    @property
    def sides(self) -> tuple[int, int]:
        """Width and height of the result. Raises JobError without a size."""
        size = parse_size(self.size)
        if size is None:
            raise JobError("a texture needs a size: 512x512")
        return size.fit(1, 1)

    @property
    def placed_losses(self) -> tuple[Loss, ...]:
        """The losses, each with its layers or the network's own. Raises JobError for a network that has none."""
        own = default_layers(self.backbone, "style")
        return tuple(loss if loss.layers or loss.target == "none" else loss.placed(own) for loss in self.losses)

    @property
    def needed_layers(self) -> tuple[str, ...]:
        """The layers that any loss looks at, each once."""
        return tuple(dict.fromkeys(name for loss in self.placed_losses for name in loss.layers))

    def check(self) -> None:
        """Raise UnknownNameError for an unknown network, weights or layer, PictureError for a style that will not do.

        Raises JobError for a network that has borders whatever the padding, and for sides that do not go around.
        """
        width, height = self.sides
        period = self.period
        if width % period or height % period:
            fitting = "x".join(str(max(1, round(side / period)) * period) for side in (width, height))
            raise JobError(
                f"a texture of {width}x{height} pixels cannot repeat without an edge: with these layers of "
                f"{self.backbone} both sides must be multiples of {period}, such as {fitting}"
            )
        check_result_size(width, height, "the texture")
        self.check_room(width, height)
        check_paintable(picture_from(self.style), name_of(self.style, "the style picture"))

    @property
    def result_size(self) -> tuple[int, int]:
        """As asked for."""
        return self.sides

    @property
    def multiple(self) -> int:
        """The period."""
        return self.period

    def levels(self) -> tuple[Level, ...]:
        """The sizes painted, all of them multiples of the period."""
        shortest = self.plan_network().least_side(self.needed_layers)
        return pyramid(*self.sides, smallest=self.smallest, shortest=shortest, steps=self.steps, multiple=self.period)

    def at_size(self, width: int, height: int, *, steps: int, tile: int | None) -> TextureJob:  # noqa: ARG002
        """With one level."""
        return replace(self, size=f"{width}x{height}", smallest=max(16, width, height), steps=(steps,))

    @property
    def period(self) -> int:
        """The pixels of which the sides are multiples. Raises JobError for a network that has borders."""
        return period_of(self.plan_network().graph.plan(self.needed_layers))

    def events(self, *, resume: Snapshot | None = None) -> Iterator[Event]:
        """Paint, yielding an event per step.

        Raises what `check` does, WeightsError if the weights cannot be had, DivergedError if the objective is no longer
        a number.
        """
        self.check()
        yield from solve(self.problem(), resume=resume)

    def problem(self) -> Problem:
        """What the solver is asked: the style read, the weights loaded, levels laid out."""
        (width, height), backbone, layers = self.sides, self.network, self.needed_layers
        picture = composite(picture_from(self.style))
        shortest = backbone.least_side(layers)
        wide, high = fit_longer_side(picture, max(width, height) * self.style_scale, shortest)
        return Problem(
            backbone=backbone,
            losses=self.placed_losses,
            targets={"style": (Target(to_tensor(resize(picture, wide, high), backbone.device)),)},
            levels=self.levels(),
            start=self._start,
            optimizer=self.optimizer,
            shift=self.placed_shift,
            periodic=True,
            seed=self.seed,
        )

    def picture(self, image: Tensor) -> Picture:
        """The image as an opaque picture of 8 bits."""
        return to_picture(image)

    @property
    def _start(self) -> NoiseStart:
        return NoiseStart(deviation=self.noise)

    @property
    def placed_shift(self) -> Shift:
        """The shift, or the network's own."""
        pixels = painting_defaults(self.backbone).shift if self.shift is None else self.shift
        return Shift(pixels=pixels, every=self.shift_every)
