"""VGG: convolutions counted in the order they run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from impasto.weights.conventions.convention import Convention, node_of, renamed
from impasto.weights.conventions.same_names import CAFFE, MATCONVNET


def numbered(key: Callable[[int, int], str], weight: str, bias: str) -> Callable[[Sequence[str]], Mapping[str, str]]:
    """Keys from the index of a convolution and the index of its block, both from 0."""

    def keys(names: Sequence[str]) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for conv, node in enumerate(dict.fromkeys(node_of(name) for name in names)):
            place = key(conv, int(node.removeprefix("conv").partition("_")[0]) - 1)
            found |= {f"{node}.weight": f"{place}{weight}", f"{node}.bias": f"{place}{bias}"}
        return found

    return keys


def _keras(node: str, kind: str) -> str:
    """`conv1_2` is block1_conv2, its numbers are its first and second variables."""
    return f"{node.replace('conv', 'block').replace('_', '_conv')}/vars/{'01'[kind == 'bias']}"


CONVENTIONS = (
    # conv and ReLU for each convolution, a pooling after each block
    Convention("torchvision", numbered(lambda conv, block: f"features.{2 * conv + block}", ".weight", ".bias")),
    # the 1×1 convolution, then padding, conv and ReLU for each, a pooling after each block
    Convention(
        "AdaIN encoder",
        numbered(lambda conv, block: f"{2 + 3 * conv + block}", ".weight", ".bias"),
        leading=("0.weight", "0.bias"),
    ),
    Convention("Flax", numbered(lambda conv, _: f"VGG16_0/Conv_{conv}", "/kernel", "/bias"), layout="hwio"),
    CAFFE,
    MATCONVNET,
    Convention("Keras", renamed(_keras), layout="hwio"),
    # Keras 3 before it wrote the layers' own names
    Convention(
        "Keras 3",
        numbered(lambda conv, _: f"layers/conv2d{f'_{conv}' * (conv > 0)}", "/vars/0", "/vars/1"),
        layout="hwio",
    ),
)
