"""Writing a network down, one node after the other."""

from __future__ import annotations

from torch import nn

from impasto.backbones.graph import INPUT, Graph
from impasto.backbones.node import Node


class Builder:
    """Appends nodes; each reads the one before it unless told otherwise."""

    def __init__(self) -> None:
        self._nodes: list[Node] = []
        self._aliases: dict[str, str] = {}

    def add(self, name: str, op: nn.Module, *inputs: str) -> str:
        """Append `op` under `name` and return the name, for later nodes to read from."""
        previous = self._nodes[-1].name if self._nodes else INPUT
        self._nodes.append(Node(name, op, inputs or (previous,)))
        return name

    def alias(self, alias: str, name: str) -> None:
        """Let the node `name` be asked for as `alias` too."""
        self._aliases[alias] = name

    def graph(self) -> Graph:
        """Return the network written so far, its parameters frozen."""
        return Graph(self._nodes, self._aliases).requires_grad_(False).eval()
