"""Transforms: what may be done to the activations of a layer before a loss sees them.

Residual networks have activations with few high peaks, which squared errors and Gram matrices fit first and most;
smoothing flattens them (Wang, Li & Vasconcelos 2021, arXiv 2104.05623). See docs/explanation/smoothing.md.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from torch import Tensor

from impasto.errors import JobError
from impasto.registry import Registry

Map = Callable[[Tensor], Tensor]
"""A fixed function from activations [1, C, H, W] to activations of the same shape."""

Shared = Sequence[tuple[float, Tensor]]
"""One layer of each target picture with its share; the shares need not sum to one."""

TRANSFORMS: Registry[type[Transform]] = Registry("transform")

LEAST = 1e-6
"""The least temperature, softness or scale: below it, gradients leave the range of float32."""


@dataclass(frozen=True, kw_only=True)
class Transform(abc.ABC):
    """A change of activations. A subclass is either abstract or final.

    kind: the name it is registered under.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    kind: str

    def __init_subclass__(cls, kind: str = "") -> None:
        if kind:
            TRANSFORMS.add(kind, cls)

    @property
    def pointwise(self) -> bool:
        """Whether, once bound, a position of the result depends on the same position of the activations alone.

        What is pointwise can be applied to tiles; statistics of the tiles then add up as they would without it.
        """
        return True

    @abc.abstractmethod
    def bind(self, targets: Shared) -> Map:
        """The map for one layer, its constants taken from `targets`, in float32 or float64 and without gradients."""


@dataclass(frozen=True, kw_only=True)
class Softmax(Transform, kind="softmax"):
    """exp(x/T) over its sum, times n where the values are to average 1 (Wang, Li & Vasconcelos 2021).

    over: `layer`, all n = C·H·W values together, as the paper has it; or `channels`, the n = C values of a position.
    temperature: T; the larger, the flatter. The paper's released code has T = 1.
    mean: `one`, ours: values average 1, so that neither the size of the picture nor the number of channels counts, and
        energy-normalised losses stay far from zero. `paper`: values sum to 1. A whole-layer softmax then averages
        1/(C·H·W), which would set pictures of different sizes apart; so the image's values are made to average what
        the targets' do. At one size, which the paper's code brings everything to, that is the paper's.
    """

    kind: Literal["softmax"] = "softmax"
    over: Literal["layer", "channels"] = "layer"
    temperature: float = 1.0
    mean: Literal["one", "paper"] = "one"

    def __post_init__(self) -> None:
        check_number("the temperature of softmax", self.temperature)

    @property
    def pointwise(self) -> bool:
        """Over channels it is; over a layer it needs a sum over all positions first."""
        return self.over == "channels"

    def bind(self, targets: Shared) -> Map:
        """Keep how many values a target has."""
        whole = sum(share for share, _ in targets)
        sizes = [share / whole * x[0].numel() for share, x in targets]

        def smooth(x: Tensor) -> Tensor:
            scaled = x / self.temperature
            if self.over == "channels":
                shares, count, wanted = scaled.softmax(1), x.shape[1], 1.0
            else:
                shares, count = scaled.flatten(1).softmax(1).view_as(x), x[0].numel()
                wanted = count / sum(sizes) if sizes else 1.0
            return shares * (count if self.mean == "one" else wanted)

        return smooth


@dataclass(frozen=True, kw_only=True)
class Scale(Transform, kind="scale"):
    """factor·x.

    The code released with Wang, Li & Vasconcelos 2021 multiplies stages 3 and 4 of ResNet-50 by 0.001. A loss divided
    by its target's own energy does not change by it, as long as that energy stays well above 1e-12.
    """

    kind: Literal["scale"] = "scale"
    factor: float = 0.001

    def __post_init__(self) -> None:
        check_number("the factor of scale", self.factor, least=0.0)

    def bind(self, targets: Shared) -> Map:  # noqa: ARG002
        """Nothing to keep."""
        return lambda x: x * self.factor


@dataclass(frozen=True, kw_only=True)
class Power(Transform, kind="power"):
    """sign(x)·|x|^p, made smooth at zero: x·(x² + ε²)^((p − 1)/2), whose slope there is ε^(p − 1) instead of infinite.

    exponent: p, above 0 and up to 1; 1/2 is the signed square root (Perronnin, Sánchez & Mensink 2010, ECCV).
    softness: ε, in the network's units; activations well above it are as if it were not there.
    """

    kind: Literal["power"] = "power"
    exponent: float = 0.5
    softness: float = 0.01

    def __post_init__(self) -> None:
        if not 0 < self.exponent <= 1:
            raise JobError(f"the exponent of power must lie above 0 and up to 1, not {self.exponent}")
        check_number("the softness of power", self.softness)

    def bind(self, targets: Shared) -> Map:  # noqa: ARG002
        """Nothing to keep."""
        return lambda x: x * x.hypot(x.new_tensor(self.softness)).pow(self.exponent - 1)


@dataclass(frozen=True, kw_only=True)
class Log(Transform, kind="log"):
    """sign(x)·log(1 + |x|/s), whose slope at zero is 1/s.

    scale: s, in the network's units; activations well below it are only divided by it.
    """

    kind: Literal["log"] = "log"
    scale: float = 1.0

    def __post_init__(self) -> None:
        check_number("the scale of log", self.scale)

    def bind(self, targets: Shared) -> Map:  # noqa: ARG002
        """Nothing to keep."""
        # At zero clamp passes the gradient on and relu does not, so that it counts there once.
        return lambda x: (x.clamp(min=0) / self.scale).log1p() - ((-x).relu() / self.scale).log1p()


@dataclass(frozen=True, kw_only=True)
class Standardise(Transform, kind="standardise"):
    """(x − μ)/σ of each channel: whitening by channel, without turning the channels into one another.

    μ and σ [C] are of the targets together in their shares, over all positions, and stay fixed: were they the image's
    own, its means and contrasts could no longer be told from the style's.
    least: no channel's σ is taken for less than this share of the layer's mean σ, so that a channel that is silent in
        the target does not drown the others; 0 … 1. Where the whole layer is constant, σ is 1.
    """

    kind: Literal["standardise"] = "standardise"
    least: float = 0.1

    def __post_init__(self) -> None:
        if not 0 <= self.least <= 1:
            raise JobError(f"least of standardise must lie in 0 … 1, not {self.least}")

    def bind(self, targets: Shared) -> Map:
        """Keep mean and deviation of each channel. Raises JobError without targets."""
        if not targets:
            raise JobError("standardise needs a picture to take its statistics from; this loss has none")
        whole = sum(share for share, _ in targets)
        parts = [(share / whole, x, x.mean((2, 3), keepdim=True)) for share, x in targets]
        mean = sum_of([share * middle for share, _, middle in parts])
        variance = sum_of([share * (x - mean).square().mean((2, 3), keepdim=True) for share, x, _ in parts])
        deviation = variance.sqrt()
        deviation = deviation.maximum(self.least * deviation.mean())
        deviation = deviation.where(deviation > 0, 1.0)
        return lambda x: (x - mean) / deviation


def check_number(what: str, value: float, least: float = LEAST) -> None:
    """Raise JobError unless `value` is finite, above 0 and at least `least`."""
    if not max(least, 0.0) <= value < float("inf") or not value > 0:
        raise JobError(f"{what} must be a number {f'of {least:g} or more' if least else 'above 0'}, not {value}")


def sum_of(parts: Sequence[Tensor]) -> Tensor:
    """Their sum, of one tensor or more."""
    return sum(parts[1:], parts[0])
