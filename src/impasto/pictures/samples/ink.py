"""Mountains in mist in ink wash: a few grey tones, much empty paper, a boat and a red seal."""

from __future__ import annotations

import numpy as np

from impasto.pictures.picture import Picture
from impasto.pictures.samples.canvas import reduce
from impasto.pictures.samples.catalogue import PAINTINGS, Painting
from impasto.pictures.samples.frame import Field, Frame, read, smoothstep
from impasto.pictures.samples.noise import Noise
from impasto.pictures.samples.palette import encode, linear_rgb, mix, pigment

_PAPER, _INK, _SEAL = pigment("#f3ecdc"), pigment("#15161a"), pigment("#b3261e")


class _Sheet:
    """A sheet of paper that ink (0 … 1, [H, W]) has soaked into, on the fine frame."""

    def __init__(self, frame: Frame, rng: np.random.Generator) -> None:
        self.frame, self.rng, self.noise = frame, rng, Noise(rng)
        self.fine = frame.oversampled()
        self.x, self.y = self.fine.grid()
        self.ink = np.zeros_like(self.x)
        sketch_x, sketch_y = frame.sketch().grid()
        self.soak = self._lifted(self.noise.fractal(sketch_x * 40, sketch_y * 40, 3))
        self.cloud = self._lifted(self.noise.fractal(sketch_x * 2.1, sketch_y * 4.5, 4))
        self.scratch = self._lifted(self.noise.fractal(sketch_x * 26 - sketch_y * 7, sketch_y * 9, 4, 0.6))

    def _lifted(self, field: Field) -> Field:
        return read(self.frame, field, self.x, self.y)

    def wash(self, tone: Field, rows: slice = slice(None)) -> None:
        """Let a wash of `tone` soak in over what is there, as one glass over another."""
        self.ink[rows] = 1 - (1 - self.ink[rows]) * (1 - np.clip(tone, 0, 1))

    def within(self, signed: Field, soft: float) -> Field:
        """1 where `signed` (units) is negative, with a soft and slightly frayed edge."""
        return smoothstep(soft, -soft, signed)


def _peaks(sheet: _Sheet, centres: tuple[tuple[float, float, float], ...], rough: float, row: float) -> Field:
    """A skyline [1, W]: how high (units above its foot) steep peaks at (across, height, half width) stand."""
    x = sheet.x[:1]
    line = np.zeros_like(x)
    for across, height, half in centres:
        shift = float(sheet.rng.uniform(-0.04, 0.04))
        away = (x - (across + shift) * sheet.frame.right) / half
        away = np.abs(away) * np.where(away < 0, 0.75, 1.25)
        line = np.maximum(line, height * (0.45 * np.exp(-2.2 * away) + 0.55 * np.exp(-(away**2))))
    crag = sheet.noise.fractal(x * 9, np.full_like(x, row), 6, 0.55)
    return np.asarray(
        line * (1 + 2.6 * rough * crag) + 0.3 * rough * crag * smoothstep(0.03, 0.12, line) - 0.012, dtype=np.float32
    )


def _mountains(sheet: _Sheet) -> None:
    """Ranges from far and pale to near and dark, each dark at its skyline and lost in the mist below it."""
    bottom = sheet.frame.bottom
    ranges = (
        (0.56, 0.3, 0.24, 0.05, ((0.3, 0.2, 0.16), (0.48, 0.27, 0.13), (0.95, 0.16, 0.2))),
        (0.62, 0.55, 0.17, 0.09, ((0.66, 0.33, 0.08), (0.75, 0.43, 0.07), (0.86, 0.27, 0.09))),
        (0.74, 0.85, 0.13, 0.12, ((0.06, 0.36, 0.09), (0.17, 0.22, 0.1), (-0.03, 0.42, 0.06))),
        (0.86, 1.0, 0.09, 0.14, ((0.83, 0.13, 0.12), (0.97, 0.2, 0.1), (1.06, 0.26, 0.08))),
    )
    for depth, (foot, strength, fall, rough, centres) in enumerate(ranges):
        height = _peaks(sheet, centres, rough, 2.5 + 6 * depth)
        signed = (foot * bottom - height) - sheet.y
        below = -signed + 0.004 * sheet.soak
        body = sheet.within(signed + 0.0012 * sheet.soak, 0.0012 + 0.002 / (depth + 1))
        mist = np.exp(-np.clip(below, 0, 2) / (fall * (1 + 0.5 * sheet.cloud))) * smoothstep(0.0, 0.06, height)
        rim = 0.35 * np.exp(-np.clip(below, 0, 1) / 0.006)
        cut = smoothstep(0.05, 0.5, sheet.scratch + 0.25 * sheet.soak) * smoothstep(0.3, 0.02, below)
        tone = strength * mist * (0.42 + rim + (0.4 + 0.2 * depth) * cut + 0.12 * sheet.soak)
        sheet.ink *= 1 - 0.75 * body * np.clip(mist * 1.4, 0, 1)
        sheet.wash(tone * body)
        if depth >= 1:
            _pines(sheet, foot * bottom - height[0], height[0], 0.5 * strength + 0.2)


def _pines(sheet: _Sheet, skyline: Field, height: Field, strength: float) -> None:
    """Small trees along a skyline, in dabs that widen towards the foot."""
    unit, fine = sheet.fine.unit, sheet.fine
    for _ in range(34):
        column = int(sheet.rng.integers(fine.width))
        tall = float(sheet.rng.uniform(0.016, 0.034))
        size, lean = float(sheet.rng.uniform(0.8, 1.2)), float(sheet.rng.normal(0, 0.1))
        if height[column] < 0.05:
            continue
        x, foot = column / unit, float(skyline[column]) + 0.006
        rows = slice(max(int((foot - tall) * unit), 0), max(min(int(foot * unit) + 2, fine.height), 0))
        columns = slice(max(column - int(0.02 * unit), 0), column + int(0.02 * unit) + 2)
        px, py = sheet.x[rows, columns], sheet.y[rows, columns]
        down = np.clip((py - foot + tall) / tall, 0, 1)
        dabs = 0.6 + 0.4 * np.sin(down * 22 + 6 * size)
        signed = np.abs(px - x - lean * (foot - py)) - size * (0.0008 + 0.0085 * down * dabs)
        tone = strength * smoothstep(0.0012, -0.0012, signed + 0.0012 * sheet.soak[rows, columns])
        sheet.ink[rows, columns] = np.maximum(sheet.ink[rows, columns], tone)


def _water(sheet: _Sheet) -> None:
    """A boat with a fisher on open paper, a few lines of water, and geese."""
    frame, rng, x, y = sheet.frame, sheet.rng, sheet.x, sheet.y
    at_x, at_y = frame.at(0.46 + float(rng.uniform(-0.05, 0.05)), 0.8)
    u, v = (x - at_x) / 0.06, (y - at_y) / 0.06
    sheer = 0.22 * u * u
    hull = np.maximum(np.abs(u) - 1, np.maximum(-v - sheer, v + 0.75 * sheer - 0.17))
    sheet.wash(0.88 * smoothstep(0.03, -0.03, hull + 0.02 * sheet.soak))
    roof = np.maximum(np.abs(u + 0.2) - 0.36, np.abs(v + 0.16 - 0.5 * (u + 0.2) ** 2) - 0.05)
    sheet.wash(0.6 * smoothstep(0.03, -0.03, roof))
    fisher = np.minimum(np.hypot((u - 0.5) / 0.8, (v + 0.2) / 1.7) - 0.1, np.hypot(u - 0.5, v + 0.42) - 0.055)
    sheet.wash(0.85 * smoothstep(0.03, -0.03, fisher))
    hat = np.maximum(np.abs(u - 0.5) - 1.6 * (v + 0.52), v + 0.43)
    sheet.wash(0.8 * smoothstep(0.02, -0.02, hat))
    pole = np.maximum(np.abs(v + 0.3 + 0.55 * (u - 0.5) - 0.12 * (u - 0.5) ** 2) - 0.012, np.abs(u - 1.0) - 0.5)
    sheet.wash(0.75 * smoothstep(0.012, -0.012, pole))
    for _ in range(11):
        row = at_y + float(rng.uniform(-0.05, 0.12))
        middle, half = at_x + float(rng.normal(0, 0.2)), float(rng.uniform(0.03, 0.11))
        line = np.abs(y - row - 0.0016 * np.sin(x * 70 + row * 900)) - 0.0009 * (1 - ((x - middle) / half) ** 2)
        dry = smoothstep(-0.2, 0.3, sheet.soak + 0.4)
        sheet.wash(0.26 * smoothstep(0.0008, -0.0008, line) * dry * (np.abs(x - middle) < half))
    for number in range(7):
        bird_x, bird_y = frame.at(0.36 + 0.022 * number, 0.15 + 0.013 * abs(number - 2))
        u, v = (x - bird_x) / 0.009, (y - bird_y - float(rng.normal(0, 0.002))) / 0.009
        wing = np.abs(v - 0.5 * np.abs(np.abs(u) - 0.5)) - 0.11 * (1 - np.abs(u))
        sheet.wash(0.62 * smoothstep(0.06, -0.06, wing) * (np.abs(u) < 1))


def _seal(sheet: _Sheet, lab: Field) -> Field:
    """The picture [3, H, W] with a square red seal, a mark of a few bars cut out of it."""
    at_x, at_y = sheet.frame.at(0.1, 0.87)
    u, v = (sheet.x - at_x) / 0.024, (sheet.y - at_y) / 0.024
    block = np.maximum(np.abs(u), np.abs(v)) - 1 + 0.05 * sheet.soak
    strokes = np.minimum(np.abs(v + 0.45) + 2 * (np.abs(u) > 0.65), np.abs(u) + 2 * (np.abs(v) > 0.7))
    strokes = np.minimum(strokes, np.abs(v - 0.05) + 2 * (np.abs(u) > 0.5))
    strokes = np.minimum(strokes, np.abs(np.abs(u) - 0.5 - 0.25 * v) + 2 * ((v < 0.15) | (v > 0.75)))
    stamp = smoothstep(0.04, -0.04, block) * smoothstep(0.06, 0.12, strokes) * smoothstep(-0.9, -0.3, sheet.soak)
    return mix(lab, _SEAL, 0.92 * stamp)


def paint(width: int, height: int, seed: int) -> Picture:
    """Wash the mountains, `width` × `height` pixels; `seed` moves peaks, mist, trees, boat and birds."""
    rng = np.random.default_rng([seed, 7])
    frame = Frame(width, height)
    sheet = _Sheet(frame, rng)
    _mountains(sheet)
    _water(sheet)
    fibre = Noise(rng)(sheet.x * 210 + 0.4 * sheet.soak, sheet.y * 260)
    paper = np.repeat(_PAPER[:, None, None], sheet.x.size, axis=1).reshape(3, *sheet.x.shape)
    paper[0] += 0.007 * fibre + 0.006 * sheet.soak
    paper[2] += 0.004 * sheet.cloud
    ink = sheet.ink * np.clip(1 + 0.1 * fibre * (1 - sheet.ink), 0, 1)
    lab = _seal(sheet, mix(paper, _INK, np.clip(ink, 0, 0.96)))
    return Picture(encode(reduce(linear_rgb(lab), frame.oversampling())))


PAINTINGS.add(
    "ink",
    Painting(
        "Mountains in mist",
        "Ink wash: a few greys from pale to black, large empty paper, one red seal.",
        paint,
    ),
)
