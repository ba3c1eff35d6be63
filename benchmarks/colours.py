"""Every colour control on the same pairs: how near the colours come to the photo's and the style's, and what it costs.

    python benchmarks/colours.py photo.jpg,painting.jpg other.jpg,painting.jpg --page docs/gallery

For each pair and control it prints, in units of CIELAB,
  chroma     the mean distance of a* and b* from the photo's, place by place, and over that of the default control
  palette    the distance of the colours, wherever they are, to the photo's and to the style's
  lightness  the style distance of light and dark alone as a network sees it that did not paint, and over the default's
Pictures painted before are kept under `--pictures` and not painted again. `--page FOLDER` writes the sheet of the first
`--shown` pairs and the page with the commands.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from judging import StyleJudge
from pictures_for import SAMPLE_PAIRS, pairs

from impasto.measure import colour_distance
from impasto.pictures import Picture, contact_sheet, parse_size, read_picture, resize, write_picture
from impasto.pictures.cielab import to_cielab
from impasto.runs import build_job
from impasto.solve import Finished
from impasto.tasks import StylizeJob
from impasto.tasks.lightness import in_lightness
from impasto.tasks.pixels import to_tensor

DEFAULT = "style"

CONTROLS: Mapping[str, Mapping[str, Any]] = {
    "free": {"colour": "free"},
    DEFAULT: {"colour": "style"},
    "style, exactly": {"colour": "style", "colour.by": "histogram", "colour.when": "both"},
    "photo": {"colour": "photo"},
    "photo, histogram": {"colour": "photo", "colour.by": "histogram"},
    "photo, as light as the style": {"colour": "photo", "colour.lightness": "style"},
    "photo, pca": {"colour": "photo", "colour.by": "pca", "colour.when": "before"},
    "photo, cholesky": {"colour": "photo", "colour.by": "cholesky", "colour.when": "before"},
    "luminance": {"colour": "luminance"},
    "luminance, photo": {"colour": "luminance", "colour.lightness": "photo"},
}
"""The controls by what they are called, as settings by address."""

SHOWN = ("free", DEFAULT, "style, exactly", "photo", "photo, histogram", "luminance", "luminance, photo")
"""Those on the sheet."""

OPTIONS = {"colour": "--colour", "colour.by": "--colour-by", "colour.when": "--colour-when"}

PAGE = """# Whose colours

Each control on the same pairs at {size} pixels with the default preset; [when to use which](../how-to/colours.md).
Beneath each picture: the mean distance of its a* and b* from the photo's, place by place, and the style distance of
its light and dark alone, 0 the style's and 1 the photo's, as a network sees it that did not paint.

![Every colour control](colours.jpg)

{commands}

This page and its sheet are made by a script, with your own pictures if you like:

    python benchmarks/colours.py {given} --size {size} --page docs/gallery
"""


@dataclass(frozen=True)
class Painted:
    """What one control gave for one pair."""

    control: str
    picture: Picture
    chroma: float
    to_photo: float
    to_style: float
    lightness: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", nargs="*", metavar="PHOTO,PAINTING")
    parser.add_argument("--size", default="256")
    parser.add_argument("--controls", nargs="+", default=list(CONTROLS), choices=list(CONTROLS))
    parser.add_argument("--shown", type=int, default=2, metavar="PAIRS")
    parser.add_argument("--pictures", type=Path, default=Path("gallery"), metavar="FOLDER")
    parser.add_argument("--page", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    options.pictures.mkdir(parents=True, exist_ok=True)
    judge = StyleJudge()
    rows: list[list[Picture]] = []
    labels: list[list[str]] = []
    print("| pair | control | chroma | over default | to photo | to style | lightness | over default |")
    print("|---|---|---|---|---|---|---|---|")
    for name, photo, style in pairs(options.pairs):
        small = resized(photo, options.size)
        found = [painted(name, control, photo, style, options, judge) for control in options.controls]
        plain = next((each for each in found if each.control == DEFAULT), found[0])
        for each in found:
            print(
                f"| {name} | {each.control} | {each.chroma:.1f} | {each.chroma / plain.chroma:.2f} "
                f"| {each.to_photo:.1f} | {each.to_style:.1f} "
                f"| {each.lightness:.2f} | {each.lightness / plain.lightness:.2f} |",
                flush=True,
            )
        shown = [each for each in found if each.control in SHOWN]
        cells = [small, style, *(each.picture for each in shown)]
        words = ["the photo", "the painting", *(told(each) for each in shown)]
        half = (len(cells) + 2) // 3
        rows += [cells[i : i + half] for i in range(0, len(cells), half)]
        labels += [words[i : i + half] for i in range(0, len(words), half)]
    if options.page:
        write_page(rows, labels, options)


def told(each: Painted) -> str:
    """The words beneath a picture."""
    return f"{each.control}\na*b* off by {each.chroma:.1f}\nlight and dark {each.lightness:.2f}"


def resized(photo: Picture, size: str) -> Picture:
    """The photo at the size of the results."""
    wanted = parse_size(size)
    return photo if wanted is None else resize(photo, *wanted.fit(photo.width, photo.height))


def painted(
    name: str, control: str, photo: Picture, style: Picture, options: argparse.Namespace, judge: StyleJudge
) -> Painted:
    """Paint a pair with a control, or take what was painted, and measure it."""
    words = f"{name}_{control}_{options.size}".replace(" × ", "_").replace(", ", "_")
    path = options.pictures / f"colour_{words}.png"
    if not path.exists():
        flags = {"content": photo, "styles": (style,), "size": options.size, **CONTROLS[control]}
        job = build_job("stylize", flags=flags)
        assert isinstance(job, StylizeJob)
        write_picture(job.picture(next(event.image for event in job.events() if isinstance(event, Finished))), path)
    picture = read_picture(path)
    small = resized(photo, options.size)
    apart = to_cielab(picture.pixels)[1:] - to_cielab(small.pixels)[1:]
    beside = resized(style, str(max(small.width, small.height)))
    grey = [in_lightness(to_tensor(each)) for each in (picture, small, beside)]
    return Painted(
        control,
        picture,
        chroma=float(np.hypot(*apart).mean()),
        to_photo=colour_distance(picture, small),
        to_style=colour_distance(picture, style),
        lightness=judge(*grey),
    )


def write_page(rows: list[list[Picture]], labels: list[list[str]], options: argparse.Namespace) -> None:
    """The sheet, and the page with the command of every picture."""
    options.page.mkdir(parents=True, exist_ok=True)
    across = len(rows) // max(1, len(options.pairs or SAMPLE_PAIRS)) * options.shown
    sheet = contact_sheet(rows[:across], labels=labels[:across], title="colour controls", cell=256)
    write_picture(sheet, options.page / "colours.jpg", quality=78)
    commands = "\n".join(
        f"    impasto stylize photo.jpg painting.jpg --size {options.size} {as_typed(CONTROLS[name])}"
        for name in SHOWN
        if name in options.controls
    )
    given = " ".join(
        ",".join(Path(part).name for part in text.split(",")) for text in (options.pairs[: options.shown] or ())
    )
    page = PAGE.format(size=options.size, commands=commands, given=given)
    (options.page / "colours.md").write_text(page, encoding="utf-8")


def as_typed(settings: Mapping[str, Any]) -> str:
    """Settings as options of the command line."""
    return " ".join(
        f"{OPTIONS[address]} {value}" if address in OPTIONS else f"--set {address}={value}"
        for address, value in settings.items()
    )


if __name__ == "__main__":
    main()
