"""What a loss is: a frozen description that, bound to targets, becomes one term of the objective."""

from __future__ import annotations

import abc
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Literal, Self

from torch import Tensor

from impasto.errors import JobError
from impasto.losses.part import Seen, SeenInParts, put_together
from impasto.losses.statistic import Statistic
from impasto.registry import Registry

Features = Mapping[str, Tensor]
Role = Literal["content", "style", "guide", "none"]
Targets = Sequence[tuple[float, Features]]
"""The features of each target picture with its share; the shares need not sum to one."""

PIXELS = "input"
"""The layer name under which a network hands out the picture itself."""


class Term(abc.ABC):
    """A loss bound to its targets: a function of features to minimise, `weight` left out.

    Whatever it looks at, it knows it by sums over positions. The sums of the parts of a picture add up to those of the
    whole, so the value of a picture that is seen part by part is that of the picture, and so is its gradient.
    """

    @abc.abstractmethod
    def sums(self, seen: Seen) -> tuple[Tensor, ...]:
        """What is summed over the positions of a part of the picture, as many numbers for one layer as for another."""

    @abc.abstractmethod
    def value(self, sums: Sequence[Tensor]) -> Tensor:
        """The term, one number, from the sums over the whole picture."""

    @property
    def adds_up(self) -> bool:
        """Whether parts can be seen one by one."""
        return True

    def __call__(self, features: Features) -> Tensor:
        """The term of a picture seen at once."""
        return self.value(self.sums(Seen(features)))


LOSSES: Registry[type[Loss]] = Registry("loss")


@dataclass(frozen=True, kw_only=True)
class Loss(abc.ABC):
    """One weighted term of the objective. A subclass is either abstract or final.

    kind: the name it is registered under.
    weight: what the term is multiplied by; 0 or more.
    layers: where the network is looked at; a layer given twice counts twice. None leaves them to the task, which takes
        the network's own; a loss without layers cannot be bound.
    layer_weights: one weight to a layer; none means 1/len(layers) each.
    target: whose features it is bound to: the content picture, the style pictures, a guide's, or nobody's.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}
    in_place: ClassVar[bool] = False
    """Whether positions are compared with the same ones of the target, which then can only be the content."""

    kind: str
    weight: float = 1.0
    layers: tuple[str, ...] = ()
    layer_weights: tuple[float, ...] = ()
    target: Role = "none"

    def __init_subclass__(cls, kind: str = "") -> None:
        if kind:
            LOSSES.add(kind, cls)

    def __post_init__(self) -> None:
        if not 0 <= self.weight < float("inf"):
            raise JobError(f"the weight of the {self.kind} loss must be 0 or more, not {self.weight}")
        if self.layer_weights and not self.layers:
            raise JobError(
                f"the {self.kind} loss has {len(self.layer_weights)} layer weights but names no layers; "
                "name as many, so that each weight has its layer"
            )
        if self.layer_weights and len(self.layer_weights) != len(self.layers):
            raise JobError(
                f"the {self.kind} loss has {len(self.layers)} layers but {len(self.layer_weights)} layer weights; "
                "give one weight to a layer"
            )
        if any(not 0 <= w < float("inf") for w in self.layer_weights):
            raise JobError(f"layer weights of the {self.kind} loss must be 0 or more: {self.layer_weights}")
        if self.in_place and self.target != "content":
            raise JobError(
                f"the {self.kind} loss compares place by place, so its target can only be content, not {self.target!r}"
            )

    @property
    def dreams(self) -> bool:
        """Whether it raises what a network answers, without end, instead of bringing the image near to something."""
        return False

    @property
    def takes_positions(self) -> bool:
        """Whether its sums go by the weights of positions, see `Seen.weighed`, so that a mask can guide it."""
        return False

    @property
    def balanced_apart(self) -> bool:
        """Whether, beside a strength, `weight` is its gradient over the content's, and not its share in its role."""
        return self.target == "none"

    @property
    def draws(self) -> bool:
        """Whether it looks at a random part of all there is, which is to be drawn anew now and then."""
        return False

    def drawn(self, number: int) -> Self:  # noqa: ARG002
        """The same with another draw, the same for every equal number; itself, unless it draws."""
        return self

    @property
    def weighted_layers(self) -> tuple[tuple[str, float], ...]:
        """Layers with their weights, repeats as given. Raises JobError if there are none."""
        if not self.layers:
            raise JobError(f"the {self.kind} loss has no layers; name at least one")
        weights = self.layer_weights or (1 / len(self.layers),) * len(self.layers)
        return tuple(zip(self.layers, weights, strict=True))

    def placed(self, layers: tuple[str, ...], layer_weights: tuple[float, ...] = ()) -> Self:
        """The same loss looking at `layers`, with these weights or equal ones."""
        return replace(self, layers=layers, layer_weights=layer_weights)

    @abc.abstractmethod
    def bind(self, targets: Targets) -> Term:
        """Measure the targets once and return the function of features to minimise, `weight` left out."""

    def bind_seen(self, targets: Sequence[tuple[float, SeenInParts]]) -> Term:
        """Bind to targets that are looked at part by part; those are put together unless the loss knows better."""
        layers = tuple(dict.fromkeys(self.layers))
        return self.bind([(share, put_together(seen, layers)) for share, seen in targets])


def check_scale(kind: str, scale: float) -> None:
    """Raise JobError unless 0 < scale < ∞."""
    if not 0 < scale < float("inf"):
        raise JobError(f"activation_scale of the {kind} loss must be a number above 0, not {scale}")


@dataclass(frozen=True, kw_only=True)
class StatisticLoss(Loss):
    """A loss that knows a layer by additive statistics, and compares those."""

    target: Role = field(default="style")

    @property
    def takes_positions(self) -> bool:
        """They do."""
        return True

    @abc.abstractmethod
    def measure(self, activation: Tensor, positions: Tensor | None = None) -> Statistic:
        """Sum what matters over the positions of [1, C, H, W], each weighted by `positions` [H, W] if given."""

    def measure_seen(self, seen: Seen, name: str) -> Statistic:
        """The same of a layer of a part of a picture, for a loss that shares with others what it measures."""
        return self.measure(seen.own(name), seen.positions(name))

    @abc.abstractmethod
    def compare(self, measured: Statistic, target: Statistic) -> Tensor:
        """How far a layer of the image is from what is remembered, as one number."""

    def bind(self, targets: Targets) -> Term:
        """Add up the statistics of the targets in their shares, to compare with every step."""
        return self.remember([(share, self.statistics([Seen(features)])) for share, features in targets])

    def bind_seen(self, targets: Sequence[tuple[float, SeenInParts]]) -> Term:
        """The same with targets that are looked at part by part, whose statistics add up."""
        return self.remember([(share, self.statistics(seen())) for share, seen in targets])

    def statistics(self, parts: Iterable[Seen]) -> dict[str, Statistic]:
        """The statistic of each layer of a picture that is seen in parts."""
        added: dict[str, Statistic] = {}
        for seen in parts:
            for name in dict.fromkeys(self.layers):
                measured = self.measure_seen(seen, name).detach()
                added[name] = added[name] + measured if name in added else measured
        return added

    def remember(self, targets: Sequence[tuple[float, Mapping[str, Statistic]]]) -> Term:
        """The term that compares with statistics of targets, in their shares. Raises JobError if there are none."""
        if not targets:
            raise JobError(f"the {self.kind} loss needs a {self.target} picture")
        whole = sum(share for share, _ in targets)
        remembered: dict[str, Statistic] = {}
        for name in dict.fromkeys(self.layers):
            shares = [statistics[name].share(share / whole) for share, statistics in targets]
            remembered[name] = sum(shares[1:], shares[0])
        return StatisticTerm(self, remembered)


@dataclass(frozen=True)
class StatisticTerm(Term):
    """A statistic loss and what it remembers of each layer."""

    loss: StatisticLoss
    remembered: Mapping[str, Statistic]

    def sums(self, seen: Seen) -> tuple[Tensor, ...]:
        """Total and weight of each layer's statistic."""
        measured = (self.loss.measure_seen(seen, name) for name in self.remembered)
        return tuple(number for statistic in measured for number in (statistic.total, statistic.weight))

    def value(self, sums: Sequence[Tensor]) -> Tensor:
        """The weighted distances of the layers."""
        measured = {name: Statistic(*sums[2 * i : 2 * i + 2]) for i, name in enumerate(self.remembered)}
        parts = [w * self.loss.compare(measured[name], self.remembered[name]) for name, w in self.loss.weighted_layers]
        return sum(parts[1:], parts[0])
