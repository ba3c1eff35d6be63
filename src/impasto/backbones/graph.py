"""A network as an ordered list of named nodes, run only as deep as asked.

Every operation is a node with a name of its own, so that any activation can be asked for as it really is: no hooks,
nothing computed in place, no layer that shares its output with the next.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor, nn

from impasto.errors import UnknownNameError
from impasto.registry import did_you_mean

INPUT = "input"
"""The name of the picture itself, as it enters the first node."""


@dataclass(frozen=True)
class Node:
    """One operation: `op` applied to the activations named by `inputs`."""

    name: str
    op: nn.Module
    inputs: tuple[str, ...]


class Graph(nn.Module):
    """Runs a list of nodes, given in execution order, up to the layers asked for.

    aliases: other names that layers go by, each with the name of its node; they can be asked for as well.
    """

    def __init__(self, nodes: Sequence[Node], aliases: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.nodes = {node.name: node for node in nodes}
        self.aliases = dict(aliases or {})
        self.ops = nn.ModuleDict({node.name: node.op for node in nodes})

    @property
    def layers(self) -> tuple[str, ...]:
        """Every node's name, in execution order, the input excluded."""
        return tuple(self.nodes)

    def plan(self, layers: Iterable[str]) -> list[Node]:
        """Return the nodes needed to compute `layers`, in execution order, and no others.

        Raises UnknownNameError for a layer this network does not have.
        """
        needed = {self.aliases.get(name, name) for name in layers} - {INPUT}
        for name in sorted(needed - self.nodes.keys()):
            known = [*self.nodes, *self.aliases]
            raise UnknownNameError(f"this network has no layer named {name!r}. {did_you_mean(name, known)}")
        plan: list[Node] = []
        for node in reversed(self.nodes.values()):
            if node.name in needed:
                needed.update(node.inputs)
                plan.append(node)
        return plan[::-1]

    def forward(self, image: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
        """Compute the activations of `layers` for `image` [N, C, H, W], by the names they were asked for.

        An activation that nothing needs any more is let go at once.
        """
        plan = self.plan(layers)
        node_of = {name: self.aliases.get(name, name) for name in layers}
        kept = set(node_of.values())
        last_use = {name: i for i, node in enumerate(plan) for name in node.inputs}
        values = {INPUT: image}
        for i, node in enumerate(plan):
            values[node.name] = self.ops[node.name](*(values[name] for name in node.inputs))
            for name in set(node.inputs):
                if last_use[name] == i and name not in kept:
                    del values[name]
        return {name: values[node] for name, node in node_of.items()}
