"""A night coast in swirling strokes: whirling sky, a moon, lanterns on the water and a lighthouse."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impasto.pictures.picture import Picture
from impasto.pictures.samples.brush import Brush
from impasto.pictures.samples.canvas import Canvas, Layer, Study
from impasto.pictures.samples.catalogue import PAINTINGS, Painting
from impasto.pictures.samples.flow import Vortex, along, blend
from impasto.pictures.samples.frame import Field, Frame, smoothstep
from impasto.pictures.samples.noise import Noise
from impasto.pictures.samples.palette import Ramp, mix, pigment

_SKY = Ramp("#0d1838", "#17306b", "#2350a0", "#2f78b5", "#66a9b8", "#c2dcc4", stops=(0, 0.25, 0.5, 0.7, 0.86, 1))
_SEA = Ramp("#081226", "#0f2a52", "#1b4f7d", "#2f8694", "#7cc0b0")
_LIGHT = Ramp("#fff3c4", "#ffdf6b", "#f3ae2b", "#cf7a1e", "#7f7d56", stops=(0, 0.3, 0.55, 0.8, 1))
_LAND = Ramp("#0a1024", "#17244a", "#24466a", "#3f7a80", "#7fae92")

_LAYERS = (
    Layer(Brush(0.055, 0.20, bristles=16, dryness=0.3, relief=0.05), 3.0, 0.25, (0.03, 0.012)),
    Layer(Brush(0.026, 0.15, bristles=12, dryness=0.5, relief=0.09), 2.6, 0.16, (0.04, 0.016)),
    Layer(Brush(0.0135, 0.085, bristles=8, dryness=0.5, relief=0.12), 1.9, 0.10, (0.045, 0.018)),
    Layer(Brush(0.0075, 0.045, bristles=6, dryness=0.45, relief=0.15), 1.6, 0.07, (0.04, 0.018), busy=0.3),
    Layer(Brush(0.0042, 0.022, bristles=4, dryness=0.3, relief=0.2), 1.8, 0.05, (0.03, 0.014), busy=0.75),
)


@dataclass(frozen=True)
class _Glow:
    """A light in the sky or on the land: where, how far it shines, and how large its disc is."""

    x: float
    y: float
    reach: float
    disc: float


def _glows(frame: Frame, rng: np.random.Generator) -> list[_Glow]:
    moon = _Glow(*frame.at(0.775, 0.2), 0.2, 0.055)
    places = ((0.07, 0.12), (0.3, 0.08), (0.53, 0.13), (0.6, 0.4), (0.95, 0.46))
    stars = [
        _Glow(*frame.at(u + rng.uniform(-0.03, 0.03), v + rng.uniform(-0.03, 0.03)), size, size * 0.22)
        for (u, v), size in zip(places, rng.uniform(0.028, 0.055, len(places)), strict=True)
    ]
    return [moon, *stars]


def _stream(frame: Frame, x: Field, y: Field, rng: np.random.Generator, noise: Noise) -> Field:
    """The sky's stream function: wind to the right, great whirls, small whirls between them, and unrest."""
    stream = 0.25 * y + 0.05 * noise.fractal(x * 2.2, y * 3.4, 3)
    great = ((0.37, 0.27, 0.13, 1.0), (0.56, 0.2, 0.085, -0.9), (0.12, 0.24, 0.085, -0.7), (0.9, 0.5, 0.07, 0.7))
    for u, v, radius, strength in great:
        centre = frame.at(u + rng.uniform(-0.02, 0.02), v + rng.uniform(-0.02, 0.02))
        stream = stream + Vortex(*centre, radius, strength).stream(x, y)
    for _ in range(9):
        centre = frame.at(rng.uniform(0, 1), rng.uniform(0, 0.55))
        radius, strength = rng.uniform(0.03, 0.05), rng.choice([-0.6, 0.6])
        stream = stream + Vortex(*centre, radius, strength).stream(x, y)
    return np.asarray(stream, dtype=np.float32)


def _study(frame: Frame, rng: np.random.Generator) -> Study:
    """The night as fields: sky, lights, hills, sea with reflections, headland and lighthouse, back to front."""
    sketch = frame.sketch()
    x, y = sketch.grid()
    u, v = x / np.float32(frame.right), y / np.float32(frame.bottom)
    noise = Noise(rng)
    stream = _stream(frame, x, y, rng, noise)
    bands = 0.5 + 0.5 * np.sin(stream * 62 + 2.5 * noise(x * 3, y * 3))
    tone = 0.1 + 0.5 * bands**1.5 + 0.22 * smoothstep(0.05, 0.6, v) + 0.1 * noise.fractal(x * 7, y * 7, 3)
    colour, flow = _SKY(tone), along(stream)
    busy: Field = 0.3 + 0.25 * bands
    for glow in _glows(frame, rng):
        colour, flow, busy = _shine(glow, x, y, noise, colour, flow, busy)
    horizon = 0.655
    colour, flow, busy = _hills(x, u, v, horizon, noise, colour, flow, busy)
    colour, flow, busy = _sea(x, u, v, horizon, noise, rng, colour, flow, busy)
    colour, flow, busy = _headland(frame, x, y, u, v, noise, colour, flow, busy)
    return Study(colour, flow, np.clip(busy, 0, 1).astype(np.float32))


def _shine(
    glow: _Glow, x: Field, y: Field, noise: Noise, colour: Field, flow: Field, busy: Field
) -> tuple[Field, Field, Field]:
    distance = np.hypot(x - glow.x, y - glow.y)
    rings = distance / glow.reach + 0.1 * noise(x * 22, y * 22) * (distance > glow.disc)
    amount = smoothstep(1.0, 0.55, rings) * (0.55 + 0.45 * np.cos(rings * 21) ** 2)
    disc = smoothstep(glow.disc * 1.1, glow.disc * 0.9, distance)
    light = mix(_LIGHT(np.clip(rings, 0, 1)), _LIGHT(0.45 * (distance / glow.disc) ** 2), disc)
    colour = mix(colour, light, np.maximum(amount, disc))
    flow = blend(flow, along(distance), smoothstep(1.5, 0.85, distance / glow.reach))
    return colour, flow, np.maximum(busy, 0.9 * smoothstep(1.0, 0.7, distance / glow.reach))


def _hills(
    x: Field, u: Field, v: Field, horizon: float, noise: Noise, colour: Field, flow: Field, busy: Field
) -> tuple[Field, Field, Field]:
    for depth, (rise, pitch) in enumerate(((0.12, 2.1), (0.07, 3.3))):
        swell = noise.fractal(x * pitch + 9 * depth, np.full_like(x, 4.5 + depth), 4)
        ridge = horizon - rise * (0.55 + 0.9 * swell) * smoothstep(-0.2, 0.75, u)
        inside = smoothstep(-0.004, 0.004, v - ridge)
        fold = np.sin((v - ridge) * 95 + 3 * noise(x * 6, v * 6))
        tone = 0.62 - 0.22 * depth + 0.2 * fold - 2.0 * (v - ridge)
        colour = mix(colour, _LAND(tone), inside)
        flow = blend(flow, along(v - ridge + 0.02 * noise(x * 5, v * 8)), inside)
        busy = np.maximum(busy, 0.55 * inside)
    return colour, flow, busy


def _sea(
    x: Field,
    u: Field,
    v: Field,
    horizon: float,
    noise: Noise,
    rng: np.random.Generator,
    colour: Field,
    flow: Field,
    busy: Field,
) -> tuple[Field, Field, Field]:
    below = smoothstep(horizon - 0.002, horizon + 0.002, v)
    depth = np.clip((v - horizon) / (1 - horizon), 0, 1)
    perspective = np.log1p(7 * depth) * 7
    swell = perspective + 0.9 * noise(x * 2.5, perspective * 0.7)
    ripple = 0.5 + 0.5 * np.sin(swell * 4.6 + 2.4 * noise(x * (9 - 5 * depth), perspective * 1.6))
    water = _SEA(0.12 + 0.62 * ripple**1.6 - 0.1 * depth + 0.1 * noise(x * 8, v * 30))
    lamps = [(0.775, 0.055, 0.95, 1.0)]
    lamps += [(place, 0.007, rng.uniform(0.2, 0.5), 0.35) for place in (0.46, 0.53, 0.585, 0.66, 0.7, 0.87, 0.91, 0.96)]
    for place, spread, reach, strength in lamps:
        width = spread * (0.5 + 0.9 * depth + 0.5 * noise(x * 0 + 3, perspective * 3 + 40 * place))
        column = np.exp(-(((u - place - 0.012 * noise(x * 0, perspective * 4)) / width) ** 2))
        broken = smoothstep(0.2, 0.62, ripple + 0.25 * noise(x * 30, v * 70)) * smoothstep(reach, reach * 0.6, depth)
        water = mix(water, _LIGHT(0.2 + 0.5 * depth + 0.15 * (1 - ripple)), np.clip(1.3 * column * broken, 0, 1))
        busy = np.maximum(busy, column * below)
        lamp = np.exp(-(((u - place) / 0.0035) ** 2) - ((v - horizon + 0.007) / 0.005) ** 2)
        colour = mix(colour, pigment("#ffd977"), np.clip(1.6 * lamp, 0, 1) * (strength < 1))
    colour = mix(colour, water, below)
    flow = blend(flow, along(swell), below)
    return colour, flow, np.maximum(busy, 0.45 * below)


def _headland(
    frame: Frame, x: Field, y: Field, u: Field, v: Field, noise: Noise, colour: Field, flow: Field, busy: Field
) -> tuple[Field, Field, Field]:
    crag = noise.fractal(x * 5, np.full_like(x, 11.0), 5)
    ridge = 0.615 + 0.055 * crag + 1.15 * np.clip(u - 0.1, 0, 1) ** 1.25 - 0.05 * smoothstep(0.02, 0.13, u)
    inside = smoothstep(-0.004, 0.004, v - ridge)
    fold = np.sin((v - ridge) * 60 + 14 * u + 4 * noise(x * 5, y * 5))
    patch = noise.fractal(x * 5, y * 9, 3)
    rock = _LAND(0.34 + 0.3 * fold * (0.6 + 0.6 * patch) + 0.1 * patch)
    rock = mix(rock, pigment("#56753f"), 0.75 * smoothstep(0.0, 0.7, patch + 0.4 * fold))
    rock = mix(rock, pigment("#b0702f"), 0.6 * smoothstep(0.35, 0.8, noise.fractal(x * 8 + 5, y * 11, 2)))
    rock = mix(rock, pigment("#c9a552"), 0.8 * smoothstep(0.014, 0.0, v - ridge))
    colour = mix(colour, rock, inside)
    flow = blend(flow, along(v - ridge + 0.1 * u + 0.03 * noise(x * 4, y * 6)), inside)
    busy = np.maximum(busy, 0.6 * inside)
    foot, lamp, middle = 0.60 * frame.bottom, 0.405 * frame.bottom, 0.125 * frame.right
    climb = (foot - y) / (foot - lamp)
    half = 0.021 - 0.0085 * np.clip(climb, 0, 1)
    shaft = smoothstep(0.002, -0.002, np.abs(x - middle) - half) * (climb < 1.0) * (climb > -0.2)
    across = (x - middle) / half
    stripe = smoothstep(-0.2, 0.2, np.sin(climb * 17))
    wall = mix(Ramp("#f4ead0", "#c7b9a0", "#5c6a86")(0.5 + 0.5 * across), pigment("#8c2f2b"), 0.85 * stripe)
    colour = mix(colour, wall, shaft)
    down = np.stack([np.zeros_like(x), np.ones_like(x)])
    flow = blend(flow, down, shaft)
    return _shine(_Glow(middle, lamp - 0.012, 0.065, 0.013), x, y, noise, colour, flow, np.maximum(busy, shaft))


def paint(width: int, height: int, seed: int) -> Picture:
    """Paint the night coast, `width` × `height` pixels; `seed` moves stars, whirls, hills and every stroke."""
    rng = np.random.default_rng([seed, 1])
    frame = Frame(width, height)
    study = _study(frame, rng)
    canvas = Canvas(frame, pigment("#1c2238"))
    for layer in _LAYERS:
        canvas.cover(study, layer, rng)
    return canvas.picture()


PAINTINGS.add(
    "swirl",
    Painting(
        "Night coast",
        "Oil in long swirling strokes: night blues and pale teal with yellow and ochre lights.",
        paint,
    ),
)
