"""Whether `impasto plan` foretells what `impasto stylize` takes: peak memory and wall-clock time, each side by side.

Both run as processes of their own, one after the other, on sample pictures. Memory is the most that the process held
(`ru_maxrss`). On a machine that is doing other things the times differ more than the forecasts do.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

NETWORKS = ("vgg19", "squeezenet1_1", "resnet50")
SIZES = (256, 384, 512, 768, 1024)
PICTURES = """
from impasto.pictures import write_picture
from impasto.pictures.samples import paint_sample
write_picture(paint_sample("harbour", width=1200, height=900), "photo.png")
write_picture(paint_sample("swirl", width=1000, height=800), "style.png")
"""
"""Painted in a process of their own: what a process holds when it starts another counts as held by that one too."""

SCALE = 1 if sys.platform == "darwin" else 1024


def painted(folder: Path, arguments: list[str]) -> tuple[int, float]:
    """The most bytes that `impasto stylize` held, and its seconds. Raises SystemExit if it failed."""
    command = [sys.executable, "-m", "impasto", "stylize", *arguments, "--overwrite", "--quiet", "-o", "out.png"]
    began = time.perf_counter()
    process = subprocess.Popen([*command, "--run-dir", "runs"], cwd=folder)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"impasto stylize {' '.join(arguments)} ended with {process.returncode}")
    return usage.ru_maxrss * SCALE, seconds


def foretold(folder: Path, arguments: list[str]) -> tuple[int, float]:
    """What `impasto plan` says of the same."""
    command = [sys.executable, "-m", "impasto", "plan", *arguments, "--json"]
    plan = json.loads(subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout)
    return plan["memory"], plan["seconds"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--networks", nargs="+", metavar="NAME", default=NETWORKS)
    parser.add_argument("--steps", help="steps at each size, as for `impasto stylize`; the preset's if not given")
    parser.add_argument("--tile", type=int, help="paint in tiles")
    options = parser.parse_args()
    more = [f"--{name}={value}" for name in ("steps", "tile") if (value := getattr(options, name)) is not None]
    print(f"{'network':<15}{'size':>6}   memory: plan    real  ratio  time: plan    real  ratio")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([sys.executable, "-c", PICTURES], cwd=folder, check=True)
        for network in options.networks:
            for size in options.sizes:
                arguments = ["photo.png", "style.png", "--backbone", network, "--size", str(size), *more]
                (memory, seconds), (held, taken) = foretold(folder, arguments), painted(folder, arguments)
                print(
                    f"{network:<15}{size:>6}{memory / 1e6:>11.0f} MB{held / 1e6:>8.0f}{memory / held:>7.2f}"
                    f"{seconds:>10.1f} s{taken:>8.1f}{seconds / taken:>7.2f}",
                    flush=True,
                )


if __name__ == "__main__":
    main()
