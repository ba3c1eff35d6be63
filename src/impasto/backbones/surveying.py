"""A network layer by layer: what each is, how large it is on a picture, what it sees and what it costs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from impasto.backbones.backbone import Backbone
from impasto.backbones.layers import Add, Concat, GlobalAveragePool
from impasto.backbones.receptive_field import ReceptiveField, receptive_fields
from impasto.backbones.window import window_of

KINDS: tuple[tuple[type[nn.Module], str], ...] = (
    (nn.Conv2d, "conv"),
    (nn.BatchNorm2d, "norm"),
    (nn.ReLU, "relu"),
    (nn.ReLU6, "relu"),
    (nn.MaxPool2d, "max"),
    (nn.AvgPool2d, "avg"),
    (Concat, "concat"),
    (Add, "sum"),
    (GlobalAveragePool, "mean"),
    (nn.Linear, "linear"),
)
"""What operations are called in a list of layers."""


@dataclass(frozen=True)
class SurveyedLayer:
    """One layer of a network on a picture of a certain size.

    name, aliases: what it can be asked for by. kind: a word of `KINDS`.
    kernel: rows and columns of its window; None for an operation without one.
    shape: of its activation, (C, H, W), or (C,) behind a global pooling.
    field: what its positions see; None for a layer without positions, which sees the whole picture.
    multiply_adds: of this layer alone, for one picture: see `multiply_adds`. parameters: trained numbers.
    """

    name: str
    kind: str
    kernel: tuple[int, int] | None
    shape: tuple[int, ...]
    field: ReceptiveField | None
    multiply_adds: int
    parameters: int
    aliases: tuple[str, ...]


def survey(backbone: Backbone, width: int, height: int) -> tuple[SurveyedLayer, ...]:
    """Return every layer of `backbone` on a picture of `width` × `height` pixels, in execution order.

    backbone: on the meta device, where tensors have shapes and no numbers, so that this takes no time and no memory.
    Raises PictureError for a picture too small for the last layer.
    """
    backbone.check_size(width, height, backbone.layers)
    graph = backbone.graph
    activations = backbone(torch.empty(1, 3, height, width, device="meta"), graph.layers)
    fields = receptive_fields(graph.plan(graph.layers))
    others: dict[str, tuple[str, ...]] = {}
    for alias, name in graph.aliases.items():
        others[name] = (*others.get(name, ()), alias)
    return tuple(
        SurveyedLayer(
            name=name,
            kind=kind_of(node.op),
            kernel=_kernel(node.op),
            shape=tuple(activations[name].shape[1:]),
            field=fields.get(name),
            multiply_adds=multiply_adds(node.op, activations[name]),
            parameters=sum(parameter.numel() for parameter in node.op.parameters()),
            aliases=others.get(name, ()),
        )
        for name, node in graph.nodes.items()
    )


def kind_of(op: nn.Module) -> str:
    """The word of `KINDS` for an operation. Raises ValueError for one that is not in the table."""
    for known, word in KINDS:
        if isinstance(op, known):
            return word
    raise ValueError(f"{type(op).__name__} is no operation of a network here; give it a word in KINDS")


def multiply_adds(op: nn.Module, output: Tensor) -> int:
    """Multiplications, each with its addition, that `op` does to give `output` [N, C, H, W] or [N, C].

    A convolution does k·k·C_in/groups of them for every number it gives, a linear layer C_in. The other operations
    count as none: next to these, their arithmetic is nothing, and they take the time that memory takes. Twice this
    number is what is usually called FLOPs.
    """
    if isinstance(op, nn.Conv2d):
        return output.numel() * op.in_channels // op.groups * math.prod(op.kernel_size)
    if isinstance(op, nn.Linear):
        return output.numel() * op.in_features
    return 0


def _kernel(op: nn.Module) -> tuple[int, int] | None:
    windows = window_of(op, 0), window_of(op, 1)
    return None if windows[0] is None or windows[1] is None else (windows[0].size, windows[1].size)
