"""The panel of `impasto stylize` about where styles go and what counts of them, and how it becomes settings."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from impasto.apps.cli.options import PLACES, WholeNumber, names, numbers
from impasto.errors import InputError
from impasto.registry import did_you_mean

SETTINGS = ("weights", "masks", "layer-weights", "weight", "scale", "rotation")
"""What may follow the styles of a region, each after a colon."""

_SETTING = re.compile(r"(.+=.+):([a-z-]+)=([^:]*)", re.DOTALL)


@Parameter(name="*", group=PLACES)
@dataclass(frozen=True, kw_only=True)
class Places:
    """Where the styles go, and what counts of them.

    Parameters
    ----------
    region
        A part of the picture with a style of its own: MASK=STYLE. The mask is a picture of the shape of CONTENT, white
        where the region is; or alpha, the transparency of CONTENT. May be given again; STYLES are for what is left, and
        without any that stays the photo. Several styles are divided by commas, and settings follow after colons:
        sky.png=a.jpg,b.jpg:weights=2,1:scale=0.5:rotation=90:weight=2:masks=m.png,all.
    strength_map
        A picture of the shape of CONTENT: white where all of the style is wanted, black where the photo stays.
    protect
        A mask of what stays as it is in the photo, to a level of 255; may be given again.
    style_masks
        For each of STYLES a mask of what counts of it, or alpha or all, separated by commas.
    style_layer_weights
        For each of STYLES what its share is multiplied by at each style layer, from the first, numbers separated by
        commas and styles by slashes: 1,1,0,0,0/0,0,1,1,1 takes fine strokes of one and large forms of the other.
    style_rotation
        By how many degrees styles are turned clockwise.
    style_crops
        How many pieces, each as large as the result, are measured of a style that --style-scale makes larger; 0
        measures it whole.
    """

    region: Annotated[tuple[str, ...], Parameter(negative=(), show_default=False, metavar="MASK=STYLE")] = ()
    strength_map: Annotated[str | None, Parameter(metavar="MASK")] = None
    protect: Annotated[tuple[str, ...], Parameter(negative=(), show_default=False, metavar="MASK")] = ()
    style_masks: Annotated[str | None, Parameter(metavar="MASKS")] = None
    style_layer_weights: Annotated[str | None, Parameter(metavar="NUMBERS")] = None
    style_rotation: Annotated[float | None, Parameter(metavar="DEGREES")] = None
    style_crops: WholeNumber = None

    def words(self) -> list[str]:
        """The same as options of a command line."""
        lists = [word for name in ("region", "protect") for each in getattr(self, name) for word in (f"--{name}", each)]
        single = ("strength_map", "style_masks", "style_layer_weights", "style_rotation", "style_crops")
        told = ((f"--{name.replace('_', '-')}", getattr(self, name)) for name in single)
        return [*lists, *(word for option, value in told if value is not None for word in (option, str(value)))]

    def flags(self) -> dict[str, Any]:
        """By the addresses of the job's settings."""
        return {
            "regions": tuple(region_in(text) for text in self.region) or None,
            "strength_map": self.strength_map,
            "protect": self.protect or None,
            "style_masks": names("--style-masks", self.style_masks),
            "style_layer_weights": rows_in("--style-layer-weights", self.style_layer_weights),
            "style_rotation": self.style_rotation,
            "style_crops": self.style_crops,
        }


def region_in(text: str) -> dict[str, Any]:
    """A region as it is written: `sky.png=starry.jpg`, `sky.png=a.jpg,b.jpg:weights=2,1:scale=0.5`.

    The mask ends at the first equals sign. Raises InputError for anything else.
    """
    written, settings = text, {}
    while setting := _SETTING.fullmatch(written):
        written, name, value = setting.groups()
        if name not in SETTINGS:
            raise InputError(f"--region {text!r}: a region has no {name!r}. {did_you_mean(name, SETTINGS)}")
        settings[name] = value
    mask, equals, styles = written.partition("=")
    if not equals or not mask.strip() or not styles.strip():
        raise InputError(f"--region must be MASK=STYLE, such as sky.png=starry.jpg, not {text!r}")
    option = f"--region {text!r}: each setting of numbers"
    shares = numbers(option, settings.get("weights"), float)
    pictures, shares = with_folders([Path(style) for style in names("--region", styles) or ()], shares)
    found: dict[str, Any] = {"mask": mask.strip(), "styles": [str(path) for path in pictures]}
    lists = {
        "style_weights": shares,
        "style_masks": names(option, settings.get("masks")),
        "style_layer_weights": rows_in(option, settings.get("layer-weights")),
    }
    found |= {name: value for name, value in lists.items() if value is not None}
    for name in ("weight", "scale", "rotation"):
        if name in settings:
            found[name] = _number(option, settings[name])
    return found


def rows_in(option: str, text: str | None) -> tuple[tuple[float, ...], ...] | None:
    """Rows of numbers, divided by slashes: 1,1,0/0,0,1; None if none were given. Raises InputError for other texts."""
    if text is None:
        return None
    return tuple(numbers(option, row, float) or () for row in text.split("/"))


def with_folders(
    styles: Sequence[Path], shares: tuple[float, ...] | None
) -> tuple[list[Path], tuple[float, ...] | None]:
    """The styles with the pictures of each folder in its place, and their shares: those of a folder divide its own.

    Raises InputError for a folder without pictures, and beside folders for shares of another number than the styles.
    """
    if not any(style.is_dir() for style in styles):
        return list(styles), shares
    from impasto.pictures import pictures_in

    if shares is not None and len(shares) != len(styles):
        raise InputError(f"{len(styles)} styles but {len(shares)} style weights; give one weight to a style or folder")
    pictures: list[Path] = []
    divided: list[float] = []
    for style, share in zip(styles, shares or (1.0,) * len(styles), strict=True):
        found = pictures_in(style) if style.is_dir() else [style]
        pictures += found
        divided += [share / len(found)] * len(found)
    return pictures, tuple(divided)


def _number(option: str, text: str) -> float:
    found = numbers(option, text, float) or ()
    if len(found) != 1:
        raise InputError(f"{option}: one number is wanted, not {text!r}")
    return found[0]
