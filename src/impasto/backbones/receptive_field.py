"""Which pixels a layer sees: the arithmetic of windows, forwards through the network.

A position of a layer sees an interval of pixels along each axis; a window over positions sees the union of what they
see. The recurrences are those of Araujo, Norris & Sim 2019, "Computing receptive fields of convolutional neural
networks", Distill, with the largest interval taken where branches meet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import nn

from impasto.backbones.graph import INPUT
from impasto.backbones.layers import GlobalAveragePool
from impasto.backbones.node import Node
from impasto.backbones.window import window_of


@dataclass(frozen=True)
class Reach:
    """What a layer's positions see along one axis, in pixels of the picture.

    Position i sees the pixels from i·stride − before to i·stride + after, both counted. `before` is negative where
    unpadded windows that stride or branch leave the first pixels out.
    """

    stride: int
    before: int
    after: int

    @property
    def size(self) -> int:
        """How many pixels a position sees, from the first to the last: the receptive field."""
        return self.before + self.after + 1


@dataclass(frozen=True)
class ReceptiveField:
    """What a layer's positions see along both axes."""

    vertical: Reach
    horizontal: Reach


def receptive_fields(plan: Sequence[Node]) -> dict[str, ReceptiveField]:
    """The receptive field of every node of `plan` that has positions, by name, and of the picture itself (`input`).

    plan: nodes in execution order, as from `Graph.plan`. What comes after a global pooling sees the whole picture and
    is left out. What padding adds is not counted: at the border a position sees less, and with reflected padding some
    of it twice. Where convolutions pad as TensorFlow's "SAME" does, `before` and `after` hold for pictures whose sides
    all strides divide; elsewhere they shift by up to one position of the strided layer, and their sum stays.
    Raises ValueError if branches meet whose positions are not equally far apart.
    """
    pixel = Reach(stride=1, before=0, after=0)
    fields = {INPUT: ReceptiveField(pixel, pixel)}
    for node in plan:
        sources = [fields[name] for name in node.inputs if name in fields]
        if isinstance(node.op, GlobalAveragePool | nn.Linear) or len(sources) < len(node.inputs):
            continue
        vertical = _through(node, 0, [source.vertical for source in sources])
        horizontal = _through(node, 1, [source.horizontal for source in sources])
        fields[node.name] = ReceptiveField(vertical, horizontal)
    return fields


def _through(node: Node, axis: int, sources: Sequence[Reach]) -> Reach:
    """What the node's positions see along an axis, given what those of its inputs do."""
    strides = {source.stride for source in sources}
    if len(strides) > 1:
        raise ValueError(f"the inputs of {node.name} have strides {sorted(strides)} and cannot meet")
    (stride,) = strides
    before, after = max(source.before for source in sources), max(source.after for source in sources)
    window = window_of(node.op, axis)
    if window is None:
        return Reach(stride, before, after)
    return Reach(
        stride * window.stride,
        before + window.before * stride,
        after + (window.reach - 1 - window.before) * stride,
    )
