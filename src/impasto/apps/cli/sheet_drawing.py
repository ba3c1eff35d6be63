"""Sheets of pictures that lie in files: before and after, side by side, and the sum of a batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from impasto.errors import InputError, PictureError

if TYPE_CHECKING:
    from impasto.apps.cli.batch_pieces import Piece
    from impasto.pictures import Picture
    from impasto.tasks import Job

CELL = 512
BATCH_CELL = 256
SMALLEST_CELL, LARGEST_CELL = 64, 4096


def check_sheet(place: Path, taken: Iterable[Path]) -> None:
    """Raise InputError if a sheet cannot be written to `place`, or would replace one of the pictures `taken`."""
    from impasto.pictures import check_output

    check_output(place)
    for path in taken:
        if path.absolute() == place.absolute() or (place.exists() and path.exists() and path.samefile(place)):
            raise InputError(f"{place} is one of the pictures: the sheet needs another name")


def side_by_side(pictures: Sequence[Path], columns: int, place: Path, *, cell: int = CELL, title: str = "") -> None:
    """Write a sheet of pictures in rows of `columns`, with their names beneath."""
    rows = [pictures[i : i + columns] for i in range(0, len(pictures), columns)]
    shown = [[_small(path, cell) for path in row] for row in rows]
    _write(shown, [[path.stem for path in row] for row in rows], place, cell, title)


def before_and_after(rows: Sequence[Sequence[Path]], place: Path, *, cell: int = CELL, title: str = "") -> None:
    """Write a sheet with a row for each result: the photo, the paintings, and last the result."""
    shown = [[_small(path, cell) for path in row] for row in rows]
    labels = [["photo", *("painting" for _ in row[1:-1]), row[-1].stem] for row in rows]
    _write(shown, labels, place, cell, title)


def of_job(job: Job, result: Path) -> list[Path]:
    """The photo and the paintings of a job, and its result."""
    return [source for name, source in job.inputs.items() if name != "start" and isinstance(source, Path)] + [result]


def of_recipe(result: Path) -> list[Path]:
    """The photo and the paintings that a picture's recipe names, and the picture. Raises InputError for one missing."""
    from impasto.runs import Recipe

    recipe = Recipe.read(result)
    return [*(recipe.find(name) for name in recipe.job.inputs if name != "start"), result]


def sum_of_batch(pieces: Sequence[Piece], failed: Mapping[Piece, str], place: Path) -> None:
    """Write a sheet with a row for each photo and a column for each manner, the paintings above."""
    from impasto.pictures.sheet import crossed_out

    by_photo: dict[Path, list[Piece]] = {}
    for piece in pieces:
        by_photo.setdefault(piece.photo, []).append(piece)
    manners = [piece.styles for piece in next(iter(by_photo.values()))]
    cross = crossed_out(BATCH_CELL, BATCH_CELL * 3 // 4)
    rows: list[list[Picture | None]] = [[None, *(_small(styles[0], BATCH_CELL, cross) for styles in manners)]]
    labels = [["", *(" + ".join(style.stem for style in styles) for styles in manners)]]
    for photo, own in by_photo.items():
        rows.append([_small(photo, BATCH_CELL, cross), *(_result(piece, failed, cross) for piece in own)])
        labels.append([photo.stem, *("failed" if piece in failed else "" for piece in own)])
    _write(rows, labels, place, BATCH_CELL, "")


def _result(piece: Piece, failed: Mapping[Piece, str], cross: Picture) -> Picture:
    return cross if piece in failed else _small(piece.place, BATCH_CELL, cross)


def _small(path: Path, cell: int, otherwise: Picture | None = None) -> Picture:
    """A picture no larger than a cell; `otherwise`, if that is given, for one that cannot be read."""
    from impasto.pictures import Size, read_picture, resize

    try:
        picture = read_picture(path)
    except PictureError:
        if otherwise is None:
            raise
        return otherwise
    return resize(picture, *Size(longest=cell).fit(picture.width, picture.height))


def _write(
    rows: Sequence[Sequence[Picture | None]], labels: Sequence[Sequence[str]], place: Path, cell: int, title: str
) -> None:
    from impasto.pictures import contact_sheet, write_picture

    write_picture(contact_sheet(rows, labels=labels, title=title, cell=cell), place)
