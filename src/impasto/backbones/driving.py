"""Where a channel can be driven from: what a rectifier passes on only while it is positive."""

from __future__ import annotations

from collections.abc import Mapping

from torch import nn

from impasto.backbones.graph import Graph
from impasto.backbones.layers import Concat


def driver(graph: Graph, channels: Mapping[str, int], layer: str, channel: int) -> tuple[str, int]:
    """The layer and the channel that decide over a channel of `layer`: what goes into its rectifier, if it has one.

    A rectified channel that is silent everywhere has no gradient, so nothing could wake it. channels: how many each
    node on the way to `layer` has, by name.
    """
    name = graph.aliases.get(layer, layer)
    node = graph.nodes.get(name)
    if node is None:
        return name, channel
    if isinstance(node.op, nn.ReLU | nn.ReLU6):
        return driver(graph, channels, node.inputs[0], channel)
    if isinstance(node.op, Concat):
        for source in node.inputs:
            if channel < channels[source]:
                return driver(graph, channels, source, channel)
            channel -= channels[source]
    return name, channel
