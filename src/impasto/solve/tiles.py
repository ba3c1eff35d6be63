"""Cutting a picture into tiles, each with all that its own positions see.

Tiles begin at multiples of the largest stride, so that a layer has the same positions in a tile as in the whole; the
pixels around them are the receptive field's. Where the picture ends, a tile ends with it, and pads as the whole does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from impasto.backbones import Graph, Reach, least_side, receptive_fields
from impasto.errors import JobError
from impasto.losses import PIXELS, Part, Span


@dataclass(frozen=True)
class Tile:
    """rows, columns: the pixels that are computed; part: what of them is the tile's own."""

    rows: slice
    columns: slice
    part: Part


def tiles(
    graph: Graph,
    layers: Sequence[str],
    size: tuple[int, int],
    side: int,
    offset: tuple[int, int],
    inner: tuple[int, int],
    margin: int = 0,
) -> list[Tile]:
    """Cut a picture of height and width `size` into tiles of about `side` pixels.

    graph: computes `layers`, which may go by their other names. offset, inner: where in that picture the one lies whose
    pixels count as the layer `input`, and its height and width; what is around it was mirrored.
    margin: pixels on every side of a tile in which the layers, too, must be what they are in the whole.
    Raises JobError for layers without positions, and for a side that is too small.
    """
    plan = graph.plan(layers)
    fields = receptive_fields(plan)
    fields |= {alias: fields[name] for alias, name in graph.aliases.items() if name in fields}
    missing = [name for name in layers if name not in fields and name != PIXELS]
    if missing:
        raise JobError(f"{missing[0]} sees the picture as a whole, so it cannot be computed in tiles")
    axes, least = [], least_side(plan)
    for axis in (0, 1):
        reaches = {name: (field.vertical, field.horizontal)[axis] for name, field in fields.items() if name in layers}
        strides = [(field.vertical, field.horizontal)[axis].stride for field in fields.values()]
        axes.append(_along(reaches, max(strides), size[axis], side, least, offset[axis], inner[axis], margin))
    return [
        Tile(rows, columns, Part({name: (down[name], across[name]) for name in down}))
        for rows, down in axes[0]
        for columns, across in axes[1]
    ]


def borders(size: int, side: int, stride: int) -> list[int]:
    """Where tiles of one size, at most `side` pixels, meet along an axis of `size`: at multiples of `stride`.

    Raises JobError if a tile is smaller than a stride.
    """
    if side < stride:
        raise JobError(f"a tile must be at least as large as the largest stride, {stride} pixels, not {side}")
    count = -(-size // (side // stride * stride))
    return list(range(0, size, -(-size // (count * stride)) * stride))[1:]


def _along(
    reaches: dict[str, Reach],
    stride: int,
    size: int,
    side: int,
    least: int,
    offset: int,
    inner: int,
    margin: int,
) -> list[tuple[slice, dict[str, Span]]]:
    """The tiles along one axis: the pixels computed, and the positions owned of each layer.

    All own about as many pixels, and as many are computed for each, so that the memory of one fits the next.
    least: pixels that the network can look at; a last tile with fewer belongs to the one before.
    """
    before = margin + max(0, *(reach.before for reach in reaches.values()))
    after = margin + max(0, *(reach.after for reach in reaches.values()))
    bounds = [0, *borders(size, side, stride), size]
    while len(bounds) > 2 and size - max(0, (bounds[-2] - before) // stride * stride) < least:
        del bounds[-2]
    needed = max(stop - start for start, stop in pairwise(bounds)) - (-before // stride) * stride + after + stride
    length = needed + (size - needed) % stride
    along = []
    for start, stop in pairwise(bounds):
        first = max(0, min((start - before) // stride * stride, size - length))
        end = min(size, first + length)
        spans = {}
        for name, reach in reaches.items():
            if name == PIXELS:
                spans[name] = _pixels(start, stop, first - offset, offset, inner)
            else:
                last = None if stop == size else -(-stop // reach.stride)
                spans[name] = Span(-(-start // reach.stride), last, first // reach.stride)
        along.append((slice(first, end), spans))
    return along


def _pixels(start: int, stop: int, origin: int, offset: int, inner: int) -> Span:
    """The pixels of the picture itself, which begins at `offset`, from `start` to `stop`."""
    first = min(max(start - offset, 0), inner)
    return Span(first, max(first, min(stop - offset, inner)), origin, inner)
