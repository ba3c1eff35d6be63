"""The pictures a benchmark runs on: files if given, else samples, so that anyone gets the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from impasto.pictures import Picture, read_picture
from impasto.pictures.samples import paint_sample, sample_photograph

SAMPLE_PAIRS = (("rocket", "swirl"), ("coffee", "harbour"))


def pairs(given: list[str], samples: Sequence[tuple[str, str]] = SAMPLE_PAIRS) -> list[tuple[str, Picture, Picture]]:
    """Name, content and style of each pair; `given` holds `CONTENT,STYLE` paths, and may be empty: then the samples."""
    if given:
        paths = [tuple(Path(part) for part in text.split(",", 1)) for text in given]
        return [(f"{c.stem} × {s.stem}", read_picture(c), read_picture(s)) for c, s in paths]
    return [(f"{c} × {s}", sample_photograph(c), paint_sample(s)) for c, s in samples]
