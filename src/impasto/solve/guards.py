"""Noticing that something went wrong, and saying so in plain words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

from torch import Tensor

from impasto.losses import Loss
from impasto.solve.problem import Problem, Target

FLAT = 0.02
"""Standard deviation over the positions of a picture, in its liveliest channel, under which it counts as blank."""


def diverged(losses: Mapping[str, float], problem: Problem) -> str:
    """Explain which term stopped being a number and what helps."""
    bad = [name for name, value in losses.items() if not math.isfinite(value)]
    which = f"the {' and '.join(bad)} loss is" if bad else "the gradient is"
    advice = ["a smaller weight"]
    if getattr(problem.optimizer, "learning_rate", None) is not None:
        advice.append(f"a smaller learning rate than {problem.optimizer.learning_rate}")  # type: ignore[attr-defined]
    if problem.backbone.precision != "fp32":
        advice.append("--precision fp32")
    return f"painting stopped: {which} no longer a finite number. Try {' or '.join(advice)}."


def warnings_about(image: Tensor, problem: Problem) -> tuple[str, ...]:
    """What looks wrong with a finished picture, and why nothing was painted if nothing was, in plain words."""
    return idle_warnings(problem) + blank_warnings(image, problem)


def idle_warnings(problem: Problem) -> tuple[str, ...]:
    """Say so if no step was taken, or no loss counted; a strength of 0 asks for the content picture."""
    if problem.strength == 0:
        return ()
    if not any(level.steps for level in problem.levels):
        return ("no step was taken, so the result is the picture that painting started from; give --steps above 0",)
    if not any(counts(loss) for loss in problem.losses):
        return ("every loss has weight 0, so nothing was painted; give a weight above 0, or --strength instead",)
    styles = [loss for loss in problem.losses if loss.target == "style"]
    if styles and not any(counts(loss) for loss in styles):
        return (
            "every style loss has weight 0, so nothing of the style was painted; "
            "give --style-weight above 0, or --strength instead",
        )
    return ()


def counts(loss: Loss) -> bool:
    """Whether a loss has any weight: of its own, and on a layer."""
    return loss.weight > 0 and (not loss.layer_weights or any(loss.layer_weights))


def blank_warnings(image: Tensor, problem: Problem) -> tuple[str, ...]:
    """Say so if the picture came out nearly blank though the content was not, or a style was blank to begin with."""
    warnings = flat_style_warnings(problem.targets.get("style", ()))
    contents = problem.targets.get("content", ())
    if spread(image) < FLAT and any(spread(t.image) >= FLAT for t in contents):
        warnings.append(
            "the result is nearly one flat colour: the style weight may be far too large or too small for this "
            "picture; try --strength instead of explicit weights"
        )
    return tuple(warnings)


def flat_style_warnings(styles: Iterable[Target]) -> list[str]:
    """Say so for every style that was blank to begin with."""
    return [
        "a style picture is nearly one flat colour, so there is little style to take from it"
        for style in styles
        if spread(style.image) < FLAT
    ]


def spread(image: Tensor) -> float:
    """The largest standard deviation of any channel over the positions of [1, 3, H, W]; 0 for one flat colour."""
    return float(image.flatten(2).std(dim=-1, correction=0).max())
