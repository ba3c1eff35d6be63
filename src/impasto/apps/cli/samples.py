"""`impasto samples`: pictures to try things on: paintings made by Impasto itself, and photographs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impasto.apps.cli.options import Overwrite, names
from impasto.apps.cli.telling import Telling
from impasto.errors import InputError, OutputError, UnknownNameError

if TYPE_CHECKING:
    from impasto.pictures import Picture

Maker = Callable[[int, int, int], "Picture"]
"""Called with width, height and seed; photographs come as they are."""


def samples(
    folder: Path,
    /,
    *,
    size: Annotated[str, Parameter(metavar="SIZE")] = "1024x768",
    only: Annotated[str | None, Parameter(metavar="NAMES")] = None,
    seed: Annotated[int, Parameter(metavar="NUMBER")] = 0,
    overwrite: Overwrite = False,
    telling: Telling = Telling(),
) -> None:
    """Write sample pictures into FOLDER, one PNG each: paintings to use as styles, photographs to paint.

    The paintings are made on the spot; the photographs are fetched by name and hash the first time.

    Parameters
    ----------
    folder
        Where they go; made if it is not there.
    size
        Width x height of each painting in pixels, 64 … 8192 a side; one number makes squares.
    only
        Names of those wanted, separated by commas; without it, all.
    seed
        Another number gives other brush strokes.
    overwrite
        Replace pictures that are there already.
    telling.json
        Write one line of JSON per picture.
    telling
        The panel.
    """
    width, height = _sides(size)
    makers = _chosen(names("--only", only) or ())
    places = {name: folder / f"{name}.png" for name in makers}
    _check_places(folder, list(places.values()), overwrite)
    from impasto.pictures import write_picture

    for name, make in makers.items():
        telling.note(f"making {name}")
        write_picture(make(width, height, seed), places[name])
        telling.result(places[name], {"event": "sample", "name": name, "path": str(places[name])})


def makers_by_name() -> Mapping[str, Maker]:
    """Every sample by name, with what makes it."""
    from impasto.pictures.samples import PAINTINGS, PHOTOGRAPHS, paint_sample, sample_photograph

    def painting(name: str) -> Maker:
        return lambda width, height, seed: paint_sample(name, width=width, height=height, seed=seed)

    def photograph(name: str) -> Maker:
        return lambda _width, _height, _seed: sample_photograph(name)

    return {name: painting(name) for name in PAINTINGS} | {name: photograph(name) for name in PHOTOGRAPHS}


def sample_called(name: str, side: int = 512) -> Picture:
    """The sample of a name; a painting with this longer side. Raises UnknownNameError, with the nearest names."""
    return _maker(name, makers_by_name())(side, side * 3 // 4, 0)


def _chosen(wanted: tuple[str, ...]) -> Mapping[str, Maker]:
    known = makers_by_name()
    return {name: _maker(name, known) for name in wanted} if wanted else known


def _maker(name: str, known: Mapping[str, Maker]) -> Maker:
    from impasto.registry import did_you_mean

    if name not in known:
        raise UnknownNameError(f"no sample picture is named {name!r}. {did_you_mean(name, known)}")
    return known[name]


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
        raise OutputError(f"the folder {folder} cannot be made ({error.strerror or error}). Name another.") from None
