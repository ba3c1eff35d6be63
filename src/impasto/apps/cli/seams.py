"""How far the seams of a picture stand out, as `impasto measure` tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from impasto.apps.cli.streams import result_json, result_table
from impasto.errors import InputError

if TYPE_CHECKING:
    from impasto.measure import SeamScores

READING = "1 is no seam; so are values that other lines have too"


def tell_seams(out: Path, *, goes_around: bool, tile: int | None, json: bool) -> None:
    """Measure the seams of the picture `out` and tell those asked for.

    goes_around: where it meets itself. tile: the side of the tiles whose borders are told, if any.
    Raises PictureError if it cannot be read or is too small, InputError for a tile that has no border within it.
    """
    from impasto.measure import measure_seams
    from impasto.pictures import composite, read_picture

    picture = composite(read_picture(out))
    scores = measure_seams(picture, tile=tile)
    if tile is not None and not scores.tiles_across and not scores.tiles_down:
        raise InputError(f"{out} is {picture.width}×{picture.height} pixels: tiles of {tile} have no border within it")
    if json:
        result_json({"result": str(out), "tile": tile, **asdict(scores)}, indent=2)
    else:
        result_table(("seam", "energy", "other lines", "how to read it"), rows(scores, goes_around=goes_around))


def rows(scores: SeamScores, *, goes_around: bool) -> list[tuple[str, str, str, str]]:
    """The table: a seam, its energy, within what the other lines lie, and what it means."""
    usual = {name: f"{low:.2f} … {high:.2f}" for name, (low, high) in _lines(scores).items()}
    table = []
    if goes_around:
        table.append(("left meets right", f"{scores.across:.2f}", usual["upright"], READING))
        table.append(("top meets bottom", f"{scores.down:.2f}", usual["level"], READING))
    for name, energies in (("upright", scores.tiles_across), ("level", scores.tiles_down)):
        if energies:
            table.append((f"tiles, {name} borders", *_worst(energies, usual[name])))
    return table


def _lines(scores: SeamScores) -> dict[str, tuple[float, float]]:
    return {"upright": scores.lines_across, "level": scores.lines_down}


def _worst(energies: Mapping[int, float], usual: str) -> tuple[str, str, str]:
    """The border that stands out most, beside the other lines, and which it is."""
    place = max(energies, key=energies.__getitem__)
    return f"{energies[place]:.2f}", usual, f"the worst of {len(energies)}, at pixel {place}; {READING}"
