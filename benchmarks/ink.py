"""The preset `ink` beside the default: how quiet the photo's flat areas are left, and a sheet to look at.

    python benchmarks/ink.py horse.jpg,ink_ridge.jpg tubingen.jpg,ink_cliff.jpg --page docs/gallery

Flat are the places of the photo about which its lightness varies least: the quarter with the least deviation of L* in a
square of a sixteenth of the longer side. For each pair and preset it prints, of the result's L* there,
  texture  the root of the mean variance within the square about each flat place: what is drawn into what was empty
  whole    the deviation over all flat places together: also how far apart they are in tone
and, over the whole picture, `ink`, the share of pixels darker by 25 in L* than the most frequent lightness.
Pictures painted before are kept under `--pictures` and not painted again.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from pictures_for import pairs
from torch.nn.functional import avg_pool2d

from impasto.pictures import Picture, contact_sheet, parse_size, read_picture, resize, write_picture
from impasto.pictures.cielab import to_cielab
from impasto.runs import build_job
from impasto.solve import Finished
from impasto.tasks import StylizeJob

PRESETS = ("default", "ink")
FLATTEST = 0.25
SQUARE = 1 / 16
DARKER = 25.0

Plane = NDArray[np.float64]


@dataclass(frozen=True)
class Quiet:
    """Deviations of L* in the photo's flat areas, and the share of the picture that is inked."""

    texture: float
    whole: float
    ink: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", nargs="*", metavar="PHOTO,PAINTING")
    parser.add_argument("--size", default="384")
    parser.add_argument("--pictures", type=Path, default=Path("gallery"), metavar="FOLDER")
    parser.add_argument("--page", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    options.pictures.mkdir(parents=True, exist_ok=True)
    rows: list[list[Picture]] = []
    labels: list[list[str]] = []
    print("| pair | preset | texture | over default | whole | over default | ink |")
    print("|---|---|---|---|---|---|---|")
    for name, photo, style in pairs(options.pairs):
        wanted = parse_size(options.size)
        small = photo if wanted is None else resize(photo, *wanted.fit(photo.width, photo.height))
        flat = flat_places(lightness(small))
        pictures = [painted(name, preset, photo, style, options) for preset in PRESETS]
        found = [quiet(lightness(picture), flat) for picture in pictures]
        plain = found[0]
        for preset, each in zip(PRESETS, found, strict=True):
            print(
                f"| {name} | {preset} | {each.texture:.2f} | {each.texture / plain.texture:.2f} "
                f"| {each.whole:.2f} | {each.whole / plain.whole:.2f} | {each.ink:.0%} |",
                flush=True,
            )
        rows.append([small, style, *pictures])
        told = [
            f"--preset {preset}\nL* varies by {each.whole:.1f} where the photo is flat"
            for preset, each in zip(PRESETS, found, strict=True)
        ]
        labels.append([*name.split(" × "), *told])
    if options.page:
        options.page.mkdir(parents=True, exist_ok=True)
        sheet = contact_sheet(rows, labels=labels, title="ink: the default preset and --preset ink", cell=320)
        write_picture(sheet, options.page / "ink.jpg", quality=80)


def painted(name: str, preset: str, photo: Picture, style: Picture, options: argparse.Namespace) -> Picture:
    """Paint a pair with a preset, or take what was painted."""
    path: Path = options.pictures / f"{name.replace(' × ', '_')}_{preset}_{options.size}.png"
    if not path.exists():
        job = build_job("stylize", preset=preset, flags={"content": photo, "styles": (style,), "size": options.size})
        assert isinstance(job, StylizeJob)
        write_picture(job.picture(next(event.image for event in job.events() if isinstance(event, Finished))), path)
    return read_picture(path)


def lightness(picture: Picture) -> Plane:
    """L* [H, W]."""
    light: Plane = to_cielab(picture.pixels)[0]
    return light


def variance(plane: Plane) -> Plane:
    """The variance [H − s + 1, W − s + 1] in each square of s × s pixels."""
    side = max(2, round(SQUARE * max(plane.shape)))
    planes = torch.from_numpy(np.stack([plane, plane**2]))
    mean, square = avg_pool2d(planes, side, stride=1).numpy()
    found: Plane = np.maximum(square - mean**2, 0)
    return found


def flat_places(plane: Plane) -> NDArray[np.bool_]:
    """Where the variance is least, one place a square."""
    around = variance(plane)
    return around <= np.quantile(around, FLATTEST)


def quiet(plane: Plane, flat: NDArray[np.bool_]) -> Quiet:
    """What is going on in the flat places of a result."""
    side = max(2, round(SQUARE * max(plane.shape)))
    centres = plane[side // 2 :, side // 2 :][: flat.shape[0], : flat.shape[1]]
    counts, edges = np.histogram(plane, bins=50, range=(0, 100))
    paper = edges[np.argmax(counts)] + 1
    return Quiet(
        texture=float(np.sqrt(variance(plane)[flat].mean())),
        whole=float(centres[flat].std()),
        ink=float((plane < paper - DARKER).mean()),
    )


if __name__ == "__main__":
    main()
