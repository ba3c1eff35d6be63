"""A canvas that brush strokes are laid on: their colours, the height of the paint, and the light across it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from impasto.pictures.picture import Picture
from impasto.pictures.samples.brush import TEXTURES, Brush
from impasto.pictures.samples.flow import trace
from impasto.pictures.samples.frame import Field, Frame, Numbers, read
from impasto.pictures.samples.palette import encode, linear_rgb, vary

_POINTS = 17
_BATCH_SAMPLES = 3_000_000
_DENSITY = 1.35


@dataclass(frozen=True)
class Study:
    """What a painting is painted after: fields over the whole frame, at any resolution.

    colour: OKLab [3, h, w]. flow: directions [2, h, w]. busy: [h, w], 0 … 1, where fine strokes are wanted.
    """

    colour: Field
    flow: Field
    busy: Field


@dataclass(frozen=True)
class Strokes:
    """Strokes in painting order: paths [N, P, 2] and widths [N] in units, two OKLab colours [N, 3] side by side."""

    paths: Field
    widths: Field
    first: Field
    second: Field


@dataclass(frozen=True)
class Layer:
    """One going-over of the canvas with one brush.

    coverage: how many strokes lie over each point, on average. tolerance: the OKLab distance at which a stroke ends,
    rather than run on into another colour. wander: how far its colours stray (lightness, hue). busy: only where the
    study is at least so busy.
    """

    brush: Brush
    coverage: float
    tolerance: float = 0.12
    wander: tuple[float, float] = (0.03, 0.012)
    busy: float = 0.0


class Canvas:
    """A primed canvas for a picture of `frame`, painted finer than the picture and averaged down at the end."""

    def __init__(self, frame: Frame, ground: Field) -> None:
        self.frame = frame
        self.fine = frame.oversampled()
        pixels = self.fine.width * self.fine.height
        self._lab = np.repeat(ground.reshape(3, 1).astype(np.float32), pixels, axis=1)
        self._height = np.zeros(pixels, np.float32)

    def cover(self, study: Study, layer: Layer, rng: np.random.Generator) -> None:
        """Lay one layer of strokes after `study`."""
        self.lay(_strokes(self.frame, study, layer, rng), layer.brush, rng)

    def lay(self, strokes: Strokes, brush: Brush, rng: np.random.Generator) -> None:
        """Lay strokes; each covers the ones before it."""
        if not len(strokes.paths):
            return
        along = int(np.ceil(brush.length * self.fine.unit * _DENSITY)) + 4
        across = int(np.ceil(float(strokes.widths.max()) * self.fine.unit * _DENSITY)) + 3
        s = np.linspace(0, 1, along, dtype=np.float32)
        t = np.linspace(-1, 1, across, dtype=np.float32)
        textures = brush.textures(rng, along, across)
        kind = rng.integers(TEXTURES, size=len(strokes.paths))
        touched = brush.touches(textures, s[:, None], t)
        # Of several samples on one pixel the last assigned stays, which is what NumPy promises for repeated indices.
        top = np.full(self.fine.width * self.fine.height, -1, np.int64)
        batch = max(1, _BATCH_SAMPLES // (along * across))
        for start in range(0, len(strokes.paths), batch):
            part = slice(start, start + batch)
            pixel = self._pixels(strokes.paths[part], strokes.widths[part], brush.pressure(s), s, t)
            hit = (touched[kind[part]] & (pixel >= 0)).ravel()
            top[pixel.ravel()[hit]] = start * along * across + np.flatnonzero(hit)
        self._paint(top, strokes, brush, textures, kind)

    def _pixels(self, paths: Field, widths: Field, pressure: Field, s: Field, t: Field) -> Numbers:
        """The flat pixel under each sample of each stroke, [N, along, across], or −1 outside."""
        spine = s * (paths.shape[1] - 1)
        left = np.minimum(spine.astype(np.int32), paths.shape[1] - 2)
        part = (spine - left)[:, None]
        heading = np.gradient(paths, axis=1)
        heading = heading[:, left] * (1 - part) + heading[:, left + 1] * part
        heading /= np.maximum(np.linalg.norm(heading, axis=2, keepdims=True), 1e-9)
        unit = np.float32(self.fine.unit)
        centre = (paths[:, left] * (1 - part) + paths[:, left + 1] * part) * unit
        reach = (widths[:, None] * pressure * unit / 2)[:, :, None]
        x = np.floor(centre[:, :, 0, None] - heading[:, :, 1, None] * reach * t).astype(np.int32)
        y = np.floor(centre[:, :, 1, None] + heading[:, :, 0, None] * reach * t).astype(np.int32)
        inside = (x >= 0) & (x < self.fine.width) & (y >= 0) & (y < self.fine.height)
        return np.where(inside, y * self.fine.width + x, -1)

    def _paint(self, top: Numbers, strokes: Strokes, brush: Brush, textures: Field, kind: Numbers) -> None:
        """Colour the pixels whose topmost sample of this layer is in `top`, and raise the paint there."""
        pixel = np.flatnonzero(top >= 0)
        along, across = textures.shape[1:]
        stroke, sample = np.divmod(top[pixel], along * across)
        row, column = np.divmod(sample, across)
        s, t = (row / (along - 1)).astype(np.float32), (2 * column / (across - 1) - 1).astype(np.float32)
        texture = textures[kind[stroke], row, column]
        loaded = np.clip(0.5 + 0.9 * t + 0.5 * texture, 0, 1)
        lab = (strokes.first.T[:, stroke] * (1 - loaded) + strokes.second.T[:, stroke] * loaded).astype(np.float32)
        lab[0] += np.float32(brush.streak) * texture
        self._lab[:, pixel] += (lab - self._lab[:, pixel]) * np.float32(brush.opacity)
        paint = brush.height(texture, s, t) * strokes.widths[stroke] * np.float32(brush.relief)
        self._height[pixel] = 0.35 * self._height[pixel] + paint

    def picture(self, *, light: float = 0.55, gloss: float = 0.1) -> Picture:
        """The canvas lit from the upper left: `light` is the strength of shading, `gloss` of highlights."""
        fine, times = self.fine, self.frame.oversampling()
        height = self._height.reshape(fine.height, fine.width) * np.float32(fine.unit)
        lab = self._lab.reshape(3, fine.height, fine.width)
        return Picture(encode(reduce(illuminate(linear_rgb(lab), height, light, gloss), times)))


def illuminate(linear: Field, height: Field, light: float, gloss: float) -> Field:
    """Linear RGB [3, H, W] over a relief `height` [H, W] (pixels), lit from the upper left (Blinn-Phong)."""
    down, across = np.gradient(height)
    normal = 1 / np.sqrt(1 + down * down + across * across)
    facing = (0.45 * across + 0.55 * down + 0.7) * normal / np.float32(0.7)
    half = np.clip((0.24 * across + 0.30 * down + 0.92) * normal, 0, 1)
    shade = np.clip(1 + np.float32(light) * (facing - 1), 0.25, 1.6)
    shine = np.float32(gloss) * np.clip(half**24 - 0.92**24, 0, 1) * np.clip(facing - 1, 0, 1) * 4
    return np.asarray(linear * shade + shine, dtype=np.float32)


def reduce(image: Field, times: int) -> Field:
    """[3, H·times, W·times] as [3, H, W], each pixel the mean of its times × times."""
    if times == 1:
        return image
    channels, height, width = image.shape
    blocks = image.reshape(channels, height // times, times, width // times, times)
    return np.asarray(blocks.mean(axis=(2, 4)), dtype=np.float32)


def _strokes(frame: Frame, study: Study, layer: Layer, rng: np.random.Generator) -> Strokes:
    """Strokes that start on a jittered grid, in random order, run along the flow and end where the colour changes."""
    brush = layer.brush
    spacing = float(np.sqrt(brush.width * brush.length * 0.7 / layer.coverage))
    xs = np.arange(-spacing / 2, frame.right + spacing, spacing)
    ys = np.arange(-spacing / 2, frame.bottom + spacing, spacing)
    x, y = (axis.ravel().astype(np.float32) for axis in np.meshgrid(xs, ys))
    x, y = x + spacing * rng.uniform(-0.6, 0.6, x.size), y + spacing * rng.uniform(-0.6, 0.6, x.size)
    order = rng.permutation(x.size)
    x, y = x[order].astype(np.float32), y[order].astype(np.float32)
    if layer.busy > 0:
        kept = read(frame, study.busy, x, y) >= layer.busy * rng.uniform(0.7, 1.2, x.size)
        x, y = x[kept], y[kept]
    scale = rng.uniform(0.55, 1.0, x.size).astype(np.float32)
    paths = trace(frame, study.flow, x, y, brush.length * scale, _POINTS)
    paths = paths[:, ::-1] if rng.random() < 0.5 else paths
    paths = _ended(frame, study.colour, np.ascontiguousarray(paths), layer.tolerance)
    middle = paths[:, _POINTS // 2]
    first = read(frame, study.colour, middle[:, 0], middle[:, 1]).T
    lightness, hue = layer.wander
    first = vary(first, rng, lightness, hue)
    second = vary(first, rng, lightness * 0.8, hue * 1.2)
    widths = (brush.width * rng.uniform(0.6, 1.0, x.size)).astype(np.float32)
    return Strokes(paths, widths, first, second)


def _ended(frame: Frame, colour: Field, paths: Field, tolerance: float) -> Field:
    """The paths, each cut back on both sides to where the colour is still within `tolerance` of its middle's."""
    seen = read(frame, colour, paths[:, :, 0], paths[:, :, 1])
    half = paths.shape[1] // 2
    strange = np.linalg.norm(seen - seen[:, :, half : half + 1], axis=0) > tolerance
    after, before = strange[:, half:], strange[:, half::-1]
    ahead = np.where(after.any(axis=1), after.argmax(axis=1) - 1, half).astype(np.float32)
    behind = np.where(before.any(axis=1), before.argmax(axis=1) - 1, half).astype(np.float32)
    ahead, behind = np.maximum(ahead, 1), np.maximum(behind, 1)
    place = (half - behind)[:, None] + (ahead + behind)[:, None] * np.linspace(0, 1, paths.shape[1], dtype=np.float32)
    left = np.minimum(place.astype(np.int32), paths.shape[1] - 2)
    part = (place - left)[:, :, None]
    number = np.arange(len(paths))[:, None]
    return np.asarray(paths[number, left] * (1 - part) + paths[number, left + 1] * part, dtype=np.float32)
