"""`impasto batch`: every photo in the manner of every painting."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from impasto.apps.cli.options import RESULT, Again, Placing, SheetPath
from impasto.apps.cli.stylize_job import Painting, asked
from impasto.apps.cli.telling import Running
from impasto.apps.cli.written import Written
from impasto.errors import InputError

USAGE = "Usage: impasto batch PHOTO... --style PAINTING [--style PAINTING ...] -o RESULTS [OPTIONS]"

EXAMPLES = """Examples:

    impasto batch photos/ --style paintings/ -o results/
    impasto batch "holiday/*.jpg" more.png --style swirl.png --style waves.png -o "out/{style}/{content}.jpg"
    impasto batch photos/ --style paintings/ -o results/ --sheet overview.jpg
"""


def batch(
    *contents: Path,
    styles: Annotated[
        tuple[Path, ...], Parameter(name=("--style", "-s"), negative=(), show_default=False, group=RESULT)
    ] = (),
    placing: Placing = Placing(),
    again: Again = False,
    sheet: SheetPath = None,
    written: Written = Written(),
    painting: Painting = Painting(),
    running: Running = Running(),
) -> None:
    """Paint every one of CONTENTS in the manner of every STYLE, each picture as a run of its own.

    One that fails stops no other; the exit code is then 5. After Ctrl-C, or with more photos, the same command goes on
    where it stopped: what is painted already, of the same pictures with the same settings, is passed over.

    Parameters
    ----------
    contents
        Photos: files, folders, and names with wildcards in quotes, where ** stands for folders of any depth.
    styles
        A painting, or a folder of them or a name with wildcards; give it again for more. Each is used by itself.
    placing.output
        A folder, where results are called CONTENT_STYLE.png; or a name with fields in braces, such as
        "out/{style}/{content}.jpg": content, style, folder, ending, number, preset, backbone, size, strength, seed.
    placing.overwrite
        Replace pictures in the place of results that the batch did not paint.
    again
        Paint anew what is painted already.
    sheet
        A picture of the whole batch, small, a row for each photo and a column for each painting.
    placing, written, painting, running
        The panels.
    """
    from impasto.apps.cli.batch import Manner, paint_all
    from impasto.apps.cli.batch_pieces import pieces_for
    from impasto.apps.cli.painting import Room
    from impasto.pictures import gathered

    if painting.settings.config is None and not (contents and styles):
        raise InputError(f"name photos and at least one painting. {USAGE}")
    paintings = gathered(styles)
    wanted = asked("batch", contents, paintings[:1], placing.size, painting)
    job = wanted.job
    assert isinstance(job.content, Path)
    photos = gathered(contents) if contents else wanted.photos or [job.content]
    pieces, root = pieces_for(
        job,
        photos,
        [(style,) for style in paintings or job.styles if isinstance(style, Path)],
        placing.output,
        called=contents or wanted.called or [job.content],
        preset=painting.look.preset,
    )
    manner = Manner(
        writing=written.writing(),
        running=running,
        overwrite=placing.overwrite,
        again=again,
        room=Room(wanted.memory, wanted.given),
        sheet=sheet,
    )
    paint_all(pieces, root, manner)
