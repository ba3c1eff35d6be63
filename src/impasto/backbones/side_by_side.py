"""Several networks that look at the same picture, as one network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor, nn

from impasto.backbones.backbone import Backbone
from impasto.backbones.graph import INPUT, Graph
from impasto.backbones.node import Node

SEPARATOR = ":"
"""Between the name of a network and that of its layer."""


def layer_of(network: str, layer: str) -> str:
    """How a layer of a network beside the first is called: `inception_v3:mixed_6b`."""
    return layer if layer == INPUT else f"{network}{SEPARATOR}{layer}"


class SideBySide(Backbone):
    """A first network, whose layers go by their own names, and others, whose layers go by `layer_of`.

    Each sees the pixels as it wants them. The graph is that of all of them, with the picture as their one input, so
    what is told from graphs holds for all at once: the least size of a picture, and the tiles that it can be cut into.
    """

    def __init__(self, first: Backbone, others: Mapping[str, Backbone]) -> None:
        graphs = {name: other.graph for name, other in others.items()}
        super().__init__(
            first.name,
            side_by_side(first.graph, graphs),
            first.preprocessing,
            weights=first.weights,
            weights_sha256=first.weights_sha256,
            precision=first.precision,
        )
        self.to(first.device)
        self.first: Backbone = first
        self.others: Mapping[str, Backbone] = nn.ModuleDict(others)  # type: ignore[assignment]

    def forward(self, image: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
        """Return the activations [N, C, h, w] of `layers`, by name. Raises what `Backbone.forward` does."""
        shared = {name: name.split(SEPARATOR, 1) for name in layers if SEPARATOR in name}
        seen = super().forward(image, [name for name in layers if name not in shared])
        for network, other in self.others.items():
            own = {layer: name for name, (owner, layer) in shared.items() if owner == network}
            if own:
                seen |= {own[layer]: answer for layer, answer in other(image, tuple(own)).items()}
        return seen


def side_by_side(first: Graph, others: Mapping[str, Graph]) -> Graph:
    """The nodes of all graphs as one, those of the others by `layer_of`."""
    nodes, aliases = list(first.nodes.values()), dict(first.aliases)
    for network, graph in others.items():
        nodes += [
            Node(layer_of(network, node.name), node.op, tuple(layer_of(network, name) for name in node.inputs))
            for node in graph.nodes.values()
        ]
        aliases |= {layer_of(network, alias): layer_of(network, name) for alias, name in graph.aliases.items()}
    return Graph(nodes, aliases)
