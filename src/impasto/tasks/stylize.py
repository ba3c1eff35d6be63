"""Stylising: one picture painted in the manner of others (Gatys, Ecker & Bethge 2016, CVPR)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Annotated, Literal, Self

from torch import Tensor

from impasto.backbones import default_layers, painting_defaults
from impasto.losses import LOSSES, ContentLoss, GramLoss, Loss, MomentsLoss, Role
from impasto.pictures import Picture, continued
from impasto.registry import OneOf
from impasto.solve import (
    LBFGS,
    OPTIMIZERS,
    STARTS,
    ContentStart,
    Event,
    Level,
    Optimizer,
    Problem,
    Shift,
    Snapshot,
    Start,
    Target,
    pyramid,
    solve,
)
from impasto.tasks.colour import COLOURS, Colour, StyleColour
from impasto.tasks.colouring import aimed_at, coloured, control, ease
from impasto.tasks.content import content_at
from impasto.tasks.dream_choice import CHOSEN, LONGEST, chosen_features, reasons
from impasto.tasks.dream_terms import AUTO
from impasto.tasks.dreaming_job import DreamingJob
from impasto.tasks.guided_job import GuidedJob
from impasto.tasks.job import Job, PictureSource, absolute, picture_source
from impasto.tasks.memory import LEAST_TILE
from impasto.tasks.painting_job import PaintingJob
from impasto.tasks.picture_start import PictureStart
from impasto.tasks.pixels import given_back, to_tensor
from impasto.tasks.stylize_checks import check_values
from impasto.weights import load_weights

if TYPE_CHECKING:
    from impasto.tasks.plan import Plan


def default_losses() -> tuple[Loss, ...]:
    """Content, and style half by Gram matrices and half by moments.

    Gram matrices alone let brightness and contrast drift; moments alone lose some of the large forms.
    """
    return (ContentLoss(layers=()), GramLoss(weight=0.5, layers=()), MomentsLoss(weight=0.5, layers=()))


@dataclass(frozen=True, kw_only=True)
class StylizeJob(GuidedJob, DreamingJob, PaintingJob, kind="stylize"):
    """Paint `content` in the manner of `styles`.

    content: the picture whose things stay where they are.
    styles and what begins with `style`, regions, strength_map, protect: see `GuidedJob`.
    size: of the result: `"512"` the longer side, `"640x480"` exactly, None the content's own.
    strength: 0 (the photo, whatever the start) … 1 (all style); None takes the losses' own weights, as the papers'
        presets do.
    colour: whose colours the result gets, and how, see `impasto.tasks.colour`; below a strength of 0.5 it counts in
        proportion less, so that strength 0 is the photo.
    losses, start, optimizer: what is minimised, from where and how. A loss without layers gets the network's own. A
        `PictureStart` begins at full size, unless told otherwise; an `AdaINStart` at 256 pixels at least.
    smallest: no level of the pyramid has a longer side under this; a size at least as large as the result's paints at
        full size from the first step.
    steps: steps per level, from the smallest; further levels take the last number.
    detail, content_first, least_gain: see `impasto.solve.Problem`.
    tile: the side in pixels of the tiles that a picture is looked at in, so that memory depends on the tile and not on
        the picture. The gradient is the same up to rounding, the picture alike. None looks at once.
    shift, shift_every: see `impasto.solve.Shift`. Without a shift the network gets the one that keeps its grid out of
        the picture.
    dream and what begins with it: see `DreamingJob`; the levels are its octaves.

    What is not given is as in the preset `default`, which was found by looking.
    """

    kind: Literal["stylize"] = "stylize"
    content: PictureSource
    size: str | None = "512"
    strength: float | None = 0.5
    colour: Annotated[Colour, OneOf(COLOURS)] = field(default_factory=StyleColour)
    losses: tuple[Annotated[Loss, OneOf(LOSSES)], ...] = field(default_factory=default_losses)
    start: Annotated[Start, OneOf(STARTS)] = field(default_factory=ContentStart)
    optimizer: Annotated[Optimizer, OneOf(OPTIMIZERS)] = field(
        default_factory=lambda: LBFGS(history=20, smoothing=16.0, chroma=4.0)
    )
    smallest: int = 64
    steps: tuple[int, ...] = (60, 50, 40, 25)
    detail: float = 1.0
    content_first: float = 1.0
    least_gain: float = 0.0
    tile: int | None = None
    shift: int | None = None
    shift_every: int = 8

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "content", picture_source(self.content))
        for name in ("losses", "steps"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        check_values(self)

    @property
    def inputs(self) -> dict[str, PictureSource]:
        """The content, the styles and masks, and the picture to start from if there is one."""
        begun = {"start": self.start.picture} if isinstance(self.start, PictureStart) else {}
        return {"content": self.content, **self.style_inputs, **begun}

    def with_inputs(self, inputs: Mapping[str, PictureSource]) -> Self:
        """The same job with other pictures, by the names of `inputs`."""
        chosen = {**self.inputs, **inputs}
        start = replace(self.start, picture=chosen["start"]) if isinstance(self.start, PictureStart) else self.start
        return replace(self, content=chosen["content"], start=start, **self.with_styles(inputs))

    @property
    def networks(self) -> tuple[tuple[str, str | None], ...]:
        """The networks that look, and those that paint the start."""
        return (*super().networks, *self.start.networks)

    def weights_used(self) -> dict[str, str]:
        """The weights of the networks that look, and of those that paint the start."""
        return super().weights_used() | {weights: load_weights(weights).sha256 for _, weights in self.start.networks}

    def lend(self, other: Job) -> None:
        """Let another job paint with the network and the content of this one, if they are loaded and the very same."""
        super().lend(other)
        if not isinstance(other, StylizeJob) or "content_picture" not in vars(self):
            return
        if (other.size, absolute(other.content)) == (self.size, absolute(self.content)):
            vars(other)["content_picture"] = self.content_picture

    def check(self) -> None:
        """Raise UnknownNameError for an unknown network, weights or layer, PictureError for a picture that will not do.

        Raises JobError for masks that do not go together. The pictures are read; no weights are.
        """
        self.plan_network()
        content = self.content_picture
        self.check_styles(content)
        if isinstance(self.start, PictureStart):
            self.start.check(content.width, content.height)

    def events(self, *, resume: Snapshot | None = None) -> Iterator[Event]:
        """Paint, yielding an event per step.

        Raises PictureError for a picture that cannot be used, UnknownNameError for an unknown network or layer,
        WeightsError if the weights cannot be had, DivergedError if the objective is no longer a number.
        """
        job = self.with_dream_chosen()
        yield from job.notes()
        yield from solve(job.problem(), resume=resume)

    def problem(self) -> Problem:
        """What the solver is asked: pictures read, weights loaded, levels laid out. `auto` stands for as much to do."""
        content = self.content_picture
        backbone, layers = self.network, self.needed_layers
        backbone.check_size(content.width, content.height, layers)
        levels = self._lay_out(content.width, content.height, backbone.least_side(layers))
        styles, places = self.style_targets(content, backbone, layers), self.places(content, backbone.device)
        photo = to_tensor(continued(content), backbone.device)
        image, styles = aimed_at(control(self), ease(self), photo, styles, places)
        start = (ContentStart() if self.strength == 0 else self.start).towards(styles, content.width)
        targets: dict[Role, tuple[Target, ...]] = {"content": (Target(image),), "style": styles}
        return Problem(
            backbone=backbone,
            losses=self.placed_losses,
            targets=targets,
            levels=levels,
            start=start,
            optimizer=self.optimizer,
            strength=self.strength,
            calibration=painting_defaults(self.backbone).calibration,
            detail=self.detail,
            content_first=self.content_first,
            least_gain=self.least_gain,
            shift=self.placed_shift,
            tile=self.tile,
            regions=places.areas,
            amount=places.amount,
            grey=control(self).grey,
            seed=self.seed,
        )

    def levels(self) -> tuple[Level, ...]:
        """The sizes that will be painted, from small to large. Raises like `check`."""
        content = self.content_picture
        return self._lay_out(content.width, content.height, self.plan_network().least_side(self.needed_layers))

    @property
    def result_size(self) -> tuple[int, int]:
        """That of the content, brought to size."""
        return (self.content_picture.width, self.content_picture.height)

    @property
    def pictures_read(self) -> dict[str, Picture]:
        """The content, at the size of the result."""
        return {"content": self.content_picture}

    def with_small(self, pictures: Mapping[str, Picture]) -> StylizeJob:
        """The same, without networks that paint the start: they are let go before the first step."""
        small = self.with_inputs(pictures)
        return replace(small, start=ContentStart()) if small.start.networks else small

    def at_size(self, width: int, height: int, *, steps: int, tile: int | None) -> StylizeJob:
        """With one level."""
        return replace(self, size=f"{width}x{height}", smallest=max(16, width, height), steps=(steps,), tile=tile)

    def fitted(self, plan: Plan) -> StylizeJob:
        """The same, with the dream chosen that `auto` stands for."""
        return super(StylizeJob, self.with_dream_chosen()).fitted(plan)

    def with_dream_chosen(self) -> StylizeJob:
        """The same job, the dream that `auto` stands for chosen by measuring at a small size."""
        if AUTO not in self.dream:
            return self
        content = self.content_picture
        scale = min(1.0, LONGEST / max(content.width, content.height))
        least = self.planned.least_side(self.needed_layers)
        width, height = (max(least, round(side * scale)) for side in (content.width, content.height))
        small = replace(
            self, size=f"{width}x{height}", smallest=max(width, height, 16), steps=(0,), dream=(), dream_backbone=None
        )
        vars(small)["network"] = self.network
        found = chosen_features(small.problem(), self.dreamer, self.beside, self.dream_candidates)
        dream = tuple(f"{each.feature.layer}:channel={each.feature.channel}" for each in found[:CHOSEN])
        return self.changed(dream=dream, dream_reasons=reasons(found, self.dreamer.name))

    def _lay_out(self, width: int, height: int, shortest: int) -> tuple[Level, ...]:
        """The levels; the full size alone for the photo itself, and for a picture that is painted on."""
        at_once = isinstance(self.start, PictureStart) and self.start.level == "last"
        smallest = max(width, height) if at_once else self.smallest
        smallest = max(smallest, self.start.least_level)
        levels = pyramid(width, height, smallest=smallest, shortest=shortest, steps=self.steps)
        return levels[-1:] if self.strength == 0 else levels

    @cached_property
    def content_picture(self) -> Picture:
        """The content at the size of the result, read once.

        Raises PictureError if it cannot be painted at that size, SolveError if the memory does not suffice for it.
        """
        return content_at(self.content, self.size, partial(self.check_room, tile=self.tile or LEAST_TILE))

    @property
    def style_layers(self) -> tuple[str, ...]:
        """The layers at which losses of style look, each once."""
        return tuple(dict.fromkeys(n for loss in self.held_losses if loss.target == "style" for n in loss.layers))

    @property
    def needed_layers(self) -> tuple[str, ...]:
        """The layers that any loss looks at, each once."""
        return tuple(dict.fromkeys(name for loss in self.placed_losses for name in loss.layers))

    @property
    def placed_losses(self) -> tuple[Loss, ...]:
        """The losses, and those that dream. Raises like `held_losses` and `dreamt`."""
        return (*self.held_losses, *self.dreamt)

    @property
    def held_losses(self) -> tuple[Loss, ...]:
        """The losses, each with its layers or the network's own. Raises JobError for a network that has none."""
        return tuple(
            loss.placed(default_layers(self.backbone, loss.target))
            if not loss.layers and (loss.target == "content" or loss.target == "style")
            else loss
            for loss in self.losses
        )

    @property
    def placed_shift(self) -> Shift:
        """The shift, or the network's own. Raises JobError for one that cannot be."""
        names = (name for name, _ in self.networks)
        pixels = max(painting_defaults(name).shift for name in names) if self.shift is None else self.shift
        return Shift(pixels=pixels, every=self.shift_every)

    def picture(self, image: Tensor) -> Picture:
        """The image as a picture, in the colours asked for, with what was put aside of the content: `given_back`."""
        return given_back(coloured(self, image), self.content_picture)
