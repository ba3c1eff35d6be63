"""L-BFGS, Adam and SGD on the same objective: value against steps and against seconds.

One level, from the content picture, the default's losses at strength 0.5. L-BFGS as in the textbook, and with the
smooth metric of the default preset, its history in fp32 and in bf16. Rates are tuned on the first pair over a short run
and used on all. The value that counts at each step is the lowest so far, as a user would keep.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

from pictures_for import pairs

from impasto.pictures import Picture
from impasto.solve import LBFGS, SGD, Adam, Optimizer, Step
from impasto.tasks import StylizeJob

Curve = list[tuple[float, float]]
"""Seconds since the first step, and the lowest value so far, at each step."""

ADAM_RATES = (2.0, 5.0, 10.0, 20.0, 40.0)
SGD_RATES = (0.15, 0.5, 1.5, 5.0, 15.0)


def curve(content: Picture, style: Picture, optimizer: Optimizer, steps: int, size: int) -> Curve:
    """Run one optimiser and return how it went."""
    job = StylizeJob(
        content=content, styles=(style,), size=str(size), smallest=size, steps=(steps,), optimizer=optimizer
    )
    points: Curve = []
    began, lowest = 0.0, float("inf")
    for event in job.events():
        if isinstance(event, Step):
            began = began or time.perf_counter()
            lowest = min(lowest, event.value)
            points.append((time.perf_counter() - began, lowest))
    return points


def tuned(content: Picture, style: Picture, start: Adam | SGD, rates: tuple[float, ...], size: int) -> Adam | SGD:
    """The rate that gets lowest in 60 steps at half size."""
    ends = {}
    for rate in rates:
        optimizer = replace(start, learning_rate=rate)
        ends[rate] = curve(content, style, optimizer, 60, max(64, size // 2))[-1][1]
        print(f"  {start.kind} at rate {rate:g}: {ends[rate]:.4f} after 60 steps")
    return replace(start, learning_rate=min(ends, key=lambda rate: ends[rate]))


def report(name: str, curves: dict[str, Curve], marks: list[int]) -> None:
    """Print the values at some steps, and the steps and seconds each needs for L-BFGS's value halfway."""
    print(f"\n{name}\n{'steps':>20}" + "".join(f"{mark:>10}" for mark in marks))
    for label, points in curves.items():
        print(f"{label:>20}" + "".join(f"{points[mark - 1][1]:>10.4f}" for mark in marks))
    goal = curves["L-BFGS"][marks[-1] // 2 - 1][1]
    for label, points in curves.items():
        hit = next(((i + 1, seconds) for i, (seconds, value) in enumerate(points) if value <= goal), None)
        words = f"{hit[0]} steps, {hit[1]:.1f} s" if hit else f"not reached in {len(points)} steps"
        print(f"{label:>20} to {goal:.4f}: {words}; {points[-1][0] / max(1, len(points) - 1):.3f} s a step")


def plot(results: dict[str, dict[str, Curve]], path: str) -> None:
    """Draw value against steps and against seconds, one row to a pair."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(len(results), 2, figsize=(11, 4.2 * len(results)), squeeze=False)
    for row, (name, curves) in zip(axes, results.items(), strict=True):
        for label, points in curves.items():
            values = [value for _, value in points]
            row[0].semilogy(range(1, len(points) + 1), values, label=label)
            row[1].semilogy([seconds for seconds, _ in points], values, label=label)
        row[0].set(title=name, xlabel="steps", ylabel="objective (1 = at the start of balancing)")
        row[1].set(title=name, xlabel="seconds")
        row[0].legend()
    figure.tight_layout()
    figure.savefig(path, dpi=110)
    print(f"\nplot: {path}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", nargs="*", metavar="CONTENT,STYLE", help="pictures, or samples by name")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--plot", default="optimizers.png")
    options = parser.parse_args()
    chosen = pairs(options.pairs)
    _, content, style = chosen[0]
    print(f"rates, tuned on {chosen[0][0]}:")
    smooth = LBFGS(history=20, smoothing=16, chroma=4)
    optimizers: dict[str, Optimizer] = {
        "L-BFGS": LBFGS(history=20),
        "L-BFGS, smooth": smooth,
        "smooth, in bf16": replace(smooth, history_in="bf16"),
    }
    for start, rates in ((Adam(), ADAM_RATES), (SGD(), SGD_RATES)):
        best = tuned(content, style, start, rates, options.size)
        optimizers[f"{best.kind} {best.learning_rate:g}"] = best
    marks = sorted({max(1, options.steps * k // 8) for k in (1, 2, 4, 8)})
    results = {}
    for name, content, style in chosen:
        results[name] = {
            label: curve(content, style, optimizer, options.steps, options.size)
            for label, optimizer in optimizers.items()
        }
        report(name, results[name], marks)
    plot(results, options.plot)


if __name__ == "__main__":
    main()
