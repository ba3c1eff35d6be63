"""The pictures a benchmark runs on: files or samples by name if given, else samples, so that anyone gets the same
numbers.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from impasto.pictures import Picture, read_picture
from impasto.pictures.samples import paint_sample, sample_photograph

SAMPLE_PAIRS = (("rocket", "swirl"), ("coffee", "harbour"))


def pairs(given: list[str], samples: Sequence[tuple[str, str]] = SAMPLE_PAIRS) -> list[tuple[str, Picture, Picture]]:
    """Name, content and style of each pair; `given` holds `CONTENT,STYLE`, each the path of a picture or the name of a
    sample, and may be empty: then the samples.
    """
    parted = [text.split(",", 1) for text in given] or samples
    return [
        (
            f"{Path(c).stem} × {Path(s).stem}",
            read_picture(Path(c)) if Path(c).is_file() else sample_photograph(c),
            read_picture(Path(s)) if Path(s).is_file() else paint_sample(s),
        )
        for c, s in parted
    ]
