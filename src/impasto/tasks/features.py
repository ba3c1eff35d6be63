"""Features of a network that are to be raised: a layer, a channel of it, or a neuron, and the loss that raises each."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import torch

from impasto.backbones import BACKBONES, Backbone, driver
from impasto.backbones.defaults import PAINTING_DEFAULTS
from impasto.errors import JobError, UnknownNameError
from impasto.losses import ActivationLoss
from impasto.registry import did_you_mean

CLASSIFIER = "logits"
"""The layer of a network that has a number for each class it was trained to tell apart."""

CHANNEL, NEURON, AT, WEIGHT = SETTINGS = ("channel", "neuron", "at", "weight")

Shapes = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Feature:
    """A channel of a layer, or, without a channel, all of them.

    neuron: the channel's middle position alone. at: its position in this row and column alone.
    weight: among several features.
    """

    layer: str
    channel: int | None = None
    neuron: bool = False
    at: tuple[int, int] | None = None
    weight: float = 1.0

    @classmethod
    def parse(cls, text: str) -> Self:
        """A feature as it is written: `mixed_6b`, `relu5_3:channel=120`, `relu5_3:channel=120:neuron:weight=2`.

        `relu5_3:channel=120:at=3x4` is the channel in row 3 and column 4. Raises JobError for anything else.
        """
        layer, *settings = (part.strip() for part in text.split(":"))
        given: dict[str, str] = {}
        for setting in settings:
            name, _, value = (part.strip() for part in setting.partition("="))
            if name not in SETTINGS:
                raise JobError(f"{text!r}: a layer has no {name!r} to dream of. {did_you_mean(name, SETTINGS)}")
            given[name] = value
        if not layer:
            raise JobError(f"{text!r} names no layer: write LAYER, or LAYER:channel=NUMBER")
        try:
            feature = cls(
                layer,
                channel=int(given[CHANNEL]) if CHANNEL in given else None,
                neuron=NEURON in given,
                at=_position(given[AT]) if AT in given else None,
                weight=float(given.get(WEIGHT, "1")),
            )
        except ValueError:
            raise JobError(f"{text!r}: write LAYER:channel=NUMBER, and :at=ROWxCOLUMN or :weight=NUMBER") from None
        feature.check(text)
        return feature

    def check(self, text: str) -> None:
        """Raise JobError for what cannot be meant, its message beginning with `text`."""
        if self.channel is not None and self.channel < 0:
            raise JobError(f"{text!r}: channels are counted from 0")
        if (self.neuron or self.at is not None) and self.channel is None:
            raise JobError(f"{text!r}: a neuron is one position of a channel: name the channel as well")
        if not 0 < self.weight < float("inf"):
            raise JobError(f"{text!r}: the weight must be a number above 0")

    @property
    def label(self) -> str:
        """The words for it."""
        return self.layer if self.channel is None else f"{self.layer}  {self.channel}"


def _position(text: str) -> tuple[int, int]:
    row, column = (int(number) for number in text.split("x"))
    return row, column


def check_layers(planned: Backbone, layers: Sequence[str]) -> None:
    """Raise UnknownNameError for a layer that a network does not have, JobError where it has no classifier."""
    known = [*planned.graph.aliases, *planned.graph.nodes]
    if CLASSIFIER in layers and CLASSIFIER not in known:
        raise JobError(
            f"{planned.name} with the weights {planned.weights} has no classifier, so no class can be dreamt: take "
            "resnet50 or squeezenet1_1, or a layer and a channel"
        )
    for name in layers:
        if name not in known:
            hint = f"{did_you_mean(name, known)}{elsewhere(name, planned.name)}"
            raise UnknownNameError(f"{planned.name} has no layer named {name!r}. {hint}")


def elsewhere(layer: str, own: str) -> str:
    """A sentence that names the other networks with a layer of this name, or a near one; nothing if there are none."""
    found = []
    for name in (name for name in PAINTING_DEFAULTS if name != own):
        with torch.device("meta"):
            graph = BACKBONES[name]()
        near = difflib.get_close_matches(layer, [*graph.nodes, *graph.aliases], n=1, cutoff=0.9)
        found += [f"{name} has {near[0]}"] if near else []
    return f" {', '.join(found)}." if found else ""


def shapes_of(planned: Backbone, layers: Sequence[str], width: int, height: int) -> Shapes:
    """The shapes [1, C, h, w] of `layers` and of all nodes on the way, for a picture of a size.

    planned: a network on the meta device.
    """
    nodes = tuple(node.name for node in planned.graph.plan(layers))
    seen = planned(torch.empty(1, 3, height, width, device="meta"), (*nodes, *layers))
    return {name: tuple(activation.shape) for name, activation in seen.items()}


def raising(planned: Backbone, shapes: Shapes, feature: Feature) -> ActivationLoss:
    """The loss that raises a feature: of a layer the mean of squares, so that what answers anyway grows; of a channel
    the mean of what goes into its rectifier, so that it can be woken where it is silent.

    Raises JobError for a channel that the layer does not have.
    """
    name = planned.graph.aliases.get(feature.layer, feature.layer)
    if feature.channel is None:
        return ActivationLoss(layers=(name,), objective="mean-square", weight=feature.weight)
    counts = {layer: shape[1] for layer, shape in shapes.items()}
    if feature.channel >= counts[name]:
        raise JobError(f"{feature.layer} has the channels 0 … {counts[name] - 1}, and no channel {feature.channel}")
    driving, own = driver(planned.graph, counts, name, feature.channel)
    position = feature.at
    if feature.neuron:
        if len(shapes[name]) < 4:
            raise JobError(f"{feature.layer} sees the picture as a whole and has no neurons; leave out the neuron")
        row, column = (extent // 2 for extent in shapes[name][2:])
        position = (row, column)
    return ActivationLoss(layers=(driving,), channel=own, position=position, weight=feature.weight)
