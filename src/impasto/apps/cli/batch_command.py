"""`impasto batch`: every photo in the manner of every painting."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from impasto.apps.cli.guiding import Places
from impasto.apps.cli.options import RESULT, Again, Json, OutputPath, Overwrite, PictureSize, Quiet, RunDir, SheetPath
from impasto.apps.cli.stylize_options import Descent, Dream, Look, Network, PlannedMachine, Settings
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
    output: OutputPath = None,
    size: PictureSize = None,
    overwrite: Overwrite = False,
    again: Again = False,
    sheet: SheetPath = None,
    written: Written = Written(),  # noqa: B008 frozen
    look: Look = Look(),  # noqa: B008
    places: Places = Places(),  # noqa: B008
    network: Network = Network(),  # noqa: B008
    descent: Descent = Descent(),  # noqa: B008
    dream: Dream = Dream(),  # noqa: B008
    machine: PlannedMachine = PlannedMachine(),  # noqa: B008
    settings: Settings = Settings(),  # noqa: B008
    run_dir: RunDir = None,
    quiet: Quiet = False,
    json: Json = False,
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
    output
        A folder, where results are called CONTENT_STYLE.png; or a name with fields in braces, such as
        "out/{style}/{content}.jpg": content, style, folder, ending, number, preset, backbone, size, strength, seed.
    size
        The longer side in pixels, or width x height: 512, 1024x768.
    overwrite
        Replace pictures in the place of results that the batch did not paint.
    again
        Paint anew what is painted already.
    sheet
        A picture of the whole batch, small, a row for each photo and a column for each painting.
    written, look, places, network, descent, dream, machine, settings
        The panels.
    run_dir
        The folder that keeps the runs, instead of $IMPASTO_RUNS.
    quiet
        Show nothing but errors.
    json
        Write every event as one line of JSON on the standard output.
    """
    from impasto.apps.cli.batch import Manner, paint_all
    from impasto.apps.cli.batch_pieces import pieces_for
    from impasto.apps.cli.painting import Room
    from impasto.apps.cli.stylize_job import asked
    from impasto.pictures import gathered

    if settings.config is None and not (contents and styles):
        raise InputError(f"name photos and at least one painting. {USAGE}")
    paintings = gathered(styles)
    wanted = asked("batch", contents, paintings[:1], size, look, places, network, descent, dream, machine, settings)
    job = wanted.job
    assert isinstance(job.content, Path)
    photos = gathered(contents) if contents else wanted.photos or [job.content]
    pieces, root = pieces_for(
        job,
        photos,
        [(style,) for style in paintings or job.styles if isinstance(style, Path)],
        output,
        called=contents or wanted.called or [job.content],
        preset=look.preset,
    )
    manner = Manner(
        writing=written.writing(),
        overwrite=overwrite,
        again=again,
        runs_home=run_dir,
        quiet=quiet,
        json=json,
        room=Room(wanted.memory, wanted.given),
        sheet=sheet,
    )
    paint_all(pieces, root, manner)
