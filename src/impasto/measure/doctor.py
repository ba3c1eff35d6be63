"""What a layer is worth to a style loss: measured on pictures, without painting any.

A style loss can only match what is in a layer's statistics, and only move pixels that its gradient reaches. So each
layer is looked at for channels that never answer, for activations that are all peak, for a Gram matrix that few
directions carry, and for a gradient that prefers some rows of pixels to their neighbours.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import torch
from torch import Tensor

from impasto.backbones import Backbone, Graph, receptive_fields
from impasto.backbones.surveying import kind_of
from impasto.errors import InputError
from impasto.losses import GramLoss
from impasto.losses.statistic import widened

EXAMINED_KINDS = ("relu", "concat", "sum", "max", "avg")
"""Operations whose outputs people take style from: what rectifies, joins and pools."""

STILL = 1e-6
"""A channel whose values differ by less than this, beside the layer's greatest, never answers."""

GREATEST_PERIOD = 8
"""Pixels: lattices are looked for up to this period; longer ones have too few repeats in a small picture to tell them
from what it shows."""

LEAST_REPEATS = 4


@dataclass(frozen=True)
class LayerHealth:
    """What was found of one layer; all but `dead` are means over the pictures.

    layer: its name. channels: C. positions: H·W, on average.
    dead: share of channels that have the same value everywhere on every picture, 0 … 1.
    peak: the greatest |activation| over the mean one, from 1; it grows with the number of activations.
    entropy: of the |activations| as shares of their sum over the whole layer, −Σ p ln p / ln(C·H·W), from 0 (one
        activation has it all) to 1 (all alike). Wang, Li & Vasconcelos 2021 (arXiv 2104.05623) hold too little of it
        to be what is wrong with residual networks.
    effective_rank: exp(−Σ q ln q) over the eigenvalues of the Gram matrix F Fᵀ as shares q of their sum: how many
        directions carry it, 1 … C (Roy & Vetterli 2007, "The effective rank").
    gradient_norm: ‖∂L/∂x‖ of the layer's Gram loss, divided by its target's energy, at the picture x in [0, 1].
    unevenness: 1 − the weakest over the strongest row of that gradient, over rows and columns that repeat with the
        layer's stride: 0 every pixel counts alike … 1 some do not count at all.
    """

    layer: str
    channels: int
    positions: float
    dead: float
    peak: float
    entropy: float
    effective_rank: float
    gradient_norm: float
    unevenness: float

    @property
    def rank_share(self) -> float:
        """The effective rank over the number of channels, 1/C … 1."""
        return self.effective_rank / self.channels


def examined_layers(graph: Graph) -> tuple[str, ...]:
    """The layers worth examining for style: the outputs of rectifiers, poolings and where branches meet."""
    return tuple(name for name, node in graph.nodes.items() if kind_of(node.op) in EXAMINED_KINDS)


def examine(backbone: Backbone, images: Sequence[Tensor], layers: Sequence[str]) -> tuple[LayerHealth, ...]:
    """Examine `layers` of `backbone` on one or more `images` [1, 3, H, W], sRGB in [0, 1].

    The Gram loss at each image has the next one for its target, the last one the first; a single image has its own
    negative. Give pictures of several kinds: a channel that paintings leave dead may answer to faces.
    Raises InputError without images and for a layer without positions, UnknownNameError for a layer that the network
    does not have, PictureError for an image that is too small.
    """
    if not images:
        raise InputError("a network is examined on pictures: give at least one")
    fields = receptive_fields(backbone.graph.plan(layers))
    strides = {}
    for layer in layers:
        field = fields.get(backbone.graph.aliases.get(layer, layer))
        if field is None:
            raise InputError(f"{layer} of {backbone.name} has no positions, so no style can be taken from it")
        strides[layer] = field.vertical.stride, field.horizontal.stride
    for image in images:
        backbone.check_size(image.shape[-1], image.shape[-2], layers)
    targets = [*images[1:], images[0] if len(images) > 1 else 1 - images[0]]
    sightings = [_look(backbone, image, target, strides) for image, target in zip(images, targets, strict=True)]
    return tuple(_health(layer, [seen[layer] for seen in sightings]) for layer in layers)


@dataclass(frozen=True)
class _Sighting:
    """One layer on one picture; lowest, highest: of each channel [C]."""

    lowest: Tensor
    highest: Tensor
    positions: int
    peak: float
    entropy: float
    effective_rank: float
    gradient_norm: float
    unevenness: float


def _look(
    backbone: Backbone, image: Tensor, target: Tensor, strides: Mapping[str, tuple[int, int]]
) -> dict[str, _Sighting]:
    """All layers on one picture, whose network is run once."""
    with torch.no_grad():
        wanted = backbone(target.to(backbone.device), [*strides])
        terms = {layer: GramLoss(layers=(layer,)).bind([(1.0, wanted)]) for layer in strides}
        del wanted
    x = image.detach().to(backbone.device).requires_grad_()
    activations = backbone(x, [*strides])
    found = {}
    for layer, stride in strides.items():
        (gradient,) = torch.autograd.grad(terms[layer](activations), x, retain_graph=True)
        activation = activations[layer].detach().cpu()
        found[layer] = _Sighting(
            lowest=activation.amin((0, 2, 3)),
            highest=activation.amax((0, 2, 3)),
            positions=activation.shape[2] * activation.shape[3],
            peak=peak(activation),
            entropy=normalised_entropy(activation),
            effective_rank=effective_rank(activation),
            gradient_norm=float(gradient.norm()),
            unevenness=unevenness(gradient.cpu(), stride),
        )
    return found


def _health(layer: str, seen: Sequence[_Sighting]) -> LayerHealth:
    """What several pictures say of one layer."""
    lowest = torch.stack([one.lowest for one in seen]).amin(0)
    highest = torch.stack([one.highest for one in seen]).amax(0)
    greatest = float(torch.maximum(lowest.abs(), highest.abs()).max())
    return LayerHealth(
        layer=layer,
        channels=len(lowest),
        positions=fmean(one.positions for one in seen),
        dead=float((highest - lowest <= STILL * greatest).float().mean()),
        peak=fmean(one.peak for one in seen),
        entropy=fmean(one.entropy for one in seen),
        effective_rank=fmean(one.effective_rank for one in seen),
        gradient_norm=fmean(one.gradient_norm for one in seen),
        unevenness=fmean(one.unevenness for one in seen),
    )


def peak(activation: Tensor) -> float:
    """The greatest magnitude over the mean one, from 1; 1 where all are zero."""
    magnitudes = widened(activation).abs()
    mean = float(magnitudes.mean())
    return float(magnitudes.max()) / mean if mean else 1.0


def normalised_entropy(activation: Tensor) -> float:
    """−Σ p ln p / ln n of the n magnitudes as shares p of their sum, 0 … 1; 0 where all are zero."""
    magnitudes = activation.double().abs().flatten()
    return _entropy(magnitudes) / math.log(len(magnitudes)) if len(magnitudes) > 1 else 0.0


def effective_rank(activation: Tensor) -> float:
    """exp(−Σ q ln q) of the eigenvalues of the Gram matrix of [1, C, H, W] as shares q of their sum; 0 without any.

    F Fᵀ and Fᵀ F have the same eigenvalues but for zeros, so the smaller of the two is taken.
    """
    flat = activation[0].double().flatten(1)
    small = flat @ flat.T if flat.shape[0] <= flat.shape[1] else flat.T @ flat
    eigenvalues = torch.linalg.eigvalsh(small).clamp_min(0)
    return math.exp(_entropy(eigenvalues)) if bool(eigenvalues.any()) else 0.0


def unevenness(gradient: Tensor, strides: tuple[int, int]) -> float:
    """1 − the weakest over the strongest of the rows (and columns) of [1, 3, H, W] that repeat with a period.

    The strength of the rows i, i + p, i + 2p … is the root of their mean square. The periods p are the divisors of the
    layer's stride down (and across) from 2 to 8 that the picture holds at least four times; the largest value of them
    all is returned, 0 if there is none.
    """
    worst = 0.0
    for axis, stride in zip((2, 3), strides, strict=True):
        energies = gradient.double().square().sum([other for other in range(4) if other != axis])
        for period in range(2, min(stride, GREATEST_PERIOD) + 1):
            repeats = len(energies) // period
            if stride % period or repeats < LEAST_REPEATS:
                continue
            strengths = energies[: repeats * period].reshape(repeats, period).mean(0).sqrt()
            strongest = float(strengths.max())
            if strongest:
                worst = max(worst, 1 - float(strengths.min()) / strongest)
    return worst


def _entropy(values: Tensor) -> float:
    """−Σ p ln p of values of 0 or more as shares p of their sum; 0 if they are all zero."""
    shares = values / values.sum().clamp_min(torch.finfo(values.dtype).tiny)
    return float(-torch.special.xlogy(shares, shares).sum())
