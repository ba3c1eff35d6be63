"""Decoders with their weights in them."""

from __future__ import annotations

from typing import get_args

from impasto.artefacts import ProgressCallback
from impasto.backbones.decoder import Decoder, adain_decoder
from impasto.errors import InputError, UnknownNameError
from impasto.registry import did_you_mean
from impasto.weights.backbone import PrecisionChoice, find_device, precision_on
from impasto.weights.catalogue import CATALOGUE
from impasto.weights.naming import DECODER
from impasto.weights.store import load_weights

DEFAULT_DECODER = "adain-decoder.gatys"


def load_decoder(
    weights: str = DEFAULT_DECODER,
    *,
    precision: PrecisionChoice = "auto",
    device: str = "auto",
    offline: bool = False,
    progress: ProgressCallback | None = None,
) -> Decoder:
    """Return the decoder of AdaIN with trained weights, fetched if they are not here yet.

    weights: a name of the catalogue. precision, device: as for `load_backbone`.
    Raises UnknownNameError for an unknown name or precision, InputError for weights of something else and for a device
    that is not there, WeightsError if the weights cannot be had or trusted.
    """
    entry = CATALOGUE[weights]
    if entry.backbone != DECODER:
        raise InputError(f"the weights {entry.name} are for {entry.backbone}, not for a decoder")
    if precision not in get_args(PrecisionChoice):
        choices = get_args(PrecisionChoice)
        raise UnknownNameError(f"no precision is named {precision!r}. {did_you_mean(precision, choices)}")
    place = find_device(device)
    loaded = load_weights(entry.name, offline=offline, progress=progress)
    graph = adain_decoder()
    graph.load_state_dict({f"ops.{key}": tensor for key, tensor in loaded.as_torch().items()})
    return Decoder(
        graph,
        weights=entry.name,
        weights_sha256=loaded.sha256,
        precision=precision_on(place, precision),
    ).to(place)
