"""Networks with their weights in them."""

from __future__ import annotations

from typing import Literal, get_args

import torch

from impasto.arithmetic import multiplies_halves, multiplies_tf32
from impasto.artefacts import ProgressCallback
from impasto.backbones import BACKBONES, Backbone, Padding, Pooling, Precision
from impasto.errors import InputError, UnknownNameError
from impasto.registry import did_you_mean
from impasto.weights.catalogue import CATALOGUE, DEFAULT
from impasto.weights.store import load_weights

PrecisionChoice = Literal["auto", "fp32", "tf32", "bf16"]


def load_backbone(
    name: str,
    *,
    weights: str | None = None,
    pooling: Pooling = "max",
    padding: Padding = "zeros",
    precision: PrecisionChoice = "auto",
    device: str = "auto",
    offline: bool = False,
    progress: ProgressCallback | None = None,
) -> Backbone:
    """Return the network `name` with pretrained weights, fetched if they are not here yet.

    weights: a name of the catalogue, `vgg19.gatys`; None takes the network's default.
    pooling, padding: what stands in for the pooling layers, and what surrounds the picture at every convolution.
    precision: of the convolutions; `auto` takes bf16 where the processor or GPU multiplies bf16 matrices in hardware
        made for it (there it is about twice as fast, elsewhere it is slower), else fp32. `tf32` is float32 with
        products of 11 binary digits, which CUDA GPUs have units for from compute capability 8.0 on.
    device: `auto` takes a CUDA GPU if there is one, else the CPU.

    Raises UnknownNameError for an unknown name or choice, InputError for a device that is not there or does not
    have the precision, WeightsError if the weights cannot be had or trusted.
    """
    build = BACKBONES[name]
    entry = CATALOGUE[weights or DEFAULT[name]]
    if entry.backbone != name:
        raise InputError(f"the weights {entry.name} are for {entry.backbone}, not for {name}")
    for what, value, choices in (
        ("pooling", pooling, Pooling),
        ("padding", padding, Padding),
        ("precision", precision, PrecisionChoice),
    ):
        if value not in get_args(choices):
            raise UnknownNameError(f"no {what} is named {value!r}. {did_you_mean(value, get_args(choices))}")
    place = find_device(device)
    computed_in = precision_on(place, precision)
    graph = build(pooling=pooling, padding=padding, **entry.graph_options)
    loaded = load_weights(entry.name, offline=offline, progress=progress)
    graph.load_state_dict({f"ops.{key}": tensor for key, tensor in loaded.as_torch().items()})
    return Backbone(
        name,
        graph,
        entry.preprocessing,
        weights=entry.name,
        weights_sha256=loaded.sha256,
        precision=computed_in,
    ).to(place)


def find_device(name: str) -> torch.device:
    """The device a job names, or the best there is for `auto`. Raises InputError if it is not there."""
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        torch.zeros(1, device=name)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(f"the device {name!r} cannot be used ({reason}); try --device cpu") from None
    return torch.device(name)


def precision_on(device: torch.device, choice: PrecisionChoice) -> Precision:
    """The precision chosen, on a device. Raises InputError if it is not one of the device's."""
    if choice == "tf32" and not multiplies_tf32(device):
        raise InputError(f"the device {str(device)!r} has no units for tf32; give --precision fp32, or auto")
    return best_precision(device) if choice == "auto" else choice


def best_precision(device: torch.device) -> Precision:
    """bf16 where the device has units for it, else fp32. Depends on the machine alone, never on a timing."""
    return "bf16" if multiplies_halves(device) else "fp32"
