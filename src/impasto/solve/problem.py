"""What the solver is asked: a network, terms to minimise, pictures to aim at, and a way from small to large."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from torch import Tensor

from impasto.backbones import Backbone, period_of
from impasto.errors import JobError
from impasto.losses import Loss, Role
from impasto.solve.content_first import check_content_first
from impasto.solve.lbfgs import LBFGS
from impasto.solve.optimizers import Optimizer
from impasto.solve.region import Area, check_guidance
from impasto.solve.shift import Shift
from impasto.solve.start import ContentStart, Start

MOST_ZOOM = 2.0
"""By how much a level may enlarge the one before about its middle."""


@dataclass(frozen=True)
class Target:
    """A picture aimed at: image [1, 3, H, W] at the size it has at the last level, and its share among its role.

    mask: [1, 1, H, W] in 0 … 1: how much each of its pixels counts for a style; None counts all. Not all 0.
    region: the place of the region of the problem that a style is for; 0 without regions.
    layers: what a style's share is multiplied by at some layers, by their names; 1 at all others.
    """

    image: Tensor
    share: float = 1.0
    mask: Tensor | None = None
    region: int = 0
    layers: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Level:
    """One size of the pyramid, in pixels, and how many steps are taken there.

    zoom: by how much the picture of the level before, of the same size, is enlarged about its middle to begin with,
        instead of being carried up; None for a level of the pyramid.
    """

    width: int
    height: int
    steps: int
    zoom: float | None = None

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1 or self.steps < 0:
            raise JobError(f"a level needs a size of at least 1×1 and 0 steps or more, not {self}")
        if self.zoom is not None and not 1 <= self.zoom <= MOST_ZOOM:
            raise JobError(f"a picture is zoomed into by 1 to {MOST_ZOOM:g} from frame to frame, not by {self.zoom}")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Everything `solve` needs.

    targets: the pictures of each role; those of role `content` are brought to the size of each level, those of role
        `style` are scaled by as much as the level is smaller than the last.
    strength: None takes the losses' weights as they are. A number from 0 (the content picture) to 1 (all style)
        balances them by their gradients at the start of each level, see `impasto.solve.balance`.
    calibration: what the ratio that a strength asks for is multiplied by on this network.
    detail: how much of the fine detail that the content picture loses in being made small is put back when a level
        starts from the enlarged result of the one before; 0 … 1.
    tile: the side in pixels of the tiles that pictures are looked at in, for those too large to be looked at at once;
        None looks at once. The gradient is the same up to rounding.
    shift: how the picture is moved against the network, so that its strides print no grid.
    content_first: how many times as much content counts when the last level begins; it sinks to 1, so that the
        objective is the same in the end, and reached in fewer steps. See `impasto.solve.content_first`.
    least_gain: a level ends before its last step when ten steps took less than this share of the objective away; 0
        takes all steps.
    periodic: whether the picture goes around, its right edge meeting its left and its bottom its top, so that it can be
        laid side by side with itself. Takes a network built with circular padding, see `impasto.backbones.period_of`,
        and style alone.
    regions: parts of the picture with styles of their own; each style says which region it is for. Without any, the
        styles are for the whole picture.
    amount: [1, 1, H, W] in 0 … 1 at the size of the last level: how much of the painting there is at each pixel. What
        is missing is the content picture, and what is seen, judged and given back is the two together; styles pull as
        much less. At 0 a pixel is that of the content picture, exactly.
    grey: whether the picture is begun in grey and stays grey, so that only light and dark is painted.
    """

    backbone: Backbone
    losses: tuple[Loss, ...]
    targets: Mapping[Role, tuple[Target, ...]]
    levels: tuple[Level, ...]
    start: Start = field(default_factory=ContentStart)
    optimizer: Optimizer = field(default_factory=LBFGS)
    strength: float | None = None
    calibration: float = 1.0
    detail: float = 0.5
    shift: Shift = field(default_factory=lambda: Shift(pixels=1))
    tile: int | None = None
    content_first: float = 1.0
    least_gain: float = 0.0
    periodic: bool = False
    regions: tuple[Area, ...] = ()
    amount: Tensor | None = None
    grey: bool = False
    seed: int = 0

    def __post_init__(self) -> None:
        if not self.levels:
            raise JobError("a problem needs at least one level")
        if not self.losses:
            raise JobError("a problem needs at least one loss")
        if self.strength is not None and not 0 <= self.strength <= 1:
            raise JobError(f"strength must lie between 0 (the photo) and 1 (all style), not {self.strength}")
        if not 0 < self.calibration < float("inf"):
            raise JobError(f"calibration must be a number above 0, not {self.calibration}")
        if self.strength is not None and not self.targets.get("content"):
            raise JobError("strength balances style against content: give a content picture, or weights instead")
        check_content_first(self.content_first)
        if not 0 <= self.least_gain < 1:
            raise JobError(f"least_gain must be a share from 0 to below 1, such as 0.01, not {self.least_gain}")
        self.shift.check_stay(self.optimizer.stay)
        for loss in self.losses:
            if not loss.layers:
                raise JobError(f"the {loss.kind} loss has no layers; name at least one")
            if loss.target != "none" and not self.targets.get(loss.target):
                raise JobError(f"the {loss.kind} loss needs a {loss.target} picture")

        if self.periodic:
            self._check_around()
        check_guidance(self)

    def _check_around(self) -> None:
        """Raise JobError for what cannot go around."""
        if self.targets.get("content") or self.tile is not None:
            raise JobError("a picture that goes around has no content picture and is not looked at in tiles")
        period = period_of(self.backbone.graph.plan(self.layers))
        for level in self.levels:
            if level.width % period or level.height % period:
                raise JobError(
                    f"{level.width}x{level.height} pixels do not go around: both sides must be multiples of {period}"
                )

    @property
    def is_guided(self) -> bool:
        """Whether styles count for other places, or other layers, than all."""
        by_layer = any(target.layers for target in self.targets.get("style", ()))
        return bool(self.regions) or self.amount is not None or by_layer

    @property
    def balances_dreams(self) -> bool:
        """Whether losses that dream are weighed by their gradients: beside others, where there is a picture to tell."""
        return len(self.losses) > 1 and bool(self.targets.get("content")) and any(loss.dreams for loss in self.losses)

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers that any loss looks at, each once."""
        return tuple(dict.fromkeys(name for loss in self.losses for name in loss.layers))
