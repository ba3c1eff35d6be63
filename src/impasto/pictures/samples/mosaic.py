"""Two fish circling in a pool, in stone, glass and gold tesserae laid along the water."""

from __future__ import annotations

import numpy as np

from impasto.pictures.picture import Picture
from impasto.pictures.samples.canvas import illuminate, reduce
from impasto.pictures.samples.catalogue import PAINTINGS, Painting
from impasto.pictures.samples.cells import nearest, scatter_sites, settle
from impasto.pictures.samples.flow import along, blend
from impasto.pictures.samples.frame import Field, Frame, Numbers, read, smoothstep
from impasto.pictures.samples.noise import Noise
from impasto.pictures.samples.palette import Ramp, encode, linear_rgb, mix, pigment, vary

_WATER = Ramp("#0b2350", "#123f7e", "#1c6a9c", "#2f9bab", "#8fd0bd")
_FISH = Ramp("#8f1f1b", "#d0401f", "#ee7a2a", "#f7bf5c", "#fff0cf")
_GOLD = Ramp("#8a5a17", "#c8932b", "#f2cf63")
_BEND = 2.55
_SPACING = 0.0138
_GROUT = 0.0019


def _fish(x: Field, y: Field, centre: tuple[float, float], turn: float, size: float) -> tuple[Field, Field, Field]:
    """A fish bent along a circle: its signed distance (units, < 0 inside), and 0 … 1 head to tail and −1 … 1 across."""
    px, py = (x - centre[0]) / size, (y - centre[1]) / size
    radius, angle = np.hypot(px, py), np.arctan2(py, px) - turn
    angle = np.mod(angle, 2 * np.pi)
    t = angle / _BEND
    spine = 0.72 + 0.035 * np.sin(angle * 2.4)
    girth = 0.15 * np.clip(np.sin(np.pi * np.clip(t / 0.86, 0, 1) ** 0.6), 0, 1) ** 0.75 + 0.022
    tail = np.clip((t - 0.76) / 0.24, 0, 1)
    girth = np.maximum(girth * (t < 0.86), np.where(t > 0.7, 0.03 + 0.2 * tail**1.1, 0))
    notch = 0.99 - 0.13 * (1 - np.clip(np.abs(radius - spine) / np.maximum(girth, 1e-3), 0, 1))
    fins = 0.1 * np.clip(1 - np.abs(t - 0.36) / 0.1, 0, 1) * np.clip((t - 0.26) / 0.2, 0, 1)
    across = (radius - spine) / np.maximum(girth + fins, 1e-3)
    outside = np.maximum(np.abs(radius - spine) - girth - fins, _BEND * radius * (t - notch))
    return (outside * size).astype(np.float32), t.astype(np.float32), across.astype(np.float32)


def _design(frame: Frame, rng: np.random.Generator) -> tuple[Field, Field, Field]:
    """The cartoon: OKLab colour [3, h, w], direction of the rows [2, h, w], and how much is gold [h, w]."""
    x, y = frame.sketch().grid()
    noise = Noise(rng)
    centre = frame.at(0.5, 0.5)
    size = 0.46 * min(frame.right, frame.bottom)
    radius = np.hypot(x - centre[0], y - centre[1])
    ripple = radius + 0.035 * noise.fractal(x * 3, y * 3, 2)
    band = 0.5 + 0.5 * np.sin(ripple * 58)
    colour = _WATER(0.12 + 0.62 * band + 0.16 * noise.fractal(x * 5, y * 5, 2) - 0.25 * smoothstep(0.45, 0.75, radius))
    flow = along(ripple)
    gold = np.zeros_like(x)
    start = float(rng.uniform(0, 2 * np.pi))
    for turn in (start, start + np.pi):
        outside, t, across = _fish(x, y, centre, turn, size * 1.02)
        halo = smoothstep(0.034, 0.03, outside)
        colour = mix(
            colour,
            mix(pigment("#dff0dc")[:, None, None] + 0 * colour, pigment("#58b7b4"), smoothstep(0.012, 0.03, outside)),
            halo,
        )
        scale = 0.5 + 0.5 * np.cos(across * np.pi * 2.5) * np.cos(t * 48)
        body = _FISH(
            0.1
            + 0.28 * scale
            + 0.75 * np.clip(across * 0.5 + 0.3, 0, 1) ** 1.4
            + 0.1 * (t > 0.74) * np.sin(across * 14)
        )
        inside = smoothstep(0.001, -0.001, outside)
        colour = mix(colour, body, inside)
        eye = np.hypot((t - 0.1) * _BEND * 0.72, across * 0.13 - 0.03) * size
        colour = mix(colour, pigment("#fff6dd"), smoothstep(0.022, 0.02, eye) * inside)
        colour = mix(colour, pigment("#0a0a18"), smoothstep(0.0115, 0.01, eye) * inside)
        gold = np.maximum(gold, inside * smoothstep(0.55, 0.9, scale) * 0.8)
        flow = blend(flow, along(outside), smoothstep(0.05, 0.02, outside))
    return _frame_border(frame, x, y, colour, flow, gold)


def _frame_border(
    frame: Frame, x: Field, y: Field, colour: Field, flow: Field, gold: Field
) -> tuple[Field, Field, Field]:
    """A border of gold, dark lines and a running zigzag, its rows along the picture's sides."""
    inward = np.minimum(np.minimum(x, frame.right - x), np.minimum(y, frame.bottom - y))
    run = np.where(np.minimum(x, frame.right - x) < np.minimum(y, frame.bottom - y), y, x)
    step = np.mod(run / (4 * _SPACING), 1)
    zigzag = np.where(inward / (3 * _SPACING) < np.abs(2 * step - 1), 1.0, 0.0).astype(np.float32)
    border = smoothstep(0.0805, 0.0795, inward)
    red, cream = pigment("#a3291f"), pigment("#f3e3bd")
    plait = mix(np.broadcast_to(cream[:, None, None], colour.shape), red, zigzag)
    plait = mix(plait, pigment("#16224a"), 1.0 * (inward > 0.05) * (inward < 0.0645))
    edge = (inward > 0.0645) * np.float32(1)
    plait = mix(plait, _GOLD(0.5 + 0 * x), edge)
    axis = along(inward)
    return mix(colour, plait, border), blend(flow, axis, border), np.maximum(gold * (1 - border), edge * border)


def _tesserae(frame: Frame, sites: Field, flow: Field, rng: np.random.Generator) -> tuple[Numbers, Field, Field]:
    """The laid tiles at full fineness: which site, how much is tile rather than grout, and the relief in pixels."""
    fine = frame.oversampled()
    cells = nearest(fine, sites, 2.2 * _SPACING, flow)
    gap = cells.second - cells.first
    x, y = fine.grid()
    rough = Noise(rng).fractal(x * 240, y * 240, 2)
    gap = gap + np.float32(0.0006) * rough
    tile = smoothstep(_GROUT * 0.75, _GROUT * 1.15, gap)
    tilt = rng.normal(0, 0.09, (len(sites), 2)).astype(np.float32)
    own = sites[cells.site]
    lean = tilt[cells.site, 0] * (x - own[:, :, 0]) + tilt[cells.site, 1] * (y - own[:, :, 1])
    dome = np.float32(0.0016) * smoothstep(_GROUT * 0.7, _GROUT * 2.6, gap)
    relief = (dome + tile * (lean + np.float32(0.00012) * rough)) * np.float32(fine.unit)
    return cells.site, tile, relief


def paint(width: int, height: int, seed: int) -> Picture:
    """Lay the mosaic, `width` × `height` pixels; `seed` turns the fish and changes every stone."""
    rng = np.random.default_rng([seed, 3])
    frame = Frame(width, height)
    colour, flow, gold = _design(frame, rng)
    sites = settle(frame, scatter_sites(frame, _SPACING, rng), _SPACING, flow, 7)
    site, tile, relief = _tesserae(frame, sites, flow, rng)
    stones = read(frame, colour, sites[:, 0], sites[:, 1]).T
    gilded = rng.random(len(sites)) < read(frame, gold, sites[:, 0], sites[:, 1])
    stones = np.where(gilded[:, None], _GOLD(rng.random(len(sites))).T, stones)
    stones = vary(stones.astype(np.float32), rng, 0.045, 0.014)
    grout = pigment("#b9ab93")
    x, y = frame.oversampled().grid()
    veins = Noise(rng).fractal(x * 120, y * 120, 3)
    lab = np.moveaxis(stones[site], 2, 0)
    lab[0] += np.float32(0.018) * veins
    lab = mix(np.broadcast_to(grout[:, None, None], lab.shape), lab, tile)
    lab[0] -= (1 - tile) * (np.float32(0.1) + np.float32(0.05) * veins)
    shine = illuminate(linear_rgb(lab), relief, 0.75, 0.35)
    return Picture(encode(reduce(shine, frame.oversampling())))


PAINTINGS.add(
    "mosaic",
    Painting(
        "Two fish",
        "Mosaic of squared tesserae that follow the water, with grout, tilted stones and gold.",
        paint,
    ),
)
