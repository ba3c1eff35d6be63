"""Stylising in one pass, as a job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Literal, Self

from torch import Tensor

from impasto.backbones import Decoder
from impasto.backbones.decoder import FEATURES
from impasto.errors import JobError
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
from impasto.solve import Event, Finished, Level, LevelDone, LevelStarted, Snapshot, Started, Step, Target
from impasto.solve.guards import flat_style_warnings
from impasto.tasks.colour_matching import match_colours
from impasto.tasks.feedforward.adain import NETWORKS, AdaIN, Progress
from impasto.tasks.job import Job, PictureSource, name_of, picture_source
from impasto.tasks.manner import Manner
from impasto.tasks.memory import LEAST_TILE
from impasto.tasks.network_job import NetworkJob
from impasto.tasks.pixels import fit_longer_side, given_back, to_tensor
from impasto.weights import PrecisionChoice, load_decoder

LONGEST_PALETTE = 512
"""The longer side at which the photo's colours are measured."""


@dataclass(frozen=True, kw_only=True)
class AdaINJob(NetworkJob, kind="adain"):
    """Paint `content` in the manner of `styles` in one pass, see `impasto.tasks.feedforward.adain`.

    content: the picture whose things stay where they are.
    styles: one or more pictures whose manner is taken, blended in the shares `style_weights` (equal if not given).
    size: of the result: `"512"` the longer side, `"640x480"` exactly, None the content's own.
    style_scale: the longer side of each style over that of the result; larger means larger brushwork.
    strength: 0 … 1: how far the features are moved from the photo's to the styles'. At 0 the result is what encoder
        and decoder make of the photo, which is not quite the photo.
    keep_colour: how far the styles' colours are moved to the photo's before they are looked at, 0 … 1.
    tile: the side in pixels of the tiles that a picture is painted in, so that memory depends on the tile and not on
        the picture, which comes out the same up to rounding; see `AdaIN`.
    backbone, weights, pooling, padding: what the decoder was trained on, nothing else.
    precision: fp32, for a picture that was never looked at again shows what rounding did.
    """

    kind: Literal["adain"] = "adain"
    content: PictureSource
    styles: tuple[PictureSource, ...]
    style_weights: tuple[float, ...] = ()
    size: str | None = "512"
    style_scale: float = 1.0
    strength: float = 1.0
    keep_colour: float = 0.0
    tile: int | None = None
    backbone: Literal["vgg19"] = "vgg19"
    weights: Literal["vgg19.gatys"] = "vgg19.gatys"
    pooling: Literal["max"] = "max"
    padding: Literal["reflect"] = "reflect"
    precision: PrecisionChoice = "fp32"

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "content", picture_source(self.content))
        styles = self.styles if isinstance(self.styles, tuple | list) else (self.styles,)
        object.__setattr__(self, "styles", tuple(picture_source(style) for style in styles))
        object.__setattr__(self, "style_weights", tuple(self.style_weights))
        looking = (self.backbone, self.weights, self.pooling, self.padding)
        if looking != (*NETWORKS[0], "max", "reflect"):
            raise JobError(
                f"the decoder was trained on {NETWORKS[0][1]}, max pooling and reflected borders, not {looking}"
            )
        if not self.styles:
            raise JobError("a style picture is needed: name at least one")
        self.manner.check_values()
        for name in ("strength", "keep_colour"):
            if not 0 <= getattr(self, name) <= 1:
                raise JobError(f"{name} must lie in 0 … 1, not {getattr(self, name)}")
        if self.tile is not None and self.tile < 64:
            raise JobError(f"a tile must be at least 64 pixels, not {self.tile}")
        parse_size(self.size)

    @property
    def inputs(self) -> dict[str, PictureSource]:
        """The content and the styles."""
        return {"content": self.content, **{f"style{i}": style for i, style in enumerate(self.styles, start=1)}}

    def with_inputs(self, inputs: Mapping[str, PictureSource]) -> Self:
        """The same job with other pictures, by the names of `inputs`."""
        chosen = {name: inputs.get(name, source) for name, source in self.inputs.items()}
        content, *styles = chosen.values()
        return replace(self, content=content, styles=tuple(styles))

    @property
    def manner(self) -> Manner:
        """The styles, and how much each counts."""
        return Manner(
            styles=self.styles,
            weights=self.style_weights,
            masks=(),
            layer_weights=(),
            scale=self.style_scale,
            rotation=0.0,
            crops=0,
        )

    @property
    def result_word(self) -> str:
        """What results are called after their pictures."""
        return "adain"

    @property
    def needed_layers(self) -> tuple[str, ...]:
        """The layer that is decoded."""
        return (FEATURES,)

    @property
    def networks(self) -> tuple[tuple[str, str | None], ...]:
        """The encoder and the decoder."""
        return NETWORKS

    @cached_property
    def decoder(self) -> Decoder:
        """The decoder, with its weights, where the job wants it; loaded once."""
        return load_decoder(precision=self.precision, device=self.device)

    def weights_used(self) -> dict[str, str]:
        """The weights of encoder and decoder."""
        return {**super().weights_used(), self.decoder.weights: self.decoder.weights_sha256}

    def lend(self, other: Job) -> None:
        """Let another job paint with the networks of this one, if they are loaded and the settings are the same."""
        super().lend(other)
        same = isinstance(other, AdaINJob) and other.network_settings == self.network_settings
        vars(other).update({"decoder": self.decoder} if same and "decoder" in vars(self) else {})

    def check(self) -> None:
        """Raise PictureError for a picture that will not do, InputError for a device that is not there.

        The pictures are read; no weights are.
        """
        _ = self.content_picture
        self.manner.check(self.needed_layers)

    def events(self, *, resume: Snapshot | None = None) -> Iterator[Event]:
        """Paint, yielding an event per tile: first of those looked at, then of those painted.

        A step's image is painted as far as it is. Raises what `check` does, and WeightsError if the weights cannot be
        had.
        """
        content, network = self.content_picture, AdaIN(self.network, self.decoder)
        photo = to_tensor(continued(content), network.encoder.device)
        tiles = len(network.tiles(content.height, content.width, self.tile))
        looks = tiles if self.strength else 0
        level = Level(content.width, content.height, looks + tiles)
        yield Started((level,), level.steps)
        styles = self.style_targets(photo)
        image = photo if resume is None else resume.tensors["image"].to(photo.device)
        begun = None if resume is None else Progress(max(0, resume.index - looks), image)
        if resume is None or resume.level == 0:
            yield LevelStarted(0, level.width, level.height, {})
            for event in self._steps(network, photo, styles, looks, begun):
                image = event.image
                yield event
            yield LevelDone(0, image)
        yield Finished(image, tuple(flat_style_warnings(styles)))

    def _steps(
        self, network: AdaIN, photo: Tensor, styles: tuple[Target, ...], looks: int, begun: Progress | None
    ) -> Iterator[Step]:
        """Work done tile by tile, as steps."""
        style = network.style(styles, self.tile) if self.strength else None
        index = looks + begun.painted if begun is not None and begun.painted else 0
        for done in network.progress(photo, style, strength=self.strength, tile=self.tile, begun=begun):
            index += 1
            snapshot = partial(Snapshot, 0, index, index, {"image": done.image}, {})
            yield Step(0, index - 1, index, {}, 0.0, done.image, snapshot)

    def style_targets(self, photo: Tensor) -> tuple[Target, ...]:
        """The styles at the size they have beside the photo [1, 3, H, W], in its colours if asked to, with shares."""
        height, width = photo.shape[-2:]
        longer, least = max(height, width), self.planned.least_side(self.needed_layers)
        found = self.manner.targets(longer, least, self.needed_layers, photo.device)
        if self.keep_colour:
            longest = min(longer, LONGEST_PALETTE)
            small = resize(composite(self.content_picture), *fit_longer_side(self.content_picture, longest, 1))
            palette = [Target(to_tensor(small, photo.device))]
            return tuple(replace(each, image=match_colours(each.image, palette, self.keep_colour)) for each in found)
        return found

    def picture(self, image: Tensor) -> Picture:
        """The image as a picture, with what was put aside of the content, see `given_back`."""
        return given_back(image, self.content_picture)

    @cached_property
    def content_picture(self) -> Picture:
        """The content at the size of the result, read once.

        Raises PictureError if it cannot be painted at that size, SolveError if the memory does not suffice for it.
        """
        picture, name = picture_from(self.content), name_of(self.content, "the content picture")
        check_paintable(picture, name)
        size = parse_size(self.size)
        width, height = (picture.width, picture.height) if size is None else size.fit(picture.width, picture.height)
        check_result_size(width, height, name)
        self.check_room(width, height, self.tile or LEAST_TILE)
        return picture if size is None else resize(picture, width, height)
