"""Painting proofs and laying them out: one that fails stops no other, and what is painted when it stops is kept."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from impasto.apps.cli.boundary import OUT_OF_MEMORY
from impasto.apps.cli.fetching import have_weights
from impasto.apps.cli.painting import check_place, default_output, paint_new
from impasto.apps.cli.panels import made_folder, painted_by
from impasto.apps.cli.streams import note, result_json
from impasto.apps.cli.telling import Running, Telling
from impasto.errors import BatchError, CancelledError, ImpastoError, SolveError, is_out_of_memory

if TYPE_CHECKING:
    from impasto.apps.cli.options import Placing
    from impasto.pictures import Picture
    from impasto.tasks import StylizeJob
    from impasto.tasks.proofs import ProofSize, Variant

LEAST_CELL = 192
"""Pixels: narrower cells cut the words beneath them."""


def paint_sheet(
    full: StylizeJob,
    variants: Sequence[Variant],
    commands: Mapping[int, Sequence[str]],
    placing: Placing,
    telling: Telling,
    *,
    side: int | None,
) -> None:
    """Paint every variant of `full` small, each as a run of its own, and write the sheet and the commands beside it.

    placing: of the sheet. side: the longer side of a proof, None for one that costs no more than the full picture.
    Raises InputError for pictures and settings that no variant can use, BatchError in the end if a variant failed,
    CancelledError with the sheet as far as it came.
    """
    from impasto.pictures import check_paintable, parse_size, picture_from
    from impasto.tasks.proofs import proof_size

    place = placing.output or default_output(full).with_stem(default_output(full).stem + "_proofs")
    check_place(place, full, overwrite=placing.overwrite)
    pictures = {name: picture_from(source) for name, source in full.inputs.items()}
    for name, picture in pictures.items():
        check_paintable(picture, str(full.inputs[name]))
    photo, asked = pictures["content"], parse_size(full.size)
    width, height = (photo.width, photo.height) if asked is None else asked.fit(photo.width, photo.height)
    size = proof_size(full, variants, width, height, side)
    telling.note(
        f"{len(variants)} proofs of {size.width}×{size.height} pixels, together about {size.share:.1f} times the "
        f"work of one picture of {width}×{height}"
    )
    sheet = Sheet(place, full, variants, size, commands)
    try:
        sheet.paint(telling)
    except (CancelledError, KeyboardInterrupt) as stop:
        sheet.write()
        raise CancelledError(
            f"{str(stop) or 'stopped'}; {len(sheet.painted)} of {len(variants)} proofs are in {place}, "
            "and the same command with --overwrite paints the rest"
        ) from None
    sheet.write()
    telling.note("the command for one of them at full size: the same with --pick NUMBER")
    telling.result(place, {"event": "proofs", "path": str(place), "failed": sorted(sheet.failed)})
    if sheet.failed:
        reasons = "; ".join(f"{number}: {error}" for number, error in sorted(sheet.failed.items()))
        raise BatchError(f"{len(sheet.failed)} of {len(variants)} proofs failed: {reasons}")


class Sheet:
    """The proofs of one job. painted, failed: by number, the pictures there are and why others are not."""

    def __init__(
        self,
        place: Path,
        full: StylizeJob,
        variants: Sequence[Variant],
        size: ProofSize,
        commands: Mapping[int, Sequence[str]],
    ) -> None:
        self.place, self.full, self.variants, self.size, self.commands = place, full, variants, size, commands
        self.painted: dict[int, Picture] = {}
        self.failed: dict[int, str] = {}
        self.lenders: dict[str, StylizeJob] = {}

    def panel(self, variant: Variant) -> Path:
        """Where a single proof lies."""
        return self.place.with_suffix("") / f"proof{variant.number:02}.png"

    def paint(self, telling: Telling) -> None:
        """Paint what is not there yet. Raises CancelledError; other errors are kept as the reasons of failures."""
        made_folder(self.place.with_suffix(""))
        for variant in self.variants:
            telling.note(f"proof {variant.number} of {len(self.variants)}: {' '.join(words(variant))}")
            try:
                self.painted[variant.number] = self._painted(variant, telling)
            except CancelledError:
                raise
            except ImpastoError as error:
                self._fail(variant, error, telling)
            except (MemoryError, RuntimeError) as error:
                if not is_out_of_memory(error):
                    raise
                self._fail(variant, SolveError(OUT_OF_MEMORY), telling)

    def write(self) -> None:
        """Write the sheet, and the JSON with the commands."""
        from impasto.pictures import write_picture
        from impasto.pictures.sheet import contact_sheet
        from impasto.runs.files import write_json

        rows = [list(row) for _, row in groupby(self.variants, key=lambda variant: variant.strength)]
        sheet = contact_sheet(
            [[self._cell(variant) for variant in row] for row in rows],
            labels=[["\n".join([*words(variant), *self._remark(variant)]) for variant in row] for row in rows],
            title=" × ".join(Path(str(source)).stem for source in self.full.inputs.values()),
            cell=max(LEAST_CELL, self.size.width, self.size.height),
        )
        write_picture(sheet, self.place)
        proofs = [self._record(variant) for variant in self.variants]
        write_json(self.place.with_suffix(".json"), {"format": 1, "sheet": self.place.name, "proofs": proofs})

    def _painted(self, variant: Variant, telling: Telling) -> Picture:
        """The proof, painted unless it is there; the network and the photo are loaded once for all that share them."""
        from impasto.pictures import read_picture

        job, panel = self.size.of(variant.of(self.full)), self.panel(variant)
        if not painted_by(panel, job):
            job.check()
            if variant.backbone in self.lenders:
                self.lenders[variant.backbone].lend(job)
            have_weights(job, silent=telling.silent)
            self.lenders[variant.backbone] = job
            paint_new(job, panel, Running(quiet=True, json=telling.json), room=None)
        return read_picture(panel)

    def _fail(self, variant: Variant, error: ImpastoError, telling: Telling) -> None:
        self.failed[variant.number] = str(error)
        note(f"error: proof {variant.number}: {error}")
        if telling.json:
            result_json(
                {"event": "failed", "number": variant.number, "exit_code": error.exit_code, "message": str(error)}
            )

    def _cell(self, variant: Variant) -> Picture | None:
        from impasto.pictures.sheet import crossed_out

        if variant.number in self.failed:
            return crossed_out(self.size.width, self.size.height)
        return self.painted.get(variant.number)

    def _remark(self, variant: Variant) -> list[str]:
        if variant.number in self.failed:
            return [f"failed: {self.failed[variant.number]}"]
        return [] if variant.number in self.painted else ["not painted"]

    def _record(self, variant: Variant) -> dict[str, object]:
        command = self.commands[variant.number]
        panel = self.panel(variant).relative_to(self.place.parent)
        return {
            **asdict(variant),
            "picture": str(panel) if variant.number in self.painted else None,
            "failed": self.failed.get(variant.number),
            "command": list(command),
            "typed": shlex.join(command),
        }


def words(variant: Variant) -> tuple[str, str]:
    """What is said of a variant, in two lines."""
    return (
        f"{variant.number}   {variant.backbone}",
        f"strength {variant.strength:g}, style scale {variant.style_scale:g}",
    )
