"""How soon Impasto reaches the loss that plain PyTorch reaches, on the very same objective, side by side in one run.

The objective is that of the preset `neural-style`. Plain is `plain.py`: fp32 L-BFGS from noise. Impasto goes down its
own way: from the photo, coarse to fine, in the precision that suits the machine, and free to leave [0, 1] as plain is.
Both clocks begin with the pictures read and the weights loaded, so the binding of targets counts, at every level.
As soon as Impasto's own value comes near the goal, its pictures are judged by the plain objective in fp32 after each
step, while its clock stands still.

The goal is the lowest loss of the plain run, wherever its pixels lie; what it would be with the pixels clipped, as they
are when written, is told too.

Plain runs in a process of its own, as a program without Impasto does. Impasto has its process keep the memory it frees
(`impasto.solve.heap`), and plain would be the quicker for it; `--plain-keeps-memory` lends it to plain. Memory is
measured in processes of their own as well.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import torch
from pictures_for import pairs
from plain import PlainNetwork, PlainObjective, PlainRun, paint_plain
from torch import Tensor

from impasto.measure import measure
from impasto.pictures import Picture, Size, composite, resize, write_picture
from impasto.runs import build_job
from impasto.solve import LBFGS, ContentStart, Problem, Step, solve
from impasto.solve.heap import keep_freed
from impasto.solve.objective import Objective
from impasto.tasks import StylizeJob
from impasto.tasks.pixels import to_picture, to_tensor
from impasto.weights import PrecisionChoice

SAMPLES = (("rocket", "swirl"), ("coffee", "harbour"), ("astronaut", "stained_glass"), ("cat", "waves"))
JUDGES = ("mobilenet_v2", "efficientnet_lite0")
NOISE = 3.92e-6
"""Standard deviation of the preset's start about middle grey."""

NEAR = 1.02
"""From how many times the goal on the plain objective judges: the value in bf16 may be a little off."""

SEEDS, TRIED = 5, 15
"""How many starts plain is offered, and after how many evaluations it must have halved its loss."""

SAME = 1e-4
"""By how much, relatively, the two programs may differ about the loss of one picture."""


@dataclass(frozen=True)
class Way:
    """How Impasto goes down. coarse: steps at each level before the last; the last goes on until it is there."""

    smallest: int = 64
    coarse: int = 40
    smoothing: float = 8.0
    chroma: float = 4.0
    history: int = 40
    detail: float = 1.0
    content_first: float = 3.0
    learning: bool = True
    box: bool = False


@dataclass(frozen=True)
class Reached:
    """Where Impasto stood after each step of its last level, [1, 3, H, W], and when; losses by the plain objective."""

    image: Tensor
    losses: list[float]
    seconds: list[float]

    def seconds_to(self, loss: float) -> float | None:
        """The time of the first picture at or under a loss; None if there was none."""
        return next((s for s, value in zip(self.seconds, self.losses, strict=True) if value <= loss), None)


def fitted(picture: Picture, size: int) -> Tensor:
    """The pixels [1, 3, H, W] with a longer side of `size`."""
    flat = composite(picture)
    return to_tensor(resize(flat, *Size(longest=size).fit(flat.width, flat.height)))


def problem_for(
    content: Picture, style: Picture, size: int, way: Way, steps: int, precision: PrecisionChoice = "auto"
) -> Problem:
    """The preset's objective gone down Impasto's way, `steps` at the last level."""
    job = build_job(
        "stylize",
        preset="neural-style",
        flags={"content": content, "styles": (style,), "size": str(size), "device": "cpu", "precision": precision},
    )
    assert isinstance(job, StylizeJob)
    descent = LBFGS(
        history=way.history,
        history_in="bf16",
        smoothing=way.smoothing,
        chroma=way.chroma,
        learning=way.learning,
        box=way.box,
    )
    problem = replace(
        job,
        start=ContentStart(),
        optimizer=descent,
        smallest=way.smallest,
        detail=way.detail,
        content_first=way.content_first,
        steps=(way.coarse,),
    ).problem()
    return replace(problem, levels=(*problem.levels[:-1], replace(problem.levels[-1], steps=steps)))


def grey_noise(photo: Tensor, seed: int) -> Tensor:
    """The preset's start: all but middle grey."""
    return 0.5 + NOISE * torch.randn(photo.shape, generator=torch.Generator().manual_seed(seed))


def lucky_noise(network: PlainNetwork, photo: Tensor, painting: Tensor) -> Tensor:
    """Noise from which plain gets going.

    Without a line search one of the first steps may leap so far that plain stands still for good; where that happens
    differs between machines, in the last digits of sums. Such a start is passed over, for plain's good.
    """
    for seed in range(SEEDS):
        start = grey_noise(photo, seed)
        losses = paint_plain(network, photo, painting, start, TRIED).losses
        if min(losses) < 0.5 * losses[0]:
            return start
        print(f"plain stands still from the noise of seed {seed}: {losses[0]:.3g} to {min(losses):.3g}", flush=True)
    raise SystemExit(f"plain stands still from the noise of each of {SEEDS} seeds")


def run_plain(photo: Tensor, painting: Tensor, steps: int, *, keeps_memory: bool) -> PlainRun:
    """Plain from a start from which it gets going."""
    if keeps_memory:
        keep_freed(photo.device)
    network = PlainNetwork()
    return paint_plain(network, photo, painting, lucky_noise(network, photo, painting), steps)


def apart(photo: Tensor, painting: Tensor, steps: int, *, keeps_memory: bool) -> PlainRun:
    """The same in a new process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(run_plain, photo, painting, steps, keeps_memory=keeps_memory).result()


def check_same(problem: Problem, plain: PlainObjective, image: Tensor) -> float:
    """The relative difference of the two losses of one image in fp32. Raises SystemExit if they are two objectives."""
    value, _ = Objective(problem, len(problem.levels) - 1)(image)
    difference = abs(value / plain.value(image) - 1)
    if difference > SAME:
        raise SystemExit(f"the objectives differ by {difference:.1e}: Impasto says {value}, plain {plain.value(image)}")
    return difference


def reach(problem: Problem, plain: PlainObjective | None, goal: float) -> Reached:
    """Paint until the loss is reached or the steps are done; without an objective, to the end."""
    losses: list[float] = []
    seconds: list[float] = []
    image = problem.targets["content"][0].image
    spent, lap = 0.0, time.perf_counter()
    for event in solve(problem):
        if not isinstance(event, Step) or event.level < len(problem.levels) - 1:
            continue
        spent += time.perf_counter() - lap
        image = event.image
        losses.append(plain.value(image) if plain and event.value <= NEAR * goal else event.value)
        seconds.append(spent)
        if losses[-1] <= goal:
            break
        lap = time.perf_counter()
    return Reached(image, losses, seconds)


def compare(name: str, content: Picture, style: Picture, options: argparse.Namespace, way: Way) -> float | None:
    """Run both on one pair, print the rows, write the pictures; the ratio of the times, None if it was not reached."""
    photo, painting = fitted(content, options.size), fitted(style, options.size)
    objective = PlainObjective(PlainNetwork(), photo, painting)
    exact = problem_for(content, style, options.size, way, options.limit, "fp32")
    difference = check_same(exact, objective, 0.9 * photo + 0.05)
    plain = apart(photo, painting, options.steps, keeps_memory=options.plain_keeps_memory)
    goal, written = min(plain.losses), objective.value(plain.image.clamp(0, 1))
    problem = problem_for(content, style, options.size, way, options.limit)
    ours = reach(problem, objective, goal)
    whole, taken, to_written = plain.seconds[-1], ours.seconds_to(goal), ours.seconds_to(written)
    levels = " ".join(f"{level.width}×{level.height}" for level in problem.levels)
    print(f"\n{name}: the objectives agree to {difference:.1e}; levels {levels}, {problem.backbone.precision}")
    print(f"{'':>10}{'steps':>7}{'seconds':>10}{'loss':>12}{'of plain time':>15}")
    print(f"{'plain':>10}{len(plain.losses):>7}{whole:>10.1f}{goal:>12.5g}{'1':>15}")
    print(f"{'impasto':>10}{len(ours.losses):>7}{ours.seconds[-1]:>10.1f}{ours.losses[-1]:>12.5g}", end="")
    print(f"{f'1/{whole / taken:.1f}':>15}" if taken else f"{'not reached':>15}")
    clipped = f"reached in 1/{whole / to_written:.1f} of the time" if to_written else "not reached"
    print(f"  plain's picture as it is written, clipped, has loss {written:.5g}: {clipped}")
    for label, image in (("plain", plain.image), ("impasto", ours.image)):
        judge(name, label, image, content, style, options.out)
    return taken / whole if taken else None


def judge(name: str, label: str, image: Tensor, content: Picture, style: Picture, folder: Path) -> None:
    """Write one picture and print what the judges say of it."""
    picture = to_picture(image)
    path = folder / f"{name.replace(' × ', '_')}_{label}.png"
    write_picture(picture, path)
    scores = [measure(picture, content, style, judge=name) for name in JUDGES]
    styles = ", ".join(f"{score.style_gram:.3f} ({score.judge})" for score in scores)
    print(f"{label:>10}: style {styles}; content {scores[0].content_lpips:.3f} (LPIPS); {path}", flush=True)


def peak_memory(side: str, size: int, options: argparse.Namespace) -> tuple[float, float]:
    """Megapixels and peak resident memory in MiB of a run of one side, in a process of its own."""
    command = [sys.executable, __file__, "--worker", side, str(size), "--memory-steps", str(options.memory_steps)]
    command += ["--history", str(options.history), "--content-first", str(options.content_first)]
    row = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return row["pixels"] / 1e6, row["peak"] / 2**20


def peak_resident() -> int:
    """The most memory this process held, in bytes.

    On Linux a child's `ru_maxrss` begins with what its parent held, so there the kernel's figure of the process counts.
    """
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text(encoding="utf-8").splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def work(side: str, size: int, steps: int, way: Way) -> dict[str, float]:
    """Paint noise, all steps at one size; the pixels, and the peak resident memory of this process in bytes."""
    numbers = np.random.default_rng(0)
    content, style = (Picture(numbers.random((3, size * 3 // 4, size), dtype=np.float32)) for _ in range(2))
    photo = to_tensor(content)
    if side == "plain":
        paint_plain(PlainNetwork(), photo, to_tensor(style), grey_noise(photo, 0), steps)
    else:
        reach(problem_for(content, style, size, replace(way, smallest=65000), steps), None, 0.0)
    return {"pixels": photo.shape[-1] * photo.shape[-2], "peak": peak_resident()}


def report_memory(options: argparse.Namespace) -> None:
    """Print the peaks of both sides over the sizes and the memory that a megapixel more takes."""
    print(f"\npeak memory in MiB after {options.memory_steps} steps at full size")
    slopes = {}
    for side in ("plain", "impasto"):
        points = [peak_memory(side, size, options) for size in options.memory_sizes]
        pixels, peaks = zip(*points, strict=True)
        slopes[side] = float(np.polyfit(pixels, peaks, 1)[0])
        row = ", ".join(f"{peak:.0f} at {size}" for size, peak in zip(options.memory_sizes, peaks, strict=True))
        print(f"{side:>10}: {row}; {slopes[side]:.0f} per megapixel", flush=True)
    print(f"{'':>10}  Impasto takes 1/{slopes['plain'] / slopes['impasto']:.1f} of the memory per megapixel")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pictures", nargs="*", metavar="CONTENT,STYLE", help="pictures, or samples by name")
    parser.add_argument("--pairs", type=int, default=len(SAMPLES), help="how many of the sample pairs")
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--steps", type=int, default=500, help="evaluations of the plain run")
    parser.add_argument("--limit", type=int, default=300, help="steps that Impasto may take at the last level")
    parser.add_argument("--coarse", type=int, default=Way.coarse, help="Impasto's steps at each smaller level")
    parser.add_argument("--smoothing", type=float, default=Way.smoothing)
    parser.add_argument("--chroma", type=float, default=Way.chroma)
    parser.add_argument("--history", type=int, default=Way.history)
    parser.add_argument("--content-first", type=float, default=Way.content_first, help="1: not")
    parser.add_argument("--box", action="store_true", help="keep Impasto's pixels in [0, 1] all the way")
    parser.add_argument("--plain-keeps-memory", action="store_true", help="plain too keeps the memory that it frees")
    parser.add_argument("--memory-sizes", type=int, nargs="*", default=[512, 768], help="none: leave it out")
    parser.add_argument("--memory-steps", type=int, default=105, help="enough to fill the histories")
    parser.add_argument("--out", type=Path, default=Path("time_to_loss"), metavar="FOLDER")
    parser.add_argument("--worker", nargs=2, metavar=("SIDE", "SIZE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    way = Way(
        coarse=options.coarse,
        smoothing=options.smoothing,
        chroma=options.chroma,
        history=options.history,
        content_first=options.content_first,
        box=options.box,
    )
    if options.worker:
        print(json.dumps(work(options.worker[0], int(options.worker[1]), options.memory_steps, way)))
        return
    options.out.mkdir(parents=True, exist_ok=True)
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads; {way}")
    ratios = [compare(*pair, options, way) for pair in pairs(options.pictures, SAMPLES[: options.pairs])]
    reached = [ratio for ratio in ratios if ratio is not None]
    if reached:
        print(f"\nreached on {len(reached)} of {len(ratios)} pairs, at worst in 1/{1 / max(reached):.1f} of the time")
    if options.memory_sizes:
        report_memory(options)


if __name__ == "__main__":
    main()
