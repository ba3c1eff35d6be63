"""A dream within another job: the terms that raise features of a network, that of the job or one beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from impasto.backbones import Backbone, layer_of
from impasto.errors import JobError
from impasto.losses import ActivationLoss, Loss
from impasto.tasks.features import Feature, check_layers, raising, shapes_of

AUTO = "auto"
"""Stands for the features that the job's other losses use least."""


def parse_dream(texts: Sequence[str]) -> tuple[Feature, ...]:
    """The features that are named, without `auto`. Raises JobError for what cannot be meant."""
    if AUTO in texts and len(texts) > 1:
        raise JobError(f"a dream is {AUTO}, or of layers that are named: {', '.join(texts)} is both")
    return tuple(Feature.parse(text) for text in texts if text != AUTO)


def dream_losses(
    planned: Backbone, beside: str | None, features: Sequence[Feature], weight: float
) -> tuple[ActivationLoss, ...]:
    """What is minimised for `features`, whose weights add up to `weight`.

    planned: the network that dreams, on the meta device. beside: its name if it stands beside the job's own.
    Raises UnknownNameError for a layer, JobError for a channel, that is not there.
    """
    layers = tuple(feature.layer for feature in features)
    check_layers(planned, layers)
    shapes = shapes_of(planned, layers, *(2 * [max(64, planned.least_side(layers))]))
    whole = sum(feature.weight for feature in features)
    losses = (
        replace(raising(planned, shapes, feature), weight=weight * feature.weight / whole) for feature in features
    )
    return tuple(loss if beside is None else in_network(loss, beside) for loss in losses)


def in_network(loss: ActivationLoss, network: str) -> ActivationLoss:
    """The loss at the same layers of a network that stands beside the job's own."""
    return loss.placed(tuple(layer_of(network, name) for name in loss.layers), loss.layer_weights)


def held_layers(losses: Sequence[Loss], features: Sequence[Feature], planned: Backbone) -> list[str]:
    """Layers of `features` at which the job's own losses look as well, so that they would undo the dream."""
    named = planned.graph.aliases
    looked = {named.get(name, name) for loss in losses for name in loss.layers}
    return [layer for layer in dict.fromkeys(f.layer for f in features) if named.get(layer, layer) in looked]
