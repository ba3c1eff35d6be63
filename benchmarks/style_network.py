"""Style networks beside the optimiser that taught them: judges at equal content distance, a sheet, and curves.

    python benchmarks/style_network.py judge NET.safetensors --photos a.jpg b.jpg --styles painting.jpg
    python benchmarks/style_network.py curve NET.training … --plot curve.png

`judge` paints each photo with the network and with the optimiser at several strengths, and compares the network with
the optimiser's picture whose distance from the photo (LPIPS) is nearest to its own. Of several networks it makes one
sheet. Photos should be ones that no network learnt from; without any it takes the sample photographs.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from statistics import mean, median

import torch

from impasto.measure import load_lpips
from impasto.measure.lpips import DEFAULT_LPIPS
from impasto.pictures import Picture, Size, composite, contact_sheet, picture_from, read_picture, resize, write_picture
from impasto.pictures.samples import sample_photograph
from impasto.tasks.pixels import to_picture
from impasto.training.judging import Judging, Marks

SAMPLES = ("rocket", "coffee")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["judge", "curve"])
    parser.add_argument("places", nargs="+", type=Path, help="networks, or folders of trainings")
    parser.add_argument("--photos", nargs="*", type=Path, default=[])
    parser.add_argument("--styles", nargs="*", type=Path, default=[], help="of each network its one, in their order")
    parser.add_argument("--strengths", nargs="+", type=float, default=[0.1, 0.2, 0.3])
    parser.add_argument("--size", type=int, default=512, help="the longer side of the photos in pixels")
    parser.add_argument("--sheet", type=Path)
    parser.add_argument("--plot", type=Path, default=Path("style_network_curve.png"))
    options = parser.parse_args()
    if options.what == "curve":
        curve(options.places, options.plot)
        return
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, {options.size} pixels")
    photos = [(path.stem, composite(read_picture(path))) for path in options.photos]
    photos = photos or [(name, sample_photograph(name)) for name in SAMPLES]
    small = [(name, resize(p, *Size(longest=options.size).fit(p.width, p.height))) for name, p in photos]
    rows: list[list[Picture | None]] = []
    labels: list[list[str]] = []
    for place, path in enumerate(options.places):
        judging = Judging.of(path, options.styles[place : place + 1])
        pictures, words = beside(judging, path, small, options.strengths)
        rows += pictures
        labels += words
    if options.sheet:
        sheet = contact_sheet(rows, labels=labels, cell=320)
        write_picture(sheet, options.sheet, quality=75, metadata="none")
        print(options.sheet)


def beside(
    judging: Judging, path: Path, photos: list[tuple[str, Picture]], strengths: list[float]
) -> tuple[list[list[Picture | None]], list[list[str]]]:
    """Judge one network on the photos, print what was found, and return the rows of the sheet with their labels."""
    lpips = load_lpips(DEFAULT_LPIPS)
    style = composite(picture_from(judging.teacher.styles[0]))
    rows: list[list[Picture | None]] = []
    labels, ratios = [], []
    print(f"{path.stem} ({judging.about.size}):")
    for name, photo in photos:
        painted = judging.painted(photo)
        own = judging.marks(to_picture(painted), photo)
        print(f"  {name}: network: {in_words(own)}")
        found = []
        for strength in strengths:
            image = judging.optimised(photo, strength)
            marks = judging.marks(to_picture(image), photo)
            apart = lpips(painted, image)
            print(f"  {name}: optimiser at {strength:g}: {in_words(marks)}, {apart:.3f} apart")
            found.append((abs(marks.content - own.content), strength, marks, image))
        _, strength, nearest, image = min(found, key=lambda each: each[0])
        ratios.append(own.style_gram / nearest.style_gram)
        print(f"  {name}: {ratios[-1]:.2f} times the style distance of the optimiser at {strength:g}")
        rows.append([photo, style, to_picture(painted), to_picture(image)])
        labels.append(
            [
                name,
                path.stem,
                f"one pass: style {own.style_gram:.2f}, content {own.content:.2f}",
                f"optimised: style {nearest.style_gram:.2f}, content {nearest.content:.2f}",
            ]
        )
    print(f"  mean: {mean(ratios):.2f} times the optimiser's style distance at the nearest content distance")
    return rows, labels


def in_words(marks: Marks) -> str:
    return f"style {marks.style_gram:.3f} (moments {marks.style_moments:.3f}), content {marks.content:.3f}"


def curve(folders: list[Path], place: Path) -> None:
    """Draw the objective of trainings against their steps: of each step, smoothed, and of the photos held out."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(8, 4.2))
    everything: list[float] = []
    for folder in folders:
        lines = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
        told = [(line["step"], line["loss"]) for line in lines if "loss" in line and "pixels" not in line]
        held_out = [(line["step"], line["held_out"]["loss"]) for line in lines if "held_out" in line]
        values = torch.tensor([value for _, value in told])
        smooth = values.unfold(0, min(50, len(values)), 1).mean(1).tolist()
        (drawn,) = axes.plot([step for step, _ in told][-len(smooth) :], smooth, label=folder.stem, linewidth=1)
        colour = drawn.get_color()
        axes.plot(*zip(*held_out, strict=True), "o", markersize=3, color=colour, label=f"{folder.stem}, held out")
        everything += [value for _, value in held_out]
    axes.set(xlabel="steps", ylabel="objective", ylim=(0, 2 * median(everything)))  # the first values are far above
    axes.legend()
    figure.tight_layout()
    figure.savefig(place, dpi=110)
    print(place)


if __name__ == "__main__":
    main()
