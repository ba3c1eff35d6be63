"""The hash that says two sets of tensors are the same numbers, whatever file they came in."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray


def tensors_sha256(tensors: Mapping[str, NDArray[np.float32]]) -> str:
    """SHA-256 over the tensors in the order of their names, 64 hexadecimal digits.

    For each: the name, a space, the sizes joined with `x`, a line feed (all in UTF-8), then its elements
    as little-endian float32 in C order.
    """
    digest = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name]
        digest.update(f"{name} {'x'.join(map(str, tensor.shape))}\n".encode())
        digest.update(np.ascontiguousarray(tensor, dtype="<f4").data)
    return digest.hexdigest()
