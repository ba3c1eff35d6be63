"""What each network costs, and how soon it takes as much style as VGG-19.

Costs are those of one gradient of the default job's objective at the longer side `--size`. Parameters are those of the
network as it is used here, up to its last convolutions; the download is the file that the default weights come out of.
Each network runs in a process of its own, so that its peak memory is its own: the most that is held while the gradient
is taken, above what the network, the pictures and the targets take.

Then each network paints from the photo at that size, one level, otherwise by the default recipe, until its picture is
as near to the style as VGG-19's after `--steps` steps, by a judge that paints nothing. The judge is asked every five
steps, and its time is not counted.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import textwrap
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import torch
from gradient_cost import Cost, cost_of
from judging import StyleJudge
from pictures_for import pairs

from impasto.backbones.defaults import PAINTING_DEFAULTS
from impasto.errors import PictureError, WeightsError
from impasto.measure.judges import DEFAULT_JUDGE, JUDGES
from impasto.pictures import Picture, composite
from impasto.solve import Step, solve
from impasto.tasks import StylizeJob
from impasto.tasks.pixels import to_tensor
from impasto.weights import DEFAULT, fetch

REFERENCE = "vgg19"
CHECK_EVERY = 5

CLAIMS = {
    "squeezenet1_1": "SqueezeNet is said to take about 1 % of VGG-19's time.",
    "inception_v3": "Inception v3 is said to take about a quarter of VGG-19's time.",
    "alexnet": "AlexNet is said to need ten times the steps of VGG-19.",
}
"""What others report, by the network it is about."""


@dataclass(frozen=True)
class Check:
    """What the judge found after so many steps; the seconds are without the judge's."""

    steps: int
    seconds: float
    distance: float


@dataclass(frozen=True)
class Measured:
    """One network: its cost, and its checks pair by pair."""

    cost: Cost
    races: list[list[Check]]

    @staticmethod
    def from_json(text: str) -> Measured:
        """Read back what a child process wrote."""
        found = json.loads(text)
        return Measured(Cost(**found["cost"]), [[Check(**check) for check in race] for race in found["races"]])


def job_for(backbone: str, content: Picture, style: Picture, size: int, steps: int) -> StylizeJob:
    """One level at full size, otherwise the default recipe."""
    return StylizeJob(
        content=content, styles=(style,), backbone=backbone, size=str(size), smallest=size, steps=(steps,)
    )


def race(job: StylizeJob, judge: StyleJudge, goal: float | None) -> list[Check]:
    """Paint until the judge sees `goal`, or to the end, and give all that it saw."""
    problem = job.problem()
    photo = to_tensor(composite(job.content_picture), problem.backbone.device)
    style = problem.targets["style"][0].image
    checks: list[Check] = []
    seconds, since = 0.0, time.perf_counter()
    for event in solve(problem):
        seconds += time.perf_counter() - since
        if isinstance(event, Step) and (event.number % CHECK_EVERY == 0 or event.number == problem.levels[-1].steps):
            checks.append(Check(event.number, seconds, judge(event.image, photo, style)))
            if goal is not None and checks[-1].distance <= goal:
                break
        since = time.perf_counter()
    return checks


def work(options: argparse.Namespace) -> Measured:
    """In a child process: everything about one network. Without goals it is the one that sets them."""
    chosen = pairs(options.pairs)
    steps = options.most if options.goals else options.steps
    jobs = [job_for(options.worker, content, style, options.size, steps) for _, content, style in chosen]
    cost = cost_of(jobs[0].problem())
    judge = StyleJudge(options.judge)
    goals: Sequence[float | None] = options.goals or [None] * len(jobs)
    for job in jobs[1:]:
        jobs[0].lend(job)
    return Measured(cost, [race(job, judge, goal) for job, goal in zip(jobs, goals, strict=True)])


def measured(name: str, options: argparse.Namespace, goals: Sequence[float]) -> Measured:
    """Let a child process do the work, and read what it found."""
    numbers = {"--size": options.size, "--steps": options.steps, "--most": options.most, "--judge": options.judge}
    told = [text for option, value in numbers.items() for text in (option, str(value))]
    command = [sys.executable, __file__, *options.pairs, *told, "--worker", name]
    if goals:
        command += ["--goals", *map(repr, goals)]
    return Measured.from_json(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)


def why_not(name: str, options: argparse.Namespace) -> str | None:
    """In one line why a network cannot be measured: its weights cannot be had, a picture is too small; else None."""
    try:
        for _, content, style in pairs(options.pairs):
            job_for(name, content, style, options.size, options.steps).check()
        fetch(DEFAULT[name])
    except (PictureError, WeightsError) as error:
        return " ".join(line.strip(" -") for line in str(error).splitlines()[:2])
    return None


def reached(checks: Sequence[Check], goal: float) -> Check | None:
    """The first check at which the judge saw the goal."""
    return next((check for check in checks if check.distance <= goal), None)


def print_costs(found: dict[str, Measured]) -> None:
    """One line to a network; the shares are of the reference's."""
    first = found[REFERENCE].cost
    print(f"\nOne gradient at {first.width}×{first.height} in {first.precision}; shares are of {REFERENCE}'s")
    heads = "".join(f"{head:>17}" for head in ("seconds", "GFLOP", "MiB"))
    print(f"{'network':<15}{'parameters':>11}{'download':>10}{heads}")
    for name, network in found.items():
        cost = network.cost
        memory = f"{'≤ ' if cost.bound else ''}{cost.memory / 2**20:.0f}"
        print(
            f"{name:<15}{cost.parameters / 1e6:>9.1f} M{cost.download / 1e6:>7.1f} MB"
            f"{cost.seconds:>9.3f} ({cost.seconds / first.seconds:>4.0%})"
            f"{cost.operations / 1e9:>9.1f} ({cost.operations / first.operations:>4.0%})"
            f"{memory:>9} ({cost.memory / first.memory:>4.0%})"
        )


def print_race(found: dict[str, Measured], index: int, goal: float, most: int) -> None:
    """One pair: steps and seconds to the goal; the ratios are to the reference's."""
    first = reached(found[REFERENCE].races[index], goal)
    assert first is not None
    print(f"{'network':<15}{'steps':>14}{'seconds':>19}")
    for name, network in found.items():
        check = reached(network.races[index], goal)
        if check is None:
            last = network.races[index][-1]
            print(f"{name:<15}{f'not within {most}; {last.distance:.3f} after {last.seconds:.1f} s':>33}")
            continue
        steps = f"{check.steps} (×{check.steps / first.steps:.2g})"
        print(f"{name:<15}{steps:>14}{f'{check.seconds:.1f} (×{check.seconds / first.seconds:.2f})':>19}")


def answer(name: str, found: dict[str, Measured], goals: dict[str, float], most: int) -> str:
    """A claim about a network, and what was measured."""
    own, first = found[name], found[REFERENCE]
    words = [
        f"{CLAIMS[name]} Here {name} takes {own.cost.seconds / first.cost.seconds:.0%} of its seconds and "
        f"{own.cost.operations / first.cost.operations:.1%} of its operations to a gradient."
    ]
    for index, (pair, goal) in enumerate(goals.items()):
        check, theirs = reached(own.races[index], goal), reached(first.races[index], goal)
        assert theirs is not None
        if check is None:
            words.append(f"On {pair} it does not come to VGG-19's style distance within {most} steps.")
            continue
        words.append(
            f"On {pair} it comes to VGG-19's style distance in {check.steps / theirs.steps:.2g} times the steps and "
            f"{check.seconds / theirs.seconds:.0%} of the seconds."
        )
    return " ".join(words)


def parsed() -> argparse.Namespace:
    """The options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pairs", nargs="*", metavar="CONTENT,STYLE", help="pictures, or samples by name")
    parser.add_argument("--networks", nargs="+", metavar="NAME", choices=list(PAINTING_DEFAULTS), default=[])
    parser.add_argument("--size", type=int, default=512, help="the longer side in pixels")
    parser.add_argument("--steps", type=int, default=50, help="after how many VGG-19's distance is the goal")
    parser.add_argument("--most", type=int, default=500, help="steps within which the others may reach it")
    parser.add_argument("--judge", choices=list(JUDGES), default=DEFAULT_JUDGE)
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--goals", type=float, nargs="+", default=[], help=argparse.SUPPRESS)
    return parser.parse_args()


def main() -> None:
    options = parsed()
    if options.worker:
        print(json.dumps(asdict(work(options))))
        return
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, judge {options.judge}")
    names = [name for name in options.networks or PAINTING_DEFAULTS if name != REFERENCE]
    if reason := why_not(REFERENCE, options):
        raise SystemExit(reason)
    found = {REFERENCE: measured(REFERENCE, options, [])}
    ends = [checks[-1].distance for checks in found[REFERENCE].races]
    goals = dict(zip((name for name, _, _ in pairs(options.pairs)), ends, strict=True))
    for name in names:
        if reason := why_not(name, options):
            print(f"{name} is left out: {reason}")
            continue
        found[name] = measured(name, options, ends)
    print_costs(found)
    for index, (pair, goal) in enumerate(goals.items()):
        print(f"\n{pair}: to style distance {goal:.3f}, {REFERENCE}'s after {options.steps} steps")
        print_race(found, index, goal, options.most)
    for name in [name for name in CLAIMS if name in found]:
        print("\n" + textwrap.fill(answer(name, found, goals, options.most), 110))


if __name__ == "__main__":
    main()
