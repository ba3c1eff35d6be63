"""A harbour at sunset under the knife: broad flat slabs of orange, crimson, violet and turquoise."""

from __future__ import annotations

import numpy as np

from impasto.pictures.picture import Picture
from impasto.pictures.samples.brush import Brush
from impasto.pictures.samples.canvas import Canvas, Layer, Study
from impasto.pictures.samples.catalogue import PAINTINGS, Painting
from impasto.pictures.samples.flow import along, blend
from impasto.pictures.samples.frame import Field, Frame, smoothstep
from impasto.pictures.samples.noise import Noise
from impasto.pictures.samples.palette import Ramp, Swatches, mix, pigment

_SKY = Ramp("#3b1f5c", "#7a2a6b", "#c8324f", "#ee6a34", "#f9a53c", "#ffe08a", stops=(0, 0.2, 0.42, 0.64, 0.82, 1))
_CLOUD = Ramp("#4a2a6e", "#8c3b78", "#e0526a", "#ffb27a")
_WATER = Ramp("#123a56", "#1c7484", "#38b0a8", "#f08a4a", "#ffd27a", stops=(0, 0.3, 0.52, 0.78, 1))
_HOUSES = Swatches("#c2403a", "#e08a3c", "#7a3b78", "#2f7f8c", "#e9c16b", "#a3324f", "#4d5c9c", "#d9673f")
_SAILS = Swatches("#f6e3c0", "#f0a04a", "#d8403c", "#fbeed6")
_HORIZON = 0.54

_LAYERS = (
    Layer(Brush(0.085, 0.20, bristles=26, streak=0.03, dryness=0.35, taper=0.12, relief=0.035), 3.0, 0.3, (0.05, 0.03)),
    Layer(
        Brush(0.045, 0.11, bristles=18, streak=0.03, dryness=0.6, taper=0.12, relief=0.055), 2.2, 0.14, (0.05, 0.028)
    ),
    Layer(
        Brush(0.021, 0.055, bristles=10, streak=0.025, dryness=0.6, taper=0.15, relief=0.09),
        1.7,
        0.10,
        (0.04, 0.02),
        busy=0.35,
    ),
    Layer(
        Brush(0.010, 0.026, bristles=6, streak=0.02, dryness=0.5, taper=0.2, relief=0.13),
        1.8,
        0.07,
        (0.035, 0.016),
        busy=0.6,
    ),
    Layer(
        Brush(0.0048, 0.016, bristles=4, streak=0.02, dryness=0.3, taper=0.3, relief=0.16),
        1.8,
        0.05,
        (0.02, 0.01),
        busy=0.85,
    ),
)


class _Scene:
    """The fields of the study while the scene is built up from back to front; positions are fractions of the frame."""

    def __init__(self, frame: Frame, rng: np.random.Generator) -> None:
        self.rng = rng
        self.noise = Noise(rng)
        self.x, self.y = frame.sketch().grid()
        self.u, self.v = self.x / np.float32(frame.right), self.y / np.float32(frame.bottom)
        self.aspect = frame.right / frame.bottom
        self.colour = np.zeros((3, *self.x.shape), np.float32)
        self.flow = along(self.y)
        self.busy = np.zeros_like(self.x)

    def put(self, colour: Field, where: Field, flow: Field | None = None, busy: float = 0.0) -> None:
        """Lay `colour` where `where` is 1, with its own direction of strokes and at least this `busy`."""
        self.colour = mix(self.colour, colour, where)
        if flow is not None:
            self.flow = blend(self.flow, flow, where)
        self.busy = np.maximum(self.busy, np.float32(busy) * where)

    def slope(self, angle: float) -> Field:
        """Strokes at `angle` radians, clockwise from the right, everywhere."""
        one = np.ones_like(self.x)
        return np.stack([np.float32(np.cos(angle)) * one, np.float32(np.sin(angle)) * one])

    def box(self, left: float, top: float, right: float, foot: float, soft: float = 0.0015) -> Field:
        """1 inside a rectangle, with edges `soft` wide."""
        sides = smoothstep(-soft, soft, self.u - left) * smoothstep(soft, -soft, self.u - right)
        return sides * smoothstep(-soft, soft, self.v - top) * smoothstep(soft, -soft, self.v - foot)


def _sky(scene: _Scene, sun: tuple[float, float]) -> None:
    x, y, u, v, noise = scene.x, scene.y, scene.u, scene.v, scene.noise
    away = np.hypot((u - sun[0]) * scene.aspect, (v - sun[1]) * 1.25)
    tone = 1.02 - 1.15 * away**0.8 + 0.12 * noise.fractal(x * 2.5, y * 5, 4)
    scene.put(_SKY(tone), np.ones_like(x), along(away + 0.12 * noise.fractal(x * 2, y * 3, 3)), 0.15)
    shape = noise.fractal(x * 1.6 + 3 * y, y * 6.5 - 0.8 * x, 4) + 0.3 * np.sin(v * 17 + 2.5 * u)
    cloud = smoothstep(0.12, 0.38, shape) * smoothstep(_HORIZON, _HORIZON - 0.14, v)
    lit = np.clip(0.85 - 0.75 * away + 0.9 * (shape - 0.35), 0, 1)
    scene.put(_CLOUD(lit), 0.85 * cloud, scene.slope(-0.12), 0.35)
    teal = smoothstep(0.35, 0.75, noise.fractal(x * 2.2 + 31, y * 4.4, 3)) * smoothstep(0.4, 0.05, v)
    scene.put(pigment("#3f9aa6"), 0.7 * teal, None, 0.2)
    disc = smoothstep(0.062, 0.058, np.hypot((u - sun[0]) * scene.aspect, v - sun[1]))
    scene.put(pigment("#fff4c2"), disc, along(away), 0.7)


def _water(scene: _Scene, sun: tuple[float, float]) -> None:
    x, u, v, noise = scene.x, scene.u, scene.v, scene.noise
    below = smoothstep(_HORIZON - 0.002, _HORIZON + 0.002, v)
    depth = np.clip((v - _HORIZON) / (1 - _HORIZON), 0, 1)
    rows = np.log1p(6 * depth) * 8
    ripple = 0.5 + 0.5 * np.sin(rows * 4.2 + 3 * noise(x * (7 - 3 * depth), rows))
    glitter = np.exp(-(((u - sun[0]) / (0.05 + 0.16 * depth)) ** 2))
    tone = 0.16 + 0.34 * ripple + 0.12 * noise.fractal(x * 3, rows, 3) + 0.62 * glitter * ripple**1.3 - 0.08 * depth
    violet = smoothstep(0.2, 0.7, noise(x * 2.5 + 7, rows * 0.8))
    scene.put(mix(_WATER(tone), pigment("#74316f"), 0.6 * violet * (1 - glitter)), below, scene.slope(0.03), 0.3)
    scene.busy = np.maximum(scene.busy, 0.75 * below * glitter * (1 - 0.5 * depth))


def _mirrored(scene: _Scene, colour: Field, left: float, right: float, length: float, strength: float) -> None:
    """The broken reflection of something that stands between `left` and `right` at the water's edge."""
    depth = scene.v - _HORIZON
    wobble = 0.014 * np.sin(depth * 90 + 9 * left) * np.clip(depth * 9, 0, 1)
    sides = smoothstep(left - 0.004, left + 0.004, scene.u + wobble) * smoothstep(
        right + 0.004, right - 0.004, scene.u + wobble
    )
    fading = smoothstep(length, 0.25 * length, depth) * (depth > 0)
    broken = 0.55 + 0.45 * np.sin(depth * 190 + 5 * scene.noise(scene.x * 8, scene.y * 20))
    scene.put(colour, strength * sides * fading * broken, None, 0.4)


def _quay(scene: _Scene) -> None:
    """Houses along the water on both sides, their gables lit from the sun, with windows."""
    rng = scene.rng
    fronts: list[tuple[float, float, float]] = []
    for start, stop, low, high in ((-0.01, 0.23, 0.1, 0.2), (0.68, 1.02, 0.13, 0.27)):
        left = start
        while left < stop:
            width = float(rng.uniform(0.04, 0.07))
            fronts.append((left, width, float(rng.uniform(low, high))))
            left += width
    walls = _HOUSES.pick(rng, len(fronts))
    roofs = Swatches("#5a2348", "#3a2a5e", "#8a2f3f", "#274c63").pick(rng, len(fronts))
    for (left, width, rise), wall, roof in zip(fronts, walls, roofs, strict=True):
        top, right = _HORIZON - rise, left + width
        shade = mix(
            np.repeat(wall[:, None, None], scene.x.size).reshape(3, *scene.x.shape),
            pigment("#2b1a45"),
            0.25 + 0.5 * smoothstep(top, _HORIZON, scene.v),
        )
        scene.put(shade, scene.box(left, top, right, _HORIZON + 0.004), scene.slope(np.pi / 2), 0.65)
        peak = (scene.v - (top - 0.6 * width)) / (0.6 * width)
        gable = smoothstep(0.02, -0.02, np.abs(scene.u - left - width / 2) / (width / 2) - peak) * (
            scene.v < top + 0.002
        )
        scene.put(roof, gable, scene.slope(0.9), 0.7)
        for row in np.arange(top + 0.02, _HORIZON - 0.03, 0.04):
            for column in (0.28, 0.72):
                light = pigment("#ffd36b") if rng.random() < 0.55 else pigment("#2a2348")
                at = left + column * width
                scene.put(light, scene.box(at - 0.0055, row, at + 0.0055, row + 0.017), None, 0.95)
        _mirrored(scene, wall, left, right, rise * 1.1, 0.55)
    scene.put(pigment("#2c1838"), scene.box(-0.1, _HORIZON - 0.004, 0.235, _HORIZON + 0.012), scene.slope(0), 0.7)
    scene.put(pigment("#2c1838"), scene.box(0.675, _HORIZON - 0.004, 1.1, _HORIZON + 0.012), scene.slope(0), 0.7)


def _boat(scene: _Scene, at: float, foot: float, size: float, sails: Field) -> None:
    """A boat under two sails whose hull floats at `foot`, `size` high, and its reflection."""
    u, v = (scene.u - at) * scene.aspect / size, (scene.v - foot) / size
    hull = smoothstep(0.02, -0.02, np.abs(u) - 0.42 + 0.9 * np.clip(v, 0, 1)) * (v > -0.06) * (v < 0.11)
    for side, sail, reach in ((1, sails[0], 0.36), (-1, sails[1], 0.25)):
        edge = np.clip(v + 1.0, 0, 1) * reach * (1.1 - 0.25 * (v + 1.0) ** 2)
        inside = smoothstep(-0.015, 0.015, side * u - 0.02) * smoothstep(0.015, -0.015, side * u - edge)
        cloth = inside * (v < -0.11) * (v > -1.0 + 0.15 * (side < 0))
        scene.put(sail, cloth, scene.slope(np.pi / 2 - 0.25 * side), 0.85)
        ripple = 0.09 * np.sin(v * 40 + 3 * scene.noise(scene.x * 9, scene.y * 9)) * v
        glance = smoothstep(reach, 0, np.abs(u + ripple - 0.16 * side)) * smoothstep(0.85, 0.2, v) * (v > 0.1)
        scene.put(sail, 0.65 * glance * (np.sin(v * 46 + 4 * u) > -0.2), None, 0.6)
    scene.put(pigment("#3a1430"), (np.abs(u) < 0.016) * (v > -1.06) * (v < 0), scene.slope(np.pi / 2), 0.95)
    scene.put(pigment("#4a1730"), hull, scene.slope(0), 0.9)
    scene.put(pigment("#e8552f"), hull * (v < -0.02), None, 0.95)
    scene.put(pigment("#20183a"), smoothstep(0.4, 0.2, np.abs(u)) * (v > 0.1) * (v < 0.2), scene.slope(0), 0.6)


def _study(frame: Frame, rng: np.random.Generator) -> Study:
    scene = _Scene(frame, rng)
    sun = (0.43 + float(rng.uniform(-0.03, 0.03)), 0.43)
    _sky(scene, sun)
    _water(scene, sun)
    _quay(scene)
    for at, foot, size in ((0.56, 0.6, 0.15), (0.27, 0.66, 0.27), (0.72, 0.79, 0.42)):
        _boat(scene, at + float(rng.uniform(-0.02, 0.02)), foot, size, _SAILS.pick(rng, 2))
    return Study(scene.colour, scene.flow, np.clip(scene.busy, 0, 1).astype(np.float32))


def paint(width: int, height: int, seed: int) -> Picture:
    """Paint the harbour, `width` × `height` pixels; `seed` moves clouds, houses, sails and every touch of the knife."""
    rng = np.random.default_rng([seed, 2])
    frame = Frame(width, height)
    study = _study(frame, rng)
    canvas = Canvas(frame, pigment("#8c3a4a"))
    for layer in _LAYERS:
        canvas.cover(study, layer, rng)
    return canvas.picture(light=0.6, gloss=0.12)


PAINTINGS.add(
    "harbour",
    Painting(
        "Harbour at sunset",
        "Palette knife: broad slabs of orange, crimson and violet over turquoise water.",
        paint,
    ),
)
