"""`impasto stylize`: paint a picture in the manner of others."""

from __future__ import annotations

from pathlib import Path

from impasto.apps.cli.options import Again, Placing, SheetPath
from impasto.apps.cli.stylize_job import Painting, asked
from impasto.apps.cli.telling import Running
from impasto.apps.cli.written import Written

USAGE = "Usage: impasto stylize CONTENT STYLE... [OPTIONS]"

EXAMPLES = """Examples:

    impasto stylize photo.jpg painting.jpg -o out.png
    impasto stylize photo.jpg painting.jpg --size 1024 --strength 0.7
    impasto stylize photo.jpg a.jpg b.jpg --style-weights 2,1
    impasto stylize photo.jpg wave.jpg --region sky.png=starry.jpg --protect face.png
    impasto stylize photo.jpg painting.jpg --preset gatys2016
    impasto stylize photo.jpg painting.jpg --set optimizer.history=50
    impasto stylize photos/ painting.jpg -o results/
    impasto stylize photo.jpg painting.jpg -o print.tif --depth 16
"""


def stylize(
    content: Path | None = None,
    /,
    *styles: Path,
    placing: Placing = Placing(),
    again: Again = False,
    sheet: SheetPath = None,
    written: Written = Written(),
    painting: Painting = Painting(),
    running: Running = Running(),
) -> None:
    """Paint CONTENT in the manner of one or more STYLES.

    What is not given is taken from the job file, else from the preset. The last line of the standard output is the
    path of the result. The work is kept as a run: after Ctrl-C,
    `impasto runs resume` goes on where it stopped.

    Parameters
    ----------
    content
        The picture whose things stay where they are; or a folder, or a name with wildcards in quotes: each picture is
        painted, as a run of its own. `impasto batch` paints many in each of several styles.
    styles
        One or more pictures whose manner is taken, or folders of them.
    placing.output
        Where the result goes; the ending says the format: .png .jpg .webp .tif. Without it, CONTENT_STYLE.png in the
        current folder. Fields in braces are filled in: "{content}_{strength}.png". For a folder of pictures, a folder
        or such a name; what is painted already, of the same pictures with the same settings, is passed over.
    again
        Paint anew what is painted already; for a single picture the same as --overwrite.
    sheet
        A picture of the photo, the paintings and the result side by side; of a folder, of all of them.
    placing, written, painting, running
        The panels.
    """
    from impasto.apps.cli.batch import Manner, paint_all
    from impasto.apps.cli.batch_pieces import pieces_for
    from impasto.apps.cli.painting import Room, check_place, default_output, named_output, paint_new
    from impasto.apps.cli.sheet_drawing import before_and_after, check_sheet, of_job

    contents = () if content is None else (content,)
    wanted = asked("stylize", contents, styles, placing.size, painting)
    job, room, writing = wanted.job, Room(wanted.memory, wanted.given), written.writing()
    preset = painting.look.preset
    if wanted.photos:
        painted_by = tuple(style for style in job.styles if isinstance(style, Path))
        pieces, root = pieces_for(job, wanted.photos, [painted_by], placing.output, called=wanted.called, preset=preset)
        manner = Manner(
            writing=writing, running=running, overwrite=placing.overwrite, again=again, room=room, sheet=sheet
        )
        paint_all(pieces, root, manner)
        return
    place = named_output(placing.output, job, preset) or default_output(job)
    check_place(place, job, overwrite=placing.overwrite or again)
    if sheet is not None:
        check_sheet(sheet, of_job(job, place))
    paint_new(job, place, running, room=room, writing=writing)
    if sheet is not None:
        before_and_after([of_job(job, place)], sheet)
