"""Every network on the same pairs: the contact sheets and the table of docs/gallery/networks.md.

With `--page FOLDER` the sheets, one a style, and the page are written there; pictures painted before are kept under
`--pictures` and not painted again. A network whose weights cannot be had is named with the reason.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from impasto.backbones import BACKBONES
from impasto.backbones.defaults import PAINTING_DEFAULTS
from impasto.errors import WeightsError
from impasto.measure import JUDGES, Scores, measure
from impasto.pictures import Picture, composite, read_picture, write_picture
from impasto.pictures.sheet import contact_sheet
from impasto.runs import build_job
from impasto.solve import Finished
from impasto.tasks import StylizeJob

JUDGE = "mobilenet_v2"

PAGE = """# Every network on the same pictures

{pairs} pairs at {size} pixels with the default preset, nothing changed but `--backbone`. Below each picture: the style
distance that a network which painted none of them ({judge}) sees, 0 the style itself and 1 the photo; how far it is
from the photo (LPIPS); and its lattice over the photo's, where above 1.3 may show. See [what the measures
mean](../explanation/measures.md).

This page and its sheets are made by a script, with your own pictures if you like:

    python benchmarks/gallery.py --contents {contents} \\
        --styles {styles} --size {size} --page docs/gallery

{note}{sheets}
| network | pair | style distance | LPIPS | lattice at 2, 4, 8, 16 px | the photo's | at most |
|---|---|---|---|---|---|---|
{rows}
{missing}"""


@dataclass(frozen=True)
class Painted:
    """One picture of one network, and what was measured on it."""

    network: str
    content: str
    style: str
    picture: Picture
    scores: Scores

    @property
    def label(self) -> str:
        """The words beneath it."""
        s = self.scores
        return f"{self.network}\nstyle {s.style_gram:.2f}  LPIPS {s.content_lpips:.2f}  lattice {s.relative_grid:.2f}"

    @property
    def row(self) -> str:
        """Its row of the table."""
        s = self.scores
        own, photo = (" ".join(f"{value:.2f}" for value in grid.values()) for grid in (s.grid, s.photo_grid))
        return (
            f"| {self.network} | {self.content} × {self.style} | {s.style_gram:.2f} | {s.content_lpips:.2f} "
            f"| {own} | {photo} | {s.relative_grid:.2f} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contents", type=Path, nargs="+", required=True, metavar="PICTURE")
    parser.add_argument("--styles", type=Path, nargs="+", required=True, metavar="PICTURE")
    parser.add_argument("--networks", nargs="+", default=[n for n in BACKBONES if n in PAINTING_DEFAULTS])
    parser.add_argument("--size", default="384")
    parser.add_argument("--judge", default=JUDGE, choices=list(JUDGES))
    parser.add_argument("--pictures", type=Path, default=Path("gallery"), metavar="FOLDER")
    parser.add_argument("--page", type=Path, metavar="FOLDER")
    parser.add_argument("--note", default="", metavar="TEXT", help="a sentence for the page")
    options = parser.parse_args()
    options.pictures.mkdir(parents=True, exist_ok=True)
    painted, missing = [], []
    for network in options.networks:
        try:
            for picture in paintings(network, options):
                print(picture.row, flush=True)
                painted.append(picture)
        except WeightsError as error:
            missing.append(f"- **{network}** is missing: {str(error).splitlines()[0]}")
            print(missing[-1], flush=True)
    if options.page and painted:
        write_page(painted, missing, options)


def paintings(network: str, options: argparse.Namespace) -> Iterator[Painted]:
    """Every pair painted by one network. Raises WeightsError if its weights cannot be had."""
    for style in options.styles:
        for content in options.contents:
            path = options.pictures / f"{network}_{content.stem}_{style.stem}_{options.size}.png"
            if not path.exists():
                write_picture(paint(network, content, style, options.size), path)
            picture = read_picture(path)
            scores = measure(picture, read_picture(content), read_picture(style), judge=options.judge)
            yield Painted(network, content.stem, style.stem, picture, scores)


def paint(network: str, content: Path, style: Path, size: str) -> Picture:
    """The default preset's picture."""
    job = build_job(
        "stylize", flags={"content": content, "styles": (style,), "size": size, "backbone": network, "device": "cpu"}
    )
    assert isinstance(job, StylizeJob)
    return job.picture(next(event.image for event in job.events() if isinstance(event, Finished)))


def write_page(painted: list[Painted], missing: list[str], options: argparse.Namespace) -> None:
    """The sheets, one a style with a row to a network, and the page that shows them."""
    options.page.mkdir(parents=True, exist_ok=True)
    sheets = []
    for style in dict.fromkeys(p.style for p in painted):
        of_style = [[p for p in painted if (p.network, p.style) == (n, style)] for n in options.networks]
        rows = [row for row in of_style if row]
        sheet = contact_sheet(
            [[composite(p.picture) for p in row] for row in rows],
            labels=[[p.label for p in row] for row in rows],
            title=f"{style}: every network",
            cell=300,
        )
        write_picture(sheet, options.page / f"networks_{style}.jpg", quality=80)
        sheets.append(f"## {style}\n\n![Every network on {style}](networks_{style}.jpg)\n")
    page = PAGE.format(
        pairs=len(options.contents) * len(options.styles),
        size=options.size,
        judge=options.judge,
        contents=" ".join(path.name for path in options.contents),
        styles=" ".join(path.name for path in options.styles),
        note=f"{options.note}\n\n" if options.note else "",
        sheets="\n".join(sheets),
        rows="\n".join(p.row for p in painted),
        missing="\n" + "\n".join(missing) + "\n" if missing else "",
    )
    (options.page / "networks.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
