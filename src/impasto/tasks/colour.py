"""Whose colours a painting gets: what is done to photo and styles before painting, and to the picture after.

Painting for lightness alone, and taking the colour from elsewhere, is section 4.2 of Gatys, Bethge, Hertzmann &
Shechtman 2016, "Preserving color in neural artistic style transfer" (arXiv 1606.05897), here in CIELAB where they take
YIQ; moving the colours of one picture to those of another is their section 4.1.
"""

from __future__ import annotations

import abc
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal, get_args

import numpy as np
import torch
from torch import Tensor

from impasto.errors import JobError
from impasto.losses.flatness import CONTRAST, RADIUS, background, check_flatness, surroundings
from impasto.registry import Registry
from impasto.solve import Target
from impasto.tasks.colour_matching import Matching, match_colours, match_greys, sampled
from impasto.tasks.lightness import Lab, all_in_lightness, in_lightness, in_strips, with_colours_of
from impasto.tasks.tones import Tones, ground

When = Literal["before", "after", "both"]
Lightness = Literal["photo", "style"]

COLOURS: Registry[type[Colour]] = Registry("colour control")

LINE = 0.01
"""How far around a place its surroundings reach, beside which dark lines are drawn; a share of the longer side."""


@dataclass(frozen=True, kw_only=True)
class Colour(abc.ABC):
    """A way to decide on the colours of the result. A subclass is either abstract or final.

    kind: the name it is registered under.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}
    grey: ClassVar[bool] = False
    """Whether the picture is painted in grey, to be coloured afterwards."""

    kind: str

    def __init_subclass__(cls, kind: str = "") -> None:
        if kind:
            COLOURS.add(kind, cls)

    @property
    def recolours(self) -> bool:
        """Whether the painted picture is changed as well."""
        return self.grey

    def before(
        self,
        photo: Tensor,
        styles: tuple[Target, ...],
        ease: float,  # noqa: ARG002
        where: Tensor | None = None,  # noqa: ARG002
    ) -> tuple[Tensor, tuple[Target, ...]]:
        """The photo [1, 3, H, W] and the styles that are aimed at in place of these.

        ease: from 0, where the result is to be the photo, to 1, where the control counts in full.
        where: [1, 1, H, W], how much each pixel of the photo counts for what its colours are; None counts all alike.
        """
        return photo, styles

    def after(
        self,
        image: Tensor,
        photo: Tensor,  # noqa: ARG002
        styles: tuple[Target, ...],  # noqa: ARG002
        ease: float,  # noqa: ARG002
        where: Tensor | None = None,  # noqa: ARG002
    ) -> Tensor:
        """What is handed out for a painted image [1, 3, H, W], beside the photo at its size."""
        return image


@dataclass(frozen=True, kw_only=True)
class FreeColour(Colour, kind="free"):
    """Nothing is done: colours come as the losses make them, as in the papers."""

    kind: Literal["free"] = "free"


@dataclass(frozen=True, kw_only=True)
class MatchedColour(Colour):
    """The colours of one picture are matched to those of another.

    by: `transport`, the linear map of least motion; `cholesky` and `pca`, other linear maps; `histogram`, the whole
        distribution. See `impasto.tasks.colour_matching`.
    when: before painting, after it, or both.
    amount: how far colours are moved, 0 … 1.
    """

    by: Matching = "transport"
    when: When = "before"
    amount: float = 1.0

    def __post_init__(self) -> None:
        check_share("amount", self.amount)
        for name, kinds in (("by", Matching), ("when", When)):
            if getattr(self, name) not in get_args(kinds):
                known = ", ".join(get_args(kinds))
                raise JobError(f"{name} of the colour must be one of {known}, not {getattr(self, name)!r}")

    @property
    def recolours(self) -> bool:
        """If something is matched after painting."""
        return self.when != "before" and self.amount > 0

    @property
    def prepares(self) -> bool:
        """Whether something is matched before painting."""
        return self.when != "after" and self.amount > 0


@dataclass(frozen=True, kw_only=True)
class StyleColour(MatchedColour, kind="style"):
    """The style's colours: before painting the photo's are moved to them, after painting the picture's.

    Before alone leaves the last word to painting. `by = "histogram", when = "both"` gives the style's colours exactly.
    """

    kind: Literal["style"] = "style"

    def before(
        self, photo: Tensor, styles: tuple[Target, ...], ease: float, where: Tensor | None = None
    ) -> tuple[Tensor, tuple[Target, ...]]:
        """The photo in the styles' colours."""
        return (match_colours(photo, styles, ease * self.amount, self.by, where) if self.prepares else photo), styles

    def after(
        self,
        image: Tensor,
        photo: Tensor,  # noqa: ARG002
        styles: tuple[Target, ...],
        ease: float,
        where: Tensor | None = None,
    ) -> Tensor:
        """The image in the styles' colours."""
        return match_colours(image, styles, ease * self.amount, self.by, where)


@dataclass(frozen=True, kw_only=True)
class PhotoColour(MatchedColour, kind="photo"):
    """The photo's palette: before painting the styles' colours are moved to the photo's, after it the picture's.

    The result has the colours of the photo in the same shares, though not each in its old place.

    lightness: `photo`, as light and as full of contrast as the photo; or `style`, as the styles: a* and b* alone are
        matched, and the photo's mean and deviation of lightness are brought to the styles' before painting.
    """

    kind: Literal["photo"] = "photo"
    when: When = "both"
    lightness: Lightness = "photo"

    def __post_init__(self) -> None:
        super().__post_init__()
        check_lightness(self.lightness)

    def before(
        self,
        photo: Tensor,
        styles: tuple[Target, ...],
        ease: float,
        where: Tensor | None = None,
    ) -> tuple[Tensor, tuple[Target, ...]]:
        """The styles, each in the photo's colours. They take no part at a strength of 0, so only lightness is eased."""
        aimed = photo if self.lightness == "photo" else as_light(photo, styles, ease, where)
        if not self.prepares:
            return aimed, styles
        return aimed, tuple(replace(s, image=self._recoloured(s.image, photo, where, s.mask)) for s in styles)

    def after(
        self,
        image: Tensor,
        photo: Tensor,
        styles: tuple[Target, ...],  # noqa: ARG002
        ease: float,  # noqa: ARG002
        where: Tensor | None = None,
    ) -> Tensor:
        """The image in the photo's colours."""
        return self._recoloured(image, photo, where, where)

    def _recoloured(self, image: Tensor, photo: Tensor, of: Tensor | None, where: Tensor | None) -> Tensor:
        """An image in the colours of what counts `of` the photo."""
        matched = match_colours(image, [Target(photo, mask=of)], self.amount, self.by, where)
        return matched if self.lightness == "photo" else with_colours_of(image, matched)


@dataclass(frozen=True, kw_only=True)
class LuminanceColour(Colour, kind="luminance"):
    """The photo's colours, each in its place: only light and dark is painted, from L* of the photo and the styles.

    The result has a* and b* of the photo; where sRGB cannot show those at the new lightness, the same hue with less
    chroma. Grey photos give grey pictures.

    lightness: `style`, as light and as full of contrast as the styles; or `photo`, as the photo: the styles' mean and
        deviation of lightness are brought to the photo's before painting, as section 4.2 has it.
    """

    grey: ClassVar[bool] = True

    kind: Literal["luminance"] = "luminance"
    lightness: Lightness = "style"

    def __post_init__(self) -> None:
        check_lightness(self.lightness)

    def before(
        self, photo: Tensor, styles: tuple[Target, ...], ease: float, where: Tensor | None = None
    ) -> tuple[Tensor, tuple[Target, ...]]:
        """All in grey, one as light as the other."""
        plain, greys = in_lightness(photo), all_in_lightness(styles)
        if self.lightness == "style":
            return match_colours(plain, greys, ease, where=where), greys
        same = (match_colours(s.image, [Target(plain, mask=where)], 1.0, where=s.mask) for s in greys)
        return plain, tuple(replace(s, image=image) for s, image in zip(greys, same, strict=True))

    def after(
        self,
        image: Tensor,
        photo: Tensor,
        styles: tuple[Target, ...],  # noqa: ARG002
        ease: float,  # noqa: ARG002
        where: Tensor | None = None,  # noqa: ARG002
    ) -> Tensor:
        """Lightness of the image, a* and b* of the photo."""
        return with_colours_of(image, photo)


@dataclass(frozen=True, kw_only=True)
class ToneColour(Colour, kind="tone"):
    """The style's colour for each lightness, as ink has on its paper: only light and dark is painted.

    For paintings of one pigment: ink, sepia, charcoal, blueprints. What is dark in the result has the mean a* and b* of
    what is as dark in the styles.

    amount: how far the photo's lightnesses are moved to those of the styles before painting, 0 … 1: the darkest share
        of the photo becomes as dark as the darkest share of the styles, and so on up to the paper.
    blank: how far flat areas of the photo become the ground, the most frequent lightness of the styles, 0 … 1: those
        that reach to its border, however dark, and others about as light as they are or lighter. Dark is then kept for
        where something is. At 0 a dark sky becomes ink.
    lines: what is darker than its surroundings, within a hundredth of the longer side, is made darker by so many times
        the difference, so that contours are drawn and not lost in the paper; 0 or more, 5 draws them plainly.
    radius, contrast: what counts as flat, see `impasto.losses.flatness`.
    """

    grey: ClassVar[bool] = True

    kind: Literal["tone"] = "tone"
    amount: float = 1.0
    blank: float = 0.0
    lines: float = 0.0
    radius: float = RADIUS
    contrast: float = CONTRAST

    def __post_init__(self) -> None:
        check_share("amount", self.amount)
        check_share("blank", self.blank)
        if not 0 <= self.lines < float("inf"):
            raise JobError(f"lines of the colour must be a number of 0 or more, not {self.lines}")
        check_flatness(self.radius, self.contrast)

    def before(
        self, photo: Tensor, styles: tuple[Target, ...], ease: float, where: Tensor | None = None
    ) -> tuple[Tensor, tuple[Target, ...]]:
        """All in grey, the photo in the styles' lightnesses."""
        plain, greys = in_lightness(photo), all_in_lightness(styles)
        paper = ground(sampled(greys)[0])
        empty = ease * self.blank * background(plain, self.radius, self.contrast)
        below = (surroundings(plain, LINE) - plain).clamp_min(0)
        drawn = (plain - ease * self.lines * below).clamp_min(0)
        lighter = torch.lerp(drawn, torch.full_like(plain, round(paper)), empty)
        matched = match_greys(lighter, greys, ease * self.amount, where)
        return torch.lerp(matched, torch.full_like(plain, paper), empty), greys

    def after(
        self,
        image: Tensor,
        photo: Tensor,
        styles: tuple[Target, ...],
        ease: float,
        where: Tensor | None = None,  # noqa: ARG002
    ) -> Tensor:
        """Lightness of the image, a* and b* that the styles have at it; near a strength of 0 still the photo's."""
        tones = Tones.of(styles)

        def toned(own: Lab, other: Lab) -> Lab:
            a, b = tones(own[0])
            return np.stack([own[0], other[1] + ease * (a - other[1]), other[2] + ease * (b - other[2])])

        return in_strips(toned, image, photo)


def check_share(what: str, value: float) -> None:
    """Raise JobError unless 0 ≤ value ≤ 1."""
    if not 0 <= value <= 1:
        raise JobError(f"{what} of the colour must lie in 0 … 1, not {value}")


def check_lightness(value: str) -> None:
    """Raise JobError for a word that names no lightness."""
    if value not in get_args(Lightness):
        raise JobError(f"lightness of the colour must be photo or style, not {value!r}")


def as_light(photo: Tensor, styles: tuple[Target, ...], ease: float, where: Tensor | None) -> Tensor:
    """The photo in its own a* and b*, its lightness brought to the mean and deviation of the styles'."""
    grey = match_colours(in_lightness(photo), all_in_lightness(styles), ease, where=where)
    return with_colours_of(grey, photo)
