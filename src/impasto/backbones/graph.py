"""A network as an ordered list of named nodes, run only as deep as asked.

Every operation is a node with a name of its own, so that any activation can be asked for as it really is: no hooks, no
layer that shares its output with the next. What is not asked for need not exist: nodes whose activations nobody wants
run together with the next, see `impasto.backbones.fusion`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Self

from torch import Tensor, nn

from impasto.backbones.fusion import Step, fuse, run
from impasto.backbones.node import Node
from impasto.errors import UnknownNameError
from impasto.registry import did_you_mean

INPUT = "input"
"""The name of the picture itself, as it enters the first node."""


class Graph(nn.Module):
    """Runs a list of nodes, given in execution order, up to the layers asked for.

    aliases: other names that layers go by, each with the name of its node; they can be asked for as well.
    """

    def __init__(self, nodes: Sequence[Node], aliases: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.nodes = {node.name: node for node in nodes}
        self.aliases = dict(aliases or {})
        self.ops = nn.ModuleDict({node.name: node.op for node in nodes})
        self._steps: dict[tuple[int, frozenset[str]], list[Step]] = {}

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
        """Compute the activations of `layers` for `image` [N, C, H, W], by the names they were asked for."""
        node_of = {name: self.aliases.get(name, name) for name in layers}
        seen = run(self._fused(frozenset(node_of.values())), image, INPUT, set(node_of.values()))
        return {name: seen[node] for name, node in node_of.items()}

    def _fused(self, kept: frozenset[str]) -> list[Step]:
        """The steps to `kept`, laid out anew when a weight has changed."""
        state = sum(tensor._version for tensor in chain(self.parameters(), self.buffers()))
        if (state, kept) not in self._steps:
            self._steps = {place: steps for place, steps in self._steps.items() if place[0] == state}
            self._steps[state, kept] = fuse(self.plan(kept), kept)
        return self._steps[state, kept]

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> Self:
        """Torch's way to move weights to another device or precision."""
        self._steps.clear()
        super()._apply(fn, recurse)  # type: ignore[no-untyped-call]
        return self
