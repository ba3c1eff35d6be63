"""A sea of scales under a red sun, as a woodblock print in few colours."""

from __future__ import annotations

import numpy as np

from impasto.pictures.picture import Picture
from impasto.pictures.samples.canvas import reduce
from impasto.pictures.samples.catalogue import PAINTINGS, Painting
from impasto.pictures.samples.frame import Field, Frame, read, smoothstep
from impasto.pictures.samples.noise import Noise
from impasto.pictures.samples.palette import Ramp, encode, linear_rgb, mix, pigment

_PAPER = pigment("#f1e4c8")
_KEY = pigment("#142a4a")
_SKY = Ramp("#1d4f83", "#5f9bb0", "#e9dcbc", "#f1c9a0", "#e88f6a", stops=(0, 0.28, 0.55, 0.8, 1))
_SUN = Ramp("#d8392b", "#e9603c")
_RINGS = tuple(pigment(code) for code in ("#f4ead2", "#1c4a86", "#bfdcd2", "#2f7fa6", "#f4ead2", "#173463"))
_HORIZON = 0.46
_HALF_WIDTH = 0.062


class _Print:
    """The sheet while blocks are printed on it, one colour at a time: OKLab [3, H, W] on the fine frame."""

    def __init__(self, frame: Frame, rng: np.random.Generator) -> None:
        self.frame, self.rng = frame, rng
        self.fine = frame.oversampled()
        self.x, self.y = self.fine.grid()
        self.u, self.v = self.x / np.float32(frame.right), self.y / np.float32(frame.bottom)
        self.pixel = 1 / self.fine.unit
        self.lab = np.repeat(_PAPER[:, None, None], self.x.size, axis=1).reshape(3, *self.x.shape)

    def block(self, colour: Field, where: Field) -> None:
        """Print `colour` ([3] or [3, H, W]) where `where` is 1."""
        self.lab = mix(self.lab, colour, where)

    def within(self, signed: Field) -> Field:
        """1 where `signed` (units) is negative, with an edge one pixel soft."""
        return smoothstep(self.pixel, -self.pixel, signed)

    def line(self, signed: Field, width: float) -> Field:
        """1 on a line `width` units wide along the zero of `signed`."""
        return smoothstep(self.pixel, -self.pixel, np.abs(signed) - np.float32(width / 2))


def _sky(sheet: _Print, noise: Noise) -> None:
    frame, x, y, v = sheet.frame, sheet.x, sheet.y, sheet.v
    sheet.block(_SKY(v / _HORIZON), np.ones_like(x))
    sx, sy = frame.at(0.66 + float(sheet.rng.uniform(-0.06, 0.06)), 0.25)
    disc = np.hypot(x - sx, y - sy) - 0.15
    cuts = np.abs(np.mod(y / 0.0125, 1) - 0.5) - 0.48 * smoothstep(sy + 0.17, sy - 0.12, y) - 0.06
    sheet.block(_SUN(0.5 + (y - sy) / 0.3), sheet.within(disc) * smoothstep(0.06, -0.06, cuts))
    ridge = frame.bottom * _HORIZON - _mountain(x - 0.24 * frame.right, noise)
    body = sheet.within(ridge - y)
    sheet.block(Ramp("#1d3f70", "#2f6690", "#5f9bab", "#b5cfc0")(1.02 - (frame.bottom * _HORIZON - y) / 0.22), body)
    from_peak = x - 0.24 * frame.right + 0.006 * noise(x * 14, x * 0)
    teeth = 0.066 + 0.04 * np.abs(np.mod(from_peak / 0.021, 2) - 1) * (1.1 + noise(x * 11, x * 0 + 4))
    snow = (frame.bottom * _HORIZON - 0.235 + teeth) - y
    sheet.block(pigment("#f6eedb"), body * sheet.within(-snow))
    sheet.block(_KEY, sheet.line(ridge - y, 0.0026) * (v < _HORIZON))
    _clouds(sheet)


def _mountain(offset: Field, noise: Noise) -> Field:
    flank = 0.245 * np.exp(-np.abs(offset) / 0.19) - 0.02
    crater = np.minimum(flank, 0.2 + 0.006 * np.sin(offset * 260))
    return np.asarray(crater + 0.004 * noise(offset * 30, offset * 0), dtype=np.float32)


def _clouds(sheet: _Print) -> None:
    """Bars of mist with round ends, as in screens: pale, edged with a line, with lines inside."""
    frame, rng = sheet.frame, sheet.rng
    rows = (
        (0.09, 0.02, 0.34),
        (0.135, 0.14, 0.52),
        (0.36, 0.5, 0.86),
        (0.405, 0.62, 1.1),
        (0.24, -0.1, 0.1),
        (0.3, 0.86, 1.1),
    )
    for down, left, right in rows:
        thick = 0.018
        shift = float(rng.uniform(-0.04, 0.04))
        start, stop = (left + shift) * frame.right, (right + shift) * frame.right
        beyond = np.maximum(np.maximum(start - sheet.x, sheet.x - stop), 0)
        bar = np.hypot(beyond, sheet.y - down * frame.bottom) - thick
        sheet.block(pigment("#f5ead0"), sheet.within(bar))
        sheet.block(_KEY, sheet.line(bar, 0.0022))
        sheet.block(pigment("#c9805f"), 0.8 * sheet.line(bar + 0.008, 0.0014))


def _sea(sheet: _Print, noise: Noise) -> None:
    """Rows of overlapping fans of rings, larger towards the viewer, on a slow swell; near rows hide far ones."""
    frame = sheet.frame
    level, tall, row = _HORIZON * frame.bottom + 0.02, 0.02, 0
    swell = 0.022 * np.sin(sheet.x * 5.2 + 2.1) + 0.03 * noise(sheet.x * 1.3, sheet.x * 0 + 2.5)
    edge = _HORIZON * frame.bottom + 0.012 - 0.3 * swell
    sheet.block(pigment("#1c4a86"), sheet.within(edge - sheet.y))
    while level - tall < frame.bottom + 0.1:
        nearness = np.clip((level / frame.bottom - _HORIZON) / (1 - _HORIZON), 0, 1)
        top = max(int((level - tall - 0.09) * sheet.fine.unit), 0)
        foot = min(int((level + tall + 0.09) * sheet.fine.unit) + 1, sheet.fine.height)
        if top < foot:
            _row(sheet, slice(top, foot), level, tall, row, 0.35 + 0.65 * float(nearness), swell)
        level, tall, row = level + 0.5 * tall, min(tall * 1.085, 0.068), row + 1


def _row(sheet: _Print, rows: slice, level: float, tall: float, number: int, rise: float, swell: Field) -> None:
    x, y = sheet.x[rows], sheet.y[rows] + np.float32(rise) * swell[rows]
    place = x / np.float32(2 * _HALF_WIDTH) + np.float32(0.5 * (number % 2))
    fan = np.floor(place)
    away = np.hypot((place - fan - 0.5) * 2, (y - level) / tall).astype(np.float32)
    soft = np.float32(1.0 * sheet.pixel / tall)
    inside = smoothstep(1 + soft, 1 - soft, away)
    tint = sheet.rng.normal(0, 0.018, 4096).astype(np.float32)[fan.astype(np.int32) % 4096]
    lab = sheet.lab[:, rows]
    bounds = (1.0, 0.93, 0.76, 0.62, 0.44, 0.3)
    for outer, colour in zip(bounds, _RINGS, strict=True):
        lab = mix(lab, colour, inside * smoothstep(outer + soft, outer - soft, away))
    lab[0] += tint * inside
    turn = np.arctan2(y - level, (place - fan - 0.5) * 2 * tall)
    comb = np.abs(np.mod(turn * 14, 1) - 0.5) < 0.09
    fine = smoothstep(0.64, 0.66, away) * smoothstep(0.75, 0.73, away) * comb
    for bound in (0.985, 0.93, 0.76, 0.69, 0.62, 0.53, 0.44, 0.3, 0.16):
        width = 0.026 if bound in (0.985, 0.93) else 0.016
        fine = np.maximum(fine, smoothstep(soft, -soft, np.abs(away - bound) - np.float32(width / 2)))
    sheet.lab[:, rows] = mix(lab, _KEY, 0.9 * inside * fine)


def _impression(sheet: _Print, noise: Noise) -> Field:
    """The finished sheet in linear light: the block's grain in the ink, and an unprinted margin."""
    frame, x, y = sheet.frame, sheet.x, sheet.y
    warp = 0.25 * noise(x * 3, y * 5)
    grain = np.sin((y + 0.02 * warp + 0.012 * np.sin(x * 3)) * 520 + 9 * warp)
    wear = read(frame, sheet.rng.normal(0, 1, (160, 210)).astype(np.float32), x, y)
    ink = np.clip(0.95 + 0.035 * grain + 0.03 * wear, 0, 1)
    inward = np.minimum(np.minimum(x, frame.right - x), np.minimum(y, frame.bottom - y))
    lab = mix(np.broadcast_to(_PAPER[:, None, None], sheet.lab.shape), sheet.lab, ink * sheet.within(0.026 - inward))
    lab = mix(lab, _KEY, 0.92 * sheet.line(inward - 0.026, 0.0034))
    lab[0] += 0.008 * wear
    return linear_rgb(lab)


def paint(width: int, height: int, seed: int) -> Picture:
    """Print the sea, `width` × `height` pixels; `seed` moves sun, clouds and swell and tints each wave."""
    rng = np.random.default_rng([seed, 6])
    frame = Frame(width, height)
    sheet = _Print(frame, rng)
    noise = Noise(rng)
    _sky(sheet, noise)
    _sea(sheet, noise)
    return Picture(encode(reduce(_impression(sheet, noise), frame.oversampling())))


PAINTINGS.add(
    "waves",
    Painting(
        "Sea of scales",
        "Woodblock print: concentric wave fans with engraved lines, indigo, cream and vermilion.",
        paint,
    ),
)
