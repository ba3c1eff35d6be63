"""Which pixels each position of a layer stands for, so that a mask drawn on the picture can weigh the positions.

A position sees far more pixels than there are from it to the next, and those of its neighbours too. Of all positions it
stands for the pixels that lie nearest to the middle of what it sees: a cell as wide as the stride, where the network's
own windows put it. The first and the last cell reach to the borders, so the cells of a layer divide the whole picture
between them, and whatever a mask marks, however small, some position has a share in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from impasto.arithmetic import in_double
from impasto.backbones.graph import INPUT
from impasto.backbones.node import Node
from impasto.backbones.receptive_field import Reach, receptive_fields
from impasto.backbones.window import window_of


@dataclass(frozen=True)
class Cells:
    """The cells of a layer along one axis: position i stands for the pixels from starts[i] to ends[i].

    Pixels are areas: the first goes from 0 to 1. starts, ends: [n] in float64, on the CPU.
    """

    starts: Tensor
    ends: Tensor


def cells_of(plan: Sequence[Node], height: int, width: int) -> dict[str, tuple[Cells, Cells]]:
    """The cells, down and across, of every node of `plan` that has positions, and of the picture itself (`input`).

    plan: nodes in execution order, as from `Graph.plan`. height, width: of the picture in pixels.
    """
    fields = receptive_fields(plan)
    counts = {INPUT: (height, width)}
    for node in plan:
        if node.name in fields:
            down, across = counts[node.inputs[0]]
            counts[node.name] = positions_after(node.op, down, 0), positions_after(node.op, across, 1)
    return {
        name: (
            _cells(fields[name].vertical, down, height),
            _cells(fields[name].horizontal, across, width),
        )
        for name, (down, across) in counts.items()
    }


def positions_after(op: nn.Module, positions: int, axis: int) -> int:
    """How many positions `op` makes of so many down (axis 0) or across (axis 1).

    ⌊(n + 2p − d(k − 1) − 1) / s⌋ + 1 (torch.nn.Conv2d); in ceil mode (torch.nn.MaxPool2d) the division rounds up, but
    no window starts in the padding behind.
    """
    window = window_of(op, axis)
    if window is None:
        return positions
    room = positions + 2 * window.padding - window.reach
    if not getattr(op, "ceil_mode", False):
        return room // window.stride + 1
    count = -(-room // window.stride) + 1
    return count - 1 if (count - 1) * window.stride >= positions + window.padding else count


def _cells(reach: Reach, positions: int, side: int) -> Cells:
    """The cells of so many positions along a side of so many pixels.

    One that would lie beyond the border, as padding may put the last, stands for the pixel there.
    """
    middles = torch.arange(positions, dtype=torch.float64) * reach.stride + (reach.after - reach.before + 1) / 2
    between = (middles[1:] + middles[:-1]) / 2
    starts = torch.cat([middles.new_zeros(1), between]).clamp(0, side)
    ends = torch.cat([between, middles.new_full((1,), float(side))]).clamp(0, side)
    empty = ends <= starts
    starts = torch.where(empty, starts.clamp_max(side - 1), starts)
    return Cells(starts, torch.where(empty, starts + 1, ends))


def averaged(mask: Tensor, down: Cells, across: Cells) -> Tensor:
    """The means of a mask [H, W] over the cells of a layer: [h, w], float32, on the mask's device."""
    rows = _averaged(in_double(mask), down)
    return _averaged(rows.T, across).T.clamp_min(0).float().contiguous().to(mask.device)


def _averaged(plane: Tensor, cells: Cells) -> Tensor:
    """The means of the rows of [n, m] over the cells along n."""
    added = torch.cat([plane.new_zeros(1, plane.shape[1]), plane.cumsum(0)])
    starts, ends = cells.starts.to(plane.device), cells.ends.to(plane.device)

    def up_to(edge: Tensor) -> Tensor:
        whole = edge.floor().long().clamp_max(plane.shape[0] - 1)
        return added[whole] + (edge - whole)[:, None] * plane[whole]

    return (up_to(ends) - up_to(starts)) / (ends - starts)[:, None]
