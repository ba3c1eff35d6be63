"""Every control of `impasto stylize` on two pairs, before and after, with its commands: docs/gallery/controls.md.

    python benchmarks/controls.py
    python benchmarks/controls.py photo.jpg,painting.jpg other.jpg,second.jpg --ink horse.jpg,ink.jpg tree.jpg,ink.jpg
    python benchmarks/controls.py --only strength colours

What is shown stands in benchmarks/controls.toml. The commands on the page are those that were run, in the folder
`--pictures`, where the pictures given, or samples, are copied to and masks are made. What is painted there already is
not painted again. `--page FOLDER` gets a sheet to a section, and the page with all sections that have a sheet.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import shutil
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from string import Formatter
from typing import Any, TypeVar

from masks import MASKS

from impasto.apps.cli.main import main as main_of_impasto
from impasto.pictures import Picture, contact_sheet, picture_from, read_picture, write_picture

Cell = TypeVar("Cell")

CONTROLS = Path(__file__).with_suffix(".toml")

SAMPLES = ("rocket.png,swirl.png", "coffee.png,waves.png")
INK_SAMPLES = ("cat.png,ink.png", "rocket.png,ink.png")

ACROSS = 6
"""How many pictures stand beside each other on a sheet at most."""

LARGEST = 400_000
"""In bytes, of a sheet."""

PAGE = """# Every control, before and after

Each on two pairs at {size} pixels; every section begins with what comes without any option. These are the commands that
made the pictures; options of one section can be given together with those of another.

{contents}

{sections}
This page and its sheets are made by a script, with your own pictures or, without any, with `impasto samples`:

    python benchmarks/controls.py {given}
"""


@dataclass(frozen=True)
class Pair:
    """The names in the working folder of a photo, its painting, and the painting of the other pair."""

    photo: str
    style: str
    other: str

    @property
    def words(self) -> dict[str, str]:
        """What the fields of a template stand for."""
        masks = {kind: f"{kind}_{Path(self.photo).stem}.png" for kind in MASKS}
        left = f"left_{Path(self.style).stem}.png"
        return {"photo": self.photo, "style": self.style, "other": self.other, **masks, "left": left}


@dataclass(frozen=True)
class Shown:
    """One picture of a section: its options, and the pictures before them, as templates of a pair's words."""

    options: str
    pictures: str = "{photo} {style}"

    @property
    def fields(self) -> tuple[str, ...]:
        """The words that are asked for, in their order."""
        return tuple(name for _, name, _, _ in Formatter().parse(f"{self.pictures} {self.options}") if name)

    def output(self, pair: Pair) -> str:
        """What the picture is called: what is asked for by the same options has the same name."""
        told = f"{self.pictures} {self.options}".format(**pair.words).strip()
        return re.sub(r"[^\w.]+", "_", re.sub(r"\.(png|jpe?g|tiff?|webp)\b", "", told)) + ".png"

    def label(self, pair: Pair) -> str:
        """The words beneath it: its options, and its pictures if they are not the photo and the painting."""
        told = self.options.format(**pair.words).replace(" --", "\n--")
        if self.pictures == PLAIN.pictures:
            return told or "without any option"
        pictures = " ".join(Path(name).stem for name in self.pictures.format(**pair.words).split())
        return f"{pictures}\n{told}".strip()

    def command(self, pair: Pair, size: str) -> str:
        """The command line that paints it."""
        told = f"{self.pictures} {self.options}".format(**pair.words).strip()
        return f"impasto stylize {told} --size {size} -o {self.output(pair)}"


PLAIN = Shown("")


@dataclass(frozen=True)
class Section:
    """Some controls that belong together. of: `ink` for the pairs of ink paintings."""

    name: str
    title: str
    words: str
    guide: str
    shown: tuple[Shown, ...]
    of: str = ""

    @property
    def sheet(self) -> str:
        """The file name of its sheet."""
        return f"controls_{self.name}.jpg"


@dataclass
class Gallery:
    """Of which pairs pictures are shown, and where they are painted."""

    pairs: dict[str, list[Pair]]
    folder: Path
    size: str
    seen: dict[str, Picture] = field(default_factory=dict)

    def painted(self, shown: Shown, pair: Pair) -> Picture:
        """The picture, painted by its command if it is not there yet."""
        path = self.folder / shown.output(pair)
        if not path.exists():
            run(shown.command(pair, self.size), self.folder)
        return read_picture(path)

    def given(self, name: str) -> Picture:
        """A photo, painting or mask of the folder."""
        if name not in self.seen:
            self.seen[name] = read_picture(self.folder / name)
        return self.seen[name]

    def sheet(self, section: Section) -> Picture:
        """Rows of each pair: what goes in, what comes without options, and with each."""
        rows: list[list[Picture]] = []
        labels: list[list[str]] = []
        everything = (PLAIN, *section.shown)
        for pair in self.pairs[section.of]:
            asked = dict.fromkeys(name for shown in everything for name in shown.fields)
            rows += in_rows([self.given(pair.words[name]) for name in asked])
            labels += in_rows([Path(pair.words[name]).stem for name in asked])
            rows += in_rows([self.painted(shown, pair) for shown in everything])
            labels += in_rows([shown.label(pair) for shown in everything])
        return contact_sheet(rows, labels=labels, title=section.title, cell=256)

    def commands(self, section: Section) -> Iterator[str]:
        """The command of every picture of a section."""
        for pair in self.pairs[section.of]:
            yield from (shown.command(pair, self.size) for shown in (PLAIN, *section.shown))


def main() -> None:
    sections = [Section(**{**each, "shown": shown_in(each["shown"])}) for each in read()]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", nargs="*", metavar="PHOTO,PAINTING", help="two pairs in place of the samples")
    parser.add_argument("--ink", nargs="+", default=[], metavar="PHOTO,PAINTING", help="pairs with ink paintings")
    parser.add_argument("--only", nargs="+", choices=[each.name for each in sections], metavar="SECTION")
    parser.add_argument("--size", default="256")
    parser.add_argument("--pictures", type=Path, default=Path("gallery/controls"), metavar="FOLDER")
    parser.add_argument("--page", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    options.pictures.mkdir(parents=True, exist_ok=True)
    os.environ["IMPASTO_RUNS"] = str((options.pictures / "runs").absolute())
    pairs = {"": options.pairs or SAMPLES, "ink": options.ink or INK_SAMPLES}
    gallery = Gallery(
        {of: pairs_in(given, options.pictures) for of, given in pairs.items()}, options.pictures, options.size
    )
    for section in sections:
        if options.only is None or section.name in options.only:
            sheet = gallery.sheet(section)
            if options.page:
                write_sheet(sheet, options.page / section.sheet)
    if options.page:
        write_page([each for each in sections if (options.page / each.sheet).exists()], gallery, options)


def read() -> list[dict[str, Any]]:
    """The sections as they stand in the file."""
    sections: list[dict[str, Any]] = tomllib.loads(CONTROLS.read_text(encoding="utf-8"))["sections"]
    return sections


def shown_in(tables: Sequence[Mapping[str, str]]) -> tuple[Shown, ...]:
    """The pictures of a section."""
    return tuple(Shown(**table) for table in tables)


def pairs_in(given: Sequence[str], folder: Path) -> list[Pair]:
    """The pairs, their pictures brought into the folder and masks made there. Ends the script unless there are two."""
    split = [tuple(text.split(",")) for text in given]
    if len(split) != 2 or any(len(pair) != 2 for pair in split):
        sys.exit("two pairs are needed, PHOTO,PAINTING PHOTO,PAINTING, so that each has another painting at hand")
    names = [tuple(brought(Path(path), folder) for path in pair) for pair in split]
    found = [Pair(photo, style, names[1 - number][1]) for number, (photo, style) in enumerate(names)]
    for pair in found:
        photo, style = (read_picture(folder / name) for name in (pair.photo, pair.style))
        for kind, mask in MASKS.items():
            write_picture(picture_from(mask(photo)), folder / pair.words[kind])
        write_picture(picture_from(MASKS["half"](style)), folder / pair.words["left"])
    return found


def brought(path: Path, folder: Path) -> str:
    """The name of a picture in the folder, copied there or, if it is none, made by `impasto samples`."""
    if not (folder / path.name).exists():
        if path.exists():
            shutil.copyfile(path, folder / path.name)
        else:
            run(f"impasto samples . --only {path.stem}", folder)
    return path.name


def run(command: str, folder: Path) -> None:
    """Run one command line of impasto there. Ends the script if it fails."""
    print(command, flush=True)
    with contextlib.chdir(folder):
        code = main_of_impasto([*command.split()[1:], "--quiet"])
    if code:
        sys.exit(f"exit code {code}")


def in_rows(cells: list[Cell]) -> list[list[Cell]]:
    """Cells in rows as few and as even as can be."""
    count = -(-len(cells) // ACROSS)
    ends = [len(cells) * row // count for row in range(count + 1)]
    return [cells[first:last] for first, last in pairwise(ends)]


def write_sheet(sheet: Picture, path: Path) -> None:
    """A sheet as JPEG, as good as is not too large a file for a page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for quality in (84, 78, 72, 66, 60):
        write_picture(sheet, path, quality=quality)
        if path.stat().st_size <= LARGEST:
            return


def write_page(sections: Sequence[Section], gallery: Gallery, options: argparse.Namespace) -> None:
    """The page of all sections that have a sheet."""
    parts = []
    for each in sections:
        commands = "\n".join(f"    {command}" for command in gallery.commands(each))
        heading = f"## {each.title}\n\n{each.words} [More]({each.guide})."
        parts.append(f"{heading}\n\n![{each.title}]({each.sheet})\n\n{commands}\n")
    ink = ["--ink", *names_of(options.ink)] if options.ink else []
    given = [*names_of(options.pairs), *ink, "--size", options.size, "--page", "docs/gallery"]
    contents = " · ".join(f"[{each.title}](#{anchor(each.title)})" for each in sections)
    page = PAGE.format(size=options.size, contents=contents, sections="\n".join(parts), given=" ".join(given))
    (options.page / "controls.md").write_text(page, encoding="utf-8")


def names_of(pairs: Sequence[str]) -> list[str]:
    """Pairs without their folders."""
    return [",".join(Path(path).name for path in pair.split(",")) for pair in pairs]


def anchor(title: str) -> str:
    """What a heading is linked by."""
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


if __name__ == "__main__":
    main()
