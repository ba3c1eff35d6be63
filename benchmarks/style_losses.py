"""Every way to compare styles on the same pairs, at one strength: the tables of docs/explanation/style-losses.md.

Each pair is painted as the default preset does but for the style losses, and judged by networks that paint nothing. A
row `default` is the preset itself. `--strengths` paints each loss at several, so that losses can be compared where they
leave as much of the photo as each other. Pictures painted before are kept under `--pictures` and not painted again.

    python benchmarks/style_losses.py
    python benchmarks/style_losses.py photo.jpg,painting.jpg --losses default sliced --strengths 0.4 0.5 0.6
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

from pictures_for import pairs

from impasto.measure import Scores, measure
from impasto.pictures import Picture, contact_sheet, read_picture, resize, write_picture
from impasto.pictures.size import Size
from impasto.runs import build_job
from impasto.solve import Finished
from impasto.tasks import StylizeJob

DEFAULT = "default"

LOSSES = (
    DEFAULT,
    "gram",
    "moments",
    "mean-std",
    "gaussian",
    "sliced",
    "histogram",
    "gram,histogram",
    "nearest",
    "nearest,moments",
)
"""What `--style-loss` is given; the default gives none."""

SAMPLES = (("rocket", "swirl"), ("coffee", "harbour"), ("cat", "mosaic"), ("astronaut", "stained_glass"))

JUDGES = ("mobilenet_v2", "efficientnet_lite0")


@dataclass(frozen=True)
class Painted:
    """One picture and what was measured on it; seconds are 0 for one that was painted before."""

    pair: str
    loss: str
    strength: float
    picture: Picture
    scores: tuple[Scores, ...]
    seconds: float

    @property
    def numbers(self) -> tuple[float, ...]:
        """Gram and moments by the judges' mean, LPIPS, MS-SSIM, colour, noise."""
        first = self.scores[0]
        return (
            mean(s.style_gram for s in self.scores),
            mean(s.style_moments for s in self.scores),
            first.content_lpips,
            first.content_ms_ssim,
            first.colour_to_style,
            first.noise_in_flat_areas,
        )


COLUMNS = ("style, Gram", "style, moments", "LPIPS", "MS-SSIM", "colour", "noise")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", nargs="*", metavar="CONTENT,STYLE", help="pictures, or samples by name")
    parser.add_argument("--losses", nargs="+", default=list(LOSSES), metavar="NAMES", help="as --style-loss has them")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--steps", type=int, nargs="+", default=[40, 30, 25])
    parser.add_argument("--strengths", type=float, nargs="+", default=[0.5])
    parser.add_argument("--content-loss", help="as --content-loss has them, for all")
    parser.add_argument("--pictures", type=Path, default=Path("style_losses"), metavar="FOLDER")
    parser.add_argument("--sheet", type=Path, metavar="PICTURE", help="a contact sheet with a row to a pair")
    options = parser.parse_args()
    options.pictures.mkdir(parents=True, exist_ok=True)
    painted: list[Painted] = []
    print(f"| pair | style loss | strength | {' | '.join(COLUMNS)} |\n|{'---|' * (3 + len(COLUMNS))}")
    for name, content, style in pairs(options.pairs, SAMPLES):
        for each in paintings(name, content, style, options):
            print(row(each.pair, each), flush=True)
            painted.append(each)
    print()
    for mean_row in means(painted):
        print(mean_row)
    if options.sheet:
        write_picture(sheet(painted, options), options.sheet, quality=80)


def paintings(name: str, content: Picture, style: Picture, options: argparse.Namespace) -> Iterator[Painted]:
    """The pair painted with each loss at each strength."""
    for strength in options.strengths:
        for loss in options.losses:
            words = (name.replace(" × ", "_"), loss, options.content_loss or "content", options.size, strength)
            path = options.pictures / f"{'_'.join(str(word).replace(',', '+') for word in words)}.png"
            began = time.perf_counter()
            if not path.exists():
                write_picture(paint(content, style, loss, strength, options), path)
            seconds = time.perf_counter() - began
            picture = read_picture(path)
            scores = tuple(measure(picture, content, style, judge=judge, size=options.size) for judge in JUDGES)
            yield Painted(name, loss, strength, picture, scores, seconds)


def paint(content: Picture, style: Picture, loss: str, strength: float, options: argparse.Namespace) -> Picture:
    """The default preset's picture with another style loss."""
    settings = {"size": str(options.size), "steps": options.steps, "strength": strength}
    exchanged = {
        "losses.style": None if loss == DEFAULT else loss.split(","),
        "losses.content": options.content_loss and options.content_loss.split(","),
    }
    job = build_job("stylize", flags={"content": content, "styles": (style,), **settings, **exchanged})
    assert isinstance(job, StylizeJob)
    return job.picture(next(event.image for event in job.events() if isinstance(event, Finished)))


def row(first: str, each: Painted) -> str:
    """A row of the table."""
    numbers = " | ".join(f"{number:.3f}" if number < 2 else f"{number:.1f}" for number in each.numbers)
    return f"| {first} | {each.loss} | {each.strength:g} | {numbers} |"


def means(painted: list[Painted]) -> Iterator[str]:
    """A row to a loss and strength: the means over the pairs."""
    yield f"| style loss | strength | {' | '.join(COLUMNS)} |\n|{'---|' * (2 + len(COLUMNS))}"
    for loss, strength in dict.fromkeys((each.loss, each.strength) for each in painted):
        of_it = [each.numbers for each in painted if (each.loss, each.strength) == (loss, strength)]
        numbers = (mean(column) for column in zip(*of_it, strict=True))
        yield f"| {loss} | {strength:g} | {' | '.join(f'{n:.3f}' if n < 2 else f'{n:.1f}' for n in numbers)} |"


def sheet(painted: list[Painted], options: argparse.Namespace) -> Picture:
    """A row to a pair: photo, painting, and the pictures at the first strength."""
    rows: list[list[Picture]] = []
    labels: list[list[str]] = []
    for name, content, style in pairs(options.pairs, SAMPLES):
        of_pair = [each for each in painted if each.pair == name and each.strength == options.strengths[0]]
        beside = [resize(p, *Size(longest=options.size).fit(p.width, p.height)) for p in (content, style)]
        rows.append([*beside, *(each.picture for each in of_pair)])
        told = [f"{each.loss}\nstyle {each.numbers[0]:.2f}  LPIPS {each.numbers[2]:.2f}" for each in of_pair]
        labels.append([*name.split(" × "), *told])
    half = (len(rows[0]) + 1) // 2
    cells = [part for whole in rows for part in (whole[:half], whole[half:])]
    words = [part for whole in labels for part in (whole[:half], whole[half:])]
    return contact_sheet(cells, labels=words, title=f"style losses at strength {options.strengths[0]:g}", cell=256)


if __name__ == "__main__":
    main()
