"""Seamless textures, each laid out two by two, and how far their seams stand out from the lines around."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from impasto.measure import line_energies
from impasto.pictures import Picture, picture_from, write_picture
from impasto.pictures.sheet import contact_sheet
from impasto.runs import build_job
from impasto.solve import Finished
from impasto.tasks import TextureJob


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--styles", type=Path, nargs="+", required=True, metavar="PICTURE")
    parser.add_argument("--size", default="512x512")
    parser.add_argument("--steps", default="80,60,50,40")
    parser.add_argument("--style-scale", type=float, default=1.0)
    parser.add_argument("--folder", type=Path, default=Path("textures"))
    parser.add_argument("--cell", type=int, default=512)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    print("| texture | left to right | lines between, 2 to 98 % | top to bottom | lines between, 2 to 98 % |")
    print("|---|---|---|---|---|", flush=True)
    repeats = []
    for style in options.styles:
        texture = made(style, options)
        write_picture(texture, options.folder / f"texture_{style.stem}.png")
        print(f"| {style.stem} | {' | '.join(seams(texture))} |", flush=True)
        repeats.append(Picture(np.tile(texture.pixels, (1, 2, 2))))
    sheet = contact_sheet([repeats], labels=[[f"{s.stem}, two by two" for s in options.styles]], cell=options.cell)
    write_picture(sheet, options.folder / "textures.jpg", quality=85)


def made(style: Path, options: argparse.Namespace) -> Picture:
    """The texture of one style, as it is written: in 8 bits."""
    steps = tuple(int(count) for count in options.steps.split(","))
    flags = {"style": style, "size": options.size, "steps": steps, "style_scale": options.style_scale}
    job = build_job("texture", preset=None, flags=flags)
    assert isinstance(job, TextureJob)
    image = next(event.image for event in job.events() if isinstance(event, Finished))
    levels = np.rint(job.picture(image).pixels * 255).astype(np.uint8)
    return picture_from(np.moveaxis(levels, 0, -1))


def seams(texture: Picture) -> list[str]:
    """For both seams their energy, and what the other lines scatter by."""
    told = []
    for axis in (1, 0):
        *lines, seam = line_energies(texture, axis)
        low, high = np.quantile(lines, (0.02, 0.98))
        told += [f"{seam:.2f}", f"{low:.2f} … {high:.2f}"]
    return told


if __name__ == "__main__":
    main()
