"""Contact sheets: many pictures in one, in rows, with their names beneath."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from impasto.pictures.compositing import composite
from impasto.pictures.lettering import lettering
from impasto.pictures.picture import Picture, Pixels
from impasto.pictures.resampling import resize
from impasto.pictures.size import Size

_INK = np.array((0.13, 0.13, 0.13), np.float32)


def contact_sheet(
    rows: Sequence[Sequence[Picture | None]],
    *,
    labels: Sequence[Sequence[str]] | None = None,
    title: str = "",
    cell: int = 256,
) -> Picture:
    """A labelled grid of pictures on white, opaque and 8-bit.

    rows: the pictures, row by row; None leaves a place empty, and rows may differ in length.
    labels: for each picture the words beneath it, which may have several lines; lines too long are cut with "…".
    title: a line above all. cell: the side, in pixels, of the square that each picture is fitted into, at least 32.

    Pictures keep their aspect and are centred; a row is as high as its highest; transparency shows the white.
    Raises ValueError for no pictures, a cell under 32, or labels of another shape than the rows.
    """
    if not any(len(row) for row in rows):
        raise ValueError("a contact sheet needs at least one picture")
    if cell < 32:
        raise ValueError(f"a cell is at least 32 pixels, not {cell}")
    if labels is not None and [len(row) for row in labels] != [len(row) for row in rows]:
        raise ValueError("labels must have the shape of the rows")
    gap = max(cell // 16, 4)
    capital = max(cell / 28, 7.0)
    columns = max(len(row) for row in rows)
    header = _heading(title, 1.4 * capital, columns * (cell + gap) - gap)
    bands = [
        _band(row, labels[number] if labels else [""] * len(row), columns, cell, gap, capital)
        for number, row in enumerate(rows)
    ]
    stack = [band for band in (header, *bands) if band is not None]
    width = columns * cell + (columns + 1) * gap
    sheet = np.ones((3, sum(band.shape[1] + gap for band in stack) + gap, width), np.float32)
    top = gap
    for band in stack:
        sheet[:, top : top + band.shape[1], gap : width - gap] = band
        top += band.shape[1] + gap
    return Picture(sheet)


def crossed_out(width: int, height: int) -> Picture:
    """A pale picture with a cross from corner to corner: what stands in a sheet for one that could not be made."""
    rows, columns = np.mgrid[:height, :width]
    down, across = (rows + 0.5) / height, (columns + 0.5) / width
    near = np.minimum(np.abs(down - across), np.abs(down + across - 1)) < 1.5 / max(width, height)
    return Picture(np.where(near, np.float32(0.55), np.float32(0.9))[None].repeat(3, axis=0))


def _heading(title: str, capital: float, width: int) -> Pixels | None:
    if not title.strip():
        return None
    words = _fitted(title, capital, width)
    band = np.ones((3, words.shape[0], width), np.float32)
    _write(band, words, 0, 0)
    return band


def _band(
    row: Sequence[Picture | None], labels: Sequence[str], columns: int, cell: int, gap: int, capital: float
) -> Pixels:
    """One row of pictures and the words beneath them: [3, h, columns · (cell + gap) − gap]."""
    lines = [[_fitted(line, capital, cell) for line in label.splitlines()] for label in labels]
    line_height = lettering("", capital).shape[0]
    deepest = max((len(words) for words in lines), default=0)
    small = [None if picture is None else _small(picture, cell) for picture in row]
    high = max((picture.height for picture in small if picture is not None), default=0)
    words_top = high + gap // 2
    height = words_top + deepest * line_height if deepest else high
    band = np.ones((3, height, columns * (cell + gap) - gap), np.float32)
    for column, (picture, words) in enumerate(zip(small, lines, strict=True)):
        left = column * (cell + gap)
        if picture is not None:
            top, inset = (high - picture.height) // 2, left + (cell - picture.width) // 2
            band[:, top : top + picture.height, inset : inset + picture.width] = picture.pixels
        for number, word in enumerate(words):
            _write(band, word, words_top + number * line_height, left + (cell - word.shape[1]) // 2)
    return band


def _small(picture: Picture, cell: int) -> Picture:
    """The picture at the size it has in a cell, over white."""
    return composite(resize(picture, *Size(longest=cell).fit(picture.width, picture.height)))


def _fitted(text: str, capital: float, width: int) -> Pixels:
    """A line of text no wider than `width`: cut with "…" where it must be."""
    words = lettering(text, capital)
    kept = len(text)
    while words.shape[1] > width and kept > 0:
        kept = min(kept - 1, kept * width // words.shape[1])
        words = lettering(text[:kept].rstrip() + "…", capital)
    return words[:, :width]


def _write(band: Pixels, words: Pixels, top: int, left: int) -> None:
    box = band[:, top : top + words.shape[0], left : left + words.shape[1]]
    box += words * (_INK.reshape(3, 1, 1) - box)
