"""Which nodes of a network run together as one operation, and with what border."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor, nn

from impasto.backbones.node import Node
from impasto.backbones.pooling import AveragePool, MaxPool, averages, takes_largest
from impasto.backbones.rings import NONE, Ring, Ringed
from impasto.backbones.units import fusible, normalises, reflection_of, unit_of

POOLS = (nn.MaxPool2d, nn.AvgPool2d)
"""Operations besides units whose way back hands out a gradient that nobody else holds."""


@dataclass(frozen=True)
class Step:
    """One operation that runs: of one node, or of several whose activations nobody asked for.

    name: of the last node. inputs: the steps it reads. wants, gives: the rings of its inputs and of its output.
    """

    name: str
    op: Callable[..., Tensor | tuple[Tensor, Tensor]]
    inputs: tuple[str, ...]
    wants: Ring = NONE
    gives: Ring = NONE


def run(steps: Sequence[Step], image: Tensor, picture: str, kept: Collection[str]) -> dict[str, Tensor]:
    """The activations `kept`, for `image`, which goes by the name `picture`.

    An activation that nothing needs any more is let go at once.
    """
    last_use = {name: i for i, step in enumerate(steps) for name in step.inputs}
    values = {picture: Activation(image, image)}
    for i, step in enumerate(steps):
        made = step.op(*(values[name].with_ring(step.wants) for name in step.inputs))
        values[step.name] = Activation(*made, step.gives) if isinstance(made, tuple) else Activation(made, made)
        for name in set(step.inputs):
            if last_use[name] == i and name not in kept:
                del values[name]
    return {name: values[name].inside for name in kept}


@dataclass(frozen=True)
class Activation:
    """What a step gives: with its ring, and the view inside."""

    ringed: Tensor
    inside: Tensor
    ring: Ring = NONE

    def with_ring(self, wanted: Ring) -> Tensor:
        """With that ring around."""
        if wanted == self.ring:
            return self.ringed
        ringed: Tensor = Ringed.apply(self.inside, wanted) if any(wanted) else self.inside  # type: ignore[no-untyped-call]
        return ringed


def fuse(plan: Sequence[Node], kept: Collection[str]) -> list[Step]:
    """The steps that compute what `plan` computes, as far as `kept` can tell."""
    readers: dict[str, list[Node]] = {node.name: [] for node in plan}
    for node in plan:
        for name in set(node.inputs) & readers.keys():
            readers[name].append(node)
    groups = _grouped(plan, readers, kept)
    rectified = {group[-1].name for group in groups if len(group) > 1 and rectifies(group[-1].op)}
    return [_step(group, readers, kept, rectified) for group in groups]


def _grouped(
    plan: Sequence[Node], readers: Mapping[str, Sequence[Node]], kept: Collection[str]
) -> list[tuple[Node, ...]]:
    """Every node in one group, in execution order: a convolution with its normalisation and ReLU, others alone."""
    groups: list[tuple[Node, ...]] = []
    taken: set[str] = set()
    for node in plan:
        if node.name in taken:
            continue
        group = [node]
        if fusible(node.op):
            for fits in (normalises, rectifies):
                after = readers[group[-1].name]
                if group[-1].name not in kept and len(after) == 1 and fits(after[0].op):
                    group.append(after[0])
        taken.update(each.name for each in group)
        groups.append(tuple(group))
    return groups


def _step(
    group: tuple[Node, ...],
    readers: Mapping[str, Sequence[Node]],
    kept: Collection[str],
    rectified: Collection[str],
) -> Step:
    """What a group runs as. kept: the nodes that are asked for. rectified: the units that end in a ReLU."""
    first, last = group[0], group[-1]
    if averages(first.op):
        return Step(last.name, AveragePool(first.op), first.inputs)
    if takes_largest(first.op) and first.inputs[0] in rectified:
        return Step(last.name, MaxPool(first.op), first.inputs)
    if not isinstance(first.op, nn.Conv2d) or not fusible(first.op):
        of_pixels = any(name not in readers for name in first.inputs)
        return Step(last.name, narrowed(first.op) if of_pixels else first.op, first.inputs)
    wanted = {reflection_of(reader.op) for reader in readers[last.name]}
    ring = wanted.pop() if len(wanted) == 1 else NONE
    alone = all(fusible(reader.op) or isinstance(reader.op, POOLS) for reader in readers[last.name])
    unit = unit_of(
        first.op,
        next((node.op for node in group if isinstance(node.op, nn.BatchNorm2d)), None),
        rectified=rectifies(last.op),
        ring=ring,
        exclusive=alone,
        wanted=last.name in kept,
    )
    return Step(last.name, unit, first.inputs, unit.reflected, ring)


def narrowed(op: nn.Module) -> Callable[..., Tensor]:
    """The operation on pixels, which may come in single precision, in the precision of its weights if it has any."""
    kept_in = next((parameter.dtype for parameter in op.parameters()), None)
    return op if kept_in is None else lambda *pixels: op(*(each.to(kept_in) for each in pixels))


def rectifies(op: nn.Module) -> bool:
    """Whether an operation is a ReLU."""
    return type(op) is nn.ReLU
