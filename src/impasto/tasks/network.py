"""Networks without pretrained numbers: to ask what a job would take before its weights are here."""

from __future__ import annotations

import torch

from impasto.backbones import BACKBONES, Backbone, Padding, Pooling
from impasto.errors import JobError
from impasto.weights import CATALOGUE, DEFAULT, PrecisionChoice
from impasto.weights.backbone import best_precision, find_device


def network_without_numbers(
    name: str, *, weights: str | None, pooling: Pooling, padding: Padding, precision: PrecisionChoice, device: str
) -> Backbone:
    """The network that `impasto.load_backbone` would give, on the meta device, where tensors have no memory.

    Raises UnknownNameError for an unknown network or weights, JobError for weights of another network.
    """
    build, entry = BACKBONES[name], CATALOGUE[weights or DEFAULT[name]]
    if entry.backbone != name:
        raise JobError(f"the weights {entry.name} are for {entry.backbone}, not for {name}")
    chosen = best_precision(find_device(device)) if precision == "auto" else precision
    with torch.device("meta"):
        graph = build(pooling=pooling, padding=padding, **entry.graph_options)
        return Backbone(name, graph, entry.preprocessing, weights=entry.name, precision=chosen)
