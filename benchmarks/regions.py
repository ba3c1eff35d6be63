"""Styles that keep to their regions: the judge's distance inside each region to its own style and to the other's.

    python benchmarks/regions.py
    python benchmarks/regions.py --cases sky,golden_gate.jpg,starry_night.jpg,wave.jpg --page docs/gallery

A case is a kind of mask, a photo, the style of the region and the style of the rest. Masks are made here: `sky` from
the photo, `half` and `disc` (3 % of the area) are geometry. Without cases it takes the samples. Masks and pictures are
kept under `--pictures`, and pictures painted before are not painted again. With `--page` the sheet of docs/gallery is
written, with two more pictures: one with the disc protected, and one with a strength map from left to right.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from judging import StyleJudge
from masks import MASKS, Plane
from torch import Tensor

from impasto.pictures import Picture, contact_sheet, picture_from, read_picture, resize, write_picture
from impasto.pictures.samples import paint_sample, sample_photograph
from impasto.runs import build_job
from impasto.solve import Finished, resized_mask
from impasto.tasks import StylizeJob
from impasto.tasks.pixels import to_tensor

SAMPLES = (
    ("sky", "rocket", "swirl", "mosaic"),
    ("half", "coffee", "harbour", "stained_glass"),
    ("disc", "rocket", "mosaic", "swirl"),
)
"""The cases without any given: kind of mask, photograph, style of the region, style of the rest."""

PAGE = """# Regions, protection, strength maps

Painted at {size} pixels with the default preset. Beneath each picture, for the region and for the rest: the style, the
distance to it that a network sees which painted none of them ({judge}; 1 is the photo in that place, 0 the style
itself), and in brackets the distance to the other style. How to do it: [regions](../how-to/regions.md).

![Photos, masks, and what was painted](regions.jpg)

| case | where | share of the picture | to its own style | to the other's |
|---|---|---|---|---|
{rows}

Made by

    python benchmarks/regions.py --size {size} --page docs/gallery --cases \\
        {cases}

which makes the masks too; with those at hand, by

{commands}
"""


@dataclass(frozen=True)
class Case:
    """A photo, a region of it, the style of the region and that of the rest, each with its name."""

    kind: str
    photo: tuple[str, Picture]
    inside: tuple[str, Picture]
    outside: tuple[str, Picture]

    @property
    def name(self) -> str:
        """What the file of the picture begins with."""
        return "_".join((self.kind, self.photo[0], self.inside[0], self.outside[0]))

    @property
    def mask_name(self) -> str:
        """What the file of the mask is called."""
        return f"{self.kind}_{self.photo[0]}.png"

    @property
    def words(self) -> str:
        """The case as it is written at the command line."""
        return ",".join((self.kind, *(f"{name}.jpg" for name, _ in (self.photo, self.inside, self.outside))))

    @property
    def mask(self) -> Plane:
        """[H, W] in 0 … 1 at the photo's size."""
        return MASKS[self.kind](self.photo[1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", nargs="*", default=[], metavar="KIND,PHOTO,STYLE,STYLE")
    parser.add_argument("--size", default="384")
    parser.add_argument("--backbone", default="vgg19")
    parser.add_argument("--pictures", type=Path, default=Path("regions"), metavar="FOLDER")
    parser.add_argument("--page", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    options.pictures.mkdir(parents=True, exist_ok=True)
    cases = [case_in(text) for text in options.cases] or [sample_case(*words) for words in SAMPLES]
    judge = StyleJudge()
    sheet = Sheet()
    print("| case | where | share of the picture | to its own style | to the other's |")
    print("|---|---|---|---|---|")
    for case in cases:
        painted = paint(case, options, regions=True)
        told = distances(case, painted, judge)
        for line in told.values():
            sheet.lines.append(line.row(f"{case.photo[0]}, {case.kind}"))
            print(sheet.lines[-1], flush=True)
        sheet.add(case, painted, f"mask, {told['inside'].share:.0%} of the area", words(case, told))
    if options.page:
        write_page(sheet, cases, judge.name, options)


@dataclass
class Sheet:
    """What goes on the page: rows of pictures, the words beneath them, and lines of the table."""

    rows: list[list[Picture]] = field(default_factory=list)
    labels: list[list[str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def add(self, case: Case, painted: Picture, of_mask: str, of_painted: str) -> None:
        """A row: photo, mask and what was painted."""
        self.rows.append([shown(case.photo[1], painted), grey(case.mask, painted), painted])
        self.labels.append([case.photo[0], of_mask, of_painted])


@dataclass(frozen=True)
class Line:
    """What the judge says of a region: its share of the area, its distance to its own style and to the other's."""

    where: str
    share: float
    own: float
    other: float

    def row(self, case: str) -> str:
        """Its row of the table."""
        return f"| {case} | {self.where} | {self.share:.1%} | {self.own:.2f} | {self.other:.2f} |"


def distances(case: Case, painted: Picture, judge: StyleJudge) -> dict[str, Line]:
    """The judge's distances inside the region and outside, where 1 is the photo there and 0 the style itself."""
    image, photo = to_tensor(painted), to_tensor(shown(case.photo[1], painted))
    inside = resized_mask(torch.from_numpy(case.mask)[None, None], painted.width, painted.height)
    styles = {"inside": beside(case.inside[1], painted), "outside": beside(case.outside[1], painted)}
    found = {}
    for where, mask, other in (("inside", inside, "outside"), ("outside", 1 - inside, "inside")):
        to_own, to_other = (judge(image, photo, styles[style], mask) for style in (where, other))
        found[where] = Line(where, float(mask.mean()), to_own, to_other)
    return found


def words(case: Case, told: dict[str, Line]) -> str:
    """What stands beneath a painted picture."""
    named = {"inside": case.inside[0], "outside": case.outside[0]}
    return "\n".join(f"{where}: {named[where]}  {line.own:.2f} ({line.other:.2f})" for where, line in told.items())


def paint(case: Case, options: argparse.Namespace, *, regions: bool, **settings: Any) -> Picture:
    """The case painted with the default preset, kept under its name, its mask beside it.

    regions: whether the style of the region is painted, or the other alone.
    """
    path = options.pictures / f"{case.name}_{'_'.join((options.size, options.backbone, *settings))}.png"
    mask = picture_from(case.mask)
    write_picture(mask, options.pictures / case.mask_name)
    if not path.exists():
        flags: dict[str, Any] = {
            "content": case.photo[1],
            "styles": (case.outside[1],),
            "size": options.size,
            "backbone": options.backbone,
            **{name: (mask,) if name == "protect" else mask for name in settings},
        }
        if regions:
            flags["regions"] = [{"mask": mask, "styles": [case.inside[1]]}]
        job = build_job("stylize", flags=flags)
        assert isinstance(job, StylizeJob)
        job.check()
        write_picture(job.picture(next(event.image for event in job.events() if isinstance(event, Finished))), path)
    return read_picture(path)


def shown(photo: Picture, painted: Picture) -> Picture:
    """The photo at the size of what was painted."""
    return resize(photo, painted.width, painted.height)


def grey(mask: Plane, painted: Picture) -> Picture:
    """A mask as a picture of that size."""
    return resize(picture_from(mask), painted.width, painted.height)


def beside(style: Picture, painted: Picture) -> Tensor:
    """A style with the longer side of what was painted."""
    scale = max(painted.width, painted.height) / max(style.width, style.height)
    return to_tensor(resize(style, round(style.width * scale), round(style.height * scale)))


def case_in(text: str) -> Case:
    """A case as it is written at the command line."""
    kind, *paths = text.split(",")
    photo, inside, outside = ((Path(path).stem, read_picture(path)) for path in paths)
    return Case(kind, photo, inside, outside)


def sample_case(kind: str, photo: str, inside: str, outside: str) -> Case:
    """A case of samples."""
    styles = ((name, paint_sample(name)) for name in (inside, outside))
    return Case(kind, (photo, sample_photograph(photo)), *styles)


def write_page(sheet: Sheet, cases: list[Case], judge: str, options: argparse.Namespace) -> None:
    """The sheet and the page, with a protected disc and a strength map beneath the cases."""
    first, last = cases[0], cases[-1]
    protected = Case("disc", last.photo, last.inside, last.outside)
    ramp = Case("ramp", first.photo, first.inside, first.outside)
    kept = paint(protected, options, regions=False, protect=True)
    graded = paint(ramp, options, regions=False, strength_map=True)
    sheet.add(protected, kept, "--protect", f"{last.outside[0]}\nthe disc protected")
    sheet.add(ramp, graded, "--strength-map", f"{first.outside[0]}\nmore to the right")
    options.page.mkdir(parents=True, exist_ok=True)
    picture = contact_sheet(sheet.rows, labels=sheet.labels, title="regions, protection, strength maps", cell=300)
    write_picture(picture, options.page / "regions.jpg", quality=75)
    commands = [
        f"{case.photo[0]}.jpg {case.outside[0]}.jpg --region {case.mask_name}={case.inside[0]}.jpg" for case in cases
    ]
    commands.append(f"{last.photo[0]}.jpg {last.outside[0]}.jpg --protect {protected.mask_name}")
    commands.append(f"{first.photo[0]}.jpg {first.outside[0]}.jpg --strength-map {ramp.mask_name}")
    page = PAGE.format(
        size=options.size,
        judge=judge,
        rows="\n".join(sheet.lines),
        cases=" \\\n        ".join(case.words for case in cases),
        commands="\n".join(f"    impasto stylize {words} --size {options.size}" for words in commands),
    )
    (options.page / "regions.md").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
