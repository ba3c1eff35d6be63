"""The judges of a study, loaded once, and what they say of a result."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from statistics import fmean
from typing import Any

from impasto.backbones import Backbone
from impasto.errors import PictureError
from impasto.measure import (
    JUDGES,
    Lpips,
    clipped_share,
    colour_distance,
    grid_energy,
    load_lpips,
    noise_in_flat_areas,
    relative_grid,
    style_distance,
)
from impasto.pictures import Picture, Size, composite, read_picture, resize
from impasto.tasks.pixels import to_tensor
from impasto.weights import load_backbone

LARGEST_JUDGED = 512
"""The longer side, in pixels, at which results are judged; smaller ones as they are."""


class Jury:
    """Judges results by `judges` (names of `impasto.measure.JUDGES`) and LPIPS on the network `lpips`.

    The measures are those of `impasto.measure`. Their networks are loaded when they are first needed. Raises
    WeightsError then.
    """

    def __init__(self, judges: Sequence[str], lpips: str) -> None:
        self.judges = tuple(judges)
        self.lpips_name = lpips

    @cached_property
    def networks(self) -> dict[str, Backbone]:
        """The judges' networks, in fp32."""
        return {name: load_backbone(JUDGES[name].backbone, precision="fp32") for name in self.judges}

    @cached_property
    def lpips(self) -> Lpips:
        """The distance of contents."""
        return load_lpips(self.lpips_name)

    def scores(self, result: Path, content: Path, style: Path, style_scale: float) -> dict[str, Any]:
        """What there is to say of a result, ready for JSON; `style` is by judge.

        A small picture has no `grid`, a tiny one no `noise`.

        style_scale: the style's longer side over the result's, as it was painted with.
        Raises PictureError for pictures that cannot be judged.
        """
        painted = _at_most(composite(read_picture(result)), LARGEST_JUDGED)
        photo = resize(composite(read_picture(content)), painted.width, painted.height)
        painting = composite(read_picture(style))
        longer = Size(longest=max(1, round(max(painted.width, painted.height) * style_scale)))
        painting = resize(painting, *longer.fit(painting.width, painting.height))
        images = to_tensor(painted), to_tensor(photo), to_tensor(painting)
        by_judge = {
            name: style_distance(*images, network, JUDGES[name].layers) for name, network in self.networks.items()
        }
        return {
            "style": {name: distance.gram for name, distance in by_judge.items()},
            "style_moments": fmean(distance.moments for distance in by_judge.values()),
            "lpips": self.lpips_name,
            "content": self.lpips(images[0], images[1]),
            "colour": colour_distance(painted, painting),
            "clipped": clipped_share(painted),
            **_of_pixels(painted, photo),
        }


def _of_pixels(painted: Picture, photo: Picture) -> dict[str, float]:
    """Noise and lattice, each where the picture is large enough to look for it."""
    found: dict[str, float] = {}
    with suppress(PictureError):
        found["noise"] = noise_in_flat_areas(painted)
        found["grid"] = relative_grid(grid_energy(painted), grid_energy(photo))
    return found


def _at_most(picture: Picture, longest: int) -> Picture:
    if max(picture.width, picture.height) <= longest:
        return picture
    return resize(picture, *Size(longest=longest).fit(picture.width, picture.height))
