"""Inception v3: torchvision's names, and those of the network of 2015 as the FID package carries it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from impasto.weights.conventions.convention import Convention, node_of, renamed

_STEM = ("conv2d_1a_3x3", "conv2d_2a_3x3", "conv2d_2b_3x3", "conv2d_3b_1x1", "conv2d_4a_3x3")
_BLOCKS = ("5b", "5c", "5d", "6a", "6b", "6c", "6d", "6e", "7a", "7b", "7c")
_TOWERS = {
    "5": {"branch5x5": "tower", "branch3x3dbl": "tower_1", "branch_pool": "tower_2"},
    "6a": {"branch3x3dbl": "tower"},
    "6": {"branch7x7": "tower", "branch7x7dbl": "tower_1", "branch_pool": "tower_2"},
    "7a": {"branch3x3": "tower", "branch7x7x3": "tower_1"},
}
"""Where a branch of several convolutions is found in each kind of block; the others are `conv` itself."""

_SPLIT = {
    "branch3x3_1": "tower_conv",
    "branch3x3_2a": "tower_mixed_conv",
    "branch3x3_2b": "tower_mixed_conv_1",
    "branch3x3dbl_1": "tower_1_conv",
    "branch3x3dbl_2": "tower_1_conv_1",
    "branch3x3dbl_3a": "tower_1_mixed_conv",
    "branch3x3dbl_3b": "tower_1_mixed_conv_1",
    "branch_pool": "tower_2_conv",
}
"""The same for mixed_7b and mixed_7c, whose branches split."""

_KINDS = {"bias": "beta", "running_mean": "mean", "running_var": "var"}


def torchvision(node: str, kind: str) -> str:
    """`Mixed_5b.branch1x1.conv.weight`."""
    if node == "logits":
        return f"fc.{kind}"
    return f"{node[0].upper()}{node[1:].replace('/', '.')}.{kind}"


def fid(names: Sequence[str]) -> Mapping[str, str]:
    """`net.layers.mixed_1.tower.conv.weight`; the batch normalisations have no scale."""
    found: dict[str, str] = {}
    for name in names:
        unit, _, what = node_of(name).rpartition("/")
        kind = name.rpartition(".")[2]
        if what == "conv":
            found[name] = f"net.layers.{_place(unit)}.weight"
        elif kind in _KINDS:
            found[name] = f"net.layers.{_place(unit)}.{_KINDS[kind]}"
    return found


def _place(unit: str) -> str:
    """Where the file has the convolution and normalisation that we call `unit`."""
    if unit in _STEM:
        return _counted("conv", _STEM.index(unit))
    block, _, branch = unit.removeprefix("mixed_").partition("/")
    return f"{_counted('mixed', _BLOCKS.index(block))}.{_inside(block, branch)}"


def _inside(block: str, branch: str) -> str:
    if block in ("7b", "7c"):
        return _SPLIT.get(branch, "conv")
    towers = _TOWERS.get(block) or _TOWERS[block[0]]
    if branch in towers:
        return f"{towers[branch]}.conv"
    tower, _, number = branch.rpartition("_")
    return f"{towers[tower]}.{_counted('conv', int(number) - 1)}" if tower in towers else "conv"


def _counted(word: str, index: int) -> str:
    """TensorFlow's way to tell things of one name apart: `conv`, `conv_1`, `conv_2`."""
    return f"{word}_{index}" if index else word


CONVENTIONS = (
    Convention("torchvision", renamed(torchvision)),
    Convention("the FID package", fid),
)
