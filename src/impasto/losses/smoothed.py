"""Any loss on transformed activations (Wang, Li & Vasconcelos 2021, arXiv 2104.05623)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Annotated, Literal, Self

from torch import Tensor

from impasto.errors import JobError
from impasto.losses.base import LOSSES, Features, Loss, Role, Targets, Term
from impasto.losses.mean_std import MeanStdLoss
from impasto.losses.moments import MomentsLoss
from impasto.losses.part import Seen, SeenInParts, whole_of
from impasto.losses.statistic import widened
from impasto.losses.transforms import TRANSFORMS, Map, Softmax, Standardise, Transform
from impasto.registry import OneOf


@dataclass(frozen=True, kw_only=True)
class SmoothedLoss(Loss, kind="smoothed"):
    """Another loss whose activations, the image's and the targets' alike, go through a transform first.

    loss: what is wrapped. Its weight, layers, layer weights and target are those of the whole.
    transform: what is done to the activations, in float32 or wider.
    only: the layers it is done to; none means all. The others are seen as they are.

    Under a transform, `activation_scale` of the wrapped loss multiplies what the transform gives. Normalisations that
    divide by the target's energy balance a smoothed loss as they do any other; the papers' absolute ones change with
    the transform, so that their weights mean something else.
    """

    kind: Literal["smoothed"] = "smoothed"
    loss: Annotated[Loss, OneOf(LOSSES)]
    transform: Annotated[Transform, OneOf(TRANSFORMS)] = field(default_factory=Softmax)
    only: tuple[str, ...] = ()
    weight: float = field(init=False, repr=False)
    layers: tuple[str, ...] = field(init=False, repr=False)
    layer_weights: tuple[float, ...] = field(init=False, repr=False)
    target: Role = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for name in ("weight", "layers", "layer_weights", "target"):
            object.__setattr__(self, name, getattr(self.loss, name))
        unknown = [name for name in self.only if name not in self.layers]
        if unknown and self.layers:
            raise JobError(
                f"only of the smoothed loss names {', '.join(unknown)}, where the {self.loss.kind} loss does not look. "
                f"It looks at {', '.join(self.layers)}."
            )
        if isinstance(self.transform, Standardise):
            self._check_standardised()

    def _check_standardised(self) -> None:
        if self.target == "none":
            raise JobError(
                f"standardise takes its statistics from a picture, and the {self.loss.kind} loss is bound to none. "
                "Choose another transform."
            )
        if isinstance(self.loss, MomentsLoss | MeanStdLoss):
            raise JobError(
                f"standardise leaves the target's channel means at zero, and the {self.loss.kind} loss divides by "
                "them. Wrap the gram loss, or choose another transform."
            )

    @property
    def dreams(self) -> bool:
        """Whether the wrapped loss does."""
        return self.loss.dreams

    @property
    def takes_positions(self) -> bool:
        """Whether the wrapped loss's sums go by the weights of positions; the transform does not."""
        return self.loss.takes_positions

    @property
    def balanced_apart(self) -> bool:
        """Whether the wrapped loss is."""
        return self.loss.balanced_apart

    @property
    def draws(self) -> bool:
        """Whether the wrapped loss does."""
        return self.loss.draws

    def drawn(self, number: int) -> Self:
        """The same with another draw of the wrapped loss."""
        return replace(self, loss=self.loss.drawn(number))

    @property
    def pointwise(self) -> bool:
        """Whether the maps of `bind_maps` act on each position by itself, so that tiles can be mapped one by one."""
        return self.transform.pointwise

    def placed(self, layers: tuple[str, ...], layer_weights: tuple[float, ...] = ()) -> Self:
        """The same with the wrapped loss at other layers."""
        return replace(self, loss=self.loss.placed(layers, layer_weights))

    def bind_maps(self, targets: Targets) -> dict[str, Map]:
        """The transform of each layer that is transformed, frozen with what it takes from the targets.

        Raises JobError if the wrapped loss needs a target and there is none.
        """
        if self.target != "none" and not targets:
            raise JobError(f"the {self.kind} loss needs a {self.target} picture")
        touched = dict.fromkeys(self.only or self.layers)
        return {
            name: self.transform.bind([(share, widened(seen[name]).detach()) for share, seen in targets])
            for name in touched
        }

    def bind(self, targets: Targets) -> Term:
        """Freeze the transform, bind the wrapped loss to the transformed targets."""
        return self._bound([(share, Seen(features)) for share, features in targets])

    def bind_seen(self, targets: Sequence[tuple[float, SeenInParts]]) -> Term:
        """The same with targets that are looked at part by part, which are put together for the transform.

        Weights of positions count for what the wrapped loss measures, not for what the transform takes from a target.
        """
        layers = tuple(dict.fromkeys(self.layers))
        return self._bound([(share, whole_of(parts, layers)) for share, parts in targets])

    def _bound(self, targets: Sequence[tuple[float, Seen]]) -> Term:
        maps = self.bind_maps([(share, seen.features) for share, seen in targets])
        through = [(share, partial(_at_once, mapped_seen(self, seen, maps))) for share, seen in targets]
        return SmoothedTerm(self, maps, self.loss.bind_seen(through))


@dataclass(frozen=True)
class SmoothedTerm(Term):
    """The term of the wrapped loss behind the frozen transforms."""

    loss: SmoothedLoss
    maps: Mapping[str, Map]
    term: Term

    @property
    def adds_up(self) -> bool:
        """Only where the transforms act on each position by itself."""
        return self.loss.pointwise and self.term.adds_up

    def sums(self, seen: Seen) -> tuple[Tensor, ...]:
        """The wrapped loss's sums over what the transforms give."""
        return self.term.sums(mapped_seen(self.loss, seen, self.maps))

    def value(self, sums: Sequence[Tensor]) -> Tensor:
        """The wrapped loss's value."""
        return self.term.value(sums)


def mapped(loss: SmoothedLoss, features: Features, maps: Mapping[str, Map]) -> dict[str, Tensor]:
    """The layers that the wrapped loss looks at, as it is to see them."""
    return {
        name: maps[name](widened(features[name])) if name in maps else features[name]
        for name in dict.fromkeys(loss.layers)
    }


def mapped_seen(loss: SmoothedLoss, seen: Seen, maps: Mapping[str, Map]) -> Seen:
    """The same part with the same weights of positions, as the wrapped loss is to see it."""
    return Seen(mapped(loss, seen.features, maps), seen.part, seen.weights)


def _at_once(seen: Seen) -> Iterable[Seen]:
    """A picture of one part."""
    return (seen,)
