"""Deep dreams, alone and within a style: sheets, and numbers under them.

    python benchmarks/dreams.py alone --photos photo.jpg --page docs/gallery
    python benchmarks/dreams.py octaves --photos photo.jpg --page docs/gallery
    python benchmarks/dreams.py mixed --pairs photo.jpg,painting.jpg --channel mixed_6b:channel=100 --page docs/gallery

Without pictures it takes the samples. Those painted before are kept under `--pictures` and not painted again.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import torch
from judging import StyleJudge
from pictures_for import pairs
from torch import Tensor

from impasto.backbones import Backbone
from impasto.pictures import Picture, contact_sheet, parse_size, read_picture, resize, write_picture
from impasto.solve import Finished
from impasto.tasks import DreamJob, Job, StylizeJob
from impasto.tasks.features import Feature
from impasto.tasks.pixels import to_tensor
from impasto.weights import load_backbone

ALONE = (
    ("inception_v3", ("mixed_6b",)),
    ("inception_v3", ("mixed_5d",)),
    ("inception_v3", ("mixed_6a",)),
    ("vgg16", ("relu4_3",)),
    ("vgg16", ("relu5_1",)),
    ("vgg16", ("relu5_3",)),
)
"""The dreams of the first sheet: networks and what is raised."""

BANDS = ((0, 8), (8, 16), (16, 32), (32, 64), (64, float("inf")))
"""Wavelengths in pixels among which the power of what was dreamt is shared."""


Cells = list[list[Picture]]
Words = list[list[str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("alone", "octaves", "mixed"))
    parser.add_argument("--photos", nargs="*", default=[], metavar="PICTURE")
    parser.add_argument("--pairs", nargs="*", default=[], metavar="PHOTO,PAINTING")
    parser.add_argument("--size", default="384")
    parser.add_argument("--backbone", default="inception_v3", help="the network that dreams within a style")
    parser.add_argument("--channel", nargs="+", default=["mixed_6b:channel=100"], help="one for all pairs, or each")
    parser.add_argument("--weight", type=float, default=0.03, help="of the dream within a style")
    parser.add_argument("--pictures", type=Path, default=Path("gallery"), metavar="FOLDER")
    parser.add_argument("--page", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    options.pictures.mkdir(parents=True, exist_ok=True)
    photos = [(Path(photo).stem, read_picture(photo)) for photo in options.photos]
    photos = photos or [(name.split(" × ")[0], content) for name, content, _ in pairs([])]
    if options.what == "alone":
        sheet = alone(photos, options)
    elif options.what == "octaves":
        sheet = octaves(photos, options)
    else:
        sheet = mixed(options)
    if options.page:
        options.page.mkdir(parents=True, exist_ok=True)
        write_picture(sheet, options.page / f"dreams_{options.what}.jpg", quality=78)


def painted(job: Job, name: str, options: argparse.Namespace) -> Picture:
    """What a job paints, kept under its name."""
    path = options.pictures / f"{name}_{options.size}.png"
    if not path.exists():
        write_picture(job.picture(next(event.image for event in job.events() if isinstance(event, Finished))), path)
        print(f"painted {path.name}", flush=True)
    return read_picture(path)


def small(picture: Picture, size: str) -> Picture:
    """The photo at the size of the dreams."""
    wanted = parse_size(size)
    return picture if wanted is None else resize(picture, *wanted.fit(picture.width, picture.height))


def alone(photos: list[tuple[str, Picture]], options: argparse.Namespace) -> Picture:
    """A row to a photo, a column to a dream."""
    rows: Cells = []
    labels: Words = []
    for name, photo in photos:
        row, words = [small(photo, options.size)], [name]
        for network, layers in ALONE:
            job = DreamJob(source=photo, backbone=network, layers=layers, size=options.size)
            row.append(painted(job, f"dream_{name}_{network}_{layers[0]}", options))
            words.append(f"{network}\n{layers[0]}")
        rows, labels = [*rows, row], [*labels, words]
    half = (len(ALONE) + 2) // 2
    cells = [part for row in rows for part in (row[:half], row[half:])]
    beneath = [part for row in labels for part in (row[:half], row[half:])]
    return contact_sheet(cells, labels=beneath, title="deep dreams", cell=300)


def octaves(photos: list[tuple[str, Picture]], options: argparse.Namespace) -> Picture:
    """The same steps with octaves and at full size alone, with the shares of the power of what they changed."""
    rows: Cells = []
    labels: Words = []
    for name, photo in photos:
        shown, row, words = small(photo, options.size), [small(photo, options.size)], [name]
        plain = DreamJob(source=photo, size=options.size)
        steps = sum(level.steps for level in plain.octave_levels)
        single = DreamJob(source=photo, size=options.size, octaves=1, steps=steps)
        for job, called in ((plain, f"{len(plain.octave_levels)} octaves"), (single, "no octaves")):
            dreamt = painted(job, f"octaves_{name}_{job.octaves or 'all'}", options)
            shares = shares_of_power(to_tensor(dreamt) - to_tensor(shown))
            told = "  ".join(f"{share:.0%}" for share in shares)
            print(f"{name}: {called}, {steps} steps: power by wavelength {told}", flush=True)
            row.append(dreamt)
            words.append(f"{called}, {steps} steps\n{shares[-1] + shares[-2]:.0%} in waves of 32 pixels or more")
        rows, labels = [*rows, row], [*labels, words]
    return contact_sheet(rows, labels=labels, title="octaves against none", cell=320)


def shares_of_power(change: Tensor) -> list[float]:
    """How the power of a change [1, 3, H, W] is shared among `BANDS`, its mean left out."""
    power = torch.fft.fft2(change.double()).abs().square().sum(dim=(0, 1))
    down, across = (torch.fft.fftfreq(side, dtype=torch.float64) for side in power.shape)
    lengths = 1 / (down[:, None].square() + across.square()).sqrt()
    power[0, 0] = 0
    return [float(power[(lengths >= short) & (lengths < long)].sum() / power.sum()) for short, long in BANDS]


@dataclass(frozen=True)
class Mixed:
    """One picture of a row: what it is, and what its dream raises."""

    called: str
    picture: Picture
    features: tuple[Feature, ...] = ()


def mixed(options: argparse.Namespace) -> Picture:
    """Photo, style alone, dream alone, style with the dream that auto chose, and with a chosen channel."""
    judge = StyleJudge()
    rows: Cells = []
    labels: Words = []
    network = load_backbone(options.backbone, padding="reflect", precision="fp32")
    for i, (name, photo, style) in enumerate(pairs(options.pairs)):
        channel = options.channel[i % len(options.channel)]
        shown = small(photo, options.size)
        row = columns(name.replace(" × ", "_"), photo, style, channel, options)
        longer = max(shown.width, shown.height) / max(style.width, style.height)
        beside = to_tensor(resize(style, round(style.width * longer), round(style.height * longer)))
        plain = row[0]
        distances = [judge(to_tensor(each.picture), to_tensor(shown), beside) for each in row]
        words = ["photo"]
        for each, distance in zip(row, distances, strict=True):
            words.append(f"{each.called}\nstyle {distance:.2f}{told(each, plain, distance / distances[0], network)}")
            print(f"{name}: {' '.join(words[-1].split())}", flush=True)
        rows, labels = [*rows, [shown, *(each.picture for each in row)]], [*labels, words]
    title = f"dreams of {options.backbone} within the style of VGG-19"
    return contact_sheet(rows, labels=labels, title=title, cell=300)


def columns(name: str, photo: Picture, style: Picture, channel: str, options: argparse.Namespace) -> tuple[Mixed, ...]:
    """The pictures of a row but the photo."""
    job = StylizeJob(content=photo, styles=(style,), size=options.size)
    held = {"dream_backbone": options.backbone, "dream_weight": options.weight}
    auto = job.changed(dream=("auto",), **held).with_dream_chosen()
    print("\n".join(auto.dream_reasons), flush=True)
    named = job.changed(dream=(channel,), **held)
    alone_job = DreamJob(source=photo, backbone=options.backbone, layers=(channel,), size=options.size)
    features = [tuple(Feature.parse(text) for text in each.dream) for each in (auto, named)]
    return (
        Mixed("style", painted(job, f"{name}_style", options)),
        Mixed("dream", painted(alone_job, f"{name}_dream", options)),
        Mixed("style + auto", painted(auto, f"{name}_auto", options), features[0]),
        Mixed(f"style + {channel}", painted(named, f"{name}_named", options), features[1]),
    )


def told(each: Mixed, plain: Mixed, ratio: float, network: Backbone) -> str:
    """How the style distance and the activation stand over those of the style alone."""
    if not each.features:
        return ""
    with torch.no_grad():
        sums = [
            sum(float(network(to_tensor(picture), (f.layer,))[f.layer][:, f.channel].mean()) for f in each.features)
            for picture in (each.picture, plain.picture)
        ]
    return f" ({ratio:.2f} times)\nactivation {sums[0] / sums[1]:.1f} times"


if __name__ == "__main__":
    main()
