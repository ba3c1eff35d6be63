"""Many pictures, painted one after the other: each is a run of its own, and one that fails stops no other.

A batch is known again by its ledger (`impasto.runs.ledger`): what is painted already, of the same pictures and with the
same settings, is passed over, and what was interrupted goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from impasto.apps.cli.batch_pieces import Identities, Piece, check_pieces
from impasto.apps.cli.boundary import OUT_OF_MEMORY
from impasto.apps.cli.fetching import have_weights
from impasto.apps.cli.painting import Room, check_place, new_run, paint
from impasto.apps.cli.panels import made_folder
from impasto.apps.cli.sheet_drawing import check_sheet, sum_of_batch
from impasto.apps.cli.streams import note, result_json
from impasto.errors import (
    BatchError,
    CancelledError,
    ImpastoError,
    OutputError,
    PictureError,
    SolveError,
    is_out_of_memory,
)

if TYPE_CHECKING:
    from impasto.apps.cli.batch_pieces import PhotoJob
    from impasto.apps.cli.telling import Running
    from impasto.runs import Run
    from impasto.runs.ledger import Entry, Ledger, State
    from impasto.runs.writing import Writing

OF_ONE_PICTURE = (PictureError, OutputError, SolveError)
"""Errors that say nothing of the other pictures. All others, such as weights that cannot be had, end the batch."""


@dataclass(frozen=True, kw_only=True)
class Manner:
    """How a batch is carried out.

    overwrite: replace pictures that the batch did not paint. again: paint anew what is painted already. sheet: where a
    sheet of all goes.
    """

    writing: Writing
    running: Running
    overwrite: bool = False
    again: bool = False
    room: Room = field(default_factory=Room)
    sheet: Path | None = None


def paint_all(pieces: Sequence[Piece], root: Path, manner: Manner) -> None:
    """Paint all pieces into `root`, whose ledger says which are painted already. The network is loaded at most once.

    Raises InputError for what is wrong with all of them, before anything is painted; BatchError in the end if any
    failed; CancelledError if it was stopped, which the same command makes up for.
    """
    from impasto.runs.ledger import Ledger

    check_pieces(pieces, manner.writing)
    if manner.sheet is not None:
        check_sheet(manner.sheet, [path for piece in pieces for path in (piece.photo, *piece.styles, piece.place)])
    batch = _Batch(pieces, Ledger(root), manner)
    try:
        batch.carry_out()
    except (CancelledError, KeyboardInterrupt):
        there = batch.painted + batch.skipped
        raise CancelledError(
            f"stopped: {there} of {len(pieces)} pictures are painted, and the same command goes on with the rest"
        ) from None
    if manner.sheet is not None:
        sum_of_batch(pieces, batch.failed, manner.sheet)
    batch.tell_the_end()


class _Batch:
    """A batch on its way.

    failed: the pieces that failed, with the name of the picture at fault. broken: photos that cannot be painted, and
    why. lender: the job that has loaded the network.
    """

    def __init__(self, pieces: Sequence[Piece], ledger: Ledger, manner: Manner) -> None:
        self.pieces, self.ledger, self.manner, self.telling = pieces, ledger, manner, manner.running
        self.painted = self.skipped = 0
        self.failed: dict[Piece, str] = {}
        self.broken: dict[Path, ImpastoError] = {}
        self.lender: PhotoJob | None = None
        self.identities = Identities(manner.writing)

    def carry_out(self) -> None:
        """Paint what is left."""
        left = {piece: number for number, piece in enumerate(self.pieces, start=1) if not self._is_done(piece)}
        self._check_paintings(list(left))
        for piece, number in left.items():
            if piece.photo in self.broken:
                self._fail(piece, piece.photo, self.broken[piece.photo])
            elif piece not in self.failed:
                manner = " and ".join(style.stem for style in piece.styles)
                words = f"picture {number} of {len(self.pieces)}"
                self._tell("picture", piece, f"{words}, in the manner of {manner}" if manner else words)
                self._attempt(piece)

    def tell_the_end(self) -> None:
        """Say how many are painted. Raises BatchError if any failed."""
        counts = {"painted": self.painted, "skipped": self.skipped, "failed": len(self.failed)}
        if self.telling.json:
            result_json({"event": "batch", **counts, "ledger": str(self.ledger.path)})
        elif not self.telling.quiet:
            already = f"{self.skipped} painted already (--again paints them anew)" if self.skipped else ""
            failed = f"{len(self.failed)} failed" if self.failed else ""
            note(", ".join(part for part in (f"{self.painted} painted", already, failed) if part))
        if self.failed:
            names = ", ".join(dict.fromkeys(self.failed.values()))
            raise BatchError(f"{len(self.failed)} of {len(self.pieces)} pictures failed: {names}")

    def _is_done(self, piece: Piece) -> bool:
        job = self.identities.of(piece)
        if job is None or self.manner.again:
            return False
        if not self.ledger.is_done(piece.place, job) and not self._is_finished(piece, job):
            return False
        self.skipped += 1
        self._tell("skipped", piece, f"{piece.place} is painted already")
        return True

    def _is_finished(self, piece: Piece, job: str) -> bool:
        """Whether the run that had begun on a piece is finished, and only the ledger was not told; then it is."""
        from impasto.runs.ledger import same_content

        run = self._begun(piece, job)
        if run is None or run.state != "finished" or not same_content(run.result_path, piece.place):
            return False
        self._note(piece, "painted", run=run.id)
        return True

    def _begun(self, piece: Piece, job: str) -> Run | None:
        """The run that the ledger says has begun on a piece and not ended, if it is still there."""
        from impasto.runs import Run

        begun = self.ledger.begun_run(piece.place, job)
        with suppress(ImpastoError):
            run = None if begun is None else Run.open(begun, home=self.manner.running.run_dir)
            return run if run is not None and run.output == piece.place.absolute() else None
        return None

    def _check_paintings(self, left: Sequence[Piece]) -> None:
        """Look at each painting once; those of one that cannot be used fail. Raises the error if all do."""
        from impasto.pictures import check_paintable, picture_from

        errors: dict[Path, PictureError] = {}
        for style in dict.fromkeys(style for piece in left for style in piece.styles):
            try:
                check_paintable(picture_from(style), str(style))
            except PictureError as error:
                errors[style] = error
        if errors and all(any(style in errors for style in piece.styles) for piece in left):
            raise next(iter(errors.values()))
        for style, reason in errors.items():
            _tell_failure(style, reason, json=self.telling.json, role="style")
        for piece in left:
            for style in piece.styles:
                if style in errors:
                    self._fail(piece, style, errors[style])

    def _attempt(self, piece: Piece) -> None:
        """Paint a piece, or note why that failed. Raises what concerns all, CancelledError, and what nobody foresaw."""
        job = replace(piece.job)  # keeps the photo and the network as long as it is needed, and the piece does not
        try:
            if not self._is_fit(piece, job):
                return
            have_weights(job, silent=self.telling.silent)
            self.lender = job
            made_folder(self.ledger.folder)
            self._paint(piece, job)
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            self._fail(piece, piece.photo, SolveError(OUT_OF_MEMORY), told=False)

    def _is_fit(self, piece: Piece, job: PhotoJob) -> bool:
        """Whether a piece can be painted where it is to go, as far as can be told without the network."""
        try:
            if piece.place.exists() and not self.manner.overwrite and not self.ledger.is_ours(piece.place):
                raise OutputError(
                    f"{piece.place} exists already and is not what this batch painted: "
                    "--overwrite replaces it, or name another folder"
                )
            if self.lender is not None:
                self.lender.lend(job)
            self._read(piece, job)
            job.check()
        except OF_ONE_PICTURE as error:
            self._fail(piece, piece.photo, error, told=False)
            return False
        return True

    def _read(self, piece: Piece, job: PhotoJob) -> None:
        """Read the photo, which the job keeps; one that cannot be painted fails with all styles at once."""
        try:
            job.content_picture  # noqa: B018 read once, kept there
        except OF_ONE_PICTURE as error:
            self.broken[piece.photo] = error
            raise

    def _paint(self, piece: Piece, job: PhotoJob) -> None:
        manner = self.manner
        try:
            made_folder(piece.place.parent)
            check_place(piece.place, job, overwrite=manner.overwrite or self.ledger.is_ours(piece.place))
            run = self._run_of(piece, job)
            self._note(piece, "begun", run=run.id)
            self._carry_on(piece, run)
        except OF_ONE_PICTURE as error:
            self._fail(piece, piece.photo, error, told=False)

    def _carry_on(self, piece: Piece, run: Run) -> None:
        try:
            paint(run, self.telling, name=run.id)
        except CancelledError:
            self._note(piece, "interrupted", run=run.id)
            raise
        self._note(piece, "painted", run=run.id)
        self.painted += 1

    def _run_of(self, piece: Piece, job: PhotoJob) -> Run:
        """The run that had begun on this very piece, or a new one."""
        manner = self.manner
        run = None if manner.again else self._begun(piece, self.identities.of(piece) or "")
        if run is not None and run.state in ("queued", "interrupted"):
            job.lend(run.job)
            return run
        return new_run(job, piece.place, manner.running, room=manner.room, writing=manner.writing)

    def _fail(self, piece: Piece, at_fault: Path, error: ImpastoError, *, told: bool = True) -> None:
        self.failed[piece] = at_fault.name
        if not told:
            _tell_failure(piece.photo, error, json=self.telling.json)
        if self.ledger.folder.is_dir():
            with suppress(OutputError):
                self._note(piece, "failed", reason=str(error))

    def _note(self, piece: Piece, state: State, *, run: str | None = None, reason: str | None = None) -> None:
        self.ledger.add(self._entry(piece, state, run, reason))

    def _entry(self, piece: Piece, state: State, run: str | None, reason: str | None) -> Entry:
        from impasto.artefacts.digest import sha256_of
        from impasto.runs.ledger import Entry

        return Entry(
            self.ledger.name(piece.place),
            state,
            self.identities.of(piece) or "",
            str(piece.photo),
            tuple(map(str, piece.styles)),
            run=run,
            sha256=sha256_of(piece.place) if state == "painted" else None,
            reason=reason,
        )

    def _tell(self, event: str, piece: Piece, words: str) -> None:
        if self.telling.json:
            styles = list(map(str, piece.styles))
            result_json({"event": event, "content": str(piece.photo), "styles": styles, "message": words})
        self.telling.note(f"{piece.photo}: {words}")


def _tell_failure(picture: Path, error: ImpastoError, *, json: bool, role: str = "content") -> None:
    """Say why a picture failed, once, whether or not the error names it."""
    words = str(error) if str(picture) in str(error) else f"{picture}: {error}"
    note(f"error: {words}")
    if json:
        result_json({"event": "failed", role: str(picture), "exit_code": error.exit_code, "message": words})
