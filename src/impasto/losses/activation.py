"""Activations to be raised, for feature visualisation (Erhan et al. 2009) and deep dreams (Mordvintsev et al. 2015)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from impasto.errors import JobError
from impasto.losses.base import Loss, Targets, Term
from impasto.losses.part import Seen, Span
from impasto.losses.statistic import widened

ActivationObjective = Literal["mean", "mean-square"]


@dataclass(frozen=True, kw_only=True)
class ActivationLoss(Loss, kind="activation"):
    """Minus what the layers answer, so that descent raises it. It needs no picture to aim at.

    channel: the one channel that counts, from 0; None takes all of them.
    position: the one position that counts, row and column in the layer from 0, which makes the channel a neuron; None
        takes all of them.
    objective: the mean of the activations, or of their squares, which raises whatever already answers the most.
    """

    kind: Literal["activation"] = "activation"
    channel: int | None = None
    position: tuple[int, int] | None = None
    objective: ActivationObjective = "mean"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.position is not None:
            object.__setattr__(self, "position", tuple(self.position))
        if self.channel is not None and self.channel < 0:
            raise JobError(f"the channel of the activation loss is counted from 0, not {self.channel}")
        if self.position is not None and (len(self.position) != 2 or min(self.position) < 0):
            raise JobError(f"the position of the activation loss is a row and a column from 0, not {self.position}")
        if self.objective not in ("mean", "mean-square"):
            raise JobError(f"the objective of the activation loss is mean or mean-square, not {self.objective!r}")

    @property
    def dreams(self) -> bool:
        """It does."""
        return True

    def measure(self, seen: Seen, name: str) -> tuple[Tensor, Tensor]:
        """The sum of what counts at the own positions of a layer, and the number of its values.

        Raises JobError for a channel or a kind of position that the layer does not have.
        """
        activation = seen.features[name]
        channels = activation.shape[1]
        if self.channel is not None:
            if self.channel >= channels:
                raise JobError(f"{name} has the channels 0 … {channels - 1}, and no channel {self.channel}")
            activation = activation[:, self.channel : self.channel + 1]
        own = seen.part.own(name, activation)
        if self.position is not None:
            if own.dim() < 4:
                raise JobError(f"{name} sees the picture as a whole and has no positions; leave out the position")
            spans = seen.part.spans.get(name, (Span(0), Span(0)))
            down, across = (_of_part(place, span) for place, span in zip(self.position, spans, strict=True))
            own = own[..., down, across]
        answers = widened(own)
        if self.objective == "mean-square":
            answers = answers.square()
        return answers.sum(), answers.new_tensor(answers.numel())

    def bind(self, targets: Targets) -> Term:  # noqa: ARG002
        """Nothing to remember: the term looks at the image alone."""
        return ActivationTerm(self)


def _of_part(place: int, span: Span) -> slice:
    """The position `place` of a layer among those that a part owns, of which it may be none."""
    return slice(max(0, place - span.first), max(0, place - span.first + 1))


@dataclass(frozen=True)
class ActivationTerm(Term):
    """The sums of the activations, or of their squares, and how many there are."""

    loss: ActivationLoss

    def sums(self, seen: Seen) -> tuple[Tensor, ...]:
        """Two numbers a layer."""
        return tuple(number for name in dict.fromkeys(self.loss.layers) for number in self.loss.measure(seen, name))

    def value(self, sums: Sequence[Tensor]) -> Tensor:
        """Minus the weighted means of the layers. Raises JobError for a position that a layer does not have."""
        places = {name: 2 * i for i, name in enumerate(dict.fromkeys(self.loss.layers))}
        if self.loss.position is not None:
            for name, place in places.items():
                if not float(sums[place + 1].detach()):
                    row, column = self.loss.position
                    raise JobError(f"{name} has no position in row {row} and column {column} on a picture of this size")
        parts = [w * sums[places[name]] / sums[places[name] + 1] for name, w in self.loss.weighted_layers]
        return -sum(parts[1:], parts[0])
