"""Cells: the pieces of a mosaic or a window, as nearest-site regions under a metric that may turn from site to site."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impasto.pictures.samples.frame import Field, Frame, Numbers, read

Labels = Numbers


@dataclass(frozen=True)
class Cells:
    """The nearest site of each pixel, and the distances (units) to it and to the second nearest, [H, W] each."""

    site: Labels
    first: Field
    second: Field


def scatter_sites(frame: Frame, spacing: float, rng: np.random.Generator) -> Field:
    """Sites [N, 2] in units on a jittered grid `spacing` apart that reaches just past the frame."""
    xs = np.arange(-spacing / 2, frame.right + spacing, spacing)
    ys = np.arange(-spacing / 2, frame.bottom + spacing, spacing)
    grid = np.stack([axis.ravel() for axis in np.meshgrid(xs, ys)], axis=1)
    return (grid + spacing * rng.uniform(-0.42, 0.42, grid.shape)).astype(np.float32)


def nearest(frame: Frame, sites: Field, reach: float, flow: Field | None = None) -> Cells:
    """The cells of `sites` [N, 2] on `frame`; a site looks no farther than `reach` (units).

    With a `flow` [2, h, w] distance is the greater of those along and across the flow at the site, so that cells
    become squares that follow it; without, it is Euclid's.
    """
    shape = (frame.height, frame.width)
    site = np.zeros(shape, np.int64)
    first, second = np.full(shape, reach, np.float32), np.full(shape, reach, np.float32)
    unit, radius = frame.unit, int(np.ceil(reach * frame.unit))
    headings = None if flow is None else _headings(frame, flow, sites)
    for number, (x, y) in enumerate(sites.tolist()):
        column, row = int(x * unit), int(y * unit)
        left, right = max(column - radius, 0), min(column + radius + 1, frame.width)
        top, foot = max(row - radius, 0), min(row + radius + 1, frame.height)
        if left >= right or top >= foot:
            continue
        dx = ((np.arange(left, right, dtype=np.float32) + 0.5) / unit - x).astype(np.float32)
        dy = ((np.arange(top, foot, dtype=np.float32) + 0.5) / unit - y).astype(np.float32)[:, None]
        if headings is None:
            distance = np.sqrt(dx * dx + dy * dy)
        else:
            c, s = headings[number]
            distance = np.maximum(np.abs(c * dx + s * dy), np.abs(c * dy - s * dx))
        window = (slice(top, foot), slice(left, right))
        closer = distance < first[window]
        np.minimum(second[window], np.where(closer, first[window], distance), out=second[window])
        np.copyto(first[window], distance, where=closer)
        np.copyto(site[window], number, where=closer)
    return Cells(site, first, second)


def _headings(frame: Frame, flow: Field, sites: Field) -> Field:
    """Unit vectors [N, 2] along the flow at the sites; to the right where neighbours cancel out."""
    there = read(frame, flow, sites[:, 0], sites[:, 1])
    length = np.hypot(there[0], there[1])
    right = np.array([[1.0], [0.0]], np.float32)
    return np.asarray(np.where(length > 1e-3, there / np.maximum(length, 1e-3), right).T, dtype=np.float32)


def settle(frame: Frame, sites: Field, spacing: float, flow: Field, rounds: int) -> Field:
    """`sites` moved to their cells' centres `rounds` times, so that the cells become even.

    Lloyd's iteration under a turning metric, after Hausner (Simulating decorative mosaics, SIGGRAPH 2001).
    """
    sketch = frame.sketch()
    x, y = sketch.grid()
    for _ in range(rounds):
        owner = nearest(sketch, sites, 2.5 * spacing, flow).site.ravel()
        count = np.bincount(owner, minlength=len(sites))
        middle = np.stack([np.bincount(owner, axis.ravel(), len(sites)) for axis in (x, y)], axis=1)
        inner = np.all((sites > 0) & (sites < (frame.right, frame.bottom)), axis=1) & (count > 0)
        sites = np.where(inner[:, None], middle / np.maximum(count, 1)[:, None], sites).astype(np.float32)
    return sites


def borders(labels: Labels) -> Field:
    """1 where a pixel's label differs from its right or lower neighbour's, else 0: float32 [H, W]."""
    edge = np.zeros(labels.shape, bool)
    edge[:, :-1] |= labels[:, 1:] != labels[:, :-1]
    edge[:-1] |= labels[1:] != labels[:-1]
    return edge.astype(np.float32)
