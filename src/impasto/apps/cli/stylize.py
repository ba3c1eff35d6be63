"""`impasto stylize`: paint a picture in the manner of others."""

from __future__ import annotations

from pathlib import Path

from impasto.apps.cli.guiding import Places
from impasto.apps.cli.options import Json, OutputPath, Overwrite, PictureSize, Quiet, RunDir
from impasto.apps.cli.stylize_options import Descent, Dream, Look, Network, PlannedMachine, Settings

USAGE = "Usage: impasto stylize CONTENT STYLE... [OPTIONS]"

EXAMPLES = """Examples:

    impasto stylize photo.jpg painting.jpg -o out.png
    impasto stylize photo.jpg painting.jpg --size 1024 --strength 0.7
    impasto stylize photo.jpg a.jpg b.jpg --style-weights 2,1
    impasto stylize photo.jpg wave.jpg --region sky.png=starry.jpg --protect face.png
    impasto stylize photo.jpg painting.jpg --preset gatys2016
    impasto stylize photo.jpg painting.jpg --set optimizer.history=50
    impasto stylize photos/ painting.jpg -o results/
"""


def stylize(
    content: Path | None = None,
    /,
    *styles: Path,
    output: OutputPath = None,
    size: PictureSize = None,
    overwrite: Overwrite = False,
    look: Look = Look(),  # noqa: B008 frozen
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
    """Paint CONTENT in the manner of one or more STYLES.

    What is not given is taken from the job file, else from the preset. The last line of the standard output is the
    path of the result. The work is kept as a run: after Ctrl-C,
    `impasto runs resume` goes on where it stopped.

    Parameters
    ----------
    content
        The picture whose things stay where they are; or a folder: each picture in it is painted, as a run of its own.
    styles
        One or more pictures whose manner is taken, or folders of them.
    output
        Where the result goes; the ending says the format: .png .jpg .webp .tif. Without it, CONTENT_STYLE.png in the
        current folder. For a folder of pictures, a folder; results that are there already are passed over.
    size
        The longer side in pixels, or width x height: 512, 1024x768.
    overwrite
        Replace the result if it is there already.
    look, places, network, descent, dream, machine, settings
        The panels of `impasto.apps.cli.stylize_options` and `.guiding`.
    run_dir
        The folder that keeps the runs, instead of $IMPASTO_RUNS.
    quiet
        Show nothing but errors.
    json
        Write every event as one line of JSON on the standard output.
    """
    from impasto.apps.cli.batch import check_results_folder, paint_folder
    from impasto.apps.cli.painting import Room, check_place, default_output, paint_new
    from impasto.apps.cli.stylize_job import asked

    wanted = asked("stylize", content, styles, size, look, places, network, descent, dream, machine, settings)
    room = Room(wanted.memory, wanted.given)
    if content is not None and wanted.photos:
        folder = check_results_folder(output, content)
        paint_folder(
            wanted.photos,
            wanted.job,
            folder,
            overwrite=overwrite,
            runs_home=run_dir,
            quiet=quiet,
            json=json,
            room=room,
        )
        return
    place = output or default_output(wanted.job)
    check_place(place, wanted.job, overwrite=overwrite)
    paint_new(wanted.job, place, runs_home=run_dir, quiet=quiet, json=json, room=room)
