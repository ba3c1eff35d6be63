"""The figure of two rows: a photo from layers one by one, a painting from more and more of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from impasto.apps.cli.fetching import have_weights
from impasto.apps.cli.painting import check_place, paint_new
from impasto.apps.cli.panels import made_folder, painted_by
from impasto.apps.cli.telling import Running, Telling
from impasto.errors import CancelledError, InputError

if TYPE_CHECKING:
    from impasto.pictures import Picture
    from impasto.tasks import ReconstructJob


def draw_figure(
    jobs: Sequence[ReconstructJob],
    layers: Sequence[str] | None,
    place: Path,
    telling: Telling,
    *,
    cell: int,
    overwrite: bool,
) -> None:
    """Paint what is in the figure, each picture as a run of its own, and write the sheet to `place`.

    jobs: the content's and the style's, without layers. layers: from the first to the deepest, None for the network's
    own. Raises what the jobs raise, InputError for a network that has no layers for figures, OutputError.
    """
    from impasto.pictures import composite, write_picture
    from impasto.pictures.sheet import contact_sheet

    if cell < 32:
        raise InputError(f"a place of the figure is at least 32 pixels, not --cell {cell}")
    rows = panels(jobs[0], jobs[1], figure_layers(jobs[0].backbone, layers))
    for job in jobs:
        check_place(place, job, overwrite=overwrite)
    for job in (job for row in rows for job in row):
        job.check()
    have_weights(rows[0][0], silent=telling.silent)
    rows[0][0].lend(rows[1][0])
    folder = made_folder(place.with_suffix(""))
    painted = [_painted(row, folder, telling) for row in rows]
    sheet = contact_sheet(
        [[composite(row[0].source_picture), *made] for row, made in zip(rows, painted, strict=True)],
        labels=[["the picture", *labels(row)] for row in rows],
        title=f"{jobs[0].backbone}: content by layer, style by growing sets of layers",
        cell=cell,
    )
    write_picture(sheet, place)
    telling.result(place, {"event": "figure", "path": str(place)})


def _painted(row: Sequence[ReconstructJob], folder: Path, telling: Telling) -> list[Picture]:
    """The pictures of a row, those painted that are not in `folder` yet; the network is loaded once."""
    from impasto.pictures import read_picture

    pictures = []
    for number, job in enumerate(row, start=1):
        row[0].lend(job)
        panel = folder / f"{job.of}{number}.png"
        if not painted_by(panel, job):
            telling.note(f"{job.of} {number} of {len(row)}: {', '.join(job.layers)}")
            try:
                paint_new(job, panel, Running(quiet=True, json=telling.json), room=None)
            except CancelledError as error:
                raise CancelledError(f"{error}; then the same command paints the rest") from None
        pictures.append(read_picture(panel))
    return pictures


def figure_layers(backbone: str, layers: Sequence[str] | None) -> tuple[str, ...]:
    """The layers given, or those the network has for figures. Raises InputError for one that has none."""
    from impasto.backbones import BACKBONES, painting_defaults

    BACKBONES[backbone]
    chosen = tuple(layers or painting_defaults(backbone).figure)
    if not chosen:
        raise InputError(f"{backbone} has no layers of its own for a figure: name some with --layers")
    return chosen


def panels(
    content: ReconstructJob, style: ReconstructJob, layers: Sequence[str]
) -> tuple[list[ReconstructJob], list[ReconstructJob]]:
    """The jobs of both rows: content from each layer, style from all up to each."""
    return (
        [replace(content, layers=(layer,)) for layer in layers],
        [replace(style, layers=tuple(layers[: count + 1])) for count in range(len(layers))],
    )


def labels(row: Sequence[ReconstructJob]) -> list[str]:
    """The words beneath each picture: its layer, or the first and the last of its layers."""
    return [job.layers[0] if len(job.layers) == 1 else f"{job.layers[0]} … {job.layers[-1]}" for job in row]
