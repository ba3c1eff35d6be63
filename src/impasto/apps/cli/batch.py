"""A folder of photos, painted one after the other: each is a run of its own, and one that fails stops no other."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from impasto.apps.cli.boundary import OUT_OF_MEMORY
from impasto.apps.cli.fetching import have_weights
from impasto.apps.cli.painting import Room, check_place, default_output, paint_new
from impasto.apps.cli.panels import made_folder
from impasto.apps.cli.streams import note, result_json
from impasto.errors import (
    BatchError,
    CancelledError,
    ImpastoError,
    InputError,
    OutputError,
    PictureError,
    SolveError,
    is_out_of_memory,
)

if TYPE_CHECKING:
    from impasto.tasks import Job

OF_ONE_PICTURE = (PictureError, OutputError, SolveError)
"""Errors that say nothing of the other pictures. All others, such as weights that cannot be had, end the batch."""


def check_results_folder(output: Path | None, folder: Path) -> Path:
    """`output`, if it can be the folder of the results. Raises InputError if it is none, or that of the photos."""
    from impasto.pictures.formats import EXTENSIONS

    if output is None or output.is_file() or (output.suffix.lower() in EXTENSIONS and not output.is_dir()):
        said = "" if output is None else f", not {output}"
        raise InputError(f"{folder} is a folder of pictures: name a folder for the results too: -o results/{said}")
    if output.is_dir() and output.samefile(folder):
        raise InputError(
            f"{output} is the folder of the photos: the results need another, or they would be painted too"
        )
    return output


def paint_folder(
    photos: Sequence[Path],
    job: Job,
    output: Path,
    *,
    overwrite: bool,
    runs_home: Path | None,
    quiet: bool,
    json: bool,
    room: Room = Room(),  # noqa: B008 frozen
) -> None:
    """Carry out `job` for each of `photos` in place of its content; the results get their usual names in `output`.

    A result that is there already is passed over, unless it is to be overwritten. The network is loaded once.
    Raises BatchError in the end if a picture failed, what concerns all pictures at once, and CancelledError.
    """
    places = _places(photos, job, output)
    _check_what_is_shared(job)
    have_weights(job, silent=quiet or json)
    made_folder(output)
    failed: list[str] = []
    for number, (photo, place) in enumerate(places.items(), start=1):
        own = job.with_inputs({"content": photo})
        job.lend(own)
        if place.exists() and not overwrite:
            _tell("skipped", photo, f"{place} exists already; --overwrite paints it again", quiet=quiet, json=json)
            continue
        _tell("picture", photo, f"picture {number} of {len(photos)}", quiet=quiet, json=json)
        try:
            check_place(place, own, overwrite=overwrite)
            paint_new(own, place, runs_home=runs_home, quiet=quiet, json=json, room=room)
        except OF_ONE_PICTURE as error:
            failed.append(photo.name)
            _tell_failure(photo, error, json=json)
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            failed.append(photo.name)
            _tell_failure(photo, SolveError(OUT_OF_MEMORY), json=json)
        except CancelledError as error:
            raise CancelledError(f"{error}; then the same command paints the rest") from None
    if failed:
        raise BatchError(f"{len(failed)} of {len(photos)} pictures failed: {', '.join(failed)}")


def _places(photos: Sequence[Path], job: Job, output: Path) -> dict[Path, Path]:
    """Where the result of each photo goes. Raises InputError if two would go to one place."""
    first: dict[Path, Path] = {}
    for photo in photos:
        place = output / default_output(job.with_inputs({"content": photo}))
        if place in first:
            raise InputError(f"{first[place]} and {photo} would both become {place}: rename one of them")
        first[place] = photo
    return {photo: place for place, photo in first.items()}


def _check_what_is_shared(job: Job) -> None:
    """Raise what is wrong with all pictures of the batch at once: a name, a setting, a style."""
    from impasto.pictures import Picture, check_paintable, picture_from

    for name, source in job.inputs.items():
        if name != "content":
            check_paintable(picture_from(source), f"the {name} picture" if isinstance(source, Picture) else str(source))
    with suppress(*OF_ONE_PICTURE):
        job.check()


def _tell(event: str, photo: Path, words: str, *, quiet: bool, json: bool) -> None:
    if json:
        result_json({"event": event, "content": str(photo), "message": words})
    elif not quiet:
        note(f"{photo}: {words}")


def _tell_failure(photo: Path, error: ImpastoError, *, json: bool) -> None:
    """Say why a picture failed, once, whether or not the error names it."""
    words = str(error) if str(photo) in str(error) else f"{photo}: {error}"
    note(f"error: {words}")
    if json:
        result_json({"event": "failed", "content": str(photo), "exit_code": error.exit_code, "message": words})
