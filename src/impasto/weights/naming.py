"""From the keys of somebody's file to our names, with every shape checked.

Our names are the network's own: node and kind of number, `conv1_1.weight` [out, in, height, width], `conv1_1.bias`
[out], and for a batch normalisation `running_mean` and `running_var` too. `conventions` says what files call them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impasto.backbones.preprocessing import Preprocessing
from impasto.errors import CorruptError
from impasto.weights.conventions import CONVENTIONS, Convention
from impasto.weights.heads import HEADS, head_shapes

DECODER = "adain-decoder"
"""What the catalogue has for a backbone where the numbers are those of `impasto.backbones.decoder`."""

Tensors = dict[str, NDArray[np.float32]]

_OURS = Convention("Impasto", lambda names: {name: name for name in names})
_IDENTITY = {"weight": 1.0, "bias": 0.0}


def expected_shapes(backbone: str, graph_options: Mapping[str, Any] | None = None) -> dict[str, tuple[int, ...]]:
    """The shape of every tensor of a network, a decoder or a set of heads, by our names, in the network's order.

    graph_options: what the network is built with beside pooling and padding. Raises UnknownNameError.
    """
    if backbone in HEADS:
        return head_shapes(backbone)
    import torch

    from impasto.backbones.decoder import adain_decoder
    from impasto.backbones.networks import BACKBONES

    build = adain_decoder if backbone == DECODER else BACKBONES[backbone]
    with torch.device("meta"):
        state = build(**(graph_options or {})).state_dict()
    return {
        name.removeprefix("ops."): tuple(tensor.shape) for name, tensor in state.items() if tensor.is_floating_point()
    }


def canonical(
    arrays: Mapping[str, NDArray[Any]],
    backbone: str,
    preprocessing: Preprocessing,
    graph_options: Mapping[str, Any] | None = None,
) -> Tensors:
    """Our names and float32 for the numbers of a file; what the network does not need is left out.

    A 1×1 convolution in front is dropped after checking that it does what `preprocessing` says.
    Raises CorruptError for keys of no known convention, a wrong shape, or numbers that are not finite.
    """
    shapes = expected_shapes(backbone, graph_options)
    convention, keys = _recognise(arrays, backbone, shapes)
    if convention.leading is not None:
        weight, bias = convention.leading
        _check_leading(arrays[weight], arrays[bias], preprocessing)
    tensors: Tensors = {}
    for name, shape in shapes.items():
        if name in keys:
            tensors[name] = _checked(arrays[keys[name]], shape, convention, f"{keys[name]} ({name} of {backbone})")
        else:
            tensors[name] = np.full(shape, _IDENTITY[name.rpartition(".")[2]], np.float32)
    return tensors


def _checked(array: NDArray[Any], shape: tuple[int, ...], convention: Convention, what: str) -> NDArray[np.float32]:
    """One tensor in torch's order of axes. Raises CorruptError if it is not what it must be."""
    if convention.layout == "hwio":
        array = array.transpose({4: (3, 2, 0, 1), 2: (1, 0)}.get(array.ndim))
    if array.shape != shape:
        raise CorruptError(f"{what} is {list(array.shape)}, expected {list(shape)}")
    if array.dtype.kind != "f":
        raise CorruptError(f"{what} is {array.dtype}, expected a float type")
    tensor = np.ascontiguousarray(array, dtype=np.float32)
    if not np.isfinite(tensor).all():
        raise CorruptError(f"{what} has NaN or infinite numbers in it")
    return tensor


def _recognise(
    arrays: Mapping[str, NDArray[Any]], backbone: str, shapes: Mapping[str, tuple[int, ...]]
) -> tuple[Convention, Mapping[str, str]]:
    """The convention whose keys are all there, and the source key of each name."""
    wanting: list[tuple[int, str]] = []
    for convention in (_OURS, *CONVENTIONS.get(backbone, ())):
        keys = convention.keys(tuple(shapes))
        missing = [key for key in (*keys.values(), *(convention.leading or ())) if key not in arrays]
        if not missing:
            return convention, keys
        wanting.append(
            (len(missing), f"as {convention.name} names them, {len(missing)} are missing, first {missing[0]}")
        )
    nearest = min(wanting)[1]
    shown = ", ".join(sorted(arrays)[:4]) or "nothing"
    raise CorruptError(
        f"these are not the {len(shapes)} tensors of {backbone}: {nearest}. "
        f"The file has {len(arrays)}: {shown}{', …' if len(arrays) > 4 else ''}."
    )


def _check_leading(weight: NDArray[Any], bias: NDArray[Any], preprocessing: Preprocessing) -> None:
    """Refuse a 1×1 convolution that is not the preprocessing: W x + b with W = P·scale/std, b = −mean/std."""
    channels = [2, 1, 0] if preprocessing.order == "bgr" else [0, 1, 2]
    std = np.asarray(preprocessing.std)
    matrix = np.eye(3)[channels] * preprocessing.scale / std[:, None]
    offset = -np.asarray(preprocessing.mean) / std
    same = weight.shape == (3, 3, 1, 1) and bias.shape == (3,)
    if not same or not (np.allclose(weight[:, :, 0, 0], matrix) and np.allclose(bias, offset)):
        raise CorruptError("its first convolution is not the preprocessing these weights are catalogued with")
