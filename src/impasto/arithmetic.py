"""How a device multiplies: what it has hardware for, and with how many digits."""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor

WITHOUT_DOUBLE = {"mps"}
"""Kinds of devices that have no float64."""


@cache
def multiplies_halves(device: torch.device) -> bool:
    """Whether a device multiplies bfloat16 faster than float32: a property of the machine, never of a timing.

    Processors do with matrix units (AMX) or with the dot products of AVX-512 (AVX512_BF16), CUDA devices from compute
    capability 8.0 on.
    """
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    if device.type == "cpu":
        units = torch.cpu.get_capabilities()
        return bool(units.get("amx_bf16") or units.get("avx512_bf16"))
    return False


def multiplies_tf32(device: torch.device) -> bool:
    """Whether a device has units for float32 rounded to the 11 binary digits of TF32."""
    return device.type == "cuda" and multiplies_halves(device)


def convolve_singles(device: torch.device, *, tf32: bool) -> None:
    """From now on a CUDA device convolves float32 as TF32, or in full; all else is multiplied in full in any case.

    Left alone, PyTorch convolves float32 as TF32 on CUDA devices, and may add up long products of bfloat16 in bfloat16:
    gradients would be good to three decimal digits where six were asked for. It has two ways to say so; after the newer
    one, code that asks in the older way fails, so this is the older.
    """
    if device.type == "cuda":
        torch.backends.cudnn.allow_tf32 = tf32
        torch.backends.cuda.matmul.allow_tf32 = False
        torch.backends.cuda.matmul.allow_bf16_reduced_precision_reduction = False


def in_double(numbers: Tensor) -> Tensor:
    """In float64, on the processor where the device has none."""
    place = "cpu" if numbers.device.type in WITHOUT_DOUBLE else numbers.device
    return numbers.to(place, torch.float64)
