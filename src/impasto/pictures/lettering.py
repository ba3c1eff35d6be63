"""Lettering for figures: a plain stroke alphabet, drawn with soft edges at any size.

Fonts differ from machine to machine, and some machines have none; these letters are the same everywhere.

A glyph is a few strokes, and a stroke is a chain of points, each two digits: x (0 … 4, rightwards) and y (0 … 8,
downwards). Capitals stand from 0 to the baseline at 6, small letters from 2, and descenders reach 8. A chain of one
point is a dot.
"""

from __future__ import annotations

import unicodedata

import numpy as np

from impasto.pictures.picture import Pixels

_BOWL = "33 22 12 03 05 16 26 35"
_BOWL_RIGHT = "03 12 22 33 35 26 16 05"
_RING = "10 30 41 45 36 16 05 01 10"
_ESS = "41 30 10 01 02 13 33 44 45 36 16 05"

_STROKES = {
    "A": "06 20 46, 14 34",
    "B": "03 33 44 45 36 06 00 30 41 42 33",
    "C": "41 30 10 01 05 16 36 45",
    "D": "00 06 26 44 42 20 00",
    "E": "40 00 06 46, 03 33",
    "F": "40 00 06, 03 33",
    "G": "41 30 10 01 05 16 36 45 43 23",
    "H": "00 06, 40 46, 03 43",
    "I": "00 20, 10 16, 06 26",
    "J": "30 35 26 16 05",
    "K": "00 06, 40 03 46",
    "L": "00 06 36",
    "M": "06 00 23 40 46",
    "N": "06 00 46 40",
    "O": _RING,
    "P": "06 00 30 41 42 33 03",
    "Q": f"{_RING}, 34 46",
    "R": "06 00 30 41 42 33 03, 23 46",
    "S": _ESS,
    "T": "00 40, 20 26",
    "U": "00 05 16 36 45 40",
    "V": "00 26 40",
    "W": "00 16 22 36 40",
    "X": "00 46, 40 06",
    "Y": "00 23 40, 23 26",
    "Z": "00 40 06 46",
    "a": f"{_BOWL}, 32 36",
    "b": f"00 06, {_BOWL_RIGHT}",
    "c": _BOWL,
    "d": f"{_BOWL}, 30 36",
    "e": "04 34 33 22 12 03 05 16 26 35",
    "f": "20 11 16, 02 22",
    "g": f"{_BOWL}, 32 37 28 18 07",
    "h": "00 06, 03 12 22 33 36",
    "i": "02 06, 00",
    "j": "12 17 08, 10",
    "k": "00 06, 32 04 36",
    "l": "00 05 16",
    "m": "02 06, 03 12 23 26, 23 32 43 46",
    "n": "02 06, 03 12 22 33 36",
    "o": "12 22 33 35 26 16 05 03 12",
    "p": f"02 08, {_BOWL_RIGHT}",
    "q": f"{_BOWL}, 32 38",
    "r": "02 06, 03 12 22",
    "s": "32 12 03 14 24 35 26 06",
    "t": "10 15 26, 02 22",
    "u": "02 05 16 26 35, 32 36",
    "v": "02 26 42",
    "w": "02 16 23 36 42",
    "x": "02 36, 32 06",
    "y": "02 26, 42 18",
    "z": "02 32 06 36",
    "0": "10 20 31 35 26 16 05 01 10",
    "1": "01 10 16",
    "2": "01 10 20 31 32 06 36",
    "3": "01 10 20 31 32 23 34 35 26 16 05, 13 23",
    "4": "26 20 04 34",
    "5": "30 00 03 12 22 33 35 26 16 05",
    "6": "31 20 10 01 05 16 26 35 34 23 13 04",
    "7": "00 30 16",
    "8": "13 02 01 10 20 31 32 23 13 04 05 16 26 35 34 23",
    "9": "05 16 26 35 31 20 10 01 02 13 23 32",
    ".": "06",
    ",": "16 07",
    ":": "03, 06",
    ";": "13, 16 07",
    "!": "00 04, 06",
    "?": "01 10 20 31 32 23 24, 26",
    "-": "03 23",
    "_": "07 47",
    "+": "03 43, 21 25",
    "=": "02 32, 04 34",
    "/": "07 30",
    "\\": "00 37",
    "(": "10 01 06 17",
    ")": "00 11 16 07",
    "[": "10 00 07 17",
    "]": "00 10 17 07",
    "{": "20 11 12 03 14 16 27",
    "}": "00 11 12 23 14 16 07",
    "<": "31 03 35",
    ">": "01 33 05",
    "|": "00 07",
    "'": "00 01",
    '"': "00 01, 10 11",
    "#": "10 06, 40 36, 02 42, 04 44",
    "$": f"{_ESS}, 20 26",
    "%": "06 40, 00 10 11 01 00, 35 45 46 36 35",
    "&": "46 12 11 20 31 04 05 16 26 44",
    "*": "20 24, 01 43, 03 41",
    "@": "34 33 22 13 14 25 34 44 42 31 11 02 05 16 36",
    "^": "02 20 42",
    "`": "00 11",
    "~": "04 13 24 33",
    "×": "02 35, 32 05",
    "·": "03",
    "–": "03 33",
    "—": "03 43",
    "…": "06, 26, 46",
    "α": "42 26 16 05 03 12 22 46",
    "β": "08 01 10 20 31 32 23 13, 23 34 35 26 16 05",
}
_UNKNOWN = "00 40 46 06 00"
_SPACE = 2.0  # the width of a space, and
_GAP = 1.7  # between two letters, in the units of the grid
_HEIGHT = 8.0  # of a line, capitals' top to descenders' foot
_CAPITAL = 6.0


def lettering(text: str, capital: float) -> Pixels:
    """One line of text as coverage: float32 [h, w], 0 (paper) … 1 (ink).

    `capital` is the height of a capital in pixels. Accents are left out, and a character that is not in the
    alphabet is drawn as a box. The line is `capital` · 8/6 high with a margin of a stroke around.
    """
    unit = capital / _CAPITAL
    thickness = max(capital / 8, 1.0)
    segments, end = _segments(text)
    width = max(int(np.ceil(end * unit + 2 * thickness)), 1)
    ink = np.zeros((int(np.ceil(_HEIGHT * unit + 2 * thickness)), width), np.float32)
    for start, stop in segments:
        _stroke(ink, start * unit + thickness, stop * unit + thickness, thickness)
    return ink


def _segments(text: str) -> tuple[list[tuple[Pixels, Pixels]], float]:
    """The straight pieces of a line of text, in grid units, and where the line ends."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    pieces: list[tuple[Pixels, Pixels]] = []
    left = end = 0.0
    for character in plain:
        if character.isspace():
            left += _SPACE + _GAP
            continue
        right = left
        for stroke in _STROKES.get(character, _UNKNOWN).split(", "):
            points = [np.array((left + int(p[0]), int(p[1])), np.float32) for p in stroke.split()]
            pieces.extend(zip(points, points[1:] or points, strict=False))
            right = max(right, *(float(p[0]) for p in points))
        left, end = right + _GAP, right
    return pieces, end


def _stroke(ink: Pixels, start: Pixels, stop: Pixels, thickness: float) -> None:
    """Draw a straight piece with round ends into `ink`: coverage falls off over the pixel at its edge."""
    low = np.maximum(np.floor(np.minimum(start, stop) - thickness), 0).astype(int)
    high = np.ceil(np.maximum(start, stop) + thickness).astype(int)
    box = ink[low[1] : high[1], low[0] : high[0]]
    y, x = np.mgrid[low[1] : low[1] + box.shape[0], low[0] : low[0] + box.shape[1]] + 0.5
    along = stop - start
    length = float(along @ along)
    t = np.clip(((x - start[0]) * along[0] + (y - start[1]) * along[1]) / length, 0, 1) if length else 0.0
    distance = np.hypot(x - start[0] - t * along[0], y - start[1] - t * along[1])
    np.maximum(box, np.clip(thickness / 2 + 0.5 - distance, 0, 1), out=box)
