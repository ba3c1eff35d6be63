"""How good a network is: what it paints of photos it never saw, judged beside what its teacher paints of them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import mean
from typing import Any

import tomli_w
import torch
from torch import Tensor

from impasto.backbones.style_network import StyleNetwork
from impasto.errors import InputError, PictureError
from impasto.measure import Lpips, load_lpips, measure
from impasto.measure.lpips import DEFAULT_LPIPS
from impasto.pictures import Collection, Picture, composite, picture_from, read_shrunk
from impasto.runs import job_from_toml
from impasto.solve import Finished
from impasto.tasks import StylizeJob
from impasto.tasks.feedforward.second_say import palette_kept, recoloured
from impasto.tasks.pixels import to_picture, to_tensor
from impasto.training.teacher import longer_side
from impasto.weights.style_network import StyleNetworkAbout, load_style_network, save_style_network

SHORTER = 256
"""Pixels of the shorter side of photos that are judged, at the least."""

MOST_SCALE = 6
"""The longer side of a style over the shorter side of a photo that is judged, at the most."""


@dataclass(frozen=True)
class Marks:
    """How a judge sees one painting: how far it is from the style, as a share of the photo's distance, by correlations
    and by moments, and how far from the photo (LPIPS).
    """

    style_gram: float
    style_moments: float
    content: float


@dataclass(frozen=True)
class Verdict:
    """One photo, painted by the network and by the optimiser, and how far the two are apart (LPIPS)."""

    photo: str
    network: Marks
    optimiser: Marks
    apart: float


@dataclass(frozen=True, eq=False)
class Judging:
    """A network, its teacher with styles that can be read, and photos of one shorter side in pixels."""

    network: StyleNetwork
    about: StyleNetworkAbout
    teacher: StylizeJob

    @classmethod
    def of(cls, path: Path, styles: Sequence[Path] = ()) -> Judging:
        """A network's file. styles: where its styles lie, if not where they lay when it was trained.

        Raises WeightsError for a file that is none, InputError for styles that are not there.
        """
        network, about = load_style_network(path)
        teacher = job_from_toml(about.recipe, f"the recipe in {path}")
        if not isinstance(teacher, StylizeJob):
            raise InputError(f"{path}: a job of kind {teacher.kind} taught it, and none of stylize")
        if styles:
            if len(styles) != len(teacher.styles):
                raise InputError(f"{path} learnt from {len(teacher.styles)} styles; {len(styles)} were given")
            teacher = replace(teacher, styles=tuple(styles))
        found = tuple(_found(style, path) if isinstance(style, Path) else style for style in teacher.styles)
        return cls(network, about, replace(teacher, styles=found))

    @property
    def shorter_side(self) -> int:
        """The shorter side in pixels at which photos are judged, when nobody says."""
        return max(SHORTER, round(self.teacher.style_scale * longer_side(self.teacher) / MOST_SCALE))

    def verdicts(self, photos: Collection, names: Sequence[str], shorter: int) -> Iterator[Verdict]:
        """Judge photos by their names, their shorter side `shorter` pixels. Raises what painting and measuring do."""
        lpips = load_lpips(DEFAULT_LPIPS, device=self.teacher.device)
        for name in names:
            photo = read_shrunk(photos.read(name), name, shorter, most_enlarged=4.0)
            yield self.verdict(name, photo, lpips)

    def verdict(self, name: str, photo: Picture, lpips: Lpips) -> Verdict:
        """Judge one photo."""
        painted, optimised = self.painted(photo), self.optimised(photo)
        return Verdict(
            name,
            self.marks(to_picture(painted), photo),
            self.marks(to_picture(optimised), photo),
            lpips(painted.clamp(0, 1).cpu(), optimised.clamp(0, 1).cpu()),
        )

    def painted(self, photo: Picture) -> Tensor:
        """What the network paints of a photo, [1, 3, H, W]."""
        image = to_tensor(photo)
        with torch.no_grad():
            painted: Tensor = self.network(image)
        colours = tomllib.loads(self.about.trained).get("colours")
        return painted if colours is None else recoloured(self.teacher, palette_kept(colours), painted, image)

    def optimised(self, photo: Picture, strength: float | None = None) -> Tensor:
        """What the teacher paints of a photo, [1, 3, H, W], its styles as large as they were when it taught.

        strength: another than the teacher's.
        """
        scale = self.style_scale(photo)
        job = replace(self.teacher, content=photo, size=None, style_scale=scale)
        if strength is not None:
            job = replace(job, strength=strength)
        for event in job.events():
            if isinstance(event, Finished):
                return to_tensor(job.picture(event.image))
        raise InputError("the teacher's job ended without a picture")

    def style_scale(self, photo: Picture) -> float:
        """The longer side of the styles over that of the photo."""
        return self.teacher.style_scale * longer_side(self.teacher) / max(photo.width, photo.height)

    def marks(self, painted: Picture, photo: Picture) -> Marks:
        """How the judge sees a painting, the styles in their shares."""
        shares = self.teacher.style_weights or (1.0,) * len(self.teacher.styles)
        found = [
            measure(painted, photo, composite(picture_from(style)), style_scale=self.style_scale(photo))
            for style in self.teacher.styles
        ]
        gram, moments = (
            sum(share * getattr(scores, name) for share, scores in zip(shares, found, strict=True)) / sum(shares)
            for name in ("style_gram", "style_moments")
        )
        return Marks(gram, moments, found[0].content_lpips)


def _found(style: Path, network: Path) -> Path:
    """Where a style lies: where it says, or beside the network. Raises InputError if it is in neither place."""
    for place in (style, network.parent / style):
        if place.is_file():
            return place
    raise InputError(f"{style}: the style that {network} learnt from is not here: name it with --style")


def summary(verdicts: Sequence[Verdict]) -> dict[str, float]:
    """Means over the photos, and the network's over the optimiser's style distance."""
    found = {
        f"{who} {mark}": mean(getattr(getattr(verdict, who), mark) for verdict in verdicts)
        for who in ("network", "optimiser")
        for mark in ("style_gram", "style_moments", "content")
    }
    found["apart"] = mean(verdict.apart for verdict in verdicts)
    found["style_gram ratio"] = found["network style_gram"] / found["optimiser style_gram"]
    found["style_moments ratio"] = found["network style_moments"] / found["optimiser style_moments"]
    return found


def keep_verdicts(path: Path, verdicts: Sequence[Verdict], shorter: int) -> None:
    """Write into a network's file how it was judged. Raises WeightsError if the file cannot be read or written."""
    network, about = load_style_network(path)
    said: dict[str, Any] = tomllib.loads(about.trained)
    said["judged"] = {"photos": [v.photo for v in verdicts], "shorter_side": shorter} | {
        name.replace(" ", "_"): round(value, 4) for name, value in summary(verdicts).items()
    }
    save_style_network(path, network, replace(about, trained=tomli_w.dumps(said)))


def names_to_judge(photos: Collection, names: Sequence[str], count: int, shorter: int) -> list[str]:
    """The first `count` of the names whose photos can be used. Raises InputError if there are none."""
    found: list[str] = []
    for name in names:
        if len(found) == count:
            break
        try:
            read_shrunk(photos.read(name), name, shorter, most_enlarged=4.0)
        except PictureError:
            continue
        found.append(name)
    if not found:
        raise InputError(f"{photos.place} holds no photo that can be judged")
    return found
