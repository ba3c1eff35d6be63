"""Where on the picture a style counts, and how much of the painting there is at each place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import Tensor
from torch.nn.functional import interpolate

from impasto.errors import JobError

if TYPE_CHECKING:
    from impasto.solve.problem import Problem


@dataclass(frozen=True)
class Area:
    """A part of the picture with styles of its own.

    mask: [1, 1, H, W] in 0 … 1 at the size of the last level: the share that each pixel has in the region. Not all 0.
    weight: what the pull of its styles is multiplied by; at 1 a pixel of the region is pulled as hard as one of a
        picture without regions.
    """

    mask: Tensor
    weight: float = 1.0

    def __post_init__(self) -> None:
        if not 0 < self.weight < float("inf"):
            raise JobError(f"the weight of a region must be a number above 0, not {self.weight}")


def resized_mask(mask: Tensor, width: int, height: int) -> Tensor:
    """A mask [1, 1, H, W] at [1, 1, height, width], in 0 … 1; smaller ones are of means, so that nothing is lost."""
    if mask.shape[-2:] == (height, width):
        return mask
    return interpolate(mask, (height, width), mode="bilinear", antialias=True, align_corners=False).clamp(0, 1)


def check_guidance(problem: Problem) -> None:
    """Raise JobError for regions, amounts and style masks that do not go together with the rest of a problem."""
    styles = problem.targets.get("style", ())
    if not problem.is_guided and all(target.mask is None for target in styles):
        return
    if problem.periodic:
        raise JobError("a picture that goes around is painted alike everywhere: it has no regions and no masks")
    for loss in problem.losses:
        if loss.target == "style" and not loss.takes_positions:
            raise JobError(f"the {loss.kind} loss looks at the picture as a whole, so no mask can guide it")
    if problem.amount is not None and not problem.targets.get("content"):
        raise JobError("where less than all is painted, the content picture shows: give one")
    level = problem.levels[-1]
    for mask in (*(region.mask for region in problem.regions), *([] if problem.amount is None else [problem.amount])):
        if mask.shape != (1, 1, level.height, level.width):
            raise JobError(
                f"a mask is [1, 1, {level.height}, {level.width}] like the last level, not {list(mask.shape)}"
            )
        if not mask.any():
            raise JobError("a mask is 0 all over, so it marks nothing")
    for place in range(len(problem.regions)):
        if not any(target.region == place and target.share for target in styles):
            raise JobError(f"region {place + 1} has no style picture")
