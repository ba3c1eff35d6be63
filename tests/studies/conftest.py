"""A small study on real weights: a light network paints, another one judges."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from impasto.pictures import Picture, write_picture

JUDGED = 'judges = ["alexnet"]\nlpips = "alexnet"\n'
JOB = 'size = "64"\nsmallest = 64\nsteps = [4]\nbackbone = "squeezenet1_1"\n'


def blotches(width: int, height: int, seed: int) -> Picture:
    """Soft coloured squares, not blank anywhere."""
    draw = np.random.default_rng(seed).random((3, -(-height // 8), -(-width // 8)), dtype=np.float32)
    return Picture(np.ascontiguousarray(draw.repeat(8, axis=1).repeat(8, axis=2)[:, :height, :width]))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a photo and two paintings."""
    for seed, name in enumerate(("photo", "one", "two")):
        write_picture(blotches(80, 64, seed), tmp_path / f"{name}.png")
    return tmp_path


@pytest.fixture
def written(place: Path) -> Callable[..., Path]:
    """Writes a study's file: what stands in [study] beside the judges, and after [job]."""

    def write(study: str = "", rest: str = "", *, styles: str = '["one.png"]', name: str = "small") -> Path:
        path = place / f"{name}.toml"
        pairs = f'[pairs]\ncontents = "photo.png"\nstyles = {styles}\n'
        path.write_text(f"[study]\n{JUDGED}{study}\n{pairs}\n[job]\n{JOB}\n{rest}\n")
        return path

    return write
