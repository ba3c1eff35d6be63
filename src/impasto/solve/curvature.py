"""How hard an objective curves along the waves of a picture and at its places, as the moves made so far tell it.

Along fine waves, and along colour, what a network's statistics say hardly curves; along waves of a few pixels in
brightness it curves a hundred times as hard. And it curves harder where there is much to see than in an even sky. A
quasi-Newton method learns a few dozen directions of all these; what it takes for granted about the rest decides how
fast it goes (Nocedal & Wright, Numerical Optimization, section 7.2, on the choice of H₀). Here that is measured too: a
move s that changed the gradient by y says of the waves of a band b that the objective curves by s_b · y_b / s_b · s_b
along them, and the same of the pixels of a cell. The inverse, band by band and cell by cell, is the H₀ of the steps to
come.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import avg_pool1d, avg_pool2d, interpolate, one_hot

from impasto.solve.smoothing import OPPONENTS, Cosines, turned

EDGES = (0.01, 0.02, 0.035, 0.06, 0.09, 0.13, 0.18, 0.23, 0.28, 0.33, 0.38, 0.44, 0.5, 0.58)
"""Between the bands, in cycles per pixel. The shortest waves of a picture have 0.71."""

MIDDLES = (0.005, 0.015, 0.0275, 0.0475, 0.075, 0.11, 0.155, 0.205, 0.255, 0.305, 0.355, 0.41, 0.47, 0.54, 0.64)
"""Of the bands."""

BLOCK = 128
"""The waves are those of blocks of at most so many pixels a side, so that no more than a row of blocks is copied."""

CELL = 32
"""The side of a cell in pixels. What is told of one is of it and the eight around."""

FIRST, EVERY = 10, 10
"""After how many moves the curvature is first believed, and after how many more it is told anew."""

KEPT = 0.9
"""What a move counts for after the next one."""

LEAST = 0.2
"""The least curvature that is believed in, as a share of the largest along waves of brightness. With a tenth of this
share the objective falls no faster, and goes down in grain that it hardly sees, and other networks do."""

LONG = 0.06
"""Cycles per pixel below which waves are too long for grain. The share that is believed in sinks with LONGER for them,
so that the light and the colour of large areas settle in good time."""

LONGER = 1.5
"""The power of frequency that it sinks with."""

UNEVEN = 10.0
"""How many times as hard as at the median cell, or as little, a cell is believed to curve."""

STEPS = 1024
"""Into how many steps a cycle per pixel is divided where gains are looked up."""

TINY = 1e-30


class Curvature:
    """What the moves of one descent say.

    waves: products of the moves with the changes of gradient and with themselves, [2, 3, bands]; the three are
        brightness and the two opponent colours. cells: the same over cells, [2, rows, columns].
    told: both, as they were when the curvature was last told. count: how many moves.
    gains: by what each wave is to be multiplied, [3, steps of frequency], mean 1 over the bands of brightness.
    shares: by what each pixel is to be multiplied before and after, [1, H, W]. Both None until enough is known.
    """

    def __init__(self, height: int, width: int, device: torch.device) -> None:
        self.device, self.size = device, (height, width)
        self.waves = torch.zeros(2, 3, len(MIDDLES), device=device)
        self.cells = torch.zeros(2, -(-height // CELL), -(-width // CELL), device=device)
        self.told = (self.waves, self.cells)
        self.count = 0
        self.gains: Tensor | None = None
        self.shares: Tensor | None = None
        self.rows, self.columns = (Cosines(side // -(-side // BLOCK), device) for side in (height, width))
        opponents = torch.tensor(OPPONENTS, device=device)
        self.opponents = opponents / opponents.norm(dim=1, keepdim=True)
        frequency = (self.rows.frequencies.square() + self.columns.frequencies[:, None].square()).sqrt()
        band = torch.bucketize(frequency, torch.tensor(EDGES, device=device)).flatten()
        self.in_band = one_hot(band, len(MIDDLES)).float()

    def learn(self, move: Tensor, change: Tensor) -> None:
        """Take note of a move [1, 3, H, W] and of the change of gradient it made."""
        cells = self._of_cells(move, change)
        length = cells[1].sum().clamp_min(TINY)
        self.waves = KEPT * self.waves + self._of_waves(move, change) / length
        self.cells = KEPT * self.cells + cells / length
        self.count += 1
        if self.count >= FIRST and (self.count - FIRST) % EVERY == 0:
            self._tell(self.waves, self.cells)

    def _of_waves(self, move: Tensor, change: Tensor) -> Tensor:
        found = torch.zeros(2, 3, len(self.in_band), device=self.device)
        for row in range(self.size[0] // self.rows.length):
            moved, changed = self._blocks(move, row), self._blocks(change, row)
            found[0] += (moved * changed).sum(1).flatten(1)
            found[1] += moved.square_().sum(1).flatten(1)
        return found @ self.in_band

    def _blocks(self, image: Tensor, row: int) -> Tensor:
        """The waves of a row of blocks, [3, blocks, across, down]."""
        down, across = self.rows.length, self.columns.length
        strip = image[0, :, row * down : (row + 1) * down, : self.size[1] // across * across].float()
        blocks = turned(strip, self.opponents).view(3, down, -1, across).transpose(1, 2)
        return self.rows.forward(self.columns.forward(blocks).transpose(-1, -2))

    def _of_cells(self, move: Tensor, change: Tensor) -> Tensor:
        rows = []
        for moved, changed in zip(*(torch.split(image[0], CELL, dim=1) for image in (move, change)), strict=True):
            step = moved.float()
            columns = torch.stack([(step * changed.float()).sum((0, 1)), step.square().sum((0, 1))])
            short = -columns.shape[1] % CELL
            rows.append(avg_pool1d(torch.nn.functional.pad(columns, (0, short)), CELL) * CELL)
        return torch.stack(rows, dim=1)

    def _tell(self, waves: Tensor, cells: Tensor) -> None:
        self.told = (waves, cells)
        self.gains, self.shares = gains_of(waves), shares_of(cells, *self.size)

    def state(self) -> Tensor:
        """All that was learnt, for a descent that goes on from there; `count` apart."""
        return torch.cat([each.flatten() for each in (self.waves, self.cells, *self.told)])

    def restore(self, learnt: Tensor, count: int) -> None:
        """Take up a state. Raises ValueError if it is that of a picture of another size."""
        shapes = [self.waves.shape, self.cells.shape] * 2
        sizes = [shape.numel() for shape in shapes]
        if learnt.shape != (sum(sizes),):
            raise ValueError("what was learnt of a picture of another size")
        parts = torch.split(learnt.to(self.device), sizes)
        self.waves, self.cells, *told = (part.view(shape) for part, shape in zip(parts, shapes, strict=True))
        self.count, self.gains, self.shares = count, None, None
        if count >= FIRST:
            self._tell(*told)


def gains_of(waves: Tensor) -> Tensor:
    """The inverse of the curvature that products of moves tell of waves, by frequency; see `Curvature`."""
    curvature = waves[0] / waves[1].clamp_min(TINY)
    middles = torch.tensor(MIDDLES, device=waves.device)
    least = LEAST * (middles / LONG).clamp(max=1) ** LONGER
    gains = 1 / torch.maximum(curvature, least * curvature[0].amax().clamp_min(TINY))
    gains /= gains[0].mean()
    frequency = (torch.arange(STEPS, device=waves.device) / STEPS).clamp(middles[0], middles[-1])
    after = torch.searchsorted(middles, frequency).clamp_min(1)
    share = (frequency - middles[after - 1]) / (middles[after] - middles[after - 1])
    return torch.lerp(gains[:, after - 1], gains[:, after], share)


def shares_of(cells: Tensor, height: int, width: int) -> Tensor:
    """The root of the inverse of the curvature that products of moves tell of cells, at every pixel, [1, H, W]."""
    around = avg_pool2d(cells, 3, 1, 1)
    curvature = around[0] / around[1].clamp_min(TINY)
    usual = curvature.clamp_min(0).median()
    if not float(usual) > 0:
        return torch.ones(1, height, width, device=cells.device)
    share = (curvature / usual).clamp(1 / UNEVEN, UNEVEN).rsqrt()[None, None]
    size = (cells.shape[1] * CELL, cells.shape[2] * CELL)
    return interpolate(share, size, mode="bilinear", align_corners=False)[0, :, :height, :width]
