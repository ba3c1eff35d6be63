"""A set of results beside a set of paintings: whether they are of one kind, as Inception sees it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from impasto.artefacts import ProgressCallback
from impasto.backbones import Backbone
from impasto.errors import InputError
from impasto.measure.frechet import frechet_distance
from impasto.measure.kernel import LEAST_FOR_ERROR, kernel_distance
from impasto.pictures import Picture, composite, picture_from, resize
from impasto.weights import load_backbone

NETWORK, WEIGHTS, LAYER = "inception_v3", "inception_v3.fid", "pool3"
SIDE = 299
"""Pixels: what Inception was trained on."""


@dataclass(frozen=True)
class SetScores:
    """How far two sets of pictures are apart; docs/explanation/measures.md says how to read it.

    results, paintings: how many of each. features: numbers that the network gives a picture. frechet: 0 and up, above
    0 by chance where pictures are few. kernel: 0 on average for one kind, kernel_error: its standard error.
    """

    results: int
    paintings: int
    features: int
    frechet: float
    kernel: float
    kernel_error: float


def measure_sets(
    results: Sequence[object],
    paintings: Sequence[object],
    *,
    device: str = "auto",
    offline: bool = False,
    progress: ProgressCallback | None = None,
    seen: Callable[[int], None] | None = None,
) -> SetScores:
    """Measure how far `results` are, taken together, from `paintings`.

    results, paintings: at least three each of what `impasto.pictures.picture_from` reads. Each is brought to 299×299
    pixels whatever its shape, as for FID, smoothly as Parmar, Zhang & Zhu 2022 (arXiv 2104.11222) advise, and seen
    by Inception v3 as published for FID, in fp32. seen: called after each picture with how many were looked at.

    Raises InputError for too few, PictureError for one that cannot be read, WeightsError.
    """
    for number, what in ((len(results), "results"), (len(paintings), "paintings")):
        if number < LEAST_FOR_ERROR:
            raise InputError(f"{LEAST_FOR_ERROR} {what} at least are needed for a distance of sets, not {number}")
    network = load_backbone(
        NETWORK, weights=WEIGHTS, precision="fp32", device=device, offline=offline, progress=progress
    )
    rows = []
    for number, source in enumerate([*results, *paintings], start=1):
        rows.append(inception_features(composite(picture_from(source)), network))
        if seen is not None:
            seen(number)
    made, wanted = torch.stack(rows[: len(results)]), torch.stack(rows[len(results) :])
    kernel, error = kernel_distance(made, wanted)
    return SetScores(len(made), len(wanted), made.shape[1], frechet_distance(made, wanted), kernel, error)


def inception_features(picture: Picture, network: Backbone) -> Tensor:
    """The 2048 features of an opaque picture, in float64: the last activations, averaged over positions."""
    image = torch.from_numpy(resize(picture, SIDE, SIDE).pixels.copy())[None]
    with torch.no_grad():
        features: Tensor = network(image.to(network.device), (LAYER,))[LAYER]
    return features.flatten().double().cpu()
