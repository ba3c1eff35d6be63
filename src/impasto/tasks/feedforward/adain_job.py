"""Stylising in one pass, as a job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Annotated, Literal, Self

from torch import Tensor

from impasto.backbones import Decoder
from impasto.backbones.decoder import FEATURES
from impasto.errors import JobError
from impasto.pictures import Picture, continued, parse_size
from impasto.registry import OneOf
from impasto.solve import Event, Snapshot, Target
from impasto.solve.guards import flat_style_warnings
from impasto.tasks.colour import COLOURS, Colour, FreeColour
from impasto.tasks.colouring import aimed_at, coloured, control, ease
from impasto.tasks.content import content_at
from impasto.tasks.feedforward.adain import NETWORKS, AdaIN, Aim
from impasto.tasks.feedforward.one_pass import Progress, painting_events
from impasto.tasks.guided_job import GuidedJob
from impasto.tasks.job import Job, PictureSource, picture_source
from impasto.tasks.memory import LEAST_TILE
from impasto.tasks.pixels import given_back, to_tensor
from impasto.tasks.places import Places
from impasto.weights import PrecisionChoice, load_decoder


@dataclass(frozen=True, kw_only=True)
class AdaINJob(GuidedJob, kind="adain"):
    """Paint `content` in the manner of `styles` in one pass, see `impasto.tasks.feedforward.adain`.

    content: the picture whose things stay where they are.
    styles and what begins with `style`, regions, strength_map, protect: see `GuidedJob`. There is one layer, so layer
        weights say nothing, and nothing pulls, so regions have no weights.
    size: of the result: `"512"` the longer side, `"640x480"` exactly, None the content's own.
    strength: 0 … 1: how far the features are moved from the photo's to the styles'. At 0 the result is what encoder
        and decoder make of the photo, which is not quite the photo.
    colour: whose colours the result gets, see `impasto.tasks.colour`.
    tile: the side in pixels of the tiles that a picture is painted in, so that memory depends on the tile and not on
        the picture, which comes out the same up to rounding; see `AdaIN`.
    backbone, weights, pooling, padding: what the decoder was trained on, nothing else.
    precision: fp32, for a picture that was never looked at again shows what rounding did.
    """

    kind: Literal["adain"] = "adain"
    content: PictureSource
    size: str | None = "512"
    strength: float = 1.0
    colour: Annotated[Colour, OneOf(COLOURS)] = field(default_factory=FreeColour)
    tile: int | None = None
    backbone: Literal["vgg19"] = "vgg19"
    weights: Literal["vgg19.gatys"] = "vgg19.gatys"
    pooling: Literal["max"] = "max"
    padding: Literal["reflect"] = "reflect"
    precision: PrecisionChoice = "fp32"

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "content", picture_source(self.content))
        looking = (self.backbone, self.weights, self.pooling, self.padding)
        if looking != (*NETWORKS[0], "max", "reflect"):
            raise JobError(
                f"the decoder was trained on {NETWORKS[0][1]}, max pooling and reflected borders, not {looking}"
            )
        if any(manner.layer_weights for manner in self.manners):
            raise JobError("one pass looks at styles at one layer, so there are no layer weights: give style weights")
        if any(region.weight != 1 for region in self.regions):
            raise JobError("in one pass nothing pulls at a region, so it has no weight: paint less with a strength map")
        if not 0 <= self.strength <= 1:
            raise JobError(f"strength must lie in 0 … 1, not {self.strength}")
        if self.tile is not None and self.tile < 64:
            raise JobError(f"a tile must be at least 64 pixels, not {self.tile}")
        parse_size(self.size)

    @property
    def inputs(self) -> dict[str, PictureSource]:
        """The content, the styles and masks."""
        return {"content": self.content, **self.style_inputs}

    def with_inputs(self, inputs: Mapping[str, PictureSource]) -> Self:
        """The same job with other pictures, by the names of `inputs`."""
        return replace(self, content=inputs.get("content", self.content), **self.with_styles(inputs))

    @property
    def result_word(self) -> str:
        """What results are called after their pictures."""
        return "adain"

    @property
    def needed_layers(self) -> tuple[str, ...]:
        """The layer that is decoded."""
        return (FEATURES,)

    @property
    def style_layers(self) -> tuple[str, ...]:
        """The same."""
        return self.needed_layers

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

        Raises JobError for masks that do not go together. The pictures are read; no weights are.
        """
        self.check_styles(self.content_picture)

    def events(self, *, resume: Snapshot | None = None) -> Iterator[Event]:
        """Paint, yielding an event per tile: first of those looked at, then of those painted.

        A step's image is painted as far as it is. Raises what `check` does, and WeightsError if the weights cannot be
        had.
        """
        content, network = self.content_picture, AdaIN(self.network, self.decoder)
        photo = to_tensor(continued(content), network.encoder.device)
        places = self.places(content, photo.device)
        styles = self.style_targets(content, network.encoder, self.needed_layers)
        image, aimed = aimed_at(control(self), ease(self), photo, styles, places)
        tiles = len(network.tiles(content.height, content.width, self.tile))
        paint = partial(self._paint, network, image, aimed, places)
        work = (tiles if self.strength else 0, tiles)
        yield from painting_events(image, work, paint, resume, lambda: tuple(flat_style_warnings(styles)))

    def _paint(
        self, network: AdaIN, photo: Tensor, styles: tuple[Target, ...], places: Places, begun: Progress | None
    ) -> Iterator[Progress]:
        return network.progress(
            photo,
            self._aims(network, photo, styles, places) if self.strength else (),
            strength=self.strength,
            tile=self.tile,
            amount=places.amount,
            begun=begun,
        )

    def _aims(self, network: AdaIN, photo: Tensor, styles: tuple[Target, ...], places: Places) -> tuple[Aim, ...]:
        """What each area is to get. Where less is painted, the photo counts less for what its moments are."""
        if places.whole:
            return (Aim(network.style(styles, self.tile)),)
        shares: list[Tensor | None] = [area.mask for area in places.areas] or [None]
        parts = zip(shares, places.parts(photo, styles), strict=True)
        return tuple(Aim(network.style(own, self.tile), share, where) for share, (where, own) in parts)

    def picture(self, image: Tensor) -> Picture:
        """The image as a picture, in the colours asked for, with what was put aside of the content: `given_back`."""
        return given_back(coloured(self, image), self.content_picture)

    @cached_property
    def content_picture(self) -> Picture:
        """The content at the size of the result, read once.

        Raises PictureError if it cannot be painted at that size, SolveError if the memory does not suffice for it.
        """
        return content_at(self.content, self.size, partial(self.check_room, tile=self.tile or LEAST_TILE))
