"""Names for results, with fields in braces that are filled in for each: `out/{content}_{style}.png`."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from impasto.errors import InputError
from impasto.registry import did_you_mean

if TYPE_CHECKING:
    from impasto.tasks import AdaINJob, StyleNetworkJob, StylizeJob

FIELDS = {
    "content": "the photo's name without its ending",
    "style": "the paintings' names without their endings",
    "folder": "the name of the folder that the photo lies in",
    "ending": "the photo's ending without its dot",
    "number": "1, 2, 3 … in the order of painting; {number:04} writes 0001",
    "preset": "the preset's name",
    "backbone": "the network's name",
    "size": "the size asked for, `own` for the photo's",
    "strength": "the strength, `none` for the losses' own weights",
    "seed": "the seed",
}
"""What can stand in braces, and what it becomes."""

_LONGEST_VALUE = 100
_WIDTH = re.compile(r"0?\d{1,2}d?", re.ASCII)
_UNFIT = re.compile(r"[/\\\x00-\x1f]")


@dataclass(frozen=True)
class NameTemplate:
    """A path with fields in braces; doubled braces stand for themselves.

    Raises InputError for braces that do not pair, fields that there are not, and formats that a field does not take.
    """

    text: str

    def __post_init__(self) -> None:
        for field, form in self._fields():
            if field not in FIELDS:
                raise InputError(f"{self.text}: a name has no field {{{field}}}. {did_you_mean(field, FIELDS)}")
            if form and (field != "number" or not _WIDTH.fullmatch(form)):
                raise InputError(
                    f"{self.text}: {{{field}:{form}}} cannot be; {{number:04}} is the only field with a width"
                )

    @property
    def names_each(self) -> bool:
        """Whether any field stands in it."""
        return any(True for _ in self._fields())

    @property
    def root(self) -> Path:
        """The folder above all that it names: the parts before the first with a field, the name itself left out."""
        fixed: list[str] = []
        for part in Path(self.text).parts[:-1]:
            if "{" in part or "}" in part:
                break
            fixed.append(part)
        return Path(*fixed)

    def filled(self, values: Mapping[str, str | int]) -> Path:
        """The path for these values, by the names of FIELDS; what would make folders in a value becomes `_`."""
        plain = {
            name: value if isinstance(value, int) else _UNFIT.sub("_", value)[:_LONGEST_VALUE]
            for name, value in values.items()
        }
        return Path(self.text.format_map(plain))

    def _fields(self) -> list[tuple[str, str]]:
        """The fields with their formats."""
        try:
            parsed = list(string.Formatter().parse(self.text))
        except ValueError as error:
            raise InputError(
                f"{self.text}: its braces do not pair ({error}). Double those that mean themselves."
            ) from None
        if any(conversion for _, _, _, conversion in parsed):
            raise InputError(f"{self.text}: a field is its name alone, such as {{content}}")
        return [(field, form or "") for _, field, form, _ in parsed if field is not None]


def values_of(job: StylizeJob | AdaINJob | StyleNetworkJob, number: int, preset: str) -> dict[str, str | int]:
    """The values of all fields for one picture of a batch."""
    from impasto.tasks import StyleNetworkJob

    content = job.content if isinstance(job.content, Path) else Path("picture")
    painted_by = (job.network,) if isinstance(job, StyleNetworkJob) else job.styles
    styles = [Path(style).stem if isinstance(style, Path | str) else "picture" for style in painted_by]
    return {
        "content": content.stem,
        "style": "_".join(styles),
        "folder": content.absolute().parent.name,
        "ending": content.suffix.removeprefix("."),
        "number": number,
        "preset": preset,
        "backbone": job.kind if isinstance(job, StyleNetworkJob) else job.backbone,
        "size": job.size or "own",
        "strength": "none" if job.strength is None else f"{job.strength:g}",
        "seed": job.seed,
    }
