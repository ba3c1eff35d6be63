"""What the papers' weights mean on the network at hand.

For each preset with explicit weights: the gradient of its style terms over that of its content terms, at the photo with
a little noise and at white noise, with the preset's activation_scale and with 1, the network as it is. Far below 1 the
picture stays the photo; far above, the content is lost. The default's strength 0.5 asks for 25.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from typing import Any

import torch
from pictures_for import pairs
from torch import Generator, Tensor

from impasto.losses import ContentLoss, GramLoss, Loss
from impasto.pictures import Picture
from impasto.runs import build_job
from impasto.solve import Problem
from impasto.solve.balance import PROBE_NOISE
from impasto.tasks import StylizeJob

PRESETS = ("gatys2015", "gatys2016", "deeplearning-ai", "neural-style", "wang2021")


def gradient_ratio(problem: Problem, image: Tensor) -> float:
    """The norm of the style terms' gradient over the content terms', at `image`, weights included."""
    norms = {}
    for role in ("content", "style"):
        losses = [loss for loss in problem.losses if loss.target == role]
        leaf = image.clone().requires_grad_()
        with torch.no_grad():
            seen = [(t.share, problem.backbone(t.image, problem.layers)) for t in problem.targets[role]]
        features = problem.backbone(leaf, problem.layers)
        total = torch.stack([loss.weight * loss.bind(seen)(features) for loss in losses]).sum()
        (gradient,) = torch.autograd.grad(total, leaf)
        norms[role] = float(gradient.norm())
    return norms["style"] / norms["content"]


def unscaled(loss: Loss) -> Loss:
    """The loss on activations as the network gives them."""
    return replace(loss, activation_scale=1.0) if isinstance(loss, ContentLoss | GramLoss) else loss


def row(preset: str, content: Picture, style: Picture, size: int) -> str:
    """One line of the table."""
    flags: dict[str, Any] = {"content": content, "styles": (style,), "size": str(size)}
    job = build_job("stylize", preset=preset, flags=flags)
    assert isinstance(job, StylizeJob)
    problem = job.problem()
    photo = problem.targets["content"][0].image
    noise = torch.randn(photo.shape, generator=Generator().manual_seed(0))
    cells = []
    for losses in (problem.losses, tuple(unscaled(loss) for loss in problem.losses)):
        same = replace(problem, losses=losses)
        cells += [gradient_ratio(same, photo + PROBE_NOISE * noise), gradient_ratio(same, 0.5 + 0.2 * noise)]
    return f"{preset:>18}" + "".join(f"{cell:>14.2g}" for cell in cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", nargs="*", metavar="CONTENT,STYLE", help="pictures, or samples by name")
    parser.add_argument("--sizes", type=int, nargs="+", default=[256, 512])
    options = parser.parse_args()
    for name, content, style in pairs(options.pairs):
        for size in options.sizes:
            print(f"\n{name}, {size} pixels: style gradient over content gradient")
            print(f"{'preset':>18}{'photo':>14}{'noise':>14}{'photo, as is':>14}{'noise, as is':>14}")
            for preset in PRESETS:
                print(row(preset, content, style, size), flush=True)


if __name__ == "__main__":
    main()
