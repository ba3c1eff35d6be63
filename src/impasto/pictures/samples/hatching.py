"""A tower above a valley, in pen and ink: lines that follow each form, crossed where it is darker."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impasto.pictures.picture import Picture
from impasto.pictures.samples.canvas import reduce
from impasto.pictures.samples.catalogue import PAINTINGS, Painting
from impasto.pictures.samples.frame import Field, Frame, read, smoothstep
from impasto.pictures.samples.noise import Noise
from impasto.pictures.samples.palette import encode, linear_rgb, mix, pigment

_PAPER, _INK = pigment("#f0e2c6"), pigment("#231a17")
_SPACING = 0.0066


@dataclass(frozen=True)
class _Pass:
    """One set of parallel lines: turned by `turn` radians from the form, laid where it is darker than `threshold`."""

    turn: float
    threshold: float
    spacing: float


_PASSES = (
    _Pass(0.0, 0.10, 1.0),
    _Pass(0.95, 0.34, 1.05),
    _Pass(-0.75, 0.56, 0.95),
    _Pass(0.35, 0.76, 0.8),
)


@dataclass(frozen=True)
class _Plate:
    """The drawing read at every pixel of the fine frame, [H, W] each, with the wobble of the hand (line spacings)."""

    frame: Frame
    x: Field
    y: Field
    dark: Field
    tilt: Field
    lift: Field
    wobble: Field


class _Drawing:
    """The drawing as fields on a sketch: how dark it is (0 … 1), the across-the-lines coordinate, and the outlines."""

    def __init__(self, frame: Frame, rng: np.random.Generator) -> None:
        self.frame, self.rng, self.noise = frame, rng, Noise(rng)
        self.x, self.y = frame.sketch().grid()
        self.u, self.v = self.x / np.float32(frame.right), self.y / np.float32(frame.bottom)
        self.dark = np.zeros_like(self.x)
        self.tilt = np.zeros_like(self.x)
        self.lift = np.zeros_like(self.x)
        self.outline = np.ones_like(self.x)

    def put(self, signed: Field, dark: Field, lift: Field, tilt: float, *, outline: bool = True) -> None:
        """Put a form in front: inside where `signed` < 0, its lines at angle `tilt`, bent by `lift` (units)."""
        edge = 0.7 / self.frame.sketch().unit
        inside = smoothstep(edge, -edge, signed)
        self.dark = self.dark * (1 - inside) + np.clip(dark, 0, 1) * inside
        hard = signed < 0
        self.lift = np.where(hard, lift, self.lift)
        self.tilt = np.where(hard, np.float32(tilt), self.tilt)
        self.outline = np.maximum(self.outline, -signed - 0.0025).astype(np.float32)
        if outline:
            self.outline = np.minimum(self.outline, np.abs(signed)).astype(np.float32)

    def ridge(self, level: float, rise: float, pitch: float, row: float) -> Field:
        """Height of a skyline (units from the top) for every point of the sketch."""
        swell = self.noise.fractal(self.x * pitch, np.full_like(self.x, row), 5, 0.45)
        return np.asarray((level - rise * swell) * self.frame.bottom, dtype=np.float32)


def _sky(drawing: _Drawing) -> None:
    x, y, v, noise = drawing.x, drawing.y, drawing.v, drawing.noise
    puff = noise.fractal(x * 2.3, y * 4.2, 5, 0.55) + 0.5 * np.sin(v * 12 + x * 2)
    under = noise.fractal(x * 2.3, (y - 0.02) * 4.2, 5, 0.55) + 0.5 * np.sin(v * 12 + x * 2 - 0.3)
    cloud = smoothstep(-0.05, 0.2, puff)
    shade = np.clip(0.32 + 0.9 * (under - puff), 0, 0.55)
    drawing.dark = np.clip((0.52 - 0.5 * v) * (1 - cloud) + shade * cloud * 0.6, 0, 1)
    drawing.lift = 0.02 * noise(x * 3, y * 3)
    drawing.tilt = np.full_like(x, -0.06)


def _mountains(drawing: _Drawing) -> None:
    x, y, noise = drawing.x, drawing.y, drawing.noise
    for depth, (level, rise, pitch) in enumerate(((0.46, 0.2, 1.9), (0.55, 0.13, 2.6), (0.64, 0.1, 1.7))):
        ridge = drawing.ridge(level, rise, pitch, 3.7 + 5 * depth)
        slope = np.gradient(ridge, axis=1) * drawing.frame.sketch().unit
        fold = noise.fractal(x * 5 + 3.5 * (y - ridge), (y - ridge) * 6 + 9 * depth, 4)
        dark = 0.2 + 0.13 * depth + 0.3 * np.tanh(-1.4 * slope) + 0.42 * fold - 0.9 * (y - ridge)
        lift = 0.5 * (y - ridge) + 0.03 * noise(x * 4, y * 4 + 8 * depth)
        drawing.put(ridge - y, dark, lift, 0.55 if depth != 1 else -0.5)


def _tower(drawing: _Drawing) -> None:
    """A crag, a round tower with a cone for a roof, and a lower one beside it."""
    frame, x, y, noise = drawing.frame, drawing.x, drawing.y, drawing.noise
    at, foot = float(drawing.rng.uniform(0.58, 0.66)) * frame.right, 0.66 * frame.bottom
    for side, half, tall in ((-0.085, 0.033, 0.17), (0.0, 0.05, 0.31)):
        middle, top = at + side, foot - tall
        across = (x - middle) / half
        wall = np.maximum(np.abs(x - middle) - half, np.maximum(top - y, y - foot - 0.06))
        rows = np.abs(np.mod((y + 0.012 * across**2) / 0.016, 1) - 0.5) < 0.06
        dark = 0.12 + 0.75 * smoothstep(-0.35, 1.0, across) + 0.15 * noise(x * 30, y * 30) + 0.3 * rows
        for level in (0.25, 0.55):
            window = np.maximum(np.abs(x - middle + 0.25 * half) - 0.006, np.abs(y - top - level * tall) - 0.016)
            dark = np.where(window < 0, 1.0, dark)
        drawing.put(wall, dark, 0.012 * across**2, 0.0)
        flare = (y - (top - 2.1 * half)) / (2.1 * half)
        roof = np.maximum((np.abs(x - middle) - 1.3 * half * flare) * 0.8, y - top - 0.008 * (1 - across**2 / 1.7))
        drawing.put(roof, 0.42 + 0.5 * smoothstep(-0.5, 0.9, across), 0.3 * across * flare * half, 1.35)
    crag = (0.67 + 0.5 * np.abs(x - at) ** 1.5 - 0.05 * noise.fractal(x * 7, 0 * x + 21, 4)) * frame.bottom
    fold = noise.fractal(x * 9, (y - crag) * 4, 4)
    dark = 0.38 + 0.55 * fold + 0.5 * np.clip(x - at, -0.4, 0.4)
    drawing.put(crag - y, dark, 0.8 * (x - at) * (y - crag) + 0.02 * noise(x * 6, y * 6), 1.2)


def _meadows(drawing: _Drawing) -> None:
    frame, x, y, noise = drawing.frame, drawing.x, drawing.y, drawing.noise
    for depth, level in enumerate((0.79, 0.9)):
        ridge = drawing.ridge(level, 0.06, 1.3, 31.5 + 6 * depth)
        below = y - ridge
        furrow = 0.5 + 0.5 * np.sin((below * 60 + 6 * x) * (1 - 0.3 * depth) + 2 * noise(x * 3, y * 3))
        dark = 0.1 + 0.3 * furrow + 0.3 * noise.fractal(x * 4, y * 8 + depth, 3) + 0.1 * depth
        drawing.put(ridge - y, dark, below * 0.2 - ridge * 0.75, 0.12 - 0.3 * depth)
    trunk_x, foot = 0.15 * frame.right, 0.93 * frame.bottom
    bend = trunk_x + 0.02 * np.sin((foot - y) * 5) + 0.012 * noise(x * 0, y * 14)
    girth = 0.018 + 0.03 * np.exp(-np.clip(foot - y, 0, 1) * 20) + 0.006 * noise(x * 20, y * 9)
    trunk = np.maximum(np.abs(x - bend) - girth, np.maximum(y - foot, 0.42 * frame.bottom - y))
    dark = 0.55 + 0.4 * np.clip((x - bend) / 0.02, -1, 1) + 0.3 * noise(x * 60, y * 7)
    drawing.put(trunk, dark, 0.3 * (x - bend), 1.5)
    for px, py, size in (
        (0.15, 0.3, 0.15),
        (0.05, 0.42, 0.12),
        (0.26, 0.42, 0.115),
        (0.16, 0.45, 0.1),
        (0.2, 0.2, 0.1),
    ):
        cx, cy = frame.at(px, py)
        angle = np.arctan2(y - cy, x - cx)
        lobes = 0.12 * np.abs(np.sin(angle * 6 + 9 * px)) + 0.22 * noise.fractal(x * 16, y * 16, 3)
        crown = np.hypot(x - cx, (y - cy) * 1.15) - size * (0.92 + lobes)
        leaf = noise.fractal(x * 26, y * 26, 3)
        light = ((x - cx) * 0.7 + (y - cy)) / size
        dark = 0.36 + 0.34 * light + 0.42 * leaf
        drawing.put(crown, dark, 0.5 * np.hypot(x - cx, y - cy) + 0.014 * leaf, 0.5, outline=False)


def _lines(plate: _Plate, step: _Pass, rng: np.random.Generator) -> Field:
    """How much ink one pass leaves on each pixel of the plate, 0 … 1."""
    spacing = np.float32(_SPACING * step.spacing)
    tilt = plate.tilt + np.float32(step.turn)
    sine, cosine = np.sin(tilt), np.cos(tilt)
    q = (cosine * plate.y - sine * plate.x + plate.lift) / spacing + plate.wobble
    along = cosine * plate.x + sine * plate.y
    floor = np.floor(q)
    line = floor.astype(np.int32) % 4096
    shift, start, weight = (rng.random(4096, dtype=np.float32)[line] for _ in range(3))
    lifted = np.sin(along * 31 + 40 * start) + np.sin(along * np.float32(13.7) + 90 * start)
    need = plate.dark - np.float32(step.threshold) + np.float32(0.05) * lifted + np.float32(0.08) * (weight - 0.5)
    half = (0.10 + 0.5 * np.clip(need, 0, 0.55)) * (0.75 + 0.5 * weight) * (need > 0)
    distance = np.abs(q - floor - 0.5 + np.float32(0.22) * (shift - 0.5))
    soft = np.float32(0.6) / (spacing * np.float32(plate.frame.unit))
    return np.asarray(np.clip((half - distance) / soft + 0.5 * (half > 0), 0, 1), dtype=np.float32)


def _crisp(frame: Frame, field: Field, x: Field, y: Field) -> Field:
    """`field` read without mixing across the edge of a form: the value of the nearest sketch pixel, eased within it."""
    smooth = read(frame, field, x, y)
    h, w = field.shape
    row = np.clip((y / frame.bottom * h).astype(np.int32), 0, h - 1)
    column = np.clip((x / frame.right * w).astype(np.int32), 0, w - 1)
    near = field[row, column]
    return np.where(np.abs(smooth - near) < 0.004, smooth, near).astype(np.float32)


def paint(width: int, height: int, seed: int) -> Picture:
    """Draw the valley, `width` × `height` pixels; `seed` moves the clouds, hills, tower and every line."""
    rng = np.random.default_rng([seed, 5])
    frame = Frame(width, height)
    fine = frame.oversampled()
    drawing = _Drawing(frame, rng)
    for part in (_sky, _mountains, _tower, _meadows):
        part(drawing)
    x, y = fine.grid()
    hand = Noise(rng)
    coarse_x, coarse_y = frame.sketch().grid()
    wobble = read(frame, 0.35 * hand.fractal(coarse_x * 14, coarse_y * 14, 3), x, y)
    tilt, lift = _crisp(frame, drawing.tilt, x, y), _crisp(frame, drawing.lift, x, y)
    plate = _Plate(fine, x, y, read(frame, drawing.dark, x, y), tilt, lift, wobble)
    ink = np.zeros_like(x)
    for step in _PASSES:
        ink = np.maximum(ink, _lines(plate, step, rng))
    edge = np.float32(0.0011) * (1 + 0.8 * wobble)
    ink = np.maximum(ink, smoothstep(0.0006, -0.0006, read(frame, drawing.outline, x, y) - edge))
    grain = Noise(rng)
    fibre = grain(x * 260, y * 260)
    blot = read(frame, grain.fractal(coarse_x * 6, coarse_y * 6, 4), x, y)
    paper = np.repeat(_PAPER[:, None, None], x.size, axis=1).reshape(3, *x.shape)
    paper[0] += 0.012 * fibre + 0.02 * blot
    paper[2] += 0.006 * blot
    lab = mix(paper, _INK, ink * np.clip(0.86 + 0.1 * fibre + 0.08 * blot, 0, 1))
    return Picture(encode(reduce(linear_rgb(lab), frame.oversampling())))


PAINTINGS.add(
    "hatching",
    Painting(
        "Tower above a valley",
        "Pen and ink on warm paper: cross hatching that follows the forms and thickens with the tone.",
        paint,
    ),
)
