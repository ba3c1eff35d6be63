"""The pictures of a batch: what each is painted from, and where it goes."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from impasto.apps.cli.painting import default_output
from impasto.errors import InputError

if TYPE_CHECKING:
    from impasto.runs.writing import Writing
    from impasto.tasks import AdaINJob, StyleNetworkJob, StylizeJob

    PhotoJob = StylizeJob | AdaINJob | StyleNetworkJob


@dataclass(frozen=True, eq=False)
class Piece:
    """One picture of a batch. place: where it goes."""

    job: PhotoJob
    photo: Path
    styles: tuple[Path, ...]
    place: Path


def pieces_for(
    job: PhotoJob,
    photos: Sequence[Path],
    manners: Sequence[tuple[Path, ...]],
    output: Path | None,
    *,
    called: Sequence[Path],
    preset: str,
) -> tuple[list[Piece], Path]:
    """A piece for every photo in every manner, photo by photo, and the folder of the ledger.

    job: whose settings all have. manners: the styles of each, blended where there are several; none for a job without.
    output: a folder, or a template of names with fields. called: what the photos were given as; into folders among them
    no results may go.
    Raises InputError for an output that can be neither, and for two pieces that would go to one place.
    """
    from impasto.runs.templates import NameTemplate, values_of

    template = None if output is None else NameTemplate(str(output))
    template = template if template is not None and template.names_each else None
    root = template.root if template is not None else _results_folder(output, called)
    pieces: list[Piece] = []
    for photo in photos:
        for styles in manners:
            own = _with_pictures(job, photo, styles)
            if template is not None:
                place = template.filled(values_of(own, len(pieces) + 1, preset))
            else:
                place = root / default_output(own)
            pieces.append(Piece(own, photo, styles, place))
    _check_folders(pieces, called)
    return pieces, root


def _with_pictures(job: PhotoJob, photo: Path, styles: tuple[Path, ...]) -> PhotoJob:
    """The job for a photo, in the manner of these styles if there are any."""
    from impasto.tasks import StyleNetworkJob

    if isinstance(job, StyleNetworkJob) or not styles:
        return replace(job, content=photo)
    return replace(job, content=photo, styles=styles)


def check_pieces(pieces: Sequence[Piece], writing: Writing) -> None:
    """Raise InputError for two that would go to one place, or to one of the pictures; OutputError for a format."""
    first: dict[Path, Piece] = {}
    inputs = {path.absolute() for piece in pieces for path in (piece.photo, *piece.styles)}
    for piece in pieces:
        place = piece.place.absolute()
        if place in first:
            other = first[place]
            raise InputError(
                f"{_words(other, piece)} and {_words(piece, other)} would both become {piece.place}: rename one of "
                'them, or tell them apart by the name, as in -o "results/{folder}_{content}_{ending}_{style}.png"'
            )
        if place in inputs:
            raise InputError(f"{piece.place} is one of the pictures to paint from: the results need another place")
        first[place] = piece
        writing.check(piece.place)


def _words(piece: Piece, other: Piece) -> str:
    """What tells a piece from another: its photo, or its paintings."""
    return str(piece.photo) if piece.photo != other.photo else " and ".join(map(str, piece.styles))


def _results_folder(output: Path | None, called: Sequence[Path]) -> Path:
    """`output`, if it can be the folder of the results. Raises InputError if it is none."""
    from impasto.pictures.formats import EXTENSIONS

    if output is None or output.is_file() or (output.suffix.lower() in EXTENSIONS and not output.is_dir()):
        what = f"{called[0]} is a folder of pictures" if called[0].is_dir() else "several pictures are to be painted"
        said = "" if output is None else f", not {output}"
        raise InputError(f"{what}: name a folder for the results too: -o results/{said}")
    return output


def _check_folders(pieces: Sequence[Piece], called: Sequence[Path]) -> None:
    """Raise InputError if results would go among the photos of a folder, where they would be painted the next time."""
    photos = [path for path in called if path.is_dir()]
    for folder in {piece.place.parent for piece in pieces}:
        if folder.is_dir() and any(folder.samefile(path) for path in photos):
            raise InputError(
                f"{folder} is the folder of the photos: the results need another, or they would be painted too"
            )


class Identities:
    """What each piece is, by its settings, its pictures and how it is written. Each picture is read once."""

    def __init__(self, writing: Writing) -> None:
        self._writing = writing
        self._digests: dict[Path, str | None] = {}
        self._known: dict[Piece, str | None] = {}

    def of(self, piece: Piece) -> str | None:
        """64 digits; None if one of its pictures cannot be read. The machine it is painted on does not count."""
        if piece not in self._known:
            self._known[piece] = self._measured(piece)
        return self._known[piece]

    def _measured(self, piece: Piece) -> str | None:
        from impasto.runs.identity import identity

        digests = {name: self._digest(source) for name, source in piece.job.inputs.items() if isinstance(source, Path)}
        known = {name: digest for name, digest in digests.items() if digest is not None}
        if len(known) < len(piece.job.inputs):
            return None
        own = identity(replace(piece.job, device="auto", tile=None), known)
        return hashlib.sha256(f"{own} {sorted(self._writing.options().items())}".encode()).hexdigest()

    def _digest(self, path: Path) -> str | None:
        from impasto.artefacts.digest import sha256_of

        if path not in self._digests:
            self._digests[path] = None
            with suppress(OSError):
                self._digests[path] = sha256_of(path)
        return self._digests[path]
