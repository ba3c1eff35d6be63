"""Speed and memory of the main job, and its share of what the machine can do.

The peak is measured in the same run: the best rate of a large matrix product in fp32. A step's work is counted from the
network: multiply-adds of the convolutions that run, twice (forward, and back to the picture), plus the Gram matrices.
Each precision runs in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import itertools
import json
import subprocess
import sys
import time

import torch
from torch import nn

from impasto.backbones import Backbone
from impasto.losses import ContentLoss, GramLoss
from impasto.pictures.samples import paint_sample
from impasto.solve import Step
from impasto.tasks import StylizeJob


def peak_rate(dtype: torch.dtype, size: int = 2048, tries: int = 6) -> float:
    """Floating-point operations per second of a matrix product, the best of a few."""
    a, b = torch.randn(size, size).to(dtype), torch.randn(size, size).to(dtype)
    best = float("inf")
    for _ in range(tries):
        began = time.perf_counter()
        a @ b
        best = min(best, time.perf_counter() - began)
    return 2 * size**3 / best


def work_per_step(
    backbone: Backbone, width: int, height: int, layers: tuple[str, ...], style: tuple[str, ...]
) -> float:
    """Floating-point operations of one evaluation with its gradient."""
    total = 0.0
    with torch.no_grad():
        names = [node.name for node in backbone.graph.plan(layers)]
        features = backbone(torch.rand(1, 3, height, width), names)
    for node in backbone.graph.plan(layers):
        if isinstance(node.op, nn.Conv2d):
            positions = features[node.name].shape[-1] * features[node.name].shape[-2]
            total += 2 * 2 * node.op.weight.numel() * positions
    for name in style:
        _, channels, h, w = features[name].shape
        total += 2 * 2 * channels**2 * h * w
    return total


def measure(precision: str, size: int, steps: int) -> dict[str, float]:
    """Paint and return what it took."""
    content, style = paint_sample("harbour", width=1024, height=768), paint_sample("swirl", width=1024, height=768)
    losses = (ContentLoss(), GramLoss())
    job = StylizeJob(
        content=content,
        styles=(style,),
        size=str(size),
        smallest=size,
        steps=(steps,),
        precision=precision,  # type: ignore[arg-type]
        losses=losses,
    )
    problem = job.problem()
    level = problem.levels[-1]
    work = work_per_step(problem.backbone, level.width, level.height, problem.layers, GramLoss().layers)
    peak = peak_rate(torch.float32)
    stamps, values = [], []
    for event in job.events():
        if isinstance(event, Step):
            stamps.append(time.perf_counter())
            values.append(event.value)
    gaps = sorted(b - a for a, b in itertools.pairwise(stamps))
    seconds = gaps[len(gaps) // 2]
    return {
        "width": level.width,
        "height": level.height,
        "seconds": seconds,
        "rate": work / seconds,
        "share": work / seconds / peak,
        "peak": peak,
        "memory": float(peak_resident()),
        "value": values[-1],
    }


def peak_resident() -> int:
    """The most memory this process ever held, in bytes."""
    import resource

    scale = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[256, 512])
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--worker", nargs=2, metavar=("PRECISION", "SIZE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        print(json.dumps(measure(options.worker[0], int(options.worker[1]), options.steps)))
        return
    capabilities = torch.cpu.get_capabilities()
    units = [name for name in ("amx_bf16", "avx512_bf16", "avx512_f", "avx2") if capabilities.get(name)]
    print(
        f"torch {torch.__version__}, {torch.get_num_threads()} threads, {', '.join(units) or 'no vector units known'}"
    )
    print(
        f"{'size':>10}{'precision':>11}{'s/step':>9}{'GFLOP/s':>9}{'of fp32 peak':>14}{'memory':>10}{'objective':>11}"
    )
    for size in options.sizes:
        seconds = {}
        for precision in ("fp32", "bf16"):
            command = [sys.executable, __file__, "--steps", str(options.steps), "--worker", precision, str(size)]
            row = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
            seconds[precision] = row["seconds"]
            shape = f"{row['width']:.0f}×{row['height']:.0f}"
            print(
                f"{shape:>10}{precision:>11}{row['seconds']:>9.3f}{row['rate'] / 1e9:>9.0f}{row['share']:>9.0%}"
                f"{row['memory'] / 2**20:>7.0f} MiB{row['value']:>11.4f}"
            )
        print(f"{'':>10} bf16 takes {seconds['bf16'] / seconds['fp32']:.2f} times as long as fp32")


if __name__ == "__main__":
    main()
