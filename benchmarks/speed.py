"""How fast a step is, how near to what the machine can do, and what memory it takes, from small pictures to huge ones.

The peak is measured in the same run: the best rate of large matrix products and of convolutions in the precision that
the network computes in. (On some processors the library of the one falls far behind the other's.) A step's work is
counted from the network: multiply-adds of the convolutions that run, twice (forward, and back to the picture), and
those of the second moments, twice. In tiles each position is computed three times and more, which is not counted as
work. Each row is a process of its own, so that its peak memory is its own; `beyond start` is what came on top of the
libraries, the weights and the pictures as they were read. On a GPU, `--device cuda --square --precisions fp32 tf32 bf16
--steps 500`, memory is the GPU's, and the line ends with what all the steps took.
"""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from impasto.arithmetic import convolve_singles
from impasto.backbones import Precision, survey
from impasto.backbones.backbone import DTYPES
from impasto.losses import StatisticLoss
from impasto.pictures.samples import paint_sample
from impasto.solve import LBFGS, Problem, Step, solve
from impasto.tasks import StylizeJob
from impasto.tasks.network import network_without_numbers
from impasto.tasks.plan_machine import held_memory, most_held

SOURCE = (1024, 768)
"""Pixels of the sample pictures, which are then brought to the size asked for."""


def peak_rate(device: torch.device, precision: Precision, tries: int = 4) -> float:
    """Floating-point operations per second, the best of matrix products and of convolutions of a few sizes."""
    best, dtype = 0.0, DTYPES[precision]
    convolve_singles(device, tf32=precision == "tf32")
    for side in (1024, 2048, 4096):
        a, b = (torch.randn(side, side, device=device).to(dtype) for _ in range(2))
        best = max(best, 2 * side**3 / quickest(partial(torch.mm, a, b), tries))
    for channels, side in ((64, 256), (256, 128), (512, 64)):
        image = torch.randn(1, channels, side, side, device=device).to(dtype, memory_format=torch.channels_last)
        kernel = torch.randn(channels, channels, 3, 3, device=device).to(dtype, memory_format=torch.channels_last)
        seconds = quickest(partial(torch.nn.functional.conv2d, image, kernel, padding=1), tries)
        best = max(best, 2 * 9 * channels**2 * side**2 / seconds)
    return best


def quickest(run: Callable[[], Tensor], tries: int) -> float:
    """The seconds of the quickest of a few tries, until a number of what each gives can be read."""
    seconds = []
    for _ in range(tries):
        began = time.perf_counter()
        run().flatten()[0].item()
        seconds.append(time.perf_counter() - began)
    return min(seconds)


def work_per_step(problem: Problem) -> float:
    """Floating-point operations of one evaluation with its gradient at the last level."""
    level, network = problem.levels[-1], problem.backbone
    planned = network_without_numbers(
        network.name, weights=None, pooling="max", padding="zeros", precision="fp32", device="cpu"
    )
    layers = {layer.name: layer for layer in survey(planned, level.width, level.height)}
    run = [node.name for node in network.graph.plan(problem.layers)]
    work = sum(2 * 2 * layers[name].multiply_adds for name in run)
    style = {name for loss in problem.losses if isinstance(loss, StatisticLoss) for name in loss.layers}
    for name in style & layers.keys():
        channels, height, width = layers[name].shape
        work += 2 * 2 * channels**2 * height * width
    return float(work)


def measure(options: argparse.Namespace, precision: str, size: int) -> dict[str, Any]:
    """Paint at one size from the first step and return what it took."""
    content, style = (paint_sample(name, width=SOURCE[0], height=SOURCE[1]) for name in ("harbour", "swirl"))
    square = f"{size}x{size}" if options.square else str(size)
    job = StylizeJob(
        content=content,
        styles=(style,),
        backbone=options.backbone,
        size=square,
        smallest=2 * size,
        steps=(options.steps,),
        precision=precision,  # type: ignore[arg-type]
        device=options.device,
        tile=options.tile if options.tile and size > options.tile else None,
        optimizer=LBFGS(history=options.history, history_in=options.history_in, smoothing=16.0, chroma=4.0),
    )
    device = job.network.device
    peak = peak_rate(device, job.network.precision)
    start = held_memory(device)
    problem = job.problem()
    level = problem.levels[-1]
    began = time.perf_counter()
    stamps, values = [], []
    for event in solve(problem):
        if isinstance(event, Step):
            stamps.append(time.perf_counter())
            values.append(event.value)
    gaps = sorted(b - a for a, b in itertools.pairwise(stamps))
    memory = most_held(device)
    return {
        "width": level.width,
        "height": level.height,
        "tile": job.tile or 0,
        "begin": stamps[0] - began,
        "seconds": gaps[len(gaps) // 2],
        "all": stamps[-1] - began,
        "work": work_per_step(problem) if options.work else 0.0,
        "peak": peak,
        "memory": memory,
        "beyond": memory - start,
        "value": values[-1],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[256, 512, 768, 1024])
    parser.add_argument("--square", action="store_true", help="pictures as high as they are wide")
    parser.add_argument("--backbone", default="vgg19")
    parser.add_argument("--precisions", nargs="+", default=["fp32", "bf16"], choices=["fp32", "tf32", "bf16"])
    parser.add_argument("--device", default="cpu", help="cpu, or cuda")
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--tile", type=int, help="tiles for pictures larger than this")
    parser.add_argument("--history", type=int, default=20)
    parser.add_argument("--history-in", choices=["fp32", "bf16"], default="fp32")
    parser.add_argument("--worker", nargs=2, metavar=("PRECISION", "SIZE"), help=argparse.SUPPRESS)
    parser.add_argument("--no-work", dest="work", action="store_false", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        print(json.dumps(measure(options, options.worker[0], int(options.worker[1]))))
        return
    capabilities = torch.cpu.get_capabilities()
    units = [name for name in ("amx_bf16", "avx512_bf16", "avx512_f", "avx2") if capabilities.get(name)]
    print(
        f"torch {torch.__version__}, {torch.get_num_threads()} threads, {', '.join(units) or 'no vector units known'}"
    )
    print(
        f"{'size':>12}{'precision':>10}{'tile':>6}{'begin':>8}{'s/step':>9}{'GFLOP/s':>9}{'peak':>7}{'share':>7}"
        f"{'memory':>10}{'beyond start':>14}{'a megapixel':>13}{'objective':>11}{'in all':>9}"
    )
    for size in options.sizes:
        seconds = {}
        for precision in options.precisions:
            command = [sys.executable, __file__, *sys.argv[1:], "--worker", precision, str(size)]
            row = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
            seconds[precision] = row["seconds"]
            rate, pixels = row["work"] / row["seconds"], row["width"] * row["height"] / 1e6
            print(
                f"{row['width']:>6}×{row['height']:<5}{precision:>10}{row['tile'] or '-':>6}{row['begin']:>8.2f}"
                f"{row['seconds']:>9.3f}{rate / 1e9:>9.0f}{row['peak'] / 1e9:>7.0f}{rate / row['peak']:>7.0%}"
                f"{row['memory'] / 1e6:>7.0f} MB{row['beyond'] / 1e6:>11.0f} MB"
                f"{row['beyond'] / 1e6 / pixels:>10.0f} MB{row['value']:>11.4f}{row['all']:>7.1f} s",
                flush=True,
            )
        for precision in seconds.keys() - {"fp32"} if "fp32" in seconds else ():
            print(f"{'':>12} {precision} takes {seconds[precision] / seconds['fp32']:.2f} times as long as fp32")


if __name__ == "__main__":
    main()
