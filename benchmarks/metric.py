"""What L-BFGS gains by learning its metric, and how good the gradient is that it goes by.

The objective is that of the preset `neural-style`, from the photo, coarse to fine, as in `time_to_loss.py`. The first
table has the loss after so many steps at the last size, over the lowest that any metric reached there. The second has
the relative error of the gradient in bf16 at the last picture, against fp32: with pixels that count in two parts, as
they do, and with pixels rounded to bf16.
"""

from __future__ import annotations

import argparse

import torch
from pictures_for import pairs
from time_to_loss import SAMPLES, Way, problem_for
from torch import Tensor

from impasto.backbones import Backbone
from impasto.pictures import Picture
from impasto.solve import Step, solve
from impasto.solve.objective import Objective

METRICS = {
    "none": Way(smoothing=0.0, chroma=1.0, learning=False),
    "smooth": Way(learning=False),
    "learning": Way(learning=True),
}


def descended(content: Picture, style: Picture, options: argparse.Namespace, way: Way) -> tuple[Tensor, list[float]]:
    """The last picture, and the loss after each step at the last size."""
    problem = problem_for(content, style, options.size, way, options.steps, options.precision)
    steps = [e for e in solve(problem) if isinstance(e, Step) and e.level == len(problem.levels) - 1]
    return steps[-1].image, [step.value for step in steps]


def rounded(image: Tensor, network: Backbone) -> Tensor:
    """The image whose pixels, as the network wants them, are numbers of bf16."""
    scale, order = network.preprocessing.scale, network.preprocessing.order
    pixels = (image.flip(1) if order == "bgr" else image) * scale - network.mean
    back = ((pixels / network.std).bfloat16().float() * network.std + network.mean) / scale
    return back.flip(1) if order == "bgr" else back


def errors(content: Picture, style: Picture, options: argparse.Namespace, image: Tensor) -> tuple[float, float]:
    """Of the gradient in bf16, with pixels in two parts and with rounded ones."""
    exact, rough = (
        problem_for(content, style, options.size, Way(), options.steps, precision) for precision in ("fp32", "bf16")
    )
    last = len(exact.levels) - 1
    wanted, objective = Objective(exact, last)(image)[1], Objective(rough, last)
    found = (objective(image)[1], objective(rounded(image, rough.backbone))[1])
    in_parts, in_one = (float((gradient - wanted).norm() / wanted.norm()) for gradient in found)
    return in_parts, in_one


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pictures", nargs="*", metavar="CONTENT,STYLE", help="pictures, or samples by name")
    parser.add_argument("--pairs", type=int, default=len(SAMPLES), help="how many of the sample pairs")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--steps", type=int, default=200, help="at the last size")
    parser.add_argument("--precision", choices=("auto", "fp32", "bf16"), default="bf16")
    options = parser.parse_args()
    marks = [n for n in (10, 25, 50, 100, 150, 200, 300) if n <= options.steps]
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, {options.size} pixels, {options.precision}")
    for name, content, style in pairs(options.pictures, SAMPLES[: options.pairs]):
        runs = {metric: descended(content, style, options, way) for metric, way in METRICS.items()}
        lowest = min(min(values) for _, values in runs.values())
        print(f"\n{name}: {'after':>14}" + "".join(f"{n:>8}" for n in marks))
        for metric, (_, values) in runs.items():
            print(f"{metric:>30}" + "".join(f"{values[n - 1] / lowest:>8.3f}" for n in marks))
        in_parts, in_one = errors(content, style, options, runs["learning"][0])
        print(f"{'error of the gradient in bf16':>30}: {in_parts:.2f}; of rounded pixels: {in_one:.2f}", flush=True)


if __name__ == "__main__":
    main()
