"""`impasto sheet`: pictures side by side on one sheet, or each with what it was painted from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from impasto.apps.cli.options import RESULT, Overwrite
from impasto.apps.cli.telling import Telling
from impasto.errors import InputError, OutputError

EXAMPLES = """Examples:

    impasto sheet photo.jpg out.png -o before_after.jpg
    impasto sheet out.png --before -o before_after.jpg
    impasto sheet results/ --columns 6 --cell 256 -o overview.jpg
"""

MOST_COLUMNS = 4


def sheet(
    *pictures: Path,
    output: Annotated[Path, Parameter(name=("--output", "-o"), group=RESULT)],
    before: Annotated[bool, Parameter(negative=(), show_default=False)] = False,
    columns: Annotated[int | None, Parameter(metavar="NUMBER")] = None,
    cell: Annotated[int, Parameter(metavar="PIXELS")] = 512,
    title: str = "",
    overwrite: Overwrite = False,
    telling: Telling = Telling(),
) -> None:
    """Lay PICTURES out on one sheet, with their names beneath.

    Parameters
    ----------
    pictures
        Files, folders, and names with wildcards.
    output
        Where the sheet goes.
    before
        Put the photo and the paintings before each picture, as its own recipe names them; a row for each.
    columns
        How many stand side by side; up to four without it.
    cell
        The longer side of each picture on the sheet, 64 … 4096.
    title
        A line above all.
    overwrite
        Replace the sheet if it is there already.
    telling.json
        Write one line of JSON.
    telling
        The panel.
    """
    from impasto.apps.cli import sheet_drawing as drawing
    from impasto.pictures import gathered

    if not pictures:
        raise InputError("name pictures, or a folder of them: impasto sheet PICTURE... -o SHEET")
    if not drawing.SMALLEST_CELL <= cell <= drawing.LARGEST_CELL:
        raise InputError(f"--cell is {drawing.SMALLEST_CELL} to {drawing.LARGEST_CELL} pixels, not {cell}")
    if columns is not None and (before or columns < 1):
        raise InputError("--columns is 1 or more, and not for --before, which makes a row for each picture")
    shown = gathered(pictures)
    rows = [drawing.of_recipe(picture) for picture in shown] if before else [shown]
    drawing.check_sheet(output, [path for row in rows for path in row])
    if output.exists() and not overwrite:
        raise OutputError(f"{output} exists already: choose another name with -o, or give --overwrite")
    if before:
        drawing.before_and_after(rows, output, cell=cell, title=title)
    else:
        drawing.side_by_side(shown, columns or min(len(shown), MOST_COLUMNS), output, cell=cell, title=title)
    telling.result(output, {"event": "sheet", "path": str(output), "pictures": len(shown)})
