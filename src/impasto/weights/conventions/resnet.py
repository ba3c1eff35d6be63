"""ResNet-50: Keras's names old and new, and torchvision's."""

from __future__ import annotations

from impasto.weights.conventions.convention import Convention, renamed

CONVOLUTION = {"weight": "kernel", "bias": "bias"}
NORMALISATION = {
    "weight": "gamma",
    "bias": "beta",
    "running_mean": "moving_mean",
    "running_var": "moving_variance",
}


def keras(node: str, kind: str) -> str:
    """`conv2_block1_1_conv/kernel`: our own names of nodes."""
    kinds = NORMALISATION if node.endswith("_bn") else CONVOLUTION
    return f"{'predictions' if node == 'logits' else node}/{kinds[kind]}"


def early_keras(node: str, kind: str) -> str:
    """`res2a_branch2a/kernel`, as the authors' Caffe model and Keras before 2.3 have it."""
    if node == "logits":
        return f"fc1000/{CONVOLUTION[kind]}"
    place, _, what = node.rpartition("_")
    kinds, prefix = (NORMALISATION, "bn") if what == "bn" else (CONVOLUTION, "res")
    if place == "conv1":
        return f"{'bn_conv1' if what == 'bn' else 'conv1'}/{kinds[kind]}"
    stage, block, position = _parts(place)
    branch = f"2{'abc'[position - 1]}" if position else "1"
    return f"{prefix}{stage}{'abcdef'[block - 1]}_branch{branch}/{kinds[kind]}"


def torchvision(node: str, kind: str) -> str:
    """`layer1.0.conv1.weight`."""
    if node == "logits":
        return f"fc.{kind}"
    place, _, what = node.rpartition("_")
    if place == "conv1":
        return f"{what}1.{kind}"
    stage, block, position = _parts(place)
    inner = f"{what}{position}" if position else f"downsample.{('conv', 'bn').index(what)}"
    return f"layer{stage - 1}.{block - 1}.{inner}.{kind}"


def _parts(place: str) -> tuple[int, int, int]:
    """Stage, block and position of `conv2_block1_3`."""
    stage, block, position = place.split("_")
    return int(stage.removeprefix("conv")), int(block.removeprefix("block")), int(position)


CONVENTIONS = (
    Convention("Keras", renamed(keras), layout="hwio"),
    Convention("Keras before 2.3", renamed(early_keras), layout="hwio"),
    Convention("torchvision", renamed(torchvision)),
)
