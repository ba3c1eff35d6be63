"""`impasto samples`: pictures to try things on, made by Impasto itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impasto.apps.cli.options import Json, Overwrite, Quiet, names
from impasto.apps.cli.streams import note, result, result_json
from impasto.errors import InputError, OutputError, UnknownNameError

if TYPE_CHECKING:
    from impasto.pictures import Picture

Painter = Callable[..., "Picture"]
"""Called with width, height and seed, by these names."""


def samples(
    folder: Path,
    /,
    *,
    size: Annotated[str, Parameter(metavar="SIZE")] = "1024x768",
    only: Annotated[str | None, Parameter(metavar="NAMES")] = None,
    seed: Annotated[int, Parameter(metavar="NUMBER")] = 0,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    json: Json = False,
) -> None:
    """Write sample pictures into FOLDER, one PNG each, to use as styles.

    Parameters
    ----------
    folder
        Where they go; made if it is not there.
    size
        Width x height of each in pixels, 64 … 8192 a side; one number makes squares.
    only
        Names of those wanted, separated by commas; without it, all.
    seed
        Another number gives other brush strokes.
    overwrite
        Replace pictures that are there already.
    quiet
        Show nothing but errors.
    json
        Write one line of JSON per picture.
    """
    width, height = _sides(size)
    painters = _chosen(names("--only", only) or ())
    places = {name: folder / f"{name}.png" for name in painters}
    _check_places(folder, list(places.values()), overwrite)
    from impasto.pictures import write_picture

    for name, paint in painters.items():
        if not quiet and not json:
            note(f"painting {name}")
        write_picture(paint(width=width, height=height, seed=seed), places[name])
        if json:
            result_json({"event": "sample", "name": name, "path": str(places[name])})
        elif not quiet:
            result(str(places[name]))


def painters() -> Mapping[str, Painter]:
    """Every sample by name, with what paints it."""
    from impasto.pictures.samples import PAINTINGS, paint_sample

    return {name: partial(paint_sample, name) for name in PAINTINGS}


def _chosen(wanted: tuple[str, ...]) -> Mapping[str, Painter]:
    from impasto.registry import did_you_mean

    known = painters()
    for name in wanted:
        if name not in known:
            raise UnknownNameError(f"no sample picture is named {name!r}. {did_you_mean(name, known)}")
    return {name: known[name] for name in wanted} if wanted else known


def _sides(size: str) -> tuple[int, int]:
    from impasto.pictures import parse_size
    from impasto.pictures.samples.catalogue import LARGEST, SMALLEST

    chosen = parse_size(size)
    assert chosen is not None
    width, height = chosen.fit(SMALLEST, SMALLEST)
    if not (SMALLEST <= width <= LARGEST and SMALLEST <= height <= LARGEST):
        raise InputError(f"samples are {SMALLEST} to {LARGEST} pixels a side, not --size {size}")
    return width, height


def _check_places(folder: Path, places: list[Path], overwrite: bool) -> None:
    """Raise OutputError if any picture would replace one, or FOLDER cannot be made; then make it."""
    there = [place for place in places if place.exists()]
    if there and not overwrite:
        raise OutputError(f"{there[0]} exists already: choose another folder, or give --overwrite")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"the folder {folder} cannot be made: {error.strerror or error}") from None
