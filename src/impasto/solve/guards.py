"""Noticing that something went wrong, and saying so in plain words."""

from __future__ import annotations

import math
from collections.abc import Mapping

from torch import Tensor

from impasto.solve.problem import Problem

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


def blank_warnings(image: Tensor, problem: Problem) -> tuple[str, ...]:
    """Say so if the picture came out nearly blank though the content was not, or a style was blank to begin with."""
    warnings = [
        "a style picture is nearly one flat colour, so there is little style to take from it"
        for target in problem.targets.get("style", ())
        if spread(target.image) < FLAT
    ]
    contents = problem.targets.get("content", ())
    if spread(image) < FLAT and any(spread(t.image) >= FLAT for t in contents):
        warnings.append(
            "the result is nearly one flat colour: the style weight may be far too large or too small for this "
            "picture; try --strength instead of explicit weights"
        )
    return tuple(warnings)


def spread(image: Tensor) -> float:
    """The largest standard deviation of any channel over the positions of [1, 3, H, W]; 0 for one flat colour."""
    return float(image.flatten(2).std(dim=-1, correction=0).max())
