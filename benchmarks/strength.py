"""Whether one strength means the same at every size, for every style and on every network.

For each pair, network, size and strength the default preset paints a picture. Printed is the style distance that
remains, of that of the photo, in per cent: as the network that painted sees it (energy-normalised Gram loss) and as a
judge sees it that painted nothing, whose distances can be compared across networks. Rows of one strength should agree
across sizes and networks, and fall from strength to strength.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from judging import StyleJudge
from pictures_for import pairs
from torch import Tensor

from impasto.losses import GramLoss
from impasto.measure.judges import DEFAULT_JUDGE, JUDGES
from impasto.pictures import Picture, composite
from impasto.runs import build_job
from impasto.solve import Finished, Problem, solve
from impasto.tasks import StylizeJob
from impasto.tasks.pixels import to_tensor


@dataclass(frozen=True)
class Distance:
    """What remains of the way from the photo to the style, 1 … 0, as the painter and as the judge see it."""

    own: float
    judged: float


def remaining(job: StylizeJob, judge: StyleJudge) -> Distance:
    """The style distances of the job's picture over those of the plain photo."""
    problem = job.problem()
    image = next(event.image for event in solve(problem) if isinstance(event, Finished))
    photo = to_tensor(composite(job.content_picture), problem.backbone.device)
    own = own_distance(problem, image) / own_distance(problem, photo)
    return Distance(own, judge(image, photo, problem.targets["style"][0].image))


def own_distance(problem: Problem, image: Tensor) -> float:
    """The problem's own Gram loss of an image against its first style."""
    loss = next(loss for loss in problem.losses if isinstance(loss, GramLoss))
    with torch.no_grad():
        term = loss.bind([(1.0, problem.backbone(problem.targets["style"][0].image, loss.layers))])
        return float(term(problem.backbone(image, loss.layers)))


def by_size(
    first: StylizeJob, judge: StyleJudge, sizes: Sequence[int], strengths: Sequence[float]
) -> list[list[Distance]]:
    """Print one network's table on one pair, and give its rows. first: the job, but for size and strength."""
    print(f"{'strength':>10}" + "".join(f"{f'{size} px':>18}" for size in sizes))
    rows = []
    for strength in strengths:
        row = []
        for size in sizes:
            flags = {"content": first.content, "styles": first.styles, "backbone": first.backbone}
            job = build_job("stylize", flags={**flags, "size": str(size), "strength": strength})
            assert isinstance(job, StylizeJob)
            first.lend(job)
            row.append(remaining(job, judge))
        print(f"{strength:>10g}" + "".join(f"{f'{d.own:.1%} / {d.judged:.1%}':>18}" for d in row), flush=True)
        rows.append(row)
    return rows


def by_network(columns: dict[str, list[float]], strengths: Sequence[float]) -> None:
    """Print the judge's distances, a column to a network, and by what factor the networks differ at each strength."""
    print(f"{'strength':>10}" + "".join(f"{name:>15}" for name in columns) + f"{'most / least':>15}")
    for strength, cells in zip(strengths, zip(*columns.values(), strict=True), strict=True):
        spread = max(cells) / min(cells)
        print(f"{strength:>10g}" + "".join(f"{cell:>15.1%}" for cell in cells) + f"{spread:>15.2f}")
    for name, distances in columns.items():
        print(f"{name}: falls from strength to strength: {whether_falling(strengths, distances)}", flush=True)


def whether_falling(strengths: Sequence[float], distances: Sequence[float]) -> str:
    """`yes`, or `no` with the strengths between which the distance does not fall."""
    points = itertools.pairwise(zip(strengths, distances, strict=True))
    rises = [f"{a:g} → {b:g}: {before:.1%} → {after:.1%}" for (a, before), (b, after) in points if after >= before]
    return f"no ({', '.join(rises)})" if rises else "yes"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pairs", nargs="*", metavar="CONTENT,STYLE", help="pictures, or samples by name")
    parser.add_argument("--sizes", type=int, nargs="+", default=[128, 256, 512])
    parser.add_argument("--strengths", type=float, nargs="+", default=[0.1, 0.3, 0.5, 0.7, 0.9])
    parser.add_argument("--backbones", nargs="+", metavar="NAME", default=["vgg19"])
    parser.add_argument("--judge", choices=list(JUDGES), default=DEFAULT_JUDGE)
    options = parser.parse_args()
    judge, strengths, size = StyleJudge(options.judge), sorted(options.strengths), options.sizes[-1]
    for name, content, style in pairs(options.pairs):
        columns = {}
        for backbone in options.backbones:
            print(f"\n{name} by {backbone}: style distance that remains, its own / {judge.name}'s")
            first = painter(content, style, backbone)
            rows = by_size(first, judge, options.sizes, strengths)
            columns[backbone] = [row[-1].judged for row in rows]
        print(f"\n{name} by network at {size} px: style distance that remains, {judge.name}'s")
        by_network(columns, strengths)


def painter(content: Picture, style: Picture, backbone: str) -> StylizeJob:
    """A job whose network is loaded, to be lent to others."""
    job = StylizeJob(content=content, styles=(style,), backbone=backbone)
    _ = job.network
    return job


if __name__ == "__main__":
    main()
