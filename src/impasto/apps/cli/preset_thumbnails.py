"""`impasto presets thumbnail`: a small picture painted with a preset, on the sample pictures."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from impasto.apps.cli.options import MACHINE, Offline, go_offline
from impasto.apps.cli.telling import Running, Telling
from impasto.errors import InputError

if TYPE_CHECKING:
    from impasto.pictures import Picture

PHOTO, PAINTING = "rocket", "swirl"
SIDE = 256
SMALLEST, LARGEST = 64, 1024
QUALITY = 88


def thumbnail(
    *names: str,
    all_: Annotated[bool, Parameter(name="--all", negative=(), show_default=False)] = False,
    content: Annotated[str, Parameter(metavar="SAMPLE|PICTURE")] = PHOTO,
    style: Annotated[str, Parameter(metavar="SAMPLE|PICTURE")] = PAINTING,
    size: Annotated[int, Parameter(metavar="PIXELS")] = SIDE,
    offline: Annotated[Offline, Parameter(group=MACHINE)] = False,
    telling: Telling = Telling(),
) -> None:
    """Paint the thumbnails of presets, which `impasto presets list --json` names.

    Parameters
    ----------
    names
        Names from `impasto presets list`.
    all_
        Paint those of all presets that have none yet.
    content
        The photo: the name of a sample of `impasto samples`, or a picture.
    style
        The painting, likewise.
    size
        Its longer side in pixels, 64 … 1024.
    offline
        Ask no source on the network for weights and samples.
    telling.json
        Write one line of JSON per thumbnail.
    telling
        The panel.
    """
    from impasto.runs import preset, preset_names

    if bool(names) == all_:
        raise InputError("name presets, or give --all: impasto presets thumbnail NAME")
    if not SMALLEST <= size <= LARGEST:
        raise InputError(f"--size is {SMALLEST} to {LARGEST} pixels, not {size}")
    go_offline(offline)
    chosen = [preset(name) for name in names or preset_names()]
    for each in chosen:
        if each.thumbnail is None or not all_:
            _paint(each.name, _picture(content), _picture(style), size, telling)


def _paint(name: str, content: Path | Picture, style: Path | Picture, size: int, telling: Telling) -> None:
    """Paint the thumbnail of a preset and put it in its place; the run is not kept."""
    from impasto.apps.cli.painting import paint_new
    from impasto.runs import build_job
    from impasto.runs.files import copy_whole, make_folder
    from impasto.runs.presets import thumbnail_path
    from impasto.runs.writing import Writing

    telling.note(f"painting the thumbnail of {name}")
    job = build_job(preset=name, flags={"content": content, "styles": (style,), "size": str(size)})
    place = thumbnail_path(name)
    make_folder(place.parent)
    with tempfile.TemporaryDirectory(prefix="impasto-") as beside:
        painted = Path(beside, place.name)
        writing = Writing(quality=QUALITY, profile="srgb", metadata="none")
        paint_new(job, painted, Running(quiet=True, run_dir=Path(beside, "runs")), room=None, writing=writing)
        copy_whole(painted, place)
    telling.result(place, {"event": "thumbnail", "name": name, "path": str(place)})


def _picture(named: str) -> Path | Picture:
    """The sample of a name, or the picture in a file. Raises UnknownNameError for neither."""
    from impasto.apps.cli.samples import sample_called

    return Path(named) if Path(named).is_file() else sample_called(named)
