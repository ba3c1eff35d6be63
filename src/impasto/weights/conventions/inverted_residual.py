"""MobileNet v2 and EfficientNet-Lite0: nodes named by what they do in their block, files that count them."""

from __future__ import annotations

from impasto.weights.conventions.convention import Convention, renamed


def torchvision(node: str, kind: str) -> str:
    """`features.4.conv.1.0.weight` for `block4/depthwise/conv.weight`: a block's first that does not widen is its 0."""
    if node == "logits":
        return f"classifier.1.{kind}"
    place, _, part = node.partition("/")
    if place in ("stem", "head"):
        return f"features.{0 if place == 'stem' else 18}.{int(part == 'bn')}.{kind}"
    block = int(place.removeprefix("block"))
    step, _, op = part.partition("/")
    index = {"expand": 0, "depthwise": 1, "project": 2}[step] - (block == 1)
    inner = f"{index + (op == 'bn')}" if step == "project" else f"{index}.{int(op == 'bn')}"
    return f"features.{block}.conv.{inner}.{kind}"


def efficientnet_pytorch(node: str, kind: str) -> str:
    """`_blocks.3._depthwise_conv.weight` for `block4/depthwise/conv.weight`; normalisations are numbered."""
    if node == "logits":
        return f"_fc.{kind}"
    place, _, part = node.partition("/")
    if place in ("stem", "head"):
        return f"_conv_{place}.{kind}" if part == "conv" else f"_bn{0 if place == 'stem' else 1}.{kind}"
    step, _, op = part.partition("/")
    name = f"_{step}_conv" if op == "conv" else f"_bn{('expand', 'depthwise', 'project').index(step)}"
    return f"_blocks.{int(place.removeprefix('block')) - 1}.{name}.{kind}"


MOBILENET = (Convention("torchvision", renamed(torchvision)),)
EFFICIENTNET = (Convention("EfficientNet-PyTorch", renamed(efficientnet_pytorch)),)
