"""Painting with a trained style network, as a job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Annotated, Literal, Self

import torch
from torch import Tensor

from impasto.artefacts.digest import sha256_of
from impasto.backbones.style_network import StyleNetwork
from impasto.errors import JobError
from impasto.pictures import Picture, continued, parse_size
from impasto.registry import OneOf
from impasto.solve import Event, Snapshot, Target
from impasto.tasks.colour import COLOURS, Colour, FreeColour, LuminanceColour, PhotoColour
from impasto.tasks.colouring import coloured
from impasto.tasks.content import content_at
from impasto.tasks.feedforward.network_source import NETWORK, NetworkSource
from impasto.tasks.feedforward.network_tiles import NetworkTiles, kept_bytes
from impasto.tasks.feedforward.one_pass import LARGEST_AT_ONCE, Progress, blended, painting_events
from impasto.tasks.guided_job import named, others
from impasto.tasks.job import Job, PictureSource, absolute, picture_source
from impasto.tasks.masks import MaskSource, mask_inputs, mask_source
from impasto.tasks.memory import PICTURES_HELD, WORTH_ASKING, check_memory
from impasto.tasks.pixels import given_back, to_tensor
from impasto.tasks.places import Places, places_on
from impasto.weights.backbone import find_device
from impasto.weights.networks import find_network
from impasto.weights.style_network import StyleNetworkAbout, load_style_network

TILE = 512
"""The side of tiles in pixels where a picture is too large to be painted at once and nobody says."""


@dataclass(frozen=True, kw_only=True)
class StyleNetworkJob(Job, kind="style-network"):
    """Paint `content` with a network that was trained for one style, see `impasto.backbones.style_network`.

    content: the picture whose things stay where they are.
    network: the file of a style network, or the name of one that comes with Impasto.
    size: of the result: `"512"` the longer side, `"640x480"` exactly, None the content's own. Strokes have the size in
        pixels that they were trained with.
    strength: 0 … 1: how much of what is painted shows, over the photo.
    colour: whose colours the result gets: `free`, as the network paints them; `photo`, moved to the photo's palette
        after painting; `luminance`, each colour of the photo in its place. All others need the style's picture, which a
        network does not hold.
    strength_map, protect: see `GuidedJob`.
    tile: the side in pixels of the tiles that a picture is painted in, a multiple of 4; see `NetworkTiles`. None paints
        all at once up to 1.5 million pixels, and takes 512 for more.
    """

    kind: Literal["style-network"] = "style-network"
    content: PictureSource
    network: NetworkSource
    size: str | None = "512"
    strength: float = 1.0
    colour: Annotated[Colour, OneOf(COLOURS)] = field(default_factory=FreeColour)
    strength_map: MaskSource | None = None
    protect: tuple[MaskSource, ...] = ()
    tile: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "content", picture_source(self.content))
        try:
            object.__setattr__(self, "network", NETWORK.admit(self.network))
        except ValueError as error:
            raise JobError(f"the network {error}, not {self.network!r}") from None
        protect = self.protect if isinstance(self.protect, tuple | list) else (self.protect,)
        object.__setattr__(self, "protect", tuple(mask_source(mask) for mask in protect))
        if self.strength_map is not None:
            object.__setattr__(self, "strength_map", mask_source(self.strength_map))
        if not 0 <= self.strength <= 1:
            raise JobError(f"strength must lie in 0 … 1, not {self.strength}")
        if self.tile is not None and (self.tile < 64 or self.tile % 4):
            raise JobError(f"a tile must be at least 64 pixels and a multiple of 4, not {self.tile}")
        if not needs_photo_alone(self.colour):
            raise JobError(
                f"the colour {self.colour.kind!r}, as it is set, needs the style's picture, and a style network holds "
                "none: take free, luminance, or photo after painting"
            )
        parse_size(self.size)

    @property
    def inputs(self) -> dict[str, PictureSource]:
        """The content, the masks, and the network if it is a file."""
        masks: dict[str, MaskSource] = named("mask_that_protects", self.protect)
        masks |= {} if self.strength_map is None else {"mask_of_strength": self.strength_map}
        network = {"network": self.network} if isinstance(self.network, Path) else {}
        return {"content": self.content, **network, **mask_inputs(masks)}

    def with_inputs(self, inputs: Mapping[str, PictureSource]) -> Self:
        """The same job with other files, by the names of `inputs`."""
        return replace(
            self,
            content=inputs.get("content", self.content),
            network=NETWORK.admit(inputs.get("network", self.network)),
            protect=others("mask_that_protects", self.protect, inputs),
            strength_map=inputs.get("mask_of_strength", self.strength_map),
        )

    @property
    def result_word(self) -> str:
        """What results are called after their files: the network's name, if it is no file."""
        return self.network if isinstance(self.network, str) else ""

    @cached_property
    def loaded(self) -> tuple[StyleNetwork, StyleNetworkAbout]:
        """The network where the job wants it, and what it is; loaded once.

        Raises InputError for a file or a name that there is not, WeightsError for one that is no sound style network.
        """
        network, about = load_style_network(find_network(self.network))
        return network.to(find_device(self.device)), about

    def weights_used(self) -> dict[str, str]:
        """The network's file."""
        _ = self.loaded
        return {str(self.loaded[1].name): sha256_of(find_network(self.network))}

    def lend(self, other: Job) -> None:
        """Let another job paint with the network of this one, if it is loaded and the very same."""
        if isinstance(other, StyleNetworkJob) and "loaded" in vars(self):
            own, its = (
                (network if isinstance(network, str) else absolute(network), device)
                for network, device in ((self.network, self.device), (other.network, other.device))
            )
            vars(other).update({"loaded": self.loaded} if own == its else {})

    def check(self) -> None:
        """Raise PictureError for a picture or mask that will not do, JobError for masks that leave nothing to paint.

        Raises what `loaded` does: the network is small enough to be read.
        """
        _ = self.loaded
        self.places(self.content_picture)

    def events(self, *, resume: Snapshot | None = None) -> Iterator[Event]:
        """Paint, yielding an event per tile: first of those looked at, then of those painted.

        A step's image is painted as far as it is. Raises what `check` does.
        """
        content, (network, _) = self.content_picture, self.loaded
        photo = to_tensor(continued(content), find_device(self.device))
        amount = self.places(content, photo.device).amount
        if self.strength < 1:
            amount = torch.ones_like(photo[:, :1]) if amount is None else amount
            amount = amount * self.strength
        tile = self._tile_for(content.width, content.height)
        if tile is None:
            paint, work = partial(_at_once, network, photo, amount), (0, 1)
        else:
            cut = NetworkTiles(network, tile)
            paint, work = partial(cut.progress, photo, amount), cut.work(content.height, content.width)
        yield from painting_events(photo, work, paint, resume, tuple)

    def places(self, content: Picture, device: torch.device | str = "cpu") -> Places:
        """Where on the content, at its size in the result, how much is painted. Raises like `check`."""
        return places_on(content, (), self.strength_map, self.protect, True, device)

    @property
    def palette(self) -> tuple[Target, ...]:
        """None: the network holds no picture of its style."""
        return ()

    def picture(self, image: Tensor) -> Picture:
        """The image as a picture, in the colours asked for, with what was put aside of the content: `given_back`."""
        return given_back(coloured(self, image), self.content_picture)

    @cached_property
    def content_picture(self) -> Picture:
        """The content at the size of the result, read once.

        Raises PictureError if it cannot be painted at that size, SolveError if the memory does not suffice for it.
        """
        return content_at(self.content, self.size, self._check_room)

    def _tile_for(self, width: int, height: int) -> int | None:
        return TILE if self.tile is None and width * height > LARGEST_AT_ONCE else self.tile

    def _check_room(self, width: int, height: int) -> None:
        if find_device(self.device).type == "cpu" and width * height >= WORTH_ASKING:
            pictures = PICTURES_HELD * 12 * width * height
            check_memory(pictures + kept_bytes(self.loaded[0], height, width), width, height)


def needs_photo_alone(colour: Colour) -> bool:
    """Whether a colour control can do without the styles: all that it does with the photo, it does after painting."""
    match colour:
        case PhotoColour(when=when):
            return when != "before"
        case LuminanceColour(lightness=lightness):
            return lightness == "style"
        case _:
            return isinstance(colour, FreeColour)


def _at_once(network: StyleNetwork, photo: Tensor, amount: Tensor | None, begun: Progress | None) -> Iterator[Progress]:
    """The whole picture painted in one piece, unless it is already."""
    if begun is None or not begun.painted:
        with torch.no_grad():
            pixels = network(photo)
        yield Progress(1, blended(photo, pixels, amount))
