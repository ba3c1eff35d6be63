"""Exported style networks side by side: bytes, time, and how near they stay to the network.

    python benchmarks/export.py starry.safetensors --style starry.jpg
    python benchmarks/export.py tiny.safetensors small.safetensors full.safetensors --threads 2 --rounds 30

Each network runs in torch, as torch's own exporter writes it, and as `impasto fast export` does in every precision.
They take turns, a picture each, so that a busy machine slows all alike; told are the quickest and the median. The PSNR
is that of the worst photo against torch in fp32. With `--style` the results are judged against the painting, by the
mean over the photos.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from impasto.backbones.style_network import StyleNetwork
from impasto.errors import WeightsError
from impasto.export import PRECISIONS, OnnxNetwork, export_onnx, photos_to_check
from impasto.measure import measure
from impasto.pictures import Picture, read_picture
from impasto.weights.style_network import load_style_network

Image = NDArray[Any]
LEGACY_OPSET = 18


@dataclass(frozen=True)
class Variant:
    """One way to run a network. size: bytes of its file."""

    called: str
    size: int
    paint: Callable[[Image], Image]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("networks", nargs="+", type=Path, metavar="NETWORK")
    parser.add_argument("--style", type=Path, metavar="PAINTING")
    parser.add_argument("--photos", type=Path, metavar="FOLDER", help="to calibrate with and to compare on")
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    photos = photos_to_check(options.photos)
    print(f"torch {torch.__version__}, {options.threads} threads, {options.size}×{options.size}, {len(photos)} photos")
    for path in options.networks:
        with tempfile.TemporaryDirectory() as folder:
            compare(path, photos, options, Path(folder))


def compare(path: Path, photos: list[Image], options: argparse.Namespace, folder: Path) -> None:
    """Print the table of one network."""
    network, about = load_style_network(path)
    print(f"\n{about.name}, {about.size}")
    print(f"{'':>22}{'bytes':>11}{'ms':>8}{'median':>8}{'a second':>10}{'PSNR':>8}{'style':>8}{'LPIPS':>8}")
    variants = [by_torch(network, path), by_torchs_exporter(network, folder, options.threads)]
    for precision in PRECISIONS:
        place = folder / f"{precision}.onnx"
        try:
            size = export_onnx(network, about, place, photos, precision=precision).size
        except WeightsError as error:
            print(f"{precision:>22}  {error}")
            continue
        variants.append(Variant(f"impasto, {precision}", size, OnnxNetwork(place, threads=options.threads)))
    times = timed(variants, options.size, options.rounds)
    wanted = [variants[0].paint(photo) for photo in photos]
    for variant in variants:
        painted = [variant.paint(photo) for photo in photos]
        away = max(float(np.square(a - b, dtype=np.float64).mean()) for a, b in zip(painted, wanted, strict=True))
        psnr = f"{-10 * np.log10(away):.1f}" if away else "-"
        best, median = min(times[variant.called]), statistics.median(times[variant.called])
        print(
            f"{variant.called:>22}{variant.size:>11,}{1e3 * best:>8.1f}{1e3 * median:>8.1f}{1 / best:>10.1f}{psnr:>8}"
            f"{judged(painted, photos, options.style)}",
            flush=True,
        )


def by_torch(network: StyleNetwork, path: Path) -> Variant:
    """The network itself."""

    def paint(image: Image) -> Image:
        with torch.no_grad():
            painted: Image = network(torch.from_numpy(image)).numpy()
        return painted

    return Variant("torch", path.stat().st_size, paint)


def by_torchs_exporter(network: StyleNetwork, folder: Path, threads: int) -> Variant:
    """What `torch.onnx.export` makes of it, with free sides as ours."""
    place = folder / "torch.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (torch.zeros(1, 3, 64, 64),),
            str(place),
            dynamo=False,
            opset_version=LEGACY_OPSET,
            input_names=["image"],
            output_names=["painted"],
            dynamic_axes={"image": {0: "batch", 2: "height", 3: "width"}},
        )
    return Variant("torch's exporter", place.stat().st_size, OnnxNetwork(place, threads=threads))


def timed(variants: list[Variant], size: int, rounds: int) -> dict[str, list[float]]:
    """Seconds a picture of each, in turns; the first round is not counted."""
    image = np.random.default_rng(0).random((1, 3, size, size), dtype=np.float32)
    times: dict[str, list[float]] = {variant.called: [] for variant in variants}
    for _ in range(rounds + 1):
        for variant in variants:
            began = time.perf_counter()
            variant.paint(image)
            times[variant.called].append(time.perf_counter() - began)
    return {called: seconds[1:] for called, seconds in times.items()}


def judged(painted: list[Image], photos: list[Image], style: Path | None) -> str:
    """Distances to the painting and to the photos, each the mean."""
    if style is None:
        return ""
    painting = read_picture(style)
    scores = [measure(Picture(out[0]), Picture(photo[0]), painting) for out, photo in zip(painted, photos, strict=True)]
    columns = ([score.style_gram for score in scores], [score.content_lpips for score in scores])
    return "".join(f"{statistics.mean(column):>8.3f}" for column in columns)


if __name__ == "__main__":
    main()
