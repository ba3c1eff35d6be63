"""Whether one strength means the same at every size and for every style.

For each pair, size and strength the default preset paints a picture; printed is the style distance that remains: the
energy-normalised Gram loss of the result over that of the photo, in per cent. Rows of one strength should agree across
sizes, and fall from strength to strength.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence

import torch
from pictures_for import pairs
from torch import Tensor

from impasto.losses import GramLoss
from impasto.pictures import Picture
from impasto.runs import build_job
from impasto.solve import Finished, Problem
from impasto.tasks import StylizeJob


def remaining(job: StylizeJob, photo: Picture) -> float:
    """The style distance of the job's picture over that of the plain photo."""
    problem = job.problem()
    image = next(event.image for event in job.events() if isinstance(event, Finished))
    plain = StylizeJob(content=photo, styles=job.styles, size=job.size, match_colour=0.0).problem()
    return style_distance(problem, image) / style_distance(problem, plain.targets["content"][0].image)


def style_distance(problem: Problem, image: Tensor) -> float:
    """The Gram loss of an image against the problem's first style."""
    loss = GramLoss()
    with torch.no_grad():
        term = loss.bind([(1.0, problem.backbone(problem.targets["style"][0].image, loss.layers))])
        return float(term(problem.backbone(image, loss.layers)))


def table(name: str, content: Picture, style: Picture, sizes: Sequence[int], strengths: Sequence[float]) -> None:
    """Print one pair's table."""
    print(f"\n{name}: style distance that remains\n{'strength':>10}" + "".join(f"{size:>8}" for size in sizes))
    for strength in strengths:
        cells = []
        for size in sizes:
            flags = {"content": content, "styles": (style,), "size": str(size), "strength": strength}
            job = build_job("stylize", flags=flags)
            assert isinstance(job, StylizeJob)
            cells.append(remaining(job, content))
        print(f"{strength:>10g}" + "".join(f"{cell:>8.1%}" for cell in cells), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", nargs="*", metavar="CONTENT,STYLE", help="pictures to use instead of the samples")
    parser.add_argument("--sizes", type=int, nargs="+", default=[128, 256, 512])
    parser.add_argument("--strengths", type=float, nargs="+", default=[0.1, 0.3, 0.5, 0.7, 0.9])
    options = parser.parse_args()
    for name, content, style in pairs(options.pairs):
        table(name, content, style, options.sizes, options.strengths)


if __name__ == "__main__":
    main()
