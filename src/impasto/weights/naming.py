"""From the keys of somebody's file to our names, with every shape checked.

Our names are the papers': `conv1_1.weight` [out, in, height, width] and `conv1_1.bias` [out]. A convention is
the way one kind of file names and orders the same numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from impasto.backbones.preprocessing import Preprocessing
from impasto.errors import CorruptError

Tensors = dict[str, NDArray[np.float32]]

_VGG_CHANNELS = (64, 128, 256, 512, 512)
_VGG_BLOCKS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}


@dataclass(frozen=True)
class Convention:
    """One way to name the convolutions of a chain.

    keys: from (index of the convolution, index of its block, both from 0) to the keys of weight and bias.
    hwio: whether weights are stored [height, width, in, out]. leading: keys of a 1×1 convolution in front
    that does the preprocessing, or None.
    """

    name: str
    keys: Callable[[int, int], tuple[str, str]]
    hwio: bool = False
    leading: tuple[str, str] | None = None


def _numbered(prefix: str, position: Callable[[int, int], int]) -> Callable[[int, int], tuple[str, str]]:
    def keys(conv: int, block: int) -> tuple[str, str]:
        place = f"{prefix}{position(conv, block)}"
        return f"{place}.weight", f"{place}.bias"

    return keys


CONVENTIONS = (
    # conv and ReLU for each convolution, a pooling after each block
    Convention("torchvision", _numbered("features.", lambda conv, block: 2 * conv + block)),
    # the 1×1 convolution, then padding, conv and ReLU for each, a pooling after each block
    Convention(
        "AdaIN encoder",
        _numbered("", lambda conv, block: 2 + 3 * conv + block),
        leading=("0.weight", "0.bias"),
    ),
    Convention(
        "Flax",
        lambda conv, _: (f"VGG16_0/Conv_{conv}/kernel", f"VGG16_0/Conv_{conv}/bias"),
        hwio=True,
    ),
)


def expected_shapes(backbone: str) -> dict[str, tuple[int, ...]]:
    """The shape of every tensor of a network, by our names, in the network's order."""
    shapes: dict[str, tuple[int, ...]] = {}
    previous = 3
    for name, block in _convolutions(backbone):
        channels = _VGG_CHANNELS[block]
        shapes[f"{name}.weight"] = (channels, previous, 3, 3)
        shapes[f"{name}.bias"] = (channels,)
        previous = channels
    return shapes


def canonical(arrays: Mapping[str, NDArray[Any]], backbone: str, preprocessing: Preprocessing) -> Tensors:
    """Our names and float32 for the numbers of a file; what the network does not need is left out.

    A 1×1 convolution in front is dropped after checking that it does what `preprocessing` says.
    Raises CorruptError for keys of no known convention, a wrong shape, or numbers that are not finite.
    """
    convention, sources = _recognise(arrays, backbone)
    if convention is not None and convention.leading is not None:
        weight, bias = convention.leading
        _check_leading(arrays[weight], arrays[bias], preprocessing)
    tensors: Tensors = {}
    for name, shape in expected_shapes(backbone).items():
        array = arrays[sources[name]]
        if convention is not None and convention.hwio and array.ndim == 4:
            array = array.transpose(3, 2, 0, 1)
        if array.shape != shape:
            found = list(array.shape)
            raise CorruptError(f"{sources[name]} ({name} of {backbone}) is {found}, expected {list(shape)}")
        if array.dtype.kind != "f":
            raise CorruptError(f"{sources[name]} ({name} of {backbone}) is {array.dtype}, expected a float type")
        tensors[name] = np.ascontiguousarray(array, dtype=np.float32)
        if not np.isfinite(tensors[name]).all():
            raise CorruptError(f"{sources[name]} ({name} of {backbone}) has NaN or infinite numbers in it")
    return tensors


def _convolutions(backbone: str) -> list[tuple[str, int]]:
    """Each convolution's name and the index of its block."""
    blocks = enumerate(_VGG_BLOCKS[backbone])
    return [(f"conv{block + 1}_{i}", block) for block, count in blocks for i in range(1, count + 1)]


def _keys(convention: Convention, backbone: str) -> dict[str, str]:
    keys: dict[str, str] = {}
    for conv, (name, block) in enumerate(_convolutions(backbone)):
        keys[f"{name}.weight"], keys[f"{name}.bias"] = convention.keys(conv, block)
    return keys


def _recognise(arrays: Mapping[str, NDArray[Any]], backbone: str) -> tuple[Convention | None, dict[str, str]]:
    """The convention whose keys are all there (None for our own names), and the source key of each name."""
    own = {name: name for name in expected_shapes(backbone)}
    choices = [(None, own), *((c, _keys(c, backbone)) for c in CONVENTIONS)]
    wanting: list[tuple[int, str]] = []
    for convention, keys in choices:
        needed = [*keys.values(), *((convention and convention.leading) or ())]
        missing = [key for key in needed if key not in arrays]
        if not missing:
            return convention, keys
        label = convention.name if convention else "Impasto"
        wanting.append((len(missing), f"as {label} names them, {len(missing)} are missing, first {missing[0]}"))
    nearest = min(wanting)[1]
    shown = ", ".join(sorted(arrays)[:4]) or "nothing"
    raise CorruptError(
        f"these are not the {len(own)} tensors of {backbone}: {nearest}. "
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
