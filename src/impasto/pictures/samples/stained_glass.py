"""A window: sunrise over hills and a river, in coloured glass held by lead."""

from __future__ import annotations

import numpy as np

from impasto.pictures.picture import Picture
from impasto.pictures.samples.canvas import reduce
from impasto.pictures.samples.catalogue import PAINTINGS, Painting
from impasto.pictures.samples.cells import Labels, borders, nearest, scatter_sites
from impasto.pictures.samples.frame import Field, Frame, blur, read, smoothstep
from impasto.pictures.samples.noise import Noise
from impasto.pictures.samples.palette import Swatches, encode, linear_rgb, vary

_REGION = 100_000
_GLASS = {
    "sun": Swatches("#ffe680", "#ffd24a"),
    "ring": Swatches("#ffb02e", "#ff8a1f", "#f7622a"),
    "ray": Swatches("#f2452c", "#c2185b", "#f58a1f", "#8e2a9e", "#e0305a"),
    "sky": Swatches("#2b4fd0", "#1c7fd6", "#3a2fa8", "#23a6c8", "#6a3fc0"),
    "far": Swatches("#5a35a8", "#3f4fb5", "#7a3a9a", "#2f6fc0"),
    "hill": Swatches("#1f8f5a", "#2fb04a", "#0f6f5f", "#7fbf2f", "#158f7f"),
    "field": Swatches("#c9c82f", "#6fae1f", "#e0a01f", "#2f8f2f", "#a8c828"),
    "river": Swatches("#19b5d8", "#6fe0ea", "#1f7fe0", "#2fd0c8"),
    "border": Swatches("#a3122f", "#1d3fa8", "#e8b020", "#0f7f6a"),
}
_NAMES = tuple(_GLASS)
_LEAD = 0.0042


def _panes(frame: Frame, x: Field, y: Field, rng: np.random.Generator) -> Labels:
    """A label for every pixel: its region (as in `_NAMES`) times `_REGION`, plus its pane within the region."""
    u, v = x / np.float32(frame.right), y / np.float32(frame.bottom)
    noise = Noise(rng)
    sun = (0.5 + float(rng.uniform(-0.12, 0.12)), 0.36)
    dx, dy = x - sun[0] * frame.right, y - sun[1] * frame.bottom
    away, angle = np.hypot(dx, dy), np.arctan2(dy, dx) / (2 * np.pi) + 0.5
    large = nearest_labels(frame, 0.085, rng)
    labels = np.where(away < 0.07, 0, 1)
    labels = np.where(away >= 0.07, _REGION + _sectors(angle, 14, 0.0), labels)
    ring = 2 * _REGION + _sectors(angle, 22, 0.5)
    labels = np.where(away >= 0.125, ring, labels)
    outer = 2 * _REGION + 100 + _sectors(angle, 22, 0.0)
    labels = np.where(away >= 0.2 + 0.028 * np.cos(angle * 2 * np.pi * 22), outer, labels)
    labels = np.where(away >= 0.31 + 0.02 * np.cos(angle * 2 * np.pi * 11), 3 * _REGION + large, labels)
    ridges = (
        (4, 0.56, 0.10, 2.3, large),
        (5, 0.67, 0.07, 1.8, nearest_labels(frame, 0.1, rng)),
        (6, 0.80, 0.06, 1.4, _furrows(x, v, noise)),
    )
    for region, level, rise, pitch, pane in ridges:
        ridge = level - rise * noise.fractal(x[:1] * pitch + 7 * region, np.full_like(x[:1], 0.5 + region), 2)
        labels = np.where(v > ridge, region * _REGION + pane, labels)
    course = 0.5 + 0.16 * np.sin(v * 11 + 0.6) * (1.25 - v) + 0.06 * (v - 0.6)
    width = 0.012 + 0.3 * np.clip(v - 0.63, 0, 1) ** 1.3
    wet = (np.abs(u - course) < width) & (v > 0.66 - 0.02 * np.sin(u * 20))
    strand = np.floor((u - course) / width * 1.5 + 1.5) + 10 * np.floor(np.log(np.maximum(v - 0.55, 0.01)) * 7 + 99)
    labels = np.where(wet, 7 * _REGION + strand.astype(np.int64), labels)
    return _bordered(frame, x, y, labels.astype(np.int64))


def nearest_labels(frame: Frame, spacing: float, rng: np.random.Generator) -> Labels:
    """Labels of irregular cells about `spacing` units across, on the fine frame."""
    sites = scatter_sites(frame, spacing, rng)
    return nearest(frame.oversampled(), sites, 2.2 * spacing).site


def _sectors(angle: Field, count: int, shift: float) -> Labels:
    return np.asarray(np.mod(np.floor(angle * count + shift), count), dtype=np.int64)


def _furrows(x: Field, v: Field, noise: Noise) -> Labels:
    rows = np.floor(v * 15 + 1.6 * noise(x * 1.3, v * 2) + 0.9 * x)
    breaks = np.floor(x * 4.2 + 0.37 * rows * rows + 0.5 * noise(v * 7, x))
    return np.asarray((rows + 40) * 60 + breaks + 20, dtype=np.int64)


def _bordered(frame: Frame, x: Field, y: Field, labels: Labels) -> Labels:
    inward = np.minimum(np.minimum(x, frame.right - x), np.minimum(y, frame.bottom - y))
    beside = np.minimum(x, frame.right - x) < np.minimum(y, frame.bottom - y)
    run = np.where(beside, y, x)
    pieces = np.floor(run / 0.075) + 50 * beside + 100 * np.where(beside, x > frame.right / 2, y > frame.bottom / 2)
    inner = 400 + np.floor(run / 0.15) + 50 * beside + 100 * np.where(beside, x > frame.right / 2, y > frame.bottom / 2)
    edged = np.where(inward < 0.03, pieces, inner).astype(np.int64)
    return np.asarray(np.where(inward < 0.042, 8 * _REGION + edged, labels), dtype=np.int64)


def _glass(labels: Labels, rng: np.random.Generator) -> tuple[Field, Labels]:
    """One OKLab colour per pane [N, 3], and for each pixel the number of its pane [H, W]."""
    panes, number = np.unique(labels, return_inverse=True)
    colours = np.zeros((panes.size, 3), np.float32)
    for index, name in enumerate(_NAMES):
        mine = np.flatnonzero(panes // _REGION == index)
        colours[mine] = _GLASS[name].pick(rng, mine.size)
    return vary(colours, rng, 0.03, 0.012), number.reshape(labels.shape)


def _luminance(fine: Frame, number: Labels, x: Field, y: Field, rng: np.random.Generator) -> Field:
    """How much lighter (OKLab) the glass is at each pixel: paler on one side of each pane, streaked and seeded."""
    flat, count = number.ravel(), int(number.max()) + 1
    size = np.maximum(np.bincount(flat, minlength=count), 1)
    spread = np.sqrt(size / fine.unit**2)
    middle_x, middle_y = (np.bincount(flat, axis.ravel(), count) / size for axis in (x, y))
    turn = rng.uniform(0, 2 * np.pi, count)
    lean_x, lean_y = np.cos(turn) / spread, np.sin(turn) / spread
    slope = lean_x[number] * (x - middle_x[number]) + lean_y[number] * (y - middle_y[number])
    noise = Noise(rng)
    coarse_x, coarse_y = fine.sketch().grid()
    flashed = noise.fractal(coarse_x * 9, coarse_y * 30, 4) + 0.6 * noise(coarse_x * 60, coarse_y * 60)
    streaks = np.where((number % 2).astype(bool), read(fine, flashed, x, y), read(fine, flashed, fine.right - x, y))
    return np.asarray(0.12 * np.clip(slope, -1.2, 1.2) + 0.045 * streaks, dtype=np.float32)


def paint(width: int, height: int, seed: int) -> Picture:
    """Lead the window, `width` × `height` pixels; `seed` moves the sun and hills and chooses every pane."""
    rng = np.random.default_rng([seed, 4])
    frame = Frame(width, height)
    fine = frame.oversampled()
    x, y = fine.grid()
    labels = _panes(frame, x, y, rng)
    colours, number = _glass(labels, rng)
    lab = np.moveaxis(colours[number], 2, 0).copy()
    lab[0] += _luminance(fine, number, x, y, rng)
    reach = max(1.0, _LEAD * fine.unit / 2)
    near = blur(borders(labels), reach, 2) * np.float32(reach)
    lead = smoothstep(0.05, 0.13, near)
    dirt = smoothstep(0.0, 0.14, blur(borders(labels), 3.2 * reach, 2) * np.float32(3.2 * reach))
    lab[0] += 0.02 - 0.08 * dirt
    light = linear_rgb(lab) * (1 - lead)
    glow = np.stack([blur(channel, 0.012 * fine.unit) for channel in np.clip(light, 0, 1)])
    down, across = np.gradient(near)
    came = np.clip(0.012 - 0.16 * (across + down) * reach / 2, 0.003, 0.12)
    image = (
        light * 0.95 + (0.24 - 0.2 * lead) * glow + lead * came * np.array([1.0, 0.98, 1.05], np.float32)[:, None, None]
    )
    return Picture(encode(reduce(image.astype(np.float32), frame.oversampling())))


PAINTINGS.add(
    "stained_glass",
    Painting(
        "Sunrise window",
        "Stained glass: luminous panes of every colour, in rings, rays, cells and furrows, between lead lines.",
        paint,
    ),
)
