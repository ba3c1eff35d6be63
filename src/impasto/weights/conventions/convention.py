"""What a convention is: the keys that one kind of file has for our names, and the order of its axes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Layout = Literal["oihw", "hwio"]
"""The order of a kernel's axes: torch's [out, in, height, width], or TensorFlow's [height, width, in, out].

Matrices are [out, in] beside the one and [in, out] beside the other.
"""


@dataclass(frozen=True)
class Convention:
    """One way to name a network's numbers.

    name: for messages. keys: from our names, in the network's order, to the keys of the file. A batch normalisation's
    weight or bias that it leaves out is 1 or 0: some networks are trained without.
    layout: of kernels. leading: keys of weight and bias of a 1×1 convolution in front that does the preprocessing.
    """

    name: str
    keys: Callable[[Sequence[str]], Mapping[str, str]]
    layout: Layout = "oihw"
    leading: tuple[str, str] | None = None


def node_of(name: str) -> str:
    """The node a tensor belongs to: `conv1_1` of `conv1_1.weight`."""
    return name.rpartition(".")[0]


def renamed(rename: Callable[[str, str], str]) -> Callable[[Sequence[str]], Mapping[str, str]]:
    """Keys that depend on the name alone: `rename` goes from (node, kind of number) to the key.

    The kinds are torch's: weight, bias, running_mean, running_var.
    """
    return lambda names: {name: rename(node_of(name), name.rpartition(".")[2]) for name in names}
