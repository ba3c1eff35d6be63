"""What torch.compile would gain: one value and gradient of the objective of the preset `neural-style`.

All is timed in one process. Plain is `plain.py`, as it is and compiled, in fp32 and cast to bf16 with channels last;
Impasto is what it paints with. All keep the memory that they free. Compiling takes a C++ compiler and is not counted.
Plain in bf16 is for its time only: its Gram matrices are rounded to eight digits.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial

import torch
from pictures_for import pairs
from plain import PlainNetwork, PlainObjective, to_pixels
from time_to_loss import SAMPLES, Way, fitted, problem_for
from torch import Tensor

from impasto.backbones.backbone import DTYPES
from impasto.solve.heap import keep_freed
from impasto.solve.objective import Objective
from impasto.weights import PrecisionChoice

PRECISIONS: tuple[PrecisionChoice, ...] = ("fp32", "bf16")

Gradient = Callable[[], Tensor]
"""Looks at the picture once and gives the gradient."""


def plain_gradient(photo: Tensor, painting: Tensor, precision: PrecisionChoice, *, compiled: bool) -> Gradient:
    """Plain's, by autograd."""
    dtype = DTYPES[precision]
    network = PlainNetwork()
    if precision != "fp32":
        network.tensors = {name: cast(tensor, dtype) for name, tensor in network.tensors.items()}
        photo, painting = cast(photo, dtype), cast(painting, dtype)
    objective = PlainObjective(network, photo, painting)
    value = torch.compile(objective) if compiled else objective

    def gradient() -> Tensor:
        pixels = to_pixels(photo).requires_grad_()
        return torch.autograd.grad(value(pixels), pixels)[0]

    return gradient


def own_gradient(objective: Objective, photo: Tensor) -> Tensor:
    """Impasto's."""
    return objective(photo)[1]


def cast(tensor: Tensor, dtype: torch.dtype) -> Tensor:
    """In another precision; of four dimensions, channels last."""
    return tensor.to(dtype, memory_format=torch.channels_last if tensor.dim() == 4 else torch.preserve_format)


def seconds(gradient: Gradient, times: int) -> float:
    """The median of a few times, after two that do not count."""
    taken = []
    for _ in range(times + 2):
        began = time.perf_counter()
        gradient()
        taken.append(time.perf_counter() - began)
    return sorted(taken[2:])[times // 2]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pictures", nargs="*", metavar="CONTENT,STYLE", help="one pair: pictures, or samples by name")
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--times", type=int, default=9)
    options = parser.parse_args()
    name, content, style = pairs(options.pictures, SAMPLES[:1])[0]
    photo, painting = fitted(content, options.size), fitted(style, options.size)
    keep_freed(photo.device)
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, {name}, {photo.shape[-1]}×{photo.shape[-2]}")
    for precision in PRECISIONS:
        problem = problem_for(content, style, options.size, Way(), 1, precision)
        own = Objective(problem, len(problem.levels) - 1)
        ways: dict[str, Gradient] = {
            "plain": plain_gradient(photo, painting, precision, compiled=False),
            "compiled": plain_gradient(photo, painting, precision, compiled=True),
            "Impasto": partial(own_gradient, own, photo),
        }
        taken = {way: seconds(gradient, options.times) for way, gradient in ways.items()}
        row = ", ".join(f"{way} {time:.3f} s ({time / taken['plain']:.2f})" for way, time in taken.items())
        print(f"{precision}: {row}", flush=True)


if __name__ == "__main__":
    main()
