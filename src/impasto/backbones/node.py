"""A node of a network."""

from __future__ import annotations

from dataclasses import dataclass

from torch import nn


@dataclass(frozen=True)
class Node:
    """One operation: `op` applied to the activations named by `inputs`."""

    name: str
    op: nn.Module
    inputs: tuple[str, ...]
