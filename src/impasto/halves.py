"""Which devices multiply bfloat16 in hardware made for it."""

from __future__ import annotations

from functools import cache

import torch


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
