"""Painting in one pass: pictures and judges, what is lost of a photo, lattice, tiles, time and memory, and as a start.

    python benchmarks/adain.py sheet --pairs photo.jpg,painting.jpg … --page docs/gallery
    python benchmarks/adain.py photos
    python benchmarks/adain.py tiles --sizes 4096 --tile 1024
    python benchmarks/adain.py speed --sizes 512 1024 4096 --precisions fp32 bf16
    python benchmarks/adain.py speed --sizes 512 1024 4096 --network starry.safetensors
    python benchmarks/adain.py lattice --size 384
    python benchmarks/adain.py start --size 256

Without pictures it takes the samples.
"""

from __future__ import annotations

import argparse
import json
import math
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from pictures_for import pairs
from time_to_loss import peak_resident
from torch import Tensor
from torch.nn.functional import pad

from impasto.backbones.decoder import FEATURES
from impasto.losses.flatness import CONTRAST, RADIUS, flatness
from impasto.measure import load_lpips, measure, ms_ssim
from impasto.measure.grid import TILE as GRID_TILE
from impasto.measure.grid import grid_energy
from impasto.pictures import Picture, Size, composite, contact_sheet, resize, write_picture
from impasto.pictures.samples import PHOTOGRAPHS, paint_sample, sample_photograph
from impasto.solve import ContentStart, Finished, Problem, Start, Step, Target, solve
from impasto.tasks import AdaINJob, AdaINStart, StyleNetworkJob, StylizeJob
from impasto.tasks.colour import COLOURS
from impasto.tasks.feedforward import AdaIN, Aim, ChannelMoments, normalised
from impasto.tasks.feedforward.adain import continued
from impasto.tasks.feedforward.lattice import without_lattice
from impasto.tasks.feedforward.network_tiles import NetworkTiles
from impasto.tasks.pixels import to_picture, to_tensor
from impasto.weights.style_network import load_style_network

JUDGES = ("mobilenet_v2", "efficientnet_lite0")
SOURCE = {"width": 1024, "height": 768}
"""Pixels of the sample pictures that are brought to the sizes asked for."""

AT_ONCE = 1 << 20
"""A tile larger than any picture."""

SHIFTS = ((0, 0), (2, 1), (4, 2), (6, 3))
"""Pixels down and to the right by which a picture is moved so that the lattice cancels in the mean."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=list(TOLD))
    parser.add_argument("--pairs", nargs="*", default=[], metavar="PHOTO,PAINTING")
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--sizes", type=int, nargs="+", default=[512, 1024])
    parser.add_argument("--strength", type=float, default=1.0)
    parser.add_argument("--style-scale", type=float, default=1.0)
    parser.add_argument("--colour", default="free", choices=list(COLOURS))
    parser.add_argument("--tile", type=int)
    parser.add_argument("--precision", default="fp32", choices=["fp32", "bf16"])
    parser.add_argument("--precisions", nargs="+", default=[], choices=["fp32", "bf16"], help="for `speed`")
    parser.add_argument("--network", type=Path, help="a style network to take instead, for `speed` and `tiles`")
    parser.add_argument("--limit", type=int, default=120, help="steps at the last size, for `start`")
    parser.add_argument("--beside", action="store_true", help="judge what the optimiser paints as well")
    parser.add_argument("--pictures", type=Path, default=Path("gallery"), metavar="FOLDER")
    parser.add_argument("--page", type=Path, metavar="FOLDER")
    parser.add_argument("--worker", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        print(json.dumps(work(options.worker, options)))
        return
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, {options.precision}")
    TOLD[options.what](options)


def last(job: AdaINJob | StylizeJob | StyleNetworkJob) -> Picture:
    """What a job paints."""
    return job.picture(next(event.image for event in job.events() if isinstance(event, Finished)))


def sheet(options: argparse.Namespace) -> None:
    """Each pair: photo, painting, result; with what the judges say."""
    options.pictures.mkdir(parents=True, exist_ok=True)
    network = None
    cells: list[Picture] = []
    words: list[str] = []
    for name, photo, painting in pairs(options.pairs):
        job = AdaINJob(
            content=photo,
            styles=(painting,),
            size=str(options.size),
            strength=options.strength,
            style_scale=options.style_scale,
            colour=COLOURS[options.colour](kind=options.colour),
            precision=options.precision,
        )
        if network is not None:
            network.lend(job)
        out, network = last(job), job
        said = judged(name, "one pass", out, photo, painting)
        write_picture(out, options.pictures / f"adain_{name.replace(' × ', '_')}_{options.size}.png")
        if options.beside:
            painted = last(StylizeJob(content=photo, styles=(painting,), size=str(options.size)))
            judged(name, "optimiser", painted, photo, painting)
        photo_name, painting_name = name.split(" × ")
        cells += [photo, painting, out]
        words += [photo_name, painting_name, said]
    rows = [cells[i : i + 6] for i in range(0, len(cells), 6)]
    labels = [words[i : i + 6] for i in range(0, len(words), 6)]
    drawn = contact_sheet(rows, labels=labels, title=f"one pass, {options.size} pixels", cell=240)
    write_picture(drawn, options.pictures / "adain.png")
    if options.page:
        options.page.mkdir(parents=True, exist_ok=True)
        write_picture(drawn, options.page / "adain.jpg", quality=78)


def judged(name: str, way: str, out: Picture, photo: Picture, painting: Picture) -> str:
    """Print what the judges say of a result; in short, for a label."""
    scores = [measure(out, photo, painting, judge=judge) for judge in JUDGES]
    s = scores[0]
    styles = ", ".join(f"{score.style_gram:.3f} ({score.judge})" for score in scores)
    lattice = "-" if s.relative_grid is None else f"{s.relative_grid:.2f}"
    print(
        f"{name}, {way}: style {styles}; LPIPS {s.content_lpips:.3f}; MS-SSIM {s.content_ms_ssim:.3f}; "
        f"colour to style {s.colour_to_style:.2f}, to photo {s.colour_to_content:.2f}; lattice {lattice}",
        flush=True,
    )
    return f"style {s.style_gram:.2f}  LPIPS {s.content_lpips:.2f}"


def photos(options: argparse.Namespace) -> None:
    """How much of a photo is left by encoding and decoding it, without a style."""
    network, lpips = AdaIN.load(precision=options.precision), load_lpips("alexnet")
    for name in PHOTOGRAPHS:
        photo = sized(sample_photograph(name), options.size)
        back = network(to_tensor(photo), (), strength=0.0)
        error = float((back - to_tensor(photo)).square().mean())
        distance, likeness = lpips(back, to_tensor(photo)), ms_ssim(to_picture(back), photo)
        print(f"{name}: LPIPS {distance:.3f}, MS-SSIM {likeness:.3f}, squared error {error:.4f}", flush=True)
        if options.page:
            write_picture(to_picture(back), options.page / f"decoded_{name}.png")


def sized(picture: Picture, size: int) -> Picture:
    """Composited, with a longer side of `size`."""
    return resize(composite(picture), *Size(longest=size).fit(picture.width, picture.height))


def tiled(options: argparse.Namespace) -> None:
    """The largest difference between painting at once and in tiles. The painting is looked at once, for both."""
    network = AdaIN.load(precision=options.precision)
    style = network.style([Target(to_tensor(sized(paint_sample("swirl", **SOURCE), 512)))])
    for size in options.sizes:
        photo = to_tensor(sized(paint_sample("harbour", **SOURCE), size))
        sides = (AT_ONCE, options.tile or size // 4)
        if options.network:
            cut = NetworkTiles(load_style_network(options.network)[0], sides[1])
            *_, last_told = cut.progress(photo)
            with torch.no_grad():
                images = [cut.network(photo), last_told.image]
        else:
            images = [list(network.progress(photo, (Aim(style),), tile=side))[-1].image for side in sides]
        difference = (images[0] - images[1]).abs()
        print(
            f"{photo.shape[-1]}×{photo.shape[-2]}, tiles of {sides[1]}: at most "
            f"{float(difference.max()):.1e} apart, {float(difference.mean()):.1e} on average, of 0 … 1",
            flush=True,
        )


def lattice(options: argparse.Namespace) -> None:
    """The decoder's lattice: as it is decoded, taken out, and in the mean of four paintings that lie otherwise."""
    network = AdaIN.load(precision=options.precision)
    for name, photo, painting in pairs(options.pairs):
        content, style = (to_tensor(sized(each, options.size)) for each in (photo, painting))
        wanted = network.style([Target(style)])
        places = flattest(content)
        kept = decoded(network, content, wanted)
        mean = torch.stack([moved(network, content, wanted, shift) for shift in SHIFTS]).mean(0)
        before = energies(content, places)
        for called, image in (("as decoded", kept), ("taken out", without_lattice(kept)), ("mean of four", mean)):
            found = energies(image, places)
            flat = ", ".join(f"{found[n] / max(1.0, before[n]):.1f} at {n}" for n in (2, 4, 8))
            print(f"{name}, flat areas, lattice over the photo's: {flat} pixels")
            judged(name, called, to_picture(image), photo, painting)
            keep(to_picture(image), options.pictures, f"lattice_{name}_{called}_{options.size}")


def decoded(network: AdaIN, content: Tensor, wanted: ChannelMoments) -> Tensor:
    """One pass through encoder and decoder, and nothing else."""
    whole = continued(content)
    with torch.no_grad():
        features = network.encoder(whole, (FEATURES,))[FEATURES]
        pixels: Tensor = network.decoder(normalised(features, network.moments(content), wanted))
    return pixels[..., : content.shape[-2], : content.shape[-1]].clamp(0, 1)


def moved(network: AdaIN, content: Tensor, wanted: ChannelMoments, shift: tuple[int, int]) -> Tensor:
    """The same of the picture moved down and to the right, and moved back."""
    down, across = shift
    height, width = content.shape[-2:]
    painted = decoded(network, pad(content, (across, 0, down, 0), mode="reflect"), wanted)
    return painted[..., down : down + height, across : across + width]


def flattest(content: Tensor) -> list[tuple[int, int]]:
    """Where the six flattest squares of the photo begin in which a lattice can be looked for."""
    flat = flatness(content, RADIUS, CONTRAST)[0, 0]
    starts = [range(0, side - GRID_TILE + 1, GRID_TILE // 2) for side in content.shape[-2:]]
    places = [(top, left) for top in starts[0] for left in starts[1]]
    return sorted(places, key=lambda at: -float(flat[at[0] : at[0] + GRID_TILE, at[1] : at[1] + GRID_TILE].mean()))[:6]


def energies(image: Tensor, places: list[tuple[int, int]]) -> dict[int, float]:
    """The geometric mean of the energies of these squares, by period."""
    squares = (image[..., top : top + GRID_TILE, left : left + GRID_TILE] for top, left in places)
    found = [grid_energy(to_picture(square)) for square in squares]
    return {n: math.exp(sum(math.log(each[n]) for each in found) / len(found)) for n in found[0]}


def speed(options: argparse.Namespace) -> None:
    """Seconds and peak memory, each size and precision in a process of its own."""
    print(f"{'size':>12}{'precision':>11}{'seconds':>9}{'memory':>10}{'beyond start':>14}")
    for size in options.sizes:
        for precision in options.precisions or [options.precision]:
            given = [*sys.argv[1:], "--precision", precision, "--worker", str(size)]
            done = subprocess.run([sys.executable, __file__, *given], check=True, capture_output=True, text=True)
            row = json.loads(done.stdout)
            print(
                f"{row['width']:>6}×{row['height']:<5}{precision:>11}{row['seconds']:>9.1f}"
                f"{row['memory'] / 1e6:>7.0f} MB{row['beyond'] / 1e6:>11.0f} MB",
                flush=True,
            )


def work(size: int, options: argparse.Namespace) -> dict[str, float]:
    """Paint once; the networks are loaded before the clock starts."""
    photo, painting = (paint_sample(name, **SOURCE) for name in ("harbour", "swirl"))
    settings = {"content": photo, "size": str(size), "tile": options.tile, "device": "cpu"}
    job: AdaINJob | StyleNetworkJob
    if options.network:
        job = StyleNetworkJob(network=options.network, **settings)
    else:
        job = AdaINJob(styles=(painting,), precision=options.precision, **settings)
    job.weights_used()
    before = peak_resident()
    began = time.perf_counter()
    out = last(job)
    seconds, memory = time.perf_counter() - began, peak_resident()
    return {
        "width": out.width,
        "height": out.height,
        "seconds": seconds,
        "memory": memory,
        "beyond": memory - before,
    }


@dataclass(frozen=True)
class Way:
    """How a picture is begun. smallest: as in `StylizeJob`; None is the preset's."""

    called: str
    start: Start
    smallest: int | None = None


@dataclass(frozen=True)
class Descended:
    """The objective after each step of the last level; coarse: the work before, in steps of the last level."""

    problem: Problem
    image: Tensor
    values: tuple[float, ...]
    coarse: float

    def steps_to(self, value: float) -> int | None:
        """Steps of the last level until the objective is no higher; None if it never is."""
        return next((i for i, each in enumerate(self.values, start=1) if each <= value), None)


def start(options: argparse.Namespace) -> None:
    """The same objective from several starts: how soon each is where the preset ends."""
    size = options.size
    ways = (
        Way("content, coarse to fine", ContentStart()),
        Way("content, full size alone", ContentStart(), 2 * size),
        Way("adain", AdaINStart()),
    )
    for name, photo, painting in pairs(options.pairs):
        job = StylizeJob(content=photo, styles=(painting,), size=str(size), device="cpu")
        preset = job.levels()
        found = {way.called: descended(job, way, options.limit) for way in ways}
        goal = found[ways[0].called].values[preset[-1].steps - 1]
        print(f"\n{name}, {size} pixels: the preset ends at {goal:.4f} after {preset[-1].steps} steps at full size")
        print(f"{'':>26}{'levels':>16}{'work before':>13}{'steps':>7}{'in all':>8}{'after 1, 10, 40 steps':>30}")
        for called, one in found.items():
            steps = one.steps_to(goal)
            levels = " ".join(str(max(level.width, level.height)) for level in one.problem.levels)
            values = "  ".join(f"{one.values[i - 1]:.4f}" for i in (1, 10, 40) if i <= len(one.values))
            whole = "-" if steps is None else f"{one.coarse + steps:.0f}"
            print(f"{called:>26}{levels:>16}{one.coarse:>13.1f}{steps or '-':>7}{whole:>8}{values:>30}", flush=True)
        for called, one in found.items():
            out = to_picture(one.image)
            judged(name, f"{called}, after {preset[-1].steps} steps", out, photo, painting)
            keep(out, options.pictures, f"start_{name}_{called}_{size}")


def descended(job: StylizeJob, way: Way, limit: int) -> Descended:
    """Paint one way; the image is that after as many steps of the last level as the preset takes."""
    own = job.levels()[-1].steps
    problem = job.changed(start=way.start, smallest=way.smallest or job.smallest).problem()
    problem = replace(problem, levels=(*problem.levels[:-1], replace(problem.levels[-1], steps=limit)))
    values: list[float] = []
    image = problem.targets["content"][0].image
    for event in solve(problem):
        if isinstance(event, Step) and event.level == len(problem.levels) - 1:
            values.append(event.value)
            image = event.image if len(values) == own else image
    whole = problem.levels[-1].width * problem.levels[-1].height
    coarse = sum(level.steps * level.width * level.height for level in problem.levels[:-1]) / whole
    return Descended(problem, image, tuple(values), coarse)


def keep(picture: Picture, folder: Path, name: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_picture(picture, folder / f"{name.replace(' × ', '_').replace(', ', '_').replace(' ', '_')}.png")


TOLD: dict[str, Callable[[argparse.Namespace], None]] = {
    "sheet": sheet,
    "photos": photos,
    "tiles": tiled,
    "lattice": lattice,
    "speed": speed,
    "start": start,
}
"""What can be asked for."""


if __name__ == "__main__":
    main()
